"""Faults made on purpose in real servers over real sockets: found, and gone with the mend.

A cause whose mended server is still found faulty, or that is found because the server is broken
otherwise, would prove nothing: so every case has both.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import cycle
from typing import Any, NamedTuple

import pytest

from sessionlab import CookieOptions, MemoryStore, SessionMiddleware, SessionOptions
from sessionlab.diagnose.causes import Cause
from sessionlab.diagnose.start import Start

from .support import codes, counter, diagnosed, reader, start

HTTP = "http://shop.example/"
HTTPS = "https://shop.example/"
BACK = "http://localhost:3000/"
FRONT = "http://localhost:5173"
EVIL = "https://evil.example"


def session(app: Any = counter, cookie: dict[str, Any] | None = None, **options: Any) -> Any:
    options = {"secrets": "a secret of our own"} | options
    return SessionMiddleware(app, SessionOptions(cookie=CookieOptions(**cookie or {}), **options))


def answering(app: Any, *lines: str, **headers: str) -> Any:
    """The application, with headers that other code around it adds; ``{}`` is the page asked."""
    more = [(name.replace("_", "-"), value) for name, value in headers.items()]
    more += [("Set-Cookie", line) for line in lines]

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def begin(status: str, found: list[tuple[str, str]], *exc: Any) -> Any:
            return start_response(status, [*found, *more], *exc)

        body: Iterable[bytes] = app(environ, begin)
        return body

    return wrapped


def between(*apps: Any) -> Any:
    """Several processes behind one address, asked in turn."""
    turn = cycle(apps)
    return lambda environ, start_response: next(turn)(environ, start_response)


def at(**paths: Any) -> Any:
    """One application for each first part of a path."""
    return lambda environ, start_response: paths[environ["PATH_INFO"].split("/")[1]](
        environ, start_response
    )


def moved(location: str) -> Any:
    """A redirect; it writes to the session, if there is one."""

    def redirect(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ.get("sessionlab.session", {})["here"] = True
        start_response("302 Found", [("Location", location)])
        return [b""]

    return redirect


def shared(store: MemoryStore, secret: str = "one") -> Any:
    return session(store=store, secrets=secret)


CORS = {"Access_Control_Allow_Origin": FRONT, "Access_Control_Allow_Credentials": "true"}
ONE, OTHER = MemoryStore(), MemoryStore()


class Case(NamedTuple):
    cause: Cause
    faulty: Any
    mended: Any
    url: str = HTTP
    starts: tuple[Start, ...] = ()
    mended_starts: tuple[Start, ...] | None = None
    then: str | None = None


CASES = [
    Case(
        Cause.SECURE_KEPT_BACK,
        session(cookie={"secure": True}, trust_proxy=True),
        session(cookie={"secure": "auto"}, trust_proxy=True),
    ),
    Case(
        Cause.SECURE_MAYBE_KEPT_BACK,
        session(cookie={"secure": True}),
        session(cookie={"secure": "auto"}),
    ),
    Case(
        Cause.PROXY_NOT_TRUSTED,
        session(cookie={"secure": True}),
        session(cookie={"secure": True}, trust_proxy=True),
        HTTPS,
    ),
    Case(Cause.SESSION_UNINITIALIZED, session(reader), session(reader, save_uninitialized=True)),
    Case(
        Cause.PATH_MAYBE_UNCOVERED,
        session(cookie={"path": "/admin"}),
        session(cookie={"path": "/"}),
    ),
    Case(
        Cause.PATH_ELSEWHERE,
        session(cookie={"path": "/login"}),
        session(cookie={"path": "/"}),
        f"{HTTP}login",
        then=f"{HTTP}account",
    ),
    Case(
        Cause.SECURE_REFUSED,
        answering(session(name="other", cookie={"path": "/x"}), "sid=abcdefabcdef1234; Secure"),
        answering(session(name="other"), "sid=abcdefabcdef1234"),
    ),
    Case(
        Cause.SAME_SITE_REFUSED,
        session(cookie={"same_site": "lax", "secure": True}, trust_proxy=True),
        session(cookie={"same_site": "none", "secure": True}, trust_proxy=True),
        HTTPS,
        (start(EVIL, top_level=False),),
    ),
    Case(
        Cause.STRICT_WITHHELD,
        session(cookie={"same_site": "strict"}),
        session(cookie={"same_site": "lax"}),
        HTTP,
        (start(EVIL),),
    ),
    Case(
        Cause.LAX_WITHHELD,
        session(cookie={"same_site": "lax", "secure": True}, trust_proxy=True),
        session(cookie={"same_site": "none", "secure": True}, trust_proxy=True),
        HTTPS,
        (Start(), start(EVIL, method="POST")),
    ),
    Case(
        Cause.NEEDS_SECURE,
        session(cookie={"same_site": "none"}),
        session(cookie={"same_site": "none", "secure": True}, trust_proxy=True),
        HTTPS,
    ),
    Case(
        Cause.DOMAIN_REFUSED,
        session(cookie={"domain": "other.example"}),
        session(),
    ),
    Case(
        Cause.PREFIX_REFUSED,
        session(name="__Host-sid"),
        session(name="__Host-sid", cookie={"secure": True, "path": "/"}, trust_proxy=True),
        HTTPS,
    ),
    Case(
        Cause.TOO_LARGE,
        answering(session(), f"cart={'x' * 5000}"),
        answering(session(), "cart=1"),
    ),
    Case(
        Cause.EXPIRED_AT_ONCE,
        session(cookie={"max_age": -1}),
        session(cookie={"max_age": 86400}),
    ),
    Case(
        Cause.SHORT_LIVED,
        session(cookie={"max_age": 86.4}),
        session(cookie={"max_age": 86400}),
    ),
    Case(
        Cause.ID_NEVER_KEPT,
        between(session(), session()),
        between(shared(ONE), shared(ONE)),
    ),
    Case(
        Cause.ID_NEVER_KEPT,
        between(shared(OTHER, "one"), shared(OTHER, "two")),
        between(shared(OTHER, "one"), shared(OTHER, "one")),
    ),
    Case(
        Cause.DUPLICATE_NAME,
        at(one=session(cookie={"path": "/one"}), old=session()),
        at(one=session(cookie={"path": "/one"}, name="one.sid"), old=session()),
        f"{HTTP}old",
        then=f"{HTTP}one",
    ),
    Case(
        Cause.HOST_ELSEWHERE,
        at(
            login=session(moved("http://127.0.0.1:3000/me")),
            me=session(reader),
        ),
        at(
            login=session(moved("http://localhost:3000/me")),
            me=session(reader),
        ),
        f"{BACK}login",
    ),
    Case(
        Cause.CREDENTIALS_LEFT_OUT,
        answering(session(), **CORS),
        answering(session(), **CORS),
        BACK,
        (start(FRONT, fetch="same-origin"),),
        (start(FRONT, fetch="include"),),
    ),
    Case(
        Cause.CORS_ORIGIN_MISSING,
        session(),
        answering(session(), **CORS),
        BACK,
        (start(FRONT, fetch="include"),),
    ),
    Case(
        Cause.CORS_CREDENTIALS_MISSING,
        answering(session(), Access_Control_Allow_Origin=FRONT),
        answering(session(), **CORS),
        BACK,
        (start(FRONT, fetch="include"),),
    ),
    Case(Cause.REDIRECT_LOOP, moved("/login"), session(), f"{HTTP}login"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.cause.value)
def test_the_fault_is_found_and_the_mend_mends_it(case: Case) -> None:
    found = codes(diagnosed(case.faulty, case.url, *case.starts, then=case.then))
    assert case.cause in found
    starts = case.starts if case.mended_starts is None else case.mended_starts
    mended = codes(diagnosed(case.mended, case.url, *starts, then=case.then))
    assert case.cause not in mended


def test_a_session_that_works_is_found_to_work() -> None:
    assert codes(diagnosed(session(), HTTP)) == ["session-kept"]


def test_one_of_three_processes_with_a_secret_of_its_own_loses_the_session_at_times() -> None:
    store = MemoryStore()
    apps = [shared(store), shared(store), shared(store, "another")]
    assert codes(diagnosed(between(*apps), HTTP, visits=6)) == ["id-sometimes-kept"]


def test_a_login_that_regenerates_the_session_and_moves_on_is_no_fault() -> None:
    def login(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        from sessionlab import get_session

        found = get_session(environ)
        assert found is not None
        found.regenerate()
        again = get_session(environ)
        assert again is not None
        again["user"] = "alice"
        start_response("302 Found", [("Location", "/me")])
        return [b""]

    app = SessionMiddleware(at(login=login, me=reader), SessionOptions(secrets="one"))
    assert codes(diagnosed(app, f"{HTTP}login", then=f"{HTTP}me")) == ["session-kept"]
