"""What a held request did to what another one had written meanwhile: read off the store's events.

Rules
- Only top-level members count, as in a merge.
- Nothing is said where the two did not meet in one record.
"""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any, NamedTuple

from sessionlab.core.events import Kind
from sessionlab.render.exchange import Exchange, LaneStep
from sessionlab.render.store_course import shelves_of_passages


class Outcome(StrEnum):
    """How it ended."""

    CAME_BACK = "came-back"  # the other destroyed the record, and it is there again
    WROTE_OVER = "wrote-over"  # some of the other's change is lost
    WROTE_NOTHING = "wrote-nothing"  # the held request changed nothing, and left the data alone


class Collision(NamedTuple):
    """``lost``: the members in which the other's change is gone."""

    outcome: Outcome
    lost: tuple[str, ...] = ()


def collision_of(step: LaneStep) -> Collision | None:
    """How a held request and the others of its step got in each other's way, if they did."""
    places = [n for n, it in enumerate(step.passages) if it.first(Kind.RESUME)]
    shelves = list(shelves_of_passages(step))
    if not places or not shelves:
        return None
    goes_on = step.passages[places[-1]]
    (shelf,) = shelves[places[-1]]
    id_, loaded = _loaded(step.exchanges[-1])
    if id_ is None:
        return None
    others = _data(shelf.before.get(id_))
    now = _data(shelf.after.get(id_))
    if others is None:
        return None if now is None else Collision(Outcome.CAME_BACK)
    if loaded is None or now is None or others == loaded:
        return None
    lost = tuple(
        key
        for key in loaded | others
        if loaded.get(key) != others.get(key) and now.get(key) != others.get(key)
    )
    if lost:
        return Collision(Outcome.WROTE_OVER, lost)
    wrote = any(event.data["op"] in ("set", "swap") for event in goes_on.of(Kind.STORE))
    return None if wrote else Collision(Outcome.WROTE_NOTHING)


def _loaded(exchange: Exchange) -> tuple[str | None, dict[str, Any] | None]:
    """The ID and the data that an exchange found in the store."""
    for event in exchange.of(Kind.STORE):
        if event.data["op"] == "get" and event.data["found"]:
            return event.data["id"], _data(event.data["record"])
    return None, None


def _data(record: str | None) -> dict[str, Any] | None:
    try:
        found = json.loads(record or "")
    except (ValueError, RecursionError):
        return None
    return {k: v for k, v in found.items() if k != "cookie"} if isinstance(found, dict) else None
