"""A site with sessions, and who visits it: what the tests of the engine share.

Rules
- The middleware stands between two of Werkzeug's lints, so that what it asks and what it answers
  is WSGI to the letter; the tests that use it make warnings errors.
- Nothing waits: time is a clock in the hand, stores are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from werkzeug.middleware.lint import LintMiddleware
from werkzeug.test import EnvironBuilder

from sessionlab import (
    MemoryStore,
    Record,
    Session,
    SessionMiddleware,
    SessionOptions,
    Store,
    get_session,
)

SECRET = "keyboard cat"
START = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""

Environ = dict[str, Any]
App = Callable[[Environ, Any], Iterable[bytes]]


class Clock:
    """Milliseconds since the epoch, by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += round(seconds * 1000)


@dataclass
class Answer:
    """What a visitor gets."""

    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def set_cookies(self) -> list[str]:
        return [value for name, value in self.headers if name.lower() == "set-cookie"]

    @property
    def cookie(self) -> str:
        """The one cookie that was set, as it is sent back: ``name=value``."""
        (line,) = self.set_cookies
        return line.partition(";")[0]

    @property
    def session_id(self) -> str:
        return id_of(self.cookie)


def id_of(cookie: str) -> str:
    """The session ID in a ``name=value``."""
    return unquote(cookie.partition("=")[2]).removeprefix("s:").rpartition(".")[0]


class Site:
    """An application behind the middleware.

    ``lint``: whether the lint stands on the application's side, too.  It makes an iterator of
    every body; without it a list reaches the middleware as a list.
    """

    def __init__(
        self,
        app: App,
        *,
        lint: bool = True,
        listener: Any = None,
        on_error: Any = None,
        **options: Any,
    ) -> None:
        self.clock = Clock()
        options.setdefault("store", LoggedStore(self.clock))
        self.late: list[BaseException] = []
        self.middleware = SessionMiddleware(
            LintMiddleware(app) if lint else app,
            SessionOptions(**{"secrets": SECRET} | options),
            clock=self.clock,
            on_error=on_error or (lambda error, environ: self.late.append(error)),
            listener=listener,
        )
        self.store: Any = self.middleware.store
        self.application: Any = LintMiddleware(self.middleware)

    def visit(
        self,
        path: str = "/",
        cookie: str | None = None,
        *,
        method: str = "GET",
        environ: Environ | None = None,
        **builder: Any,
    ) -> Answer:
        """One request, its body read to the end."""
        made = EnvironBuilder(path, method=method, **builder).get_environ()
        if cookie is not None:
            made["HTTP_COOKIE"] = cookie
        made |= environ or {}
        return receive(self.application, made)


def receive(application: Any, environ: Environ, answer: Answer | None = None) -> Answer:
    """Ask a WSGI application as a server does; the answer is filled as it comes."""
    answer = Answer() if answer is None else answer

    def start_response(
        status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        answer.status, answer.headers = status, headers
        return answer.chunks.append

    body = application(environ, start_response)
    try:
        answer.chunks.extend(iter(body))
    finally:
        close = getattr(body, "close", None)
        if close is not None:
            close()
    return answer


class LoggedStore(MemoryStore):
    """A MemoryStore that keeps the names of what it was asked, with the IDs."""

    def __init__(self, clock: Clock, records: dict[str, str] | None = None) -> None:
        super().__init__(clock=clock, records=records)
        self.asked: list[tuple[str, str]] = []

    @property
    def operations(self) -> list[str]:
        """What was asked since the last time, without the IDs."""
        names = [name for name, _ in self.asked]
        self.asked.clear()
        return names

    def get(self, session_id: str) -> Record | None:
        self.asked.append(("get", session_id))
        return super().get(session_id)

    def set(self, session_id: str, record: Record) -> None:
        self.asked.append(("set", session_id))
        super().set(session_id, record)

    def touch(self, session_id: str, record: Record) -> None:
        self.asked.append(("touch", session_id))
        super().touch(session_id, record)

    def destroy(self, session_id: str) -> None:
        self.asked.append(("destroy", session_id))
        super().destroy(session_id)


class TextStore(Store):
    """Keeps texts and reads them anew, as stores outside the process do."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts
        self.operations: list[str] = []

    def get(self, session_id: str) -> Record | None:
        text = self.texts.get(session_id)
        return None if text is None else Record.from_text(text)

    def set(self, session_id: str, record: Record) -> None:
        self.operations.append("set")
        self.texts[session_id] = record.text

    def touch(self, session_id: str, record: Record) -> None:
        self.operations.append("touch")


class FailingStore(LoggedStore):
    """Fails at chosen operations; the message holds the ID, as messages of clients do."""

    def __init__(self, *fails: str, error: type[Exception] = ConnectionError) -> None:
        super().__init__(Clock())
        self.fails = fails
        self.error = error

    def _fail(self, operation: str, session_id: str) -> None:
        if operation in self.fails:
            raise self.error(f"{operation} of sess:{session_id} failed")

    def get(self, session_id: str) -> Record | None:
        self._fail("get", session_id)
        return super().get(session_id)

    def set(self, session_id: str, record: Record) -> None:
        self._fail("set", session_id)
        super().set(session_id, record)

    def touch(self, session_id: str, record: Record) -> None:
        self._fail("touch", session_id)
        super().touch(session_id, record)

    def destroy(self, session_id: str) -> None:
        self._fail("destroy", session_id)
        super().destroy(session_id)


def respond(start_response: Any, text: str = "hello", *, status: str = "200 OK") -> list[bytes]:
    """A whole answer."""
    body = text.encode()
    start_response(
        status,
        [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))],
    )
    return [body]


def doing(action: Callable[[Environ], object]) -> App:
    """An application that does one thing and answers with what came of it."""

    def app(environ: Environ, start_response: Any) -> list[bytes]:
        return respond(start_response, str(action(environ)))

    return app


def session_of(environ: Environ) -> Session:
    """The session, which there has to be."""
    session = get_session(environ)
    assert session is not None
    return session


def count(environ: Environ) -> int:
    """The visit counter."""
    session = session_of(environ)
    session["n"] = session.get("n", 0) + 1
    return int(session["n"])


def look(environ: Environ) -> dict[str, Any] | None:
    """What the session holds, changed in nothing."""
    session = get_session(environ)
    return None if session is None else dict(session)


def by_path(**actions: Callable[[Environ], object]) -> App:
    """An application with one action for each first part of its path; ``/`` counts."""

    def act(environ: Environ) -> object:
        name = environ["PATH_INFO"].strip("/").partition("/")[0]
        return actions.get(name, count)(environ)

    return doing(act)
