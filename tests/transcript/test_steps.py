"""One lane's events put in order, where requests overlap too."""

from __future__ import annotations

from sessionlab.core.events import RequestSent, ResponseReceived
from sessionlab.transcript.steps import RoundTrip, Shelf, lane_step

from .lane import Lane, record

ONE, TWO = record(count=1), record(count=2)


def paths(lane: Lane) -> tuple[list[list[str]], list[list[str]]]:
    """The answers in each round trip, and in each passage; requests by their paths."""
    step = lane_step(lane.entries)

    def told(parts: tuple[RoundTrip, ...]) -> list[list[str]]:
        return [
            [it.path for it in part.of(RequestSent)] + [it.body for it in part.of(ResponseReceived)]
            for part in parts
        ]

    return told(step.trips), told(step.passages)


def test_requests_one_after_the_other_are_their_own_passages() -> None:
    lane = Lane().request(path="/1").response("one").request(path="/2").response("two")
    whole = [["/1", "one"], ["/2", "two"]]
    assert paths(lane) == (whole, whole)
    assert not lane_step(lane.entries).overlaps


def test_a_held_request_has_two_passages_and_ends_last() -> None:
    lane = Lane().request(path="/held").hold().request(path="/other").response("other")
    lane.resume().response("held")
    assert paths(lane) == (
        [["/other", "other"], ["/held", "held"]],
        [["/held"], ["/other", "other"], ["held"]],
    )
    assert lane_step(lane.entries).overlaps


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
    step = lane_step(lane.entries)
    assert step.shelves == (Shelf(1, {"a": ONE}, {"a": TWO}), Shelf(2, {}, {"b": ONE}))
    assert step.records == ({"a": ONE}, {"a": TWO, "b": ONE})
    assert lane_step(Lane().request().entries).records is None
