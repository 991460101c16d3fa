"""The store's records after each passage of a step with overlapping requests.

Rules
- Begins with the step's snapshot, and applies the store events of each passage.
- A touch changes only the cookie of an existing record.
- A record that is no JSON object has no members.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sessionlab.core.events import StoreAsked, StoreOp
from sessionlab.transcript.steps import LaneStep, RoundTrip, Shelf


def shelves_of_passages(step: LaneStep) -> Iterator[Shelf]:
    """The store before and after each passage; nothing if the lane has no store."""
    if step.records is None:
        return
    before: Mapping[str, str] = step.records[0]
    for passage in step.passages:
        after = after_passage(before, passage)
        yield Shelf(None, before, after)
        before = after


def after_passage(before: Mapping[str, str], passage: RoundTrip) -> dict[str, str]:
    """The records by ID after a passage."""
    records = dict(before)
    for asked in passage.of(StoreAsked):
        if is_written(asked):
            records[asked.id] = asked.record or ""
        elif is_destroyed(asked):
            records.pop(asked.id, None)
        elif asked.op is StoreOp.TOUCH and asked.error is None and asked.id in records:
            records[asked.id] = _touched(records[asked.id], asked.record)
    return records


def is_written(asked: StoreAsked) -> bool:
    """Whether a record was set or swapped without an error."""
    if asked.error is not None:
        return False
    return asked.op is StoreOp.SET or (asked.op is StoreOp.SWAP and asked.found is True)


def is_destroyed(asked: StoreAsked) -> bool:
    """Whether a record was destroyed without an error."""
    return asked.op is StoreOp.DESTROY and asked.error is None


def members_of(record: str | None) -> dict[str, Any] | None:
    """A record's members, its cookie among them; None if it is no JSON object."""
    try:
        found = json.loads(record or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def data_of(record: str | None) -> dict[str, Any] | None:
    """A record's members without its cookie; None if it is no JSON object."""
    found = members_of(record)
    return None if found is None else {k: v for k, v in found.items() if k != "cookie"}


def _touched(record: str, by: str | None) -> str:
    there, moved = members_of(record), members_of(by)
    if there is None or moved is None or "cookie" not in moved:
        return record
    if there.get("cookie") == moved["cookie"]:
        return record
    moved = {**there, "cookie": moved["cookie"]}
    return json.dumps(moved, ensure_ascii=False, separators=(",", ":"))
