"""A WSGI server that traces what it sees, and applications with each kind of body.

A trace is what a server and the store see, in their order: ``headers`` when start_response is
called, each chunk, ``set`` when the store is asked, ``end`` when the body is exhausted and
``closed`` when the application's own close() is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from werkzeug.middleware.lint import LintMiddleware
from werkzeug.test import EnvironBuilder

from sessionlab import MemoryStore, Record, SessionMiddleware, SessionOptions

from .visiting import SECRET, Clock, Environ, session_of

Trace = list[str]


class TracedStore(MemoryStore):
    def __init__(self, trace: Trace) -> None:
        super().__init__(clock=Clock())
        self.trace = trace

    def set(self, session_id: str, record: Record) -> None:
        self.trace.append(f"set {record.data}")
        super().set(session_id, record)


class Server:
    """Asks an application behind the middleware as a WSGI server does, and traces it."""

    def __init__(self, app: Any, **options: Any) -> None:
        self.trace: Trace = []
        self.headers: list[tuple[str, str]] = []
        self.reasons: list[Any] = []
        """The third argument of each start_response, where there was one."""
        store = TracedStore(self.trace)
        self.middleware: Any = SessionMiddleware(
            app, SessionOptions(secrets=SECRET, store=store, **options)
        )
        self.application: Any = LintMiddleware(self.middleware)

    def start_response(
        self, status: str, headers: list[tuple[str, str]], *exc_info: Any
    ) -> Callable[[bytes], None]:
        self.reasons.extend(exc_info)
        self.trace.append("headers" if status[:3] == "200" else f"headers {status[:3]}")
        self.headers = headers
        return lambda data: self.trace.append(f"written {data.decode()}")

    def begin(self, method: str = "GET") -> Any:
        environ = EnvironBuilder("/", method=method).get_environ()
        return self.application(environ, self.start_response)

    def serve(self, method: str = "GET", *, leave_after: int | None = None) -> Trace:
        """The whole trace; ``leave_after``: the client goes away after so many chunks."""
        body = self.begin(method)
        try:
            for number, chunk in enumerate(body, 1):
                self.trace.append(chunk.decode())
                if number == leave_after:
                    break
            else:
                self.trace.append("end")
        finally:
            if hasattr(body, "close"):
                body.close()
        return self.trace

    @property
    def sent_cookie(self) -> bool:
        return any(name == "Set-Cookie" for name, _ in self.headers)


def headers_of(length: int | str | None) -> list[tuple[str, str]]:
    headers = [("Content-Type", "text/plain")]
    return headers if length is None else [*headers, ("Content-Length", str(length))]


def remember(environ: Environ, number: int) -> None:
    session_of(environ)["n"] = number


def listed(*chunks: bytes, length: int | str | None = None, kind: Any = list) -> Any:
    """An application that returns its body whole."""

    def app(environ: Environ, start_response: Any) -> Any:
        remember(environ, 1)
        start_response("200 OK", headers_of(length))
        return kind(chunks)

    return app


def generated(*chunks: bytes, length: int | str | None = None, late: bool = False) -> Any:
    """A generator; ``late``: it changes the session behind its last chunk."""

    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        remember(environ, 1)
        start_response("200 OK", headers_of(length))
        yield from chunks
        if late:
            remember(environ, 2)

    return app


def written(*chunks: bytes, then: tuple[bytes, ...] = (), length: int | None = None) -> Any:
    """An application that uses the write() of old."""

    def app(environ: Environ, start_response: Any) -> list[bytes]:
        remember(environ, 1)
        write = start_response("200 OK", headers_of(length))
        for chunk in chunks:
            write(chunk)
        return list(then)

    return app


SET = 'set {"n":1}'
LATE = 'set {"n":2}'
