"""Events: a listener hears of every step as it happens; without one, nothing is built."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sessionlab import CookieOptions
from sessionlab.core.events import Event, Kind
from sessionlab.core.safeguards import Safeguards
from sessionlab.core.wire import sign

from .listening import Listener, heard_site
from .visiting import (
    SECRET,
    Clock,
    Environ,
    FailingStore,
    LoggedStore,
    Site,
    count,
    doing,
    id_of,
    session_of,
)

pytestmark = pytest.mark.filterwarnings("error")

COOKIE = '{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}'


# the path of a known visitor, the steps
STEPS: dict[str, tuple[str, list[str]]] = {
    "a change": (
        "/",
        [
            "cookie-read valid-signature",
            "store get",
            "session-open record-found",
            "store-decided modified",
            "store set",
            "cookie-decided browser-has-it",
        ],
    ),
    "a look": (
        "/look",
        [
            "cookie-read valid-signature",
            "store get",
            "session-open record-found",
            "store-decided unmodified-touched",
            "store touch",
            "cookie-decided browser-has-it",
        ],
    ),
    "a login": (
        "/login",
        [
            "cookie-read valid-signature",
            "store get",
            "session-open record-found",
            "store destroy",
            "session-call regenerate",
            "store-decided new-modified",
            "store set",
            "cookie-decided new-modified-sent",
        ],
    ),
    "a logout": (
        "/logout",
        [
            "cookie-read valid-signature",
            "store get",
            "session-open record-found",
            "store destroy",
            "session-call destroy",
            "store-decided unset-kept",
            "cookie-decided no-session-no-cookie",
        ],
    ),
    "calls": (
        "/save",
        [
            "cookie-read valid-signature",
            "store get",
            "session-open record-found",
            "store set",
            "session-call save",
            "store get",
            "session-call reload",
            "session-call touch",
            "store-decided unmodified-touched",
            "store touch",
            "cookie-decided browser-has-it",
        ],
    ),
}


@pytest.mark.parametrize(("path", "steps"), STEPS.values(), ids=STEPS)
def test_the_steps_of_a_known_visitors_request(path: str, steps: list[str]) -> None:
    site, listener = heard_site()
    cookie = site.visit().cookie
    listener.heard.clear()
    site.visit(path, cookie)
    assert listener.steps == steps


# a Cookie header, options, the steps up to the application
OPENINGS: dict[str, tuple[str | None, dict[str, Any], list[str]]] = {
    "no cookie": (None, {}, ["cookie-read no-cookie", "session-open"]),
    "not signed": ("connect.sid=x", {}, ["cookie-read not-signed", "session-open"]),
    "a bad signature": ("connect.sid=s:x.y", {}, ["cookie-read bad-signature", "session-open"]),
    "an unknown ID": (
        f"connect.sid=s:{sign('x', SECRET)}",
        {},
        ["cookie-read valid-signature", "store get", "session-open unknown-id"],
    ),
    "another path": (
        None,
        {"cookie": CookieOptions(path="/elsewhere")},
        ["cookie-read path-outside"],
    ),
}


@pytest.mark.parametrize(("cookie", "options", "steps"), OPENINGS.values(), ids=OPENINGS)
def test_the_steps_up_to_the_application(
    cookie: str | None, options: dict[str, Any], steps: list[str]
) -> None:
    heard_by_the_application: list[str] = []
    site, listener = heard_site(**options)
    site.middleware.app = doing(lambda environ: heard_by_the_application.extend(listener.steps))
    site.visit(cookie=cookie)
    assert heard_by_the_application == steps


def test_a_disconnected_store_is_heard_of() -> None:
    site, listener = heard_site()
    site.store.connected = False
    site.visit("/look")
    assert listener.steps == ["cookie-read store-disconnected"]


def test_a_stream_decides_the_cookie_first_and_the_store_at_its_end() -> None:
    listener = Listener()

    def app(environ: Environ, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        count(environ)
        yield b"out"
        listener.heard.append(("", Kind.RESPONSE, None, {}))  # a mark of our own

    Site(app, listener=listener).visit()
    assert listener.steps[2:] == [
        "cookie-decided new-modified-sent",
        "response",
        "store-decided new-modified",
        "store set",
    ]


def test_what_each_event_says() -> None:
    site, listener = heard_site()
    answer = site.visit()
    session_id = answer.session_id
    text = f'{{"cookie":{COOKIE},"n":1}}'
    assert [data for *_, data in listener.heard] == [
        {"name": "connect.sid", "raw": None, "id": None, "signature": None, "secret": None},
        {"id": session_id, "new": True},
        {"id": session_id},
        {"op": "set", "id": session_id, "record": text, "found": None, "error": None},
        {"name": "connect.sid", "id": session_id, "set_cookie": answer.set_cookies[0]},
    ]
    listener.heard.clear()
    site.visit("/logout", answer.cookie)
    signature = sign(session_id, SECRET).partition(".")[2]
    assert [data for *_, data in listener.heard] == [
        {
            "name": "connect.sid",
            "raw": f"s:{session_id}.{signature}",
            "id": session_id,
            "signature": signature,
            "secret": 0,
        },
        {"op": "get", "id": session_id, "record": text, "found": True, "error": None},
        {"id": session_id, "new": False},
        {"op": "destroy", "id": session_id, "record": None, "found": None, "error": None},
        {"call": "destroy", "id": session_id, "error": None},
        {"id": session_id},
        {"name": "connect.sid", "id": session_id, "set_cookie": None},
    ]
    assert {path for path, *_ in listener.heard} == {"/logout"}


# a Cookie header, what is said of it
READ: dict[str, tuple[str, dict[str, Any]]] = {
    "not signed": (
        "connect.sid=hello",
        {"raw": "hello", "id": None, "signature": None, "secret": None},
    ),
    "a bad signature": (
        "connect.sid=s%3Aa.b.c",
        {"raw": "s:a.b.c", "id": "a.b", "signature": "c", "secret": None},
    ),
    "no signature": (
        "connect.sid=s:abc",
        {"raw": "s:abc", "id": "", "signature": "abc", "secret": None},
    ),
    "an older secret": (
        f"connect.sid=s:{sign('abc', 'old')}",
        {"raw": f"s:{sign('abc', 'old')}", "id": "abc", "secret": 1},
    ),
    "empty": ("connect.sid=", {"raw": "", "id": None, "signature": None, "secret": None}),
}


@pytest.mark.parametrize(("header", "said"), READ.values(), ids=READ)
def test_what_is_said_of_a_cookie(header: str, said: dict[str, Any]) -> None:
    site, listener = heard_site(secrets=[SECRET, "old"])
    site.visit(cookie=header)
    assert listener.data(Kind.COOKIE_READ).items() >= said.items()


# the operation that fails, the path, the last events
FAILURES: dict[str, tuple[str, str, list[tuple[Kind, dict[str, Any]]]]] = {
    "saving": (
        "set",
        "/",
        [
            (Kind.STORE, {"op": "set", "error": "set of sess:id failed"}),
            (Kind.ERROR, {"where": "save", "error": "set of sess:id failed"}),
        ],
    ),
    "touching": (
        "touch",
        "/look",
        [
            (Kind.STORE, {"op": "touch", "error": "touch of sess:id failed"}),
            (Kind.ERROR, {"where": "touch", "error": "touch of sess:id failed"}),
        ],
    ),
    "a call": (
        "destroy",
        "/logout",
        [
            (Kind.STORE, {"op": "destroy", "error": "destroy of sess:id failed"}),
            (Kind.SESSION_CALL, {"call": "destroy", "error": "destroy of sess:id failed"}),
        ],
    ),
    "loading": (
        "get",
        "/",
        [
            (Kind.STORE, {"op": "get", "found": None, "error": "get of sess:id failed"}),
            (Kind.ERROR, {"where": "load", "error": "get of sess:id failed"}),
        ],
    ),
}


@pytest.mark.parametrize(("operation", "path", "events"), FAILURES.values(), ids=FAILURES)
def test_failures_are_heard_of(
    operation: str, path: str, events: list[tuple[Kind, dict[str, Any]]]
) -> None:
    site, listener = heard_site(store=FailingStore(), genid=lambda environ: "id")
    cookie = site.visit().cookie
    listener.heard.clear()
    site.store.fails = (operation,)
    if operation in ("get", "destroy"):
        with pytest.raises(ConnectionError):
            site.visit(path, cookie)
    else:
        site.visit(path, cookie)
    heard = [(kind, data) for _, kind, _, data in listener.heard if data.get("error") is not None]
    assert [kind for kind, _ in heard] == [kind for kind, _ in events]
    for (_, data), (_, expected) in zip(heard, events, strict=True):
        assert data.items() >= expected.items()


def test_a_cookie_that_can_not_be_written_is_heard_of() -> None:
    site, listener = heard_site(cookie=CookieOptions(domain="not a domain"))
    site.visit()
    assert listener.data(Kind.ERROR) == {
        "where": "cookie",
        "error": "option domain is invalid: 'not a domain'",
    }
    assert listener.data(Kind.COOKIE_DECIDED)["set_cookie"] is None


def test_data_that_is_no_json_is_heard_of_when_it_is_too_late() -> None:
    listener = Listener()

    def app(environ: Environ, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"out"
        session_of(environ)["when"] = object()

    Site(app, listener=listener).visit()
    assert listener.data(Kind.ERROR) == {
        "where": "save",
        "error": "not JSON: Object of type object is not JSON serializable",
    }


def test_a_save_that_looks_first_is_heard_of() -> None:
    site, listener = heard_site(safeguards=Safeguards(no_resurrection=True))
    answer = site.visit()
    listener.heard.clear()
    site.visit(cookie=answer.cookie)
    swaps = [data for *_, data in listener.heard if data.get("op") == "swap"]
    text = f'{{"cookie":{COOKIE},"n":2}}'
    assert swaps == [
        {"op": "swap", "id": answer.session_id, "record": text, "found": True, "error": None}
    ]


def test_an_id_that_is_no_text_is_none_in_events() -> None:
    site, listener = heard_site(genid=lambda environ: 5)
    site.visit()
    assert listener.data(Kind.STORE_DECIDED) == {"id": None}
    assert listener.data(Kind.COOKIE_DECIDED)["id"] is None


def test_the_store_that_the_application_put_in_place_is_heard_of_too() -> None:
    listener = Listener()
    other = LoggedStore(Clock())

    def act(environ: Environ) -> None:
        environ["sessionlab.store"] = other
        count(environ)

    Site(doing(act), listener=listener).visit()
    assert listener.data(Kind.STORE)["op"] == "set"
    assert other.operations == ["set"]


def test_everything_that_is_told_is_json_and_makes_events() -> None:
    site, listener = heard_site(cookie=CookieOptions(max_age=60))
    cookie = site.visit().cookie
    for path in ("/", "/look", "/save", "/login", "/logout"):
        site.visit(path, cookie)
    for number, (_, kind, verdict, data) in enumerate(listener.heard, 1):
        event = Event(
            seq=number, at=0, step=0, lane="1", kind=kind, data=data,
            verdict=None if verdict is None else verdict.to_json(),
        )  # fmt: skip
        assert Event.from_json(json.loads(json.dumps(event.to_json()))) == event


def test_ids_of_events_are_those_of_the_cookie() -> None:
    site, listener = heard_site()
    answer = site.visit()
    assert listener.data(Kind.SESSION_OPEN)["id"] == id_of(answer.cookie)
