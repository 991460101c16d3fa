"""Findings: a closed list, each computed from the events."""

from __future__ import annotations

import pytest

from sessionlab.core.decide import Reason
from sessionlab.core.events import Purpose
from sessionlab.transcript.findings import Code, findings

from .lane import Lane, record, verdict

ONE, TWO = record(count=1), record(count=2)
SID = ("connect.sid", "s%3AA.sig", "server")
EDITED = ("count", "999", "edited")
COPIED = ("connect.sid", "s%3AA.sig", "copied")


def shown(lane: Lane) -> list[Code]:
    """What is found in the lane's last step."""
    return [finding.code for finding in findings(lane.transcript(), lane.step)]


def refused(lane: Lane) -> Lane:
    return lane.read(Reason.BAD_SIGNATURE, id="A").opened("B", True)


def valid(lane: Lane) -> Lane:
    return lane.read(Reason.VALID_SIGNATURE, id="A")


def found(lane: Lane) -> Lane:
    return valid(lane).store("get", "A", found=True, record=ONE).opened("A", False)


def missing(lane: Lane) -> Lane:
    return valid(lane).store("get", "A", found=False).opened("B", True)


def decided(lane: Lane, set_cookie: str | None, reason: Reason = Reason.NEW_MODIFIED_SENT) -> Lane:
    return lane.cookie(verdict(reason), "B", set_cookie)


def overlapping(
    loaded: str,
    written: str | None,
    last: str,
    mine: str,
    end: str | None,
    purpose: Purpose | None = None,
) -> Lane:
    """A request is held; another writes or destroys; the held one asks for ``last``.

    ``purpose``: the other request's.
    """
    lane = valid(Lane().request(SID)).store("get", "A", found=True, record=loaded)
    lane.opened("A", False).hold().request(SID, purpose=purpose)
    if written is None:
        lane.store("destroy", "A")
    else:
        lane.store("set", "A", record=written)
    lane.response().resume().store(last, "A", record=mine, found=True).response()
    return lane.snapshot({"A": loaded}, {} if end is None else {"A": end})


def regenerated(lane: Lane) -> Lane:
    return decided(lane.call("regenerate", "A"), "connect.sid=x").response("", "connect.sid=x")


def login(lane: Lane, *, status: int = 200) -> Lane:
    """A login of somebody who has a session."""
    lane = found(lane.request(COPIED, purpose=Purpose.LOGIN))
    return lane.cookie(verdict(Reason.BROWSER_HAS_IT), "A", None).response("", status=status)


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
        .opened("B", True, Reason.OUTLIVED)
        .response()
        .snapshot({"A": ONE}, {"A": ONE, "B": ONE}),
    ),
    (
        Code.MEANWHILE,
        found(Lane().request(SID))
        .kept(verdict(Reason.MERGED), "A")
        .response()
        .snapshot({"A": ONE}, {"A": TWO}),
    ),
    (Code.LOGOUT_UNDONE, overlapping(ONE, None, "set", TWO, TWO, Purpose.LOGOUT)),
    (Code.CAME_BACK, overlapping(ONE, None, "set", TWO, TWO)),
    (Code.WROTE_OVER, overlapping(ONE, BOTH, "set", ONE, ONE)),
    (Code.WROTE_OVER, overlapping(ONE, TWO, "swap", record(count=3), record(count=3))),
    (Code.WROTE_NOTHING, overlapping(ONE, TWO, "touch", ONE, TWO)),
    (Code.REGENERATED, regenerated(found(Lane().request(COPIED)))),
    (Code.ID_KEPT, login(Lane())),
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
        decided(Lane().request().opened("B", True), None, Reason.SECURE_OVER_HTTP)
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
        decided(found(Lane().request(SID)), "connect.sid=x", Reason.ROLLING_SENT)
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
    assert shown(lane) == [code]


def test_every_finding_has_a_case() -> None:
    of_several_steps = {
        Code.COPY_OUTLIVES_DELETION, Code.SHARED_ID, Code.LOGOUT_WAS_UNDONE, Code.ITEM_GONE
    }  # fmt: skip
    assert {code for code, _ in CASES} | of_several_steps == set(Code)


def copied_and_deleted(outcome: str) -> Lane:
    lane = Lane().copy("alice", "mallory", "count").request(client="mallory").response()
    lane.at(2).request(("count", "1", "server")).response("", "count=").stored("count", outcome)
    return lane.at(3).request(("count", "1", "server"), client="mallory").response("2번 접속")


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("deleted", Code.COPY_OUTLIVES_DELETION), ("replaced", Code.DATA_CAME)],
)
def test_a_copy_outlives_the_deletion_where_it_came_from(outcome: str, code: Code) -> None:
    assert shown(copied_and_deleted(outcome)) == [code]


def test_a_copy_of_another_clients_cookie_has_nothing_to_do_with_the_deletion() -> None:
    lane = Lane().copy("bob", "mallory", "count")
    lane.at(2).request(("count", "1", "server")).response("", "count=").stored("count", "deleted")
    lane.at(3).request(("count", "1", "server"), client="mallory").response("2번 접속")
    assert shown(lane) == [Code.DATA_CAME]


def test_a_copy_made_after_the_deletion_is_no_outliving_one() -> None:
    lane = (
        Lane().request(("count", "1", "server")).response("", "count=").stored("count", "deleted")
    )
    lane.at(2).copy("alice", "mallory", "count")
    lane.at(3).request(("count", "1", "server"), client="mallory").response("2번 접속")
    assert shown(lane) == [Code.DATA_CAME]


@pytest.mark.parametrize(
    ("came", "others"), [("A", [("id", "A"), ("others", "mallory")]), ("B", None)]
)
def test_an_id_that_another_client_came_with_is_shared(came: str, others: object) -> None:
    lane = Lane().request(SID, client="mallory").read(Reason.VALID_SIGNATURE, id=came)
    lane.response().at(2)
    found(lane.request(SID)).response().snapshot({"A": ONE}, {"A": ONE})
    (finding,) = findings(lane.transcript(), 2)
    if others is None:
        assert finding.code is Code.RECOGNISED
    else:
        assert (finding.code, list(finding.fields)) == (Code.SHARED_ID, others)


BOOK, PEN = record(cart=["book"]), record(cart=["book", "pen"])


@pytest.mark.parametrize(
    ("loaded", "written", "members"),
    [(ONE, record(count=2, user="alice"), "count, user"), (BOOK, PEN, 'cart "pen"')],
)
def test_the_members_and_items_that_are_lost_are_named(
    loaded: str, written: str, members: str
) -> None:
    (finding,) = findings(overlapping(loaded, written, "set", loaded, loaded).transcript(), 1)
    assert (finding.code, finding.fields) == (Code.WROTE_OVER, (("members", members),))


@pytest.mark.parametrize(
    ("end", "left"),
    [
        (BOOK, 'cart "pen"'),
        (record(cart=["book", "cup"]), 'cart "pen"'),
        (PEN, None),
    ],
)
def test_an_item_that_was_lost_stays_gone_until_it_is_there_again(
    end: str, left: str | None
) -> None:
    lane = overlapping(BOOK, PEN, "set", BOOK, BOOK).at(2)
    found(lane.request(SID)).response().snapshot({"A": end}, {"A": end})
    (finding,) = findings(lane.transcript(), 2)
    if left is None:
        assert finding.code is Code.RECOGNISED
    else:
        assert (finding.code, finding.fields) == (Code.ITEM_GONE, (("members", left),))


@pytest.mark.parametrize(
    ("purpose", "code"),
    [(Purpose.LOGOUT, Code.LOGOUT_WAS_UNDONE), (None, Code.RECOGNISED)],
)
def test_who_is_known_after_a_logout_that_was_undone_is_told_so(
    purpose: Purpose | None, code: Code
) -> None:
    lane = overlapping(ONE, None, "set", ONE, ONE, purpose).at(2)
    assert shown(found(lane.request(SID)).response().snapshot({"A": ONE}, {"A": ONE})) == [code]


def test_what_a_race_did_to_another_record_is_not_told_of_this_one() -> None:
    lane = overlapping(BOOK, PEN, "set", BOOK, BOOK).at(2)
    lane.request(SID).read(Reason.VALID_SIGNATURE, id="B").opened("B", False).response()
    assert shown(lane.snapshot({"B": ONE}, {"B": ONE})) == [Code.RECOGNISED]


@pytest.mark.parametrize(
    ("decided_id", "code"),
    [("A", Code.ID_KEPT), (None, Code.ID_KEPT), ("C", Code.RECOGNISED)],
    ids=["the same", "not known, and no cookie is sent", "another, by the application's own doing"],
)
def test_a_login_keeps_the_id_unless_another_was_decided_on(
    decided_id: str | None, code: Code
) -> None:
    lane = found(Lane().request(SID, purpose=Purpose.LOGIN)).cookie(None, decided_id, None)
    assert shown(lane.response().snapshot({"A": ONE}, {"A": ONE})) == [code]


def test_a_regeneration_that_failed_changed_no_id() -> None:
    lane = found(Lane().request(SID)).call("regenerate", "A", error="disk full")
    lane = decided(lane, "connect.sid=x").response("", "connect.sid=x")
    assert shown(lane.snapshot({"A": ONE}, {"A": ONE})) == [Code.RECOGNISED_AND_SENT]


def test_an_edited_cookie_that_is_not_the_sessions_is_checked_by_nobody() -> None:
    lane = Lane().request(EDITED).read(Reason.NO_COOKIE).opened("B", True).response()
    assert shown(lane) == [Code.EDIT_UNCHECKED]


def test_a_login_that_fails_or_begins_a_session_keeps_no_id() -> None:
    failed = login(Lane(), status=403)
    assert shown(failed) == [Code.COPY_OF_NO_USE]
    first = decided(Lane().request(purpose=Purpose.LOGIN).opened("B", True), "connect.sid=x")
    first.response("", "connect.sid=x").snapshot({}, {"B": ONE})
    assert shown(first) == [Code.BEGAN]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Reason.NOT_SIGNED, Code.SIGNATURE_REFUSED),
        (Reason.BAD_SIGNATURE, Code.SIGNATURE_REFUSED),
        (Reason.SEALED_WITHOUT_SEAL, Code.SIGNATURE_REFUSED),
        (Reason.SEALED_BAD_SEAL, Code.SIGNATURE_REFUSED),
        (Reason.EMPTY_ID, Code.FORGOTTEN),
        (Reason.SEALED_UNREADABLE, Code.FORGOTTEN),
        (Reason.NO_COOKIE, Code.FORGOTTEN),
    ],
)
def test_a_signature_is_refused_where_it_is_what_decided(reason: Reason, code: Code) -> None:
    lane = Lane().request(SID).read(reason).opened("B", True).response().snapshot({}, {})
    assert shown(lane) == [code]


def test_two_requests_that_met_in_no_record_did_nothing_to_each_other() -> None:
    lane = found(Lane().request(SID)).hold().request(SID).response().resume()
    lane.store("touch", "A", record=ONE).response().snapshot({"A": ONE}, {"A": ONE})
    assert shown(lane) == [Code.RECOGNISED]


def test_a_merge_that_lost_nothing_speaks_for_itself() -> None:
    merged = record(count=2, user="alice")
    lane = found(Lane().request(SID)).hold().request(SID).store("set", "A", record=BOTH)
    lane.response().resume().store("swap", "A", record=TWO, found=False)
    lane.kept(verdict(Reason.MERGED), "A")
    lane.store("swap", "A", record=merged, found=True).response()
    lane.snapshot({"A": ONE}, {"A": merged})
    assert shown(lane) == [Code.MEANWHILE]


def test_beside_a_restart_only_what_is_unusual_is_said() -> None:
    usual = found(Lane().restart(0).request(SID)).response().snapshot({"A": ONE}, {"A": TWO})
    assert shown(usual) == [Code.RESTART_KEPT]
    unusual = missing(Lane().restart(1).request(SID)).response().snapshot({"A": ONE}, {"B": ONE})
    assert shown(unusual) == [Code.RESTART_LOST, Code.ID_UNKNOWN]


def test_data_that_did_not_come_is_not_said_to_have_come() -> None:
    seal_alone = Lane().request(("session.sig", "x", "server")).read(Reason.SEALED_NO_COOKIE)
    assert shown(seal_alone.response()) == []


def test_a_step_without_a_request_shows_nothing() -> None:
    assert shown(Lane().copy("alice", "mallory", "a")) == []
