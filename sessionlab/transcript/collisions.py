"""Finds what a held request did to another request's changes, from the store's events.

Rules
- Only top-level members are compared, as in a merge.
- There is no collision if the two did not use the same record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sessionlab.core.events import Purpose, RequestResumed, StoreAsked, StoreOp
from sessionlab.transcript.steps import LaneStep, RoundTrip
from sessionlab.transcript.store_timeline import data_of, is_destroyed, shelves_of_passages


class Ending(StrEnum):
    """How a collision ended."""

    LOGOUT_UNDONE = "logout-undone"  # the other logged out, and its record exists again
    CAME_BACK = "came-back"  # the other destroyed the record, and it exists again
    WROTE_OVER = "wrote-over"  # some of the other's change is lost
    WROTE_NOTHING = "wrote-nothing"  # the held request changed nothing and wrote no data


class Loss(NamedTuple):
    """A member of the record in which the other's change is lost.

    ``items``: the items that it had added, if the member is a list.
    """

    member: str
    items: tuple[Any, ...] = ()

    def __str__(self) -> str:
        """``cart "pen"``."""
        items = ", ".join(json.dumps(item, ensure_ascii=False) for item in self.items)
        return f"{self.member} {items}".rstrip()

    def left_in(self, data: Mapping[str, Any]) -> Loss | None:
        """What is still missing in later data; None if nothing is."""
        if not self.items:
            return None if self.member in data else self
        items = tuple(item for item in self.items if item not in _list(data, self.member))
        return Loss(self.member, items) if items else None


class Collision(NamedTuple):
    """Two requests changed one record; ``id`` is its ID."""

    ending: Ending
    id: str
    losses: tuple[Loss, ...] = ()


def collision_of(step: LaneStep) -> Collision | None:
    """The collision of a held request with the others of its step; None without one."""
    places = [n for n, it in enumerate(step.passages) if it.first(RequestResumed)]
    shelves = list(shelves_of_passages(step))
    if not places or not shelves:
        return None
    id_, loaded = _loaded(step.trips[-1])
    if id_ is None:
        return None
    shelf = shelves[places[-1]]
    others, now = data_of(shelf.before.get(id_)), data_of(shelf.after.get(id_))
    if others is None:
        if now is None:
            return None
        return Collision(Ending.LOGOUT_UNDONE if _logged_out(id_, step) else Ending.CAME_BACK, id_)
    if loaded is None or now is None or others == loaded:
        return None
    losses = tuple(
        _loss(key, loaded, others, now)
        for key in loaded | others
        if loaded.get(key) != others.get(key) and now.get(key) != others.get(key)
    )
    if losses:
        return Collision(Ending.WROTE_OVER, id_, losses)
    goes_on = step.passages[places[-1]]
    if any(asked.op in (StoreOp.SET, StoreOp.SWAP) for asked in goes_on.of(StoreAsked)):
        return None
    return Collision(Ending.WROTE_NOTHING, id_)


def _logged_out(id_: str, step: LaneStep) -> bool:
    """Whether a logout destroyed the record of this ID."""
    return any(
        asked.id == id_ and is_destroyed(asked)
        for trip in step.trips
        if trip.request and trip.request.purpose is Purpose.LOGOUT
        for asked in trip.of(StoreAsked)
    )


def _loss(
    member: str, loaded: Mapping[str, Any], others: Mapping[str, Any], now: Mapping[str, Any]
) -> Loss:
    known = [*_list(loaded, member), *_list(now, member)]
    return Loss(member, tuple(item for item in _list(others, member) if item not in known))


def _list(data: Mapping[str, Any], member: str) -> list[Any]:
    found = data.get(member)
    return found if isinstance(found, list) else []


def _loaded(trip: RoundTrip) -> tuple[str | None, dict[str, Any] | None]:
    """The ID and the data that a request found in the store."""
    for asked in trip.of(StoreAsked):
        if asked.op is StoreOp.GET and asked.found:
            return asked.id, data_of(asked.record)
    return None, None
