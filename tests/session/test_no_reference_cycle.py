"""When a request ends, its session is freed by reference counting: no cycle keeps it alive."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sessionlab import CookieOptions, MemoryStore, Safeguards, SessionMiddleware, SessionOptions
from sessionlab.session.cookie_session import CookieSessionMiddleware, get_cookie_session

from .visiting import SECRET, Environ, session_of

Respond = Callable[[Environ, Any], Any]


def whole(environ: Environ, start_response: Any) -> list[bytes]:
    session_of(environ)["n"] = 1
    start_response("200 OK", [])
    return [b"ok"]


def stream(environ: Environ, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [])
    yield b"o"
    session_of(environ)["n"] = 1
    yield b"k"


def sized(environ: Environ, start_response: Any) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Length", "2")])
    session_of(environ)["n"] = 1
    yield b"ok"


def calls(environ: Environ, start_response: Any) -> list[bytes]:
    session = session_of(environ)
    session["n"] = 1
    session.save()
    session.reload().regenerate(keep_data=True).touch()
    start_response("200 OK", [])
    return [b"ok"]


def logout(environ: Environ, start_response: Any) -> list[bytes]:
    session_of(environ).destroy()
    start_response("200 OK", [])
    return [b"ok"]


OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "an expiry": {"cookie": CookieOptions(max_age=60)},
    "a cookie function": {"cookie": lambda environ: CookieOptions(path=environ["PATH_INFO"])},
    "an ID generator": {"genid": lambda environ: "id"},
    "safeguards": {"safeguards": Safeguards(no_resurrection=True, clear_cookie=True)},
}


def serve(application: Any) -> str | None:
    """Two requests of one browser, as a server serves them; nothing of them is kept."""
    cookie = None
    for _ in range(2):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http"}
        if cookie:
            environ["HTTP_COOKIE"] = cookie
        headers: list[tuple[str, str]] = []
        body = application(environ, lambda status, head, *_, into=headers: into.extend(head))
        assert b"".join(body) == b"ok"
        if hasattr(body, "close"):
            body.close()
        lines = [line for name, line in headers if name == "Set-Cookie"]
        cookie = lines[0].partition(";")[0] if lines else cookie
    return cookie


def unreachable_after(application: Any) -> int:
    """How many objects only the cycle collector can free, after the requests."""
    serve(application)  # what is remembered for good is remembered now
    gc.collect()
    gc.disable()
    try:
        serve(application)
        return gc.collect()
    finally:
        gc.enable()


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("is_heard", [False, True], ids=["unheard", "heard"])
@pytest.mark.parametrize("respond", [whole, stream, sized, calls, logout])
def test_a_session_ends_with_its_request(
    respond: Respond, is_heard: bool, options: dict[str, Any]
) -> None:
    application = SessionMiddleware(
        respond,
        SessionOptions(secrets=SECRET, store=MemoryStore(), **options),
        listener=(lambda environ, event: None) if is_heard else None,
        on_error=lambda error, environ: None,
    )
    assert unreachable_after(application) == 0


def test_a_sealed_session_ends_with_its_request() -> None:
    def respond(environ: Environ, start_response: Any) -> list[bytes]:
        session = get_cookie_session(environ)
        assert session is not None
        session["n"] = 1
        start_response("200 OK", [])
        return [b"ok"]

    application = CookieSessionMiddleware(respond, SECRET, listener=lambda environ, event: None)
    assert unreachable_after(application) == 0


def test_a_session_that_outlives_its_request_can_still_be_saved_and_rotated() -> None:
    kept: list[Any] = []

    def respond(environ: Environ, start_response: Any) -> list[bytes]:
        kept.append(session_of(environ))
        kept[0]["n"] = 1
        start_response("200 OK", [])
        return [b"ok"]

    store = MemoryStore()
    application = SessionMiddleware(respond, SessionOptions(secrets=SECRET, store=store))
    list(application({"PATH_INFO": "/", "wsgi.url_scheme": "http"}, lambda *_: None))
    (session,) = kept
    session["n"] = 2
    session.save()
    assert [record.load() for record in store.all().values()] == [{"n": 2}]
    new = session.regenerate(keep_data=True)
    assert store.all() == {}
    new.save()
    assert list(store.all()) == [new.id]
