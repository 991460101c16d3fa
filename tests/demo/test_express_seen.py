"""What app.js tells becomes events, and nothing is made up."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab import SessionOptions
from sessionlab.core.decide import Reason
from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    Event,
    SessionCalled,
    SessionMethod,
    SessionOpened,
    StoreAsked,
    StoreOp,
)
from sessionlab.core.wire import sign
from sessionlab.demo.express.seen import Seen

ID = "K2xFq9vD0hTzYbN4mWcRjL7sGpUe3A8Q"
NEW, OLD = (sign(ID, secret) for secret in ("new", "old"))
NO_ID = sign("", "new")


def seen(*lines: dict[str, Any]) -> list[Event]:
    """The events of these lines."""
    events: list[Event] = []
    Seen(SessionOptions(secrets=["new", "old"]), events.append).record(lines)
    return events


def came(header: str | None) -> dict[str, Any]:
    return {"kind": "cookie-read", "header": header}


def got(found: bool | None) -> dict[str, Any]:
    return {"kind": "store", "op": "get", "id": ID, "record": None, "found": found, "error": None}


@pytest.mark.parametrize(
    ("header", "reason", "data"),
    [
        (None, Reason.NO_COOKIE, (None, None, None, None)),
        ("other=1", Reason.NO_COOKIE, (None, None, None, None)),
        ("connect.sid=", Reason.NO_COOKIE, (None, None, None, None)),
        (f"a=1; connect.sid=s%3A{NEW}", Reason.VALID_SIGNATURE, (f"s:{NEW}", ID, NEW[33:], 0)),
        (f"connect.sid=s%3A{OLD}", Reason.VALID_SIGNATURE, (f"s:{OLD}", ID, OLD[33:], 1)),
        (f"connect.sid={NEW}", Reason.NOT_SIGNED, (NEW, None, None, None)),
        (f"connect.sid=s%3A{ID}.AAAA", Reason.BAD_SIGNATURE, (f"s:{ID}.AAAA", ID, "AAAA", None)),
        (f"connect.sid=s%3A{ID}", Reason.BAD_SIGNATURE, (f"s:{ID}", "", ID, None)),
        (f"connect.sid=s%3A{NO_ID}", Reason.EMPTY_ID, (f"s:{NO_ID}", "", NO_ID[1:], 0)),
    ],
)
def test_the_cookie_is_judged_from_outside_by_the_same_secrets(
    header: str | None, reason: Reason, data: tuple[str | int | None, ...]
) -> None:
    (event,) = seen(came(header))
    assert isinstance(event, CookieRead)
    assert (event.name, event.verdict.reason) == ("connect.sid", reason)
    assert (event.raw, event.id, event.signature, event.secret) == data


@pytest.mark.parametrize(
    ("before", "new", "reason"),
    [
        ([], True, None),
        ([got(True)], False, Reason.RECORD_FOUND),
        ([got(False)], True, Reason.UNKNOWN_ID),
    ],
)
def test_the_session_is_the_one_that_the_application_was_handed(
    before: list[dict[str, Any]], new: bool, reason: Reason | None
) -> None:
    lines = [came(None), *before, {"kind": "session-open", "id": ID}]
    event = seen(*lines)[-1]
    assert isinstance(event, SessionOpened)
    assert (event.id, event.new) == (ID, new)
    assert (event.verdict and event.verdict.reason) == reason


def test_a_later_reading_of_the_store_or_an_earlier_request_says_nothing_of_it() -> None:
    opened = {"kind": "session-open", "id": ID}
    events = seen(came(None), got(True), got(False), opened, came(None), opened)
    assert [it.new for it in events if isinstance(it, SessionOpened)] == [False, True]


@pytest.mark.parametrize(
    ("lines", "id_", "line"),
    [
        ([], None, None),
        (["a=1; Path=/"], None, None),
        (["a=1", f"connect.sid=s%3A{NEW}; Path=/"], ID, f"connect.sid=s%3A{NEW}; Path=/"),
        (["connect.sid=; Path=/"], None, None),
    ],
)
def test_a_decision_has_the_line_that_was_sent_and_no_reason(
    lines: list[str], id_: str | None, line: str | None
) -> None:
    events = seen({"kind": "cookie-decided", "set_cookie": lines})
    assert events == [CookieDecided(None, "connect.sid", id_, line)]


def test_what_was_asked_of_the_store_and_called_is_passed_on() -> None:
    call = {"kind": "session-call", "call": "destroy", "id": ID, "error": "full"}
    assert seen(call, got(None)) == [
        SessionCalled(SessionMethod.DESTROY, ID, "full"),
        StoreAsked(StoreOp.GET, ID, None, None, None),
    ]


@pytest.mark.parametrize(
    "line",
    [{"kind": "request"}, {**got(None), "op": "swop"}, {"kind": "session-call", "call": "sing"}],
)
def test_a_line_that_app_js_does_not_write_is_an_error(line: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"request|swop|sing"):
        seen(line)
