"""One lane's events put in order where requests overlap, and the store after each passage."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sessionlab.core.events import Kind
from sessionlab.render.exchange import Shelf, lane_step
from sessionlab.render.store_course import shelves_of_passages

from .lane import Lane, record

ONE, TWO, THREE = (record(count=number) for number in (1, 2, 3))


def paths(lane: Lane) -> tuple[list[list[str]], list[list[str]]]:
    """The answers in each exchange, and in each passage; requests by their paths."""
    step = lane_step(lane.events)

    def told(parts: Any) -> list[list[str]]:
        return [
            [
                event.data["path"] if event.kind is Kind.REQUEST else event.data["body"]
                for event in part.of(Kind.REQUEST, Kind.RESPONSE)
            ]
            for part in parts
        ]

    return told(step.exchanges), told(step.passages)


def test_requests_one_after_the_other_are_their_own_passages() -> None:
    lane = Lane().request(path="/1").response("one").request(path="/2").response("two")
    whole = [["/1", "one"], ["/2", "two"]]
    assert paths(lane) == (whole, whole)
    assert not lane_step(lane.events).overlaps


def test_a_held_request_has_two_passages_and_ends_last() -> None:
    lane = Lane().request(path="/held").hold().request(path="/other").response("other")
    lane.resume().response("held")
    assert paths(lane) == (
        [["/other", "other"], ["/held", "held"]],
        [["/held"], ["/other", "other"], ["held"]],
    )
    assert lane_step(lane.events).overlaps


def test_each_of_several_held_requests_finds_its_own_end() -> None:
    lane = Lane()
    for number in (1, 2):
        lane.request(path=f"/held{number}").hold().request(path=f"/other{number}")
        lane.response(f"other{number}").resume().response(f"held{number}")
    assert paths(lane)[0] == [
        ["/other1", "other1"],
        ["/held1", "held1"],
        ["/other2", "other2"],
        ["/held2", "held2"],
    ]


def test_records_of_several_stores_are_all_records() -> None:
    lane = Lane().request().snapshot({"a": ONE}, {"a": TWO}, 1).snapshot({}, {"b": ONE}, 2)
    step = lane_step(lane.events)
    assert step.shelves == (Shelf(1, {"a": ONE}, {"a": TWO}), Shelf(2, {}, {"b": ONE}))
    assert step.records == ({"a": ONE}, {"a": TWO, "b": ONE})
    assert lane_step(Lane().request().events).records is None


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
}


@pytest.mark.parametrize(("asked", "there"), ASKED.values(), ids=ASKED)
def test_the_store_after_a_passage_is_what_its_events_made_of_it(
    asked: dict[str, Any], there: str | None
) -> None:
    lane = Lane().request().hold().request().response().resume()
    lane.store(session_id="a", **asked).response().snapshot({"a": ONE}, {})
    *_, (shelf,) = shelves_of_passages(lane_step(lane.events))
    assert shelf == Shelf(None, {"a": ONE}, {} if there is None else {"a": there})


def test_a_touch_moves_the_cookie_and_leaves_the_data_and_revives_nothing() -> None:
    lane = Lane().request().store("touch", "a", record=MOVED).store("touch", "gone", record=MOVED)
    ((shelf,),) = shelves_of_passages(lane_step(lane.response().snapshot({"a": ONE}, {}).events))
    assert json.loads(shelf.after["a"]) == {"cookie": {"path": "/moved"}, "count": 1}
    assert set(shelf.after) == {"a"}


def test_a_lane_without_a_store_has_none_after_any_passage() -> None:
    assert list(shelves_of_passages(lane_step(Lane().request().response().events))) == []
