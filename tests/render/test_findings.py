"""Findings: a closed list, each computed from the events."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab.core.events import Kind
from sessionlab.render.exchange import lane_step
from sessionlab.render.findings import Code, findings

from .lane import Lane, record

ONE, TWO = record(count=1), record(count=2)
SID = ("connect.sid", "s%3AA.sig", "server")
EDITED = ("count", "999", "edited")
COPIED = ("connect.sid", "s%3AA.sig", "copied")


def verdict(reason: str) -> dict[str, Any]:
    return {"outcome": "", "reason": reason, "checks": []}


def refused(lane: Lane) -> Lane:
    return lane.read("new", "bad-signature", id="A").opened("B", True)


def valid(lane: Lane) -> Lane:
    return lane.read("look-up", "valid-signature", id="A")


def found(lane: Lane) -> Lane:
    return valid(lane).store("get", "A", found=True, record=ONE).opened("A", False)


def missing(lane: Lane) -> Lane:
    return valid(lane).store("get", "A", found=False).opened("B", True)


def decided(lane: Lane, set_cookie: str | None, reason: str = "new-modified-sent") -> Lane:
    data = {"name": "connect.sid", "id": "B", "set_cookie": set_cookie}
    return lane.add(Kind.COOKIE_DECIDED, data, verdict(reason))


def overlapping(loaded: str, written: str | None, last: str, mine: str, end: str | None) -> Lane:
    """A request is held; another writes or destroys; the held one asks for ``last``."""
    lane = found(Lane().request(SID)).hold().request(SID)
    if written is None:
        lane.store("destroy", "A")
    else:
        lane.store("set", "A", record=written)
    lane.response().resume().store(last, "A", record=mine, found=True).response()
    return lane.snapshot({"A": loaded}, {} if end is None else {"A": end})


def regenerated(lane: Lane) -> Lane:
    return decided(lane.call("regenerate", "A"), "connect.sid=x").response("", "connect.sid=x")


BOTH = record(count=1, user="alice")
CASES = [
    (Code.SERVER_FAILED, Lane().request(EDITED).response("", status=500)),
    (Code.EDIT_UNCHECKED, Lane().request(EDITED).response("1000번 접속", "count=1000")),
    (Code.EDIT_NOTICED, refused(Lane().request(("connect.sid", "x", "edited"))).response()),
    (Code.EDIT_REJECTED, refused(Lane().request(EDITED)).response(status=403)),
    (Code.COPY_REFUSED, refused(Lane().request(COPIED)).response()),
    (Code.COPY_OPENS_NOTHING, missing(Lane().request(COPIED)).response()),
    (Code.COPY_OF_NO_USE, found(Lane().request(COPIED)).response(status=401)),
    (Code.COPY_WORKS, found(Lane().request(COPIED)).response()),
    (
        Code.BROWSER_REFUSED,
        Lane().request().response("", "n=x").stored("n", "refused", "too-long"),
    ),
    (Code.SIGNATURE_REFUSED, refused(Lane().request(SID)).response()),
    (Code.ID_UNKNOWN, missing(Lane().request(SID)).response()),
    (
        Code.OUTLIVED,
        valid(Lane().request(SID))
        .store("get", "A", found=True, record=ONE)
        .add(Kind.SESSION_OPEN, {"id": "B", "new": True}, verdict("outlived"))
        .response()
        .snapshot({"A": ONE}, {"A": ONE, "B": ONE}),
    ),
    (
        Code.MEANWHILE,
        found(Lane().request(SID))
        .add(Kind.STORE_DECIDED, {"id": "A"}, verdict("merged"))
        .response()
        .snapshot({"A": ONE}, {"A": TWO}),
    ),
    (Code.CAME_BACK, overlapping(ONE, None, "set", TWO, TWO)),
    (Code.WROTE_OVER, overlapping(ONE, BOTH, "set", ONE, ONE)),
    (Code.WROTE_OVER, overlapping(ONE, TWO, "swap", record(count=3), record(count=3))),
    (Code.WROTE_NOTHING, overlapping(ONE, TWO, "touch", ONE, TWO)),
    (Code.REGENERATED, regenerated(found(Lane().request(COPIED)))),
    (
        Code.RECORD_ELSEWHERE,
        missing(Lane().request(SID, server=2))
        .response()
        .snapshot({"A": ONE}, {"A": ONE}, 1)
        .snapshot({}, {}, 2),
    ),
    (
        Code.CLEARED_RECORD_STAYS,
        found(Lane().request(SID))
        .response("", "connect.sid=")
        .stored("connect.sid", "deleted")
        .snapshot({"A": ONE}, {"A": ONE}),
    ),
    (
        Code.DESTROYED_AND_CLEARED,
        found(Lane().request(SID))
        .store("destroy", "A")
        .response("", "connect.sid=")
        .stored("connect.sid", "deleted")
        .snapshot({"A": ONE}, {}),
    ),
    (
        Code.EXPIRED,
        Lane().advance(60).request().opened("B", True).response().snapshot({"A": ONE}, {}),
    ),
    (
        Code.SECURE_WITHHELD,
        decided(Lane().request().opened("B", True), None, "secure-over-http")
        .response()
        .snapshot({}, {"B": ONE}),
    ),
    (
        Code.RECORDS_GREW,
        Lane().request().response().request().response().snapshot({}, {"A": ONE, "B": ONE}),
    ),
    (
        Code.DESTROYED_COOKIE_STAYS,
        found(Lane().request(SID)).store("destroy", "A").response().snapshot({"A": ONE}, {}),
    ),
    (
        Code.DESTROYED,
        found(Lane().request(SID))
        .store("destroy", "A")
        .response("", "connect.sid=x")
        .snapshot({"A": ONE}, {}),
    ),
    (
        Code.COOKIE_DELETED,
        Lane().request(("count", "1", "server")).response("", "count=").stored("count", "deleted"),
    ),
    (
        Code.BEGAN,
        decided(Lane().request().opened("B", True), "connect.sid=x")
        .response("", "connect.sid=x")
        .snapshot({}, {"B": ONE}),
    ),
    (Code.FORGOTTEN, Lane().request().opened("B", True).response().snapshot({}, {})),
    (Code.RECOGNISED, found(Lane().request(SID)).response().snapshot({"A": ONE}, {"A": TWO})),
    (
        Code.RECOGNISED_AND_SENT,
        decided(found(Lane().request(SID)), "connect.sid=x", "rolling-sent")
        .response("", "connect.sid=x")
        .snapshot({"A": ONE}, {"A": TWO}),
    ),
    (Code.DATA_TRAVELS, Lane().request().response("", "count=1")),
    (Code.DATA_CAME, Lane().request(("count", "1", "server")).response()),
    (Code.RESTART_LOST, Lane().restart(2).snapshot({"A": ONE, "B": ONE}, {})),
    (Code.RESTART_KEPT, Lane().restart(0).snapshot({"A": ONE}, {"A": ONE})),
    (Code.RESTART_NOTHING_TO_LOSE, Lane().restart(0)),
]


@pytest.mark.parametrize(("code", "lane"), CASES, ids=[code.value for code, _ in CASES])
def test_a_lane_shows_one_thing(code: Code, lane: Lane) -> None:
    assert [finding.code for finding in findings(lane_step(lane.events))] == [code]


def test_every_finding_has_a_case() -> None:
    shown = {code for code, _ in CASES} | {Code.COPY_OUTLIVES_DELETION, Code.SHARED_ID}
    assert shown == set(Code)


def copied_and_deleted(outcome: str) -> Lane:
    lane = Lane().copy("alice", "mallory", "count").request(client="mallory").response()
    lane.at(2).request(("count", "1", "server")).response("", "count=").stored("count", outcome)
    return lane.at(3).request(("count", "1", "server"), client="mallory").response("2번 접속")


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("deleted", Code.COPY_OUTLIVES_DELETION), ("replaced", Code.DATA_CAME)],
)
def test_a_copy_outlives_the_deletion_where_it_came_from(outcome: str, code: Code) -> None:
    events = copied_and_deleted(outcome).events
    earlier = [event for event in events if event.step < 3]
    step = lane_step(event for event in events if event.step == 3)
    assert [finding.code for finding in findings(step, earlier)] == [code]


def test_a_copy_made_after_the_deletion_is_no_outliving_one() -> None:
    lane = (
        Lane().request(("count", "1", "server")).response("", "count=").stored("count", "deleted")
    )
    lane.at(2).copy("alice", "mallory", "count")
    lane.at(3).request(("count", "1", "server"), client="mallory").response("2번 접속")
    earlier = [event for event in lane.events if event.step < 3]
    step = lane_step(event for event in lane.events if event.step == 3)
    assert [finding.code for finding in findings(step, earlier)] == [Code.DATA_CAME]


@pytest.mark.parametrize(
    ("came", "others"), [("A", [("id", "A"), ("others", "mallory")]), ("B", None)]
)
def test_an_id_that_another_client_came_with_is_shared(came: str, others: object) -> None:
    lane = Lane().request(SID, client="mallory").read("look-up", "valid-signature", id=came)
    lane.response().at(2)
    found(lane.request(SID)).response().snapshot({"A": ONE}, {"A": ONE})
    step = lane_step(event for event in lane.events if event.step == 2)
    (shown,) = findings(step, [event for event in lane.events if event.step == 1])
    if others is None:
        assert shown.code is Code.RECOGNISED
    else:
        assert (shown.code, list(shown.fields)) == (Code.SHARED_ID, others)


def test_the_members_that_are_lost_are_named() -> None:
    two = record(count=2, user="alice")
    lane = overlapping(ONE, two, "set", ONE, ONE)
    (shown,) = findings(lane_step(lane.events))
    assert shown.fields == (("members", "count, user"),)


def test_two_requests_that_met_in_no_record_did_nothing_to_each_other() -> None:
    lane = found(Lane().request(SID)).hold().request(SID).response().resume()
    lane.store("touch", "A", record=ONE).response().snapshot({"A": ONE}, {"A": ONE})
    assert [one.code for one in findings(lane_step(lane.events))] == [Code.RECOGNISED]


def test_a_merge_that_lost_nothing_speaks_for_itself() -> None:
    merged = record(count=2, user="alice")
    lane = found(Lane().request(SID)).hold().request(SID).store("set", "A", record=BOTH)
    lane.response().resume().store("swap", "A", record=TWO, found=False)
    lane.add(Kind.STORE_DECIDED, {"id": "A"}, verdict("merged"))
    lane.store("swap", "A", record=merged, found=True).response()
    lane.snapshot({"A": ONE}, {"A": merged})
    assert [one.code for one in findings(lane_step(lane.events))] == [Code.MEANWHILE]


def test_beside_a_restart_only_what_is_unusual_is_said() -> None:
    usual = found(Lane().restart(0).request(SID)).response().snapshot({"A": ONE}, {"A": TWO})
    assert [one.code for one in findings(lane_step(usual.events))] == [Code.RESTART_KEPT]
    unusual = missing(Lane().restart(1).request(SID)).response().snapshot({"A": ONE}, {"B": ONE})
    shown = [one.code for one in findings(lane_step(unusual.events))]
    assert shown == [Code.RESTART_LOST, Code.ID_UNKNOWN]


def test_data_that_did_not_come_is_not_said_to_have_come() -> None:
    seal_alone = Lane().request(("session.sig", "x", "server")).read("new", "sealed-no-cookie")
    assert findings(lane_step(seal_alone.response().events)) == []


def test_a_step_without_a_request_shows_nothing() -> None:
    assert findings(lane_step(Lane().copy("alice", "mallory", "a").events)) == []
