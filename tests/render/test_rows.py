"""Each row from its events: what a lane shows, line by line."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab.core.decide import (
    CookieFacts,
    Reason,
    StoreFacts,
    decide_cookie,
    decide_store,
)
from sessionlab.core.events import ErrorOccurred, Failed, ServerKind, WithheldCookie
from sessionlab.core.jar.codes import Withheld
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.ids import IdColours
from sessionlab.render.look import Look
from sessionlab.render.rows import browser, server, store
from sessionlab.transcript.steps import lane_step
from tests.transcript.lane import Lane, record, verdict

ID = "K2xFhV9pQmZ3nT7bWcYdRgLsJkAaE8Qw"
NEW = "9dTzhV9pQmZ3nT7bWcYdRgLsJkAaELm4"
ONE, TWO = record(count=1), record(count=2)


def look(room: int = 60, **more: Any) -> Look:
    return Look(Catalogue("en"), IdColours(), room, **more)


def row(draw: Any, lane: Lane, **more: Any) -> list[str]:
    """The lines of a row about the lane's only round trip."""
    return [line.text.plain for line in draw(lane_step(lane.entries).trips[0], look(**more))]


def step_row(draw: Any, lane: Lane, **more: Any) -> list[str]:
    return [line.text.plain for line in draw(lane_step(lane.entries), look(**more))]


@pytest.mark.parametrize(
    ("lane", "lines"),
    [
        (Lane().copy("alice", "mallory", "a", "b"), ["❐ mallory gets a copy of alice's a, b"]),
        (Lane().edit("count", "2", "999"), ["✎ alice edits count", "  2 → 999"]),
        (Lane().edit("count", None, "1"), ["✎ alice edits count", "  ∅ → 1"]),
        (Lane().edit("count", "1", None), ["✎ alice edits count", "  1 → ∅"]),
        (
            Lane().edit("s", "eyJjb3VudCI6MX0=", "eyJjb3VudCI6OTl9"),
            ["✎ alice edits s", '  {"count":1} → {"count":99}'],
        ),
        (
            Lane().edit("s", "a" * 40, "b" * 40),
            ["✎ alice edits s", "  - " + "a" * 40, "  + " + "b" * 40],
        ),
        (Lane().restart(0), ["⟲ the server restarts"]),
        (Lane().restart(3), ["⟲ the server restarts; records lost: 3"]),
        (Lane().restart(0, 2), ["⟲ server 2 restarts"]),
        (Lane().restart(3, 2), ["⟲ server 2 restarts; records lost: 3"]),
        (Lane().close("a", "b"), ["⊘ alice closes the browser: a, b is gone"]),
        (Lane().close(), ["⊘ alice closes the browser: every cookie has an expiry and stays"]),
        (Lane().advance(90_061.5), ["⟳ 1 d 1 h 1 min 1.5 s pass"]),
        (Lane().advance(0), ["⟳ 0 s pass"]),
    ],
)
def test_what_was_done_before(lane: Lane, lines: list[str]) -> None:
    assert step_row(browser.prelude, lane) == lines


def test_a_request_names_its_client_and_its_form() -> None:
    lane = Lane().request(method="POST", path="/session/login", body="user=alice")
    assert row(browser.request, lane) == ["alice  POST /session/login", "user=alice"]


def test_a_request_says_which_of_several_servers_it_went_to() -> None:
    lane = Lane().request(path="/session", server=2)
    assert row(browser.request, lane) == ["alice  GET /session  → server 2"]
    assert row(browser.request, lane, room=40) == ["alice  GET /session  → server 2"]
    express = Lane().request(path="/session", server=2, software=ServerKind.EXPRESS)
    assert row(browser.request, express) == ["alice  GET /session  → Express"]


@pytest.mark.parametrize(
    ("bodies", "line"),
    [
        (["1번 접속"] * 6, "1번 접속 ×6"),
        (["1번 접속", "2번 접속", "2번 접속"], "1번 접속 → 2번 접속 ×2"),
        ([str(number) for number in range(20)], "0 → 1 → 2 → 3 → 4 → 5 → 6 → … → 19"),
        (["", "ok"], "200 → ok"),
    ],
)
def test_all_answers_stand_in_a_line(bodies: list[str], line: str) -> None:
    lane = Lane()
    for body in bodies:
        lane.request().response(body)
    assert step_row(browser.all_answers, lane) == [line]


def test_what_keeps_a_cookie_out_of_shared_caches_is_shown_with_it() -> None:
    lines = ("Cache-Control: private", "Vary: Cookie")
    lane = Lane().request().response("", "a=b", caching=lines)
    assert row(browser.sets, lane) == ["a=b", *lines]
    assert row(browser.sets, Lane().request().response("", caching=lines)) == []
    no_store = Lane().request().response("", "a=b", caching=("Cache-Control: no-store",))
    assert row(browser.sets, no_store) == ["a=b"]


def test_servers_with_stores_of_their_own_have_them_shown_apart() -> None:
    lane = Lane().request().response().snapshot({}, {ID: ONE}, 1).snapshot({NEW: ONE}, {}, 2)
    assert step_row(store.difference, lane) == [
        "in server 1's memory:",
        "+ K2xF…8Qw  count 1",
        "in server 2's memory:",
        "- 9dTz…Lm4  count 1",
    ]


@pytest.mark.parametrize(
    ("cookie", "lines"),
    [
        (("count", "1", "server"), ["count=1"]),
        (("count", "999", "edited"), ["count=999  ✎ edited"]),
        (("count", "1", "copied"), ["count=1  ❐ copied"]),
        (("count", "1", "script"), ["count=1  λ by script"]),
        (("s", "eyJjb3VudCI6MX0=", "server"), ["s=eyJjb3VudCI6MX0=", '  = {"count":1}']),
        (("connect.sid", f"s%3A{ID}.AAAAAAAA", "edited"), [
            "connect.sid=s%3AK2xF…8Qw.AAAA…  ✎ edited",
        ]),
    ],
)  # fmt: skip
def test_cookies_that_go_along_say_whence_they_came(
    cookie: tuple[str, str, str], lines: list[str]
) -> None:
    assert row(browser.sends, Lane().request(cookie)) == lines


def test_a_mark_is_not_torn_from_its_word() -> None:
    lane = Lane().request(("connect.sid", f"s%3A{ID}.AAAAAAAA", "edited"))
    assert row(browser.sends, lane, room=36) == ["connect.sid=s%3AK2xF…8Qw.AAAA…", "  ✎ edited"]


def test_cookies_that_are_held_back_say_why() -> None:
    reasons = (Withheld.OTHER_PATH, Withheld.SECURE_OVER_HTTP)
    held = WithheldCookie("admin", "1", reasons)
    assert row(browser.sends, Lane().request(withheld=(held,))) == [
        "⊘ admin held back",
        "  its Path is another",
        "  Secure, and this is not HTTPS",
    ]


def test_no_cookie_is_said_and_many_octets_are_counted() -> None:
    assert row(browser.sends, Lane().request()) == ["no cookie"]
    lines = row(browser.sends, Lane().request(("a", "x" * 5000, "server"), cookie_bytes=5010))
    assert lines == [f"a={'x' * 53}…xxxx", "Cookie line: 5,010 bytes"]


@pytest.mark.parametrize(
    ("reason", "more", "lines"),
    [
        (Reason.NO_COOKIE, {}, ["no cookie came"]),
        (
            Reason.VALID_SIGNATURE,
            {"id": ID, "signature": "q0V5hT", "secret": 0},
            ["K2xF…8Qw · q0V5…  ✓ matches"],
        ),
        (
            Reason.VALID_SIGNATURE,
            {"id": ID, "signature": "q0V5hT", "secret": 1},
            ["K2xF…8Qw · q0V5…  ✓ matches (secret no. 2)"],
        ),
        (
            Reason.BAD_SIGNATURE,
            {"id": ID, "signature": "AAAAAA"},
            ["K2xF…8Qw · AAAA…  ✗ does not match → ignored"],
        ),
        (
            Reason.NOT_SIGNED,
            {"raw": "999"},
            ["✗ not of the form s:ID.signature → ignored"],
        ),
        (
            Reason.SEALED_OPENED,
            {"raw": "eyJ", "signature": "i-YJui", "secret": 0},
            ["eyJ · i-YJ…  ✓ matches"],
        ),
        (Reason.PATH_OUTSIDE, {}, ["outside the cookie's path"]),
    ],
)
def test_the_signature_is_split_and_judged(
    reason: Reason, more: dict[str, Any], lines: list[str]
) -> None:
    assert row(server.signature, Lane().request().read(reason, **more)) == lines


@pytest.mark.parametrize(
    ("lane", "lines"),
    [
        (Lane().request(), []),
        (Lane().read(Reason.NO_COOKIE).opened(NEW, True), ["9dTz…Lm4 new"]),
        (Lane().read(Reason.VALID_SIGNATURE, id=ID).opened(ID, False), ["K2xF…8Qw found"]),
        (
            Lane().read(Reason.VALID_SIGNATURE, id=ID).opened(NEW, True),
            ["K2xF…8Qw unknown → 9dTz…Lm4 new"],
        ),
        (
            Lane().read(Reason.BAD_SIGNATURE, id=ID).opened(NEW, True),
            ["K2xF…8Qw refused → 9dTz…Lm4 new"],
        ),
        (Lane().read(Reason.STORE_DISCONNECTED).opened(None, False), []),
        (
            Lane().read(Reason.VALID_SIGNATURE, id=ID).opened(NEW, True, Reason.OUTLIVED),
            ["K2xF…8Qw too old → 9dTz…Lm4 new"],
        ),
    ],
)
def test_what_became_of_the_id(lane: Lane, lines: list[str]) -> None:
    assert row(server.session_id, lane) == lines


def test_the_store_is_asked_in_order_and_a_call_stands_before_what_it_led_to() -> None:
    lane = Lane().store("get", ID, found=True, record=ONE).store("destroy", ID)
    lane.call("regenerate", NEW).store("set", NEW, record=ONE).store("get", "x", found=False)
    lane.store("touch", NEW, error="connection lost").store("swap", NEW, found=False)
    lane.store("swap", NEW, found=True).call("save", NEW)
    assert row(store.calls, lane) == [
        "get K2xF…8Qw  ✓ found",
        "session.regenerate()",
        "destroy K2xF…8Qw",
        "set 9dTz…Lm4",
        "get x  ✗ not found",
        "touch 9dTz…Lm4  ✗ connection lost",
        "swap 9dTz…Lm4  ✗ changed meanwhile",
        "session.save()",
        "swap 9dTz…Lm4  ✓ as it was",
    ]


def test_an_identical_store_says_what_it_holds_and_none_says_nothing() -> None:
    same = Lane().snapshot({ID: ONE}, {ID: ONE})
    assert step_row(store.difference, same) == ["  K2xF…8Qw  count 1"]
    assert step_row(store.difference, Lane().snapshot({}, {})) == ["empty"]
    assert step_row(store.difference, Lane().request()) == []


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (None, ONE, "+ K2xF…8Qw  count 1"),
        (ONE, None, "- K2xF…8Qw  count 1"),
        (ONE, TWO, "~ K2xF…8Qw  count 1 → 2"),
        (None, record(), "+ K2xF…8Qw  (no data)"),
        (ONE, record(count=1, user="a"), '~ K2xF…8Qw  + user "a"'),
        (record(count=1, user="a"), ONE, '~ K2xF…8Qw  - user "a"'),
        (ONE, ONE.replace("null", "60000", 1), "~ K2xF…8Qw  expiry or cookie options only"),
        (ONE, ONE.replace(":1}", ": 1}"), "~ K2xF…8Qw  written anew, the data is the same"),
        (None, "no json", "+ K2xF…8Qw  no json"),
        (ONE, "[1]", "~ K2xF…8Qw  [1]"),
        (None, record(n="x" * 90), '+ K2xF…8Qw  n "xxxxxxxxxxxxxxxxxxxxxxx…xxx" (92 characters)'),
    ],
)
def test_a_record_is_shown_by_what_changed(
    before: str | None, after: str | None, line: str
) -> None:
    versions = [{ID: text} if text is not None else {} for text in (before, after)]
    assert step_row(store.difference, Lane().snapshot(*versions)) == [line]


def test_many_records_are_counted() -> None:
    many = {f"id-number-{number}": ONE for number in range(100)}
    lines = step_row(store.difference, Lane().snapshot({ID: ONE}, {ID: ONE} | many))
    assert lines[0] == "  K2xF…8Qw  count 1"
    assert lines[-1] == "… and 97 more, changed"
    assert len(lines) == 5
    assert len(step_row(store.difference, Lane().snapshot({}, many), wide=True)) == 100


def facts(kind: type[Any], *true: str) -> Any:
    """Facts of which these are true and all others false."""
    return kind(**{name: name in true for name in kind._fields})


COOKIE_FACTS = facts(CookieFacts, "session_present", "id_is_text", "modified")
STORE_FACTS = facts(StoreFacts, "session_present", "has_id", "id_is_text", "modified")


def decisions() -> Lane:
    lane = Lane().kept(decide_store[STORE_FACTS], NEW)
    return lane.cookie(decide_cookie[COOKIE_FACTS], NEW, "connect.sid=x")


def test_decisions_are_told_with_their_reason_the_cookie_first() -> None:
    assert row(server.because, decisions()) == [
        "cookie  sent: the browser must learn the ID",
        "store   saved: new and modified",
    ]


def test_a_wide_decision_has_its_code_its_sentence_and_its_questions() -> None:
    lines = row(server.because, decisions(), wide=True)
    assert lines[1].startswith("        new-modified-sent  The session's ID is new")
    assert lines[2:7] == [
        "        · Is there still a session at the end (nobody destroyed or unset it)? yes",
        "        · Is the session's ID a text? yes",
        "        · Is the session's ID the one that the browser sent? no",
        "        · Is the session modified: other data than at the start, or another ID? yes",
        "        · Is the cookie marked Secure? no",
    ]


def test_a_cookie_that_was_due_and_cannot_be_written_is_told_as_not_sent() -> None:
    lane = Lane().add(ErrorOccurred(Failed.COOKIE, "a line break in Path"))
    lane.cookie(verdict(Reason.COOKIE_FAILED), NEW, None)
    assert row(server.because, lane) == [
        "cookie  not sent: the cookie cannot be written",
        "✗ the cookie could not be written: a line break in Path",
    ]


def test_no_session_and_errors_are_told() -> None:
    lane = Lane().read(Reason.STORE_DISCONNECTED)
    lane.add(ErrorOccurred(Failed.SAVE, "disk full\x1b[31m"))
    assert row(server.because, lane) == [
        "session no session: the store is not connected",
        "✗ saving failed: disk full⟨ESC⟩[31m",
    ]


def test_an_answer_is_its_status_and_its_first_lines() -> None:
    assert row(browser.answers, Lane().response("1번 접속")) == ["200  1번 접속"]
    assert row(browser.answers, Lane().response("", status=401)) == ["401  Unauthorized"]
    assert row(browser.answers, Lane().response("\n".join("abcdef"))) == [
        "200  a",
        "     b",
        "     c",
        "     d",
        "     …",
    ]


def test_what_the_browser_keeps_and_refuses() -> None:
    lane = Lane().stored("a").stored("b").stored("old", "deleted")
    lane.stored("big", "refused", "too-long", "same-site-none-without-secure")
    assert row(browser.keeps, lane) == [
        "✗ big refused",
        "  over 4096 bytes of name and value",
        "  SameSite=None without Secure",
        "✓ a, b kept",
        "✓ old deleted",
    ]
