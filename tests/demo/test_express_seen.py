"""What app.js tells becomes events, and nothing is made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from sessionlab import SessionOptions
from sessionlab.core.events import Kind
from sessionlab.core.wire import sign
from sessionlab.demo.express.seen import Seen

ID = "K2xFq9vD0hTzYbN4mWcRjL7sGpUe3A8Q"
NEW, OLD = (sign(ID, secret) for secret in ("new", "old"))
Told = tuple[Kind, Mapping[str, Any], str | None]


def told(*lines: Mapping[str, Any]) -> list[Told]:
    """The events of these lines, with the verdicts' reasons."""
    events: list[Told] = []

    def record(
        kind: Kind, data: Mapping[str, Any], verdict: Mapping[str, Any] | None = None
    ) -> None:
        events.append((kind, data, verdict and verdict["reason"]))

    Seen(SessionOptions(secrets=["new", "old"]), record).tell(lines)
    return events


def came(header: str | None) -> dict[str, Any]:
    return {"kind": "cookie-read", "header": header}


def got(found: bool | None) -> dict[str, Any]:
    return {"kind": "store", "op": "get", "id": ID, "record": None, "found": found, "error": None}


@pytest.mark.parametrize(
    ("header", "reason", "data"),
    [
        (None, "no-cookie", (None, None, None, None)),
        ("other=1", "no-cookie", (None, None, None, None)),
        ("connect.sid=", "no-cookie", (None, None, None, None)),
        (f"a=1; connect.sid=s%3A{NEW}", "valid-signature", (f"s:{NEW}", ID, NEW[33:], 0)),
        (f"connect.sid=s%3A{OLD}", "valid-signature", (f"s:{OLD}", ID, OLD[33:], 1)),
        (f"connect.sid={NEW}", "not-signed", (NEW, None, None, None)),
        (f"connect.sid=s%3A{ID}.AAAA", "bad-signature", (f"s:{ID}.AAAA", ID, "AAAA", None)),
        (f"connect.sid=s%3A{ID}", "bad-signature", (f"s:{ID}", "", ID, None)),
    ],
)
def test_the_cookie_is_judged_from_outside_by_the_same_secrets(
    header: str | None, reason: str, data: tuple[str | int | None, ...]
) -> None:
    ((kind, event, why),) = told(came(header))
    assert (kind, why) == (Kind.COOKIE_READ, reason)
    assert (event["raw"], event["id"], event["signature"], event["secret"]) == data


@pytest.mark.parametrize(
    ("before", "new", "reason"),
    [
        ([], True, None),
        ([got(True)], False, "record-found"),
        ([got(False)], True, "unknown-id"),
    ],
)
def test_the_session_is_the_one_that_the_application_was_handed(
    before: list[dict[str, Any]], new: bool, reason: str | None
) -> None:
    lines = [came(None), *before, {"kind": "session-open", "id": ID}]
    assert told(*lines)[-1] == (Kind.SESSION_OPEN, {"id": ID, "new": new}, reason)


def test_a_later_reading_of_the_store_or_an_earlier_request_says_nothing_of_it() -> None:
    opened = {"kind": "session-open", "id": ID}
    events = told(came(None), got(True), got(False), opened, came(None), opened)
    assert [data["new"] for kind, data, _ in events if kind is Kind.SESSION_OPEN] == [False, True]


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
    (event,) = told({"kind": "cookie-decided", "set_cookie": lines})
    data = {"name": "connect.sid", "id": id_, "set_cookie": line}
    assert event == (Kind.COOKIE_DECIDED, data, None)


def test_what_was_asked_of_the_store_and_called_is_passed_on() -> None:
    call = {"call": "destroy", "id": ID, "error": "full"}
    assert told({"kind": "session-call", **call}) == [(Kind.SESSION_CALL, call, None)]
