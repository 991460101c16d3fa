"""Events: a listener hears of every step as it happens; without one, nothing is built."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from sessionlab import CookieOptions
from sessionlab.core.decide import Outcome, Reason
from sessionlab.core.entries import Entry
from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    ErrorOccurred,
    Event,
    Failed,
    SessionCalled,
    SessionMethod,
    SessionOpened,
    StoreAsked,
    StoreDecided,
    StoreOp,
    TimePassed,
)
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
        listener.heard.append(("", TimePassed(0)))  # a mark of our own

    Site(app, listener=listener).visit()
    assert listener.steps[2:] == [
        "cookie-decided new-modified-sent",
        "advance",
        "store-decided new-modified",
        "store set",
    ]


def facts_of(event: Event) -> dict[str, Any]:
    """What an event says, without its verdict."""
    return {name: value for name, value in vars(event).items() if name != "verdict"}


def test_what_each_event_says() -> None:
    site, listener = heard_site()
    answer = site.visit()
    session_id = answer.session_id
    text = f'{{"cookie":{COOKIE},"n":1}}'
    assert [facts_of(event) for event in listener.events] == [
        {"name": "connect.sid", "raw": None, "id": None, "signature": None, "secret": None},
        {"id": session_id, "new": True},
        {"id": session_id},
        {"op": "set", "id": session_id, "record": text, "found": None, "error": None},
        {"name": "connect.sid", "id": session_id, "set_cookie": answer.set_cookies[0]},
    ]
    listener.heard.clear()
    site.visit("/logout", answer.cookie)
    signature = sign(session_id, SECRET).partition(".")[2]
    assert [facts_of(event) for event in listener.events] == [
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
    assert {path for path, _ in listener.heard} == {"/logout"}


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
    assert said.items() <= vars(listener.of(CookieRead)).items()


# the operation that fails, the path, the events that tell of an error
FAILURES: dict[str, tuple[str, str, list[Event]]] = {
    "saving": (
        "set",
        "/",
        [
            StoreAsked(StoreOp.SET, "id", f'{{"cookie":{COOKIE},"n":2}}', None, "set failed"),
            ErrorOccurred(Failed.SAVE, "set failed"),
        ],
    ),
    "touching": (
        "touch",
        "/look",
        [
            StoreAsked(StoreOp.TOUCH, "id", f'{{"cookie":{COOKIE},"n":1}}', None, "touch failed"),
            ErrorOccurred(Failed.TOUCH, "touch failed"),
        ],
    ),
    "a call": (
        "destroy",
        "/logout",
        [
            StoreAsked(StoreOp.DESTROY, "id", None, None, "destroy failed"),
            SessionCalled(SessionMethod.DESTROY, "id", "destroy failed"),
        ],
    ),
    "loading": (
        "get",
        "/",
        [
            StoreAsked(StoreOp.GET, "id", None, None, "get failed"),
            ErrorOccurred(Failed.LOAD, "get failed"),
        ],
    ),
}


@pytest.mark.parametrize(("operation", "path", "events"), FAILURES.values(), ids=FAILURES)
def test_failures_are_heard_of(operation: str, path: str, events: list[Event]) -> None:
    site, listener = heard_site(store=FailingStore(), genid=lambda environ: "id")
    cookie = site.visit().cookie
    listener.heard.clear()
    site.store.fails = (operation,)
    if operation in ("get", "destroy"):
        with pytest.raises(ConnectionError):
            site.visit(path, cookie)
    else:
        site.visit(path, cookie)
    heard = [it for it in listener.events if getattr(it, "error", None) is not None]
    assert [without_key(it) for it in heard] == events


def without_key(event: Any) -> Event:
    """The event with its error shortened: the store's error names the key too."""
    return replace(event, error=event.error.replace("of sess:id ", ""))


def test_a_cookie_that_cannot_be_written_is_not_told_as_sent() -> None:
    site, listener = heard_site(cookie=CookieOptions(domain="not a domain"))
    site.visit()
    assert listener.of(ErrorOccurred) == ErrorOccurred(
        Failed.COOKIE, "option domain is invalid: 'not a domain'"
    )
    decided = listener.of(CookieDecided)
    assert decided.set_cookie is None
    assert decided.verdict is not None
    assert (decided.verdict.outcome, decided.verdict.reason) == (
        Outcome.WITHHOLD,
        Reason.COOKIE_FAILED,
    )


def test_a_cookie_that_cannot_be_cleared_is_not_told_as_cleared() -> None:
    site, listener = heard_site(
        cookie=CookieOptions(domain="not a domain"), safeguards=Safeguards(clear_cookie=True)
    )
    site.visit("/logout", "connect.sid=x")
    decided = listener.of(CookieDecided)
    assert (decided.set_cookie, decided.verdict and decided.verdict.reason) == (
        None,
        Reason.COOKIE_FAILED,
    )


def test_data_that_is_no_json_is_heard_of_when_it_is_too_late() -> None:
    listener = Listener()

    def app(environ: Environ, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"out"
        session_of(environ)["when"] = object()

    Site(app, listener=listener).visit()
    assert listener.of(ErrorOccurred) == ErrorOccurred(
        Failed.SAVE, "not JSON: Object of type object is not JSON serializable"
    )


def test_a_save_that_looks_first_is_heard_of() -> None:
    site, listener = heard_site(safeguards=Safeguards(no_resurrection=True))
    answer = site.visit()
    listener.heard.clear()
    site.visit(cookie=answer.cookie)
    asked = [it for it in listener.events if isinstance(it, StoreAsked)]
    text = f'{{"cookie":{COOKIE},"n":2}}'
    assert asked[1:] == [StoreAsked(StoreOp.SWAP, answer.session_id, text, True, None)]


def test_an_id_that_is_not_text_is_none_in_events() -> None:
    site, listener = heard_site(genid=lambda environ: 5)
    site.visit()
    assert listener.of(SessionOpened).id is None
    assert listener.of(StoreDecided).id is None
    assert listener.of(CookieDecided).id is None


def test_an_id_that_is_not_text_and_is_a_key_all_the_same_is_told_as_text() -> None:
    site, listener = heard_site(genid=lambda environ: 5)
    site.visit("/save")
    asked = [it for it in listener.events if isinstance(it, StoreAsked | SessionCalled)]
    assert {it.id for it in asked} == {"5"}


def test_the_store_that_the_application_put_in_place_is_heard_of_too() -> None:
    listener = Listener()
    other = LoggedStore(Clock())

    def act(environ: Environ) -> None:
        environ["sessionlab.store"] = other
        count(environ)

    Site(doing(act), listener=listener).visit()
    assert listener.of(StoreAsked).op is StoreOp.SET
    assert other.operations == ["set"]


def test_everything_that_is_told_is_json_and_reads_back() -> None:
    site, listener = heard_site(cookie=CookieOptions(max_age=60))
    cookie = site.visit().cookie
    for path in ("/", "/look", "/save", "/login", "/logout"):
        site.visit(path, cookie)
    for number, event in enumerate(listener.events, 1):
        entry = Entry(seq=number, at=0, step=0, lane="1", event=event)
        assert Entry.from_json(json.loads(json.dumps(entry.to_json()))) == entry


def test_ids_of_events_are_those_of_the_cookie() -> None:
    site, listener = heard_site()
    answer = site.visit()
    assert listener.of(SessionOpened).id == id_of(answer.cookie)
