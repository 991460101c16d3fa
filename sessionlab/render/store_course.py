"""What was in the store after each passage of a step in which requests overlap.

Rules
- Begins with the step's own snapshot; each passage does to it what its store events say.
- A touch moves the cookie of the record that is there, and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from sessionlab.core.events import Event, Kind
from sessionlab.render.exchange import Exchange, LaneStep, Shelf


def shelves_of_passages(step: LaneStep) -> Iterator[tuple[Shelf, ...]]:
    """For each passage, the store before and after it; nothing where the lane has none."""
    if step.records is None:
        return
    before: Mapping[str, str] = step.records[0]
    for passage in step.passages:
        after = after_passage(before, passage)
        yield (Shelf(None, before, after),)
        before = after


def after_passage(before: Mapping[str, str], passage: Exchange) -> dict[str, str]:
    """The records by ID after what the passage did."""
    records = dict(before)
    for event in passage.of(Kind.STORE):
        _do(event, records)
    return records


def _do(event: Event, records: dict[str, str]) -> None:
    op, id_, record = event.data["op"], event.data["id"], event.data["record"]
    if event.data["error"] is not None:
        return
    if op == "destroy":
        records.pop(id_, None)
    elif op == "set" or (op == "swap" and event.data["found"]):
        records[id_] = record
    elif op == "touch" and id_ in records:
        records[id_] = _touched(records[id_], record)


def _touched(record: str, by: str) -> str:
    try:
        there = json.loads(record)
        moved = {**there, "cookie": json.loads(by)["cookie"]}
    except (ValueError, RecursionError, KeyError, TypeError):
        return record
    if moved == there:
        return record
    return json.dumps(moved, ensure_ascii=False, separators=(",", ":"))
