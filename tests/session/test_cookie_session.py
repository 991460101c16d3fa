"""The sealed session against the real cookie-session's recording, and its own promises."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app
from werkzeug.wrappers import Request, Response

from sessionlab.core.errors import CookieError, OptionsError, SessionDataError
from sessionlab.core.events import CookieDecided, CookieRead, ErrorOccurred, Event
from sessionlab.core.options import CookieOptions
from sessionlab.core.wire.sealed import decode_session, encode_session, seal
from sessionlab.session.cookie_session import (
    CookieSessionMiddleware,
    SecureOverHttp,
    get_cookie_session,
    set_cookie_session,
)

RECORDING = json.loads(
    (Path(__file__).parent / "cookie_session" / "recording.json").read_text(encoding="utf-8")
)
NAMES = {
    "path": "path",
    "domain": "domain",
    "priority": "priority",
    "sameSite": "same_site",
    "partitioned": "partitioned",
    "secure": "secure",
    "httpOnly": "http_only",
}


def cookie_options(express: dict[str, Any]) -> CookieOptions:
    options = {ours: express[theirs] for theirs, ours in NAMES.items() if theirs in express}
    if "maxAge" in express:
        options["max_age"] = express["maxAge"] / 1000
    return CookieOptions(**options)


def perform(actions: list[list[Any]], environ: dict[str, Any], headers: list[Any]) -> Any:
    """What the recorded application did, on our side; returns the session that it read."""
    seen: Any = "not read"
    for verb, *args in actions:
        if verb == "read":
            session = get_cookie_session(environ)
            seen = None if session is None else dict(session)
        elif verb == "unset":
            set_cookie_session(environ, None)
        elif verb == "replace":
            set_cookie_session(environ, args[0])
        elif verb == "cookie":
            headers.append(("Set-Cookie", args[0]))
        else:
            session = get_cookie_session(environ)
            assert session is not None
            if verb == "set":
                session[args[0]] = args[1]
            elif verb == "push":
                session[args[0]].append(args[1])
            elif verb == "delete":
                del session[args[0]]
    return seen


@pytest.mark.parametrize("row", RECORDING["requests"], ids=lambda row: row["title"])
def test_every_request_is_answered_as_the_real_package_answers_it(row: dict[str, Any]) -> None:
    seen: list[Any] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        headers: list[tuple[str, str]] = []
        seen.append(perform(row["actions"], environ, headers))
        start_response("200 OK", headers)
        return [b""]

    options = row["options"]
    sealed = CookieSessionMiddleware(
        app,
        options["keys"],
        options.get("name", "session"),
        cookie=cookie_options(options),
        clock=lambda: RECORDING["now"],
    )
    environ = EnvironBuilder(base_url="https://a/" if row["tls"] else "http://a/").get_environ()
    if row["cookie"] is not None:
        environ["HTTP_COOKIE"] = row["cookie"]
    _, status, headers = run_wsgi_app(sealed, environ)

    assert (status, seen, headers.getlist("Set-Cookie")) == ("200 OK", [row["seen"]], row["sets"])


class Told:
    """A listener that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def __call__(self, environ: Any, event: Event) -> None:
        self.events.append(event)


def counting(environ: Any, start_response: Any) -> Any:
    session = get_cookie_session(environ)
    assert session is not None
    session["count"] = session.get("count", 0) + 1
    return Response(str(session["count"]))(environ, start_response)


def cookies_of(data: dict[str, Any], secret: str = "key", name: str = "session") -> str:
    value = encode_session(data)
    return f"{name}={value}; {name}.sig={seal(name, value, secret)}"


ONE = cookies_of({"count": 1})
READS = [
    ("no cookie", None, ["key"], "sealed-no-cookie", None, "sealed-sent"),
    ("no seal", ONE.split(";")[0], ["key"], "sealed-without-seal", None, "sealed-sent"),
    ("a wrong seal", ONE + "x", ["key"], "sealed-bad-seal", None, "sealed-sent"),
    ("the first key's seal", ONE, ["key", "old"], "sealed-opened", 0, "sealed-sent"),
    ("an old key's seal", ONE, ["new", "key"], "sealed-opened", 1, "sealed-sent"),
]


@pytest.mark.parametrize(
    ("cookie", "secrets", "reason", "index", "decided"),
    [row[1:] for row in READS],
    ids=[row[0] for row in READS],
)
def test_the_listener_hears_what_came_in_and_what_goes_out(
    cookie: str | None, secrets: list[str], reason: str, index: int | None, decided: str
) -> None:
    told = Told()
    client = Client(CookieSessionMiddleware(counting, secrets, listener=told), use_cookies=False)
    answer = client.get("/", headers={"Cookie": cookie} if cookie else {})

    came, went = told.events
    assert isinstance(came, CookieRead)
    assert (came.verdict.reason, came.secret) == (reason, index)
    assert came.name == "session"
    assert came.id is None
    assert isinstance(went, CookieDecided)
    assert went.verdict is not None
    assert went.verdict.reason == decided
    assert went.set_cookie in answer.headers.getlist("Set-Cookie")


def test_a_session_that_nobody_asks_for_is_not_read_and_the_decision_says_so() -> None:
    told = Told()
    app = CookieSessionMiddleware(Response("fine"), "key", listener=told)
    Client(app, use_cookies=False).get("/", headers={"Cookie": ONE})
    assert [(type(it), it.verdict.reason) for it in told.events] == [
        (CookieDecided, "sealed-not-accessed")
    ]


def test_a_secure_cookie_over_http_is_withheld_and_on_error_is_told_why() -> None:
    errors: list[Exception] = []
    told = Told()
    app = CookieSessionMiddleware(
        counting,
        "key",
        cookie=CookieOptions(secure=True),
        on_error=lambda error, environ: errors.append(error),
        listener=told,
    )
    answer = Client(app).get("/")
    assert answer.text == "1"
    assert "Set-Cookie" not in answer.headers
    assert [type(error) for error in errors] == [SecureOverHttp]
    assert [type(it) for it in told.events] == [CookieRead, ErrorOccurred, CookieDecided]
    assert told.events[-1].verdict.reason == "cookie-failed", "it was to be sent, and was not"
    assert told.events[-1].set_cookie is None


def keeping_a_set(environ: Any, start_response: Any) -> Any:
    set_cookie_session(environ, {"when": {1, 2}})
    return Response("kept")(environ, start_response)


def test_a_session_that_json_can_not_hold_is_logged_where_nobody_listens(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = Client(CookieSessionMiddleware(keeping_a_set, "key")).get("/")
    assert (answer.text, answer.headers.getlist("Set-Cookie")) == ("kept", [])
    assert "SessionDataError" in caplog.text


def test_a_session_that_json_can_not_hold_is_reported_where_somebody_listens() -> None:
    errors: list[Exception] = []
    app = CookieSessionMiddleware(keeping_a_set, "key", on_error=lambda e, _: errors.append(e))
    assert Client(app).get("/").text == "kept"
    assert [type(error) for error in errors] == [SessionDataError]


@pytest.mark.parametrize("secrets", [[], "", ["key", ""]])
def test_a_missing_secret_is_refused_when_the_application_is_made(secrets: Any) -> None:
    with pytest.raises(OptionsError):
        CookieSessionMiddleware(counting, secrets)


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "a\r\nSet-Cookie: b"},
        {"name": "a;b"},
        {"name": ""},
        {"cookie": CookieOptions(path="/\r\nX: y")},
        {"cookie": CookieOptions(path="/; domain=example.com")},
        {"cookie": CookieOptions(domain="a b")},
        {"cookie": CookieOptions(priority="urgent")},
        {"cookie": CookieOptions(same_site="sometimes")},
    ],
)
def test_what_would_break_out_of_the_header_is_refused_when_the_application_is_made(
    arguments: dict[str, Any],
) -> None:
    with pytest.raises(CookieError):
        CookieSessionMiddleware(counting, "key", **arguments)


@pytest.mark.parametrize("value", ["text", 5, ["a"]])
def test_a_session_is_set_to_a_mapping_or_to_none(value: Any) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        set_cookie_session(environ, value)

    with pytest.raises(TypeError, match="None or a mapping"):
        Client(CookieSessionMiddleware(app, "key")).get("/")


def test_without_the_middleware_asking_for_the_session_says_what_is_missing() -> None:
    with pytest.raises(LookupError, match="CookieSessionMiddleware"):
        get_cookie_session(Request(EnvironBuilder().get_environ()))


def test_what_is_changed_before_the_first_byte_is_sent_and_later_changes_are_lost() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        session = get_cookie_session(environ)
        assert session is not None
        start_response("200 OK", [])
        session["early"] = True
        yield b"first"
        session["late"] = True
        yield b"second"

    answer = Client(CookieSessionMiddleware(app, "key")).get("/")
    value = answer.headers.getlist("Set-Cookie")[0].split(";")[0].partition("=")[2]
    assert answer.data == b"firstsecond"
    assert decode_session(value) == {"early": True}


def test_the_write_callable_sends_the_session_too() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        session = get_cookie_session(environ)
        assert session is not None
        write = start_response("200 OK", [])
        session["count"] = 1
        write(b"written")
        return []

    answer = Client(CookieSessionMiddleware(app, "key")).get("/")
    assert answer.data == b"written"
    assert len(answer.headers.getlist("Set-Cookie")) == 2


def test_a_second_start_response_before_the_first_byte_replaces_the_first() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        start_response("500 NO", [("X-Why", "broken")])
        return [b"sorry"]

    answer = Client(CookieSessionMiddleware(app, "key")).get("/")
    assert (answer.status, answer.headers["X-Why"]) == ("500 NO", "broken")


class Closing(list[bytes]):
    closed = False

    def close(self) -> None:
        self.closed = True


def test_the_application_s_iterable_is_closed() -> None:
    chunks = Closing([b"a"])

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return chunks

    Client(CookieSessionMiddleware(app, "key")).get("/").close()
    assert chunks.closed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON))
def test_whatever_json_holds_comes_back_from_the_cookie(data: dict[str, Any]) -> None:
    assert decode_session(encode_session(data)) == data


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0")))
def test_no_cookie_header_is_an_error_and_none_opens_a_session(header: str) -> None:
    answer = Client(CookieSessionMiddleware(counting, "key"), use_cookies=False).get(
        "/", headers={"Cookie": header}
    )
    assert answer.text == "1"


@given(st.binary(max_size=40))
def test_a_value_is_a_session_or_a_value_error_and_nothing_else(octets: bytes) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(decode_session(octets.decode("latin-1")), dict)


def test_every_flipped_bit_of_the_value_and_of_the_seal_is_refused() -> None:
    client = Client(CookieSessionMiddleware(counting, "key"), use_cookies=False)
    for at, character in enumerate(ONE):
        for bit in range(7):
            flipped = chr(ord(character) ^ (1 << bit))
            if flipped in '\r\n\0;" ' or character in "; ":
                continue
            header = ONE[:at] + flipped + ONE[at + 1 :]
            assert client.get("/", headers={"Cookie": header}).text == "1", (at, bit)
    assert client.get("/", headers={"Cookie": ONE}).text == "2"


@pytest.mark.parametrize(("base_url", "marked"), [("http://a/", False), ("https://a/", True)])
def test_secure_auto_follows_the_request(base_url: str, marked: bool) -> None:
    app = CookieSessionMiddleware(counting, "key", cookie=CookieOptions(secure="auto"))
    lines = Client(app).get("/", base_url=base_url).headers.getlist("Set-Cookie")
    assert ["; secure" in line for line in lines] == [marked, marked]


def test_a_fixed_moment_of_expiry_is_sent_as_it_is() -> None:
    moment = datetime(2027, 2, 3, 4, 5, 6, tzinfo=UTC)
    app = CookieSessionMiddleware(counting, "key", cookie=CookieOptions(expires=moment))
    lines = Client(app).get("/").headers.getlist("Set-Cookie")
    assert ["; expires=Wed, 03 Feb 2027 04:05:06 GMT" in line for line in lines] == [True, True]
