"""The store after each passage of a step in which requests overlap."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sessionlab.transcript.steps import Shelf, lane_step
from sessionlab.transcript.store_timeline import shelves_of_passages

from .lane import Lane, record

ONE, TWO, THREE = (record(count=number) for number in (1, 2, 3))
MOVED = '{"cookie":{"path":"/moved"}}'
# a sentence, what is asked of the store, what is in it then (it began with ONE)
ASKED: dict[str, tuple[dict[str, Any], str | None]] = {
    "set": ({"op": "set", "record": TWO}, TWO),
    "a swap that was done": ({"op": "swap", "record": TWO, "found": True}, TWO),
    "a swap that was not": ({"op": "swap", "record": TWO, "found": False}, ONE),
    "destroy": ({"op": "destroy"}, None),
    "get": ({"op": "get", "record": ONE, "found": True}, ONE),
    "a touch that moves nothing": ({"op": "touch", "record": THREE}, ONE),
    "a touch with a broken record": ({"op": "touch", "record": "{"}, ONE),
    "a set that failed": ({"op": "set", "record": TWO, "error": "no"}, ONE),
    "a destroy that failed": ({"op": "destroy", "error": "no"}, ONE),
    "a touch that failed": ({"op": "touch", "record": MOVED, "error": "no"}, ONE),
}


@pytest.mark.parametrize(("asked", "there"), ASKED.values(), ids=ASKED)
def test_the_store_after_a_passage_is_what_its_events_made_of_it(
    asked: dict[str, Any], there: str | None
) -> None:
    lane = Lane().request().hold().request().response().resume()
    lane.store(session_id="a", **asked).response().snapshot({"a": ONE}, {})
    *_, shelf = shelves_of_passages(lane_step(lane.entries))
    assert shelf == Shelf(None, {"a": ONE}, {} if there is None else {"a": there})


def test_a_touch_that_moves_nothing_leaves_the_text_as_it_was_written() -> None:
    spaced = ONE.replace(":1}", ": 1}")
    lane = Lane().request().store("touch", "a", record=ONE).response().snapshot({"a": spaced}, {})
    (shelf,) = shelves_of_passages(lane_step(lane.entries))
    assert shelf.after == {"a": spaced}


def test_a_touch_moves_the_cookie_and_leaves_the_data_and_revives_nothing() -> None:
    lane = Lane().request().store("touch", "a", record=MOVED).store("touch", "gone", record=MOVED)
    (shelf,) = shelves_of_passages(lane_step(lane.response().snapshot({"a": ONE}, {}).entries))
    assert json.loads(shelf.after["a"]) == {"cookie": {"path": "/moved"}, "count": 1}
    assert set(shelf.after) == {"a"}


def test_a_lane_without_a_store_has_none_after_any_passage() -> None:
    assert list(shelves_of_passages(lane_step(Lane().request().response().entries))) == []
