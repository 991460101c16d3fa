"""When the headers go out and when the session is saved, for each kind of body.

A trace is what a WSGI server and the store see, in their order: ``headers`` when start_response
is called, each chunk, ``set`` when the store is asked, ``end`` when the body is exhausted and
``closed`` when the application's own close() is called.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.middleware.lint import LintMiddleware
from werkzeug.test import EnvironBuilder

from sessionlab import MemoryStore, Record, SessionMiddleware, SessionOptions, get_session

from .visiting import SECRET, Clock, Environ

pytestmark = pytest.mark.filterwarnings("error")

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
        store = TracedStore(self.trace)
        self.middleware: Any = SessionMiddleware(
            app, SessionOptions(secrets=SECRET, store=store, **options)
        )
        self.application: Any = LintMiddleware(self.middleware)

    def start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], None]:
        if exc_info is not None and "headers" in self.trace:
            raise exc_info[1].with_traceback(exc_info[2])
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
    session = get_session(environ)
    assert session is not None
    session["n"] = number


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

TRACES: dict[str, tuple[Any, Trace]] = {
    "a list is saved before anything goes out": (
        listed(b"hel", b"lo"),
        [SET, "headers", "hel", "lo", "end"],
    ),
    "so is a tuple": (listed(b"hello", kind=tuple), [SET, "headers", "hello", "end"]),
    "and nothing at all": (listed(), [SET, "headers", "end"]),
    "without Content-Length, before the end is told": (
        generated(b"hel", b"lo"),
        ["headers", "hel", "lo", SET, "end"],
    ),
    "and no chunk waits": (
        generated(b"h", b"e", b"l", b"l", b"o", late=True),
        ["headers", "h", "e", "l", "l", "o", LATE, "end"],
    ),
    "with Content-Length, before the chunk that completes it": (
        generated(b"hel", b"lo", length=5),
        ["headers", "hel", SET, "lo", "end"],
    ),
    "which is the first, if it is the only one": (
        generated(b"hello", length=5),
        [SET, "headers", "hello", "end"],
    ),
    "what is done behind the last chunk belongs to the request": (
        generated(b"hel", b"lo", length=5, late=True),
        ["headers", "hel", LATE, "lo", "end"],
    ),
    "an empty chunk behind the last is handed on": (
        generated(b"hello", b"", length=5, late=True),
        ["headers", "hello", LATE, "", "end"],
    ),
    "an empty body": (generated(length=0), [SET, "headers", "end"]),
    "an empty body in a chunk": (generated(b"", length=0), [SET, "headers", "", "end"]),
    "a generator that yields nothing": (generated(), [SET, "headers", "end"]),
    "a Content-Length that is none": (
        generated(b"hel", b"lo", length="five"),
        ["headers", "hel", "lo", SET, "end"],
    ),
    "with write(), the headers go at once and the session when the body ends": (
        written(b"hel", b"lo"),
        ["headers", "written hel", "written lo", SET, "end"],
    ),
    "write() first and a list then": (
        written(b"hel", then=(b"lo",)),
        ["headers", "written hel", "lo", SET, "end"],
    ),
    "what write() wrote counts for the Content-Length": (
        written(b"hel", then=(b"lo",), length=5),
        ["headers", "written hel", SET, "lo", "end"],
    ),
    "and what completes it waits like any other last chunk": (
        written(b"hel", b"lo", length=5),
        ["headers", "written hel", SET, "lo", "end"],
    ),
    "even if it is all there is": (
        written(b"hello", length=5),
        [SET, "headers", "hello", "end"],
    ),
    "and may come in several parts": (
        written(b"hel", b"lo", b"", length=5),
        ["headers", "written hel", SET, "lo", "end"],
    ),
}


@pytest.mark.parametrize(("app", "trace"), TRACES.values(), ids=TRACES)
def test_the_session_is_saved_before_the_client_can_see_the_end(app: Any, trace: Trace) -> None:
    server = Server(app)
    assert server.serve() == trace
    assert server.sent_cookie


# The lint warns of a Content-Length that the body does not keep, rightly: not for these.
BROKEN_PROMISES: dict[str, tuple[Any, Trace]] = {
    "less than was promised": (generated(b"hel", length=5), ["headers", "hel", SET, "end"]),
    "more than was promised, in one chunk": (
        generated(b"hello", length=3),
        [SET, "headers", "hello", "end"],
    ),
    "more than was promised, in a further chunk": (
        generated(b"hel", b"lo", length=3, late=True),
        ["headers", "hel", LATE, "lo", "end"],
    ),
}


@pytest.mark.filterwarnings("ignore:Content-Length|Content-length")
@pytest.mark.parametrize(("app", "trace"), BROKEN_PROMISES.values(), ids=BROKEN_PROMISES)
def test_a_body_of_another_length_is_neither_lost_nor_stuck(app: Any, trace: Trace) -> None:
    server = Server(app)
    server.application = server.middleware  # without the lint
    assert server.serve() == trace


# ---- no body: the client sees the end with the headers

HEADS: dict[str, Any] = {
    "a list": listed(length=5),
    "a generator that yields nothing": generated(length=5),
    "a generator that does not know": generated(b"hel", b"lo", length=5),
}


@pytest.mark.parametrize("app", HEADS.values(), ids=HEADS)
def test_head_is_saved_before_its_headers(app: Any) -> None:
    server = Server(app)
    server.application = server.middleware  # the lint forbids HEAD a body
    trace = server.serve("HEAD")
    assert trace[:2] == [SET, "headers"]
    assert server.sent_cookie


@pytest.mark.parametrize("status", ["204 NO CONTENT", "304 NOT MODIFIED"])
def test_a_status_without_a_body_is_saved_before_its_headers(status: str) -> None:
    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        remember(environ, 1)
        start_response(status, [])
        yield b""
        remember(environ, 2)

    server = Server(app)
    server.application = server.middleware
    assert server.serve() == [LATE, f"headers {status[:3]}", "end"]


# ---- clients that go away


@pytest.mark.parametrize("chunks", [1, 2], ids=["within the body", "behind the last chunk"])
@pytest.mark.parametrize("length", [None, 5], ids=["without a length", "with a length"])
def test_a_client_that_goes_away_does_not_undo_what_was_done(
    chunks: int, length: int | None
) -> None:
    server = Server(generated(b"hel", b"lo", length=length))
    server.application = server.middleware  # the lint would miss the rest of the body
    trace = server.serve(leave_after=chunks)
    assert trace.count(SET) == 1
    assert "end" not in trace


def test_a_client_that_goes_away_at_once_loses_nothing_of_what_was_done_before_the_body() -> None:
    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        remember(environ, 1)
        start_response("200 OK", headers_of(None))
        return iter([b"never asked for"])

    server = Server(app)
    server.begin().close()
    assert server.trace == [SET]


class Closing:
    """A body with a close() of its own, and perhaps one that fails."""

    def __init__(self, trace: Trace, error: Exception | None = None) -> None:
        self.trace = trace
        self.error = error
        self.left = [b"hel", b"lo"]

    def __iter__(self) -> Closing:
        return self

    def __next__(self) -> bytes:
        if not self.left:
            raise StopIteration
        return self.left.pop(0)

    def close(self) -> None:
        self.trace.append("closed")
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("leave_after", [None, 1], ids=["read to the end", "left behind"])
@pytest.mark.parametrize("error", [None, OSError("close failed")], ids=["fine", "failing"])
def test_the_applications_own_close_is_called_once_and_after_the_saving(
    leave_after: int | None, error: Exception | None
) -> None:
    bodies: list[Closing] = []

    def app(environ: Environ, start_response: Any) -> Closing:
        remember(environ, 1)
        start_response("200 OK", headers_of(None))
        bodies.append(Closing(server.trace, error))
        return bodies[0]

    server = Server(app)
    if error is None:
        server.serve(leave_after=leave_after)
    else:
        with pytest.raises(OSError, match="close failed"):
            server.serve(leave_after=leave_after)
    assert [step for step in server.trace if step in (SET, "closed")] == [SET, "closed"]


def test_the_applications_own_close_is_called_even_if_saving_fails() -> None:
    def app(environ: Environ, start_response: Any) -> Closing:
        session = get_session(environ)
        assert session is not None
        session["n"] = object()  # no JSON
        start_response("200 OK", headers_of(None))
        return Closing(server.trace)

    server = Server(app)
    server.application = server.middleware
    body = server.begin()
    with pytest.raises(TypeError, match="not JSON"):
        body.close()
    assert server.trace == ["closed"]


# ---- applications that fail


def failing(after: int, length: int | None = None) -> Any:
    """A generator that fails behind so many chunks; before start_response for -1."""

    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        remember(environ, 1)
        if after < 0:
            raise ZeroDivisionError
        start_response("200 OK", headers_of(length))
        for _ in range(after):
            yield b"chunk"
        raise ZeroDivisionError

    return app


@pytest.mark.parametrize(
    ("after", "length", "trace"),
    [
        (-1, None, []),
        (0, None, []),
        (1, None, ["headers", "chunk"]),
        (2, None, ["headers", "chunk", "chunk"]),
        (1, 5, []),  # held back until the application has ended, which it never does
    ],
)
def test_an_application_that_raises_saves_nothing(
    after: int, length: int | None, trace: Trace
) -> None:
    server = Server(failing(after, length))
    server.application = server.middleware
    with pytest.raises(ZeroDivisionError):
        server.serve()
    assert server.trace == trace


def correcting(*, too_late: bool) -> Any:
    """An application that begins one answer and then, failing, another."""

    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        remember(environ, 1)
        start_response("200 OK", [("Content-Type", "text/plain"), ("X-First", "yes")])
        if too_late:
            yield b"out already"
        try:
            raise ZeroDivisionError
        except ZeroDivisionError:
            start_response("500 NO", [("Content-Type", "text/plain")], sys.exc_info())
        yield b"sorry"

    return app


def test_an_answer_that_is_not_out_yet_can_be_taken_back() -> None:
    server = Server(correcting(too_late=False))
    assert server.serve() == ["headers 500", "sorry", SET, "end"]
    assert [name for name, _ in server.headers] == ["Content-Type", "Set-Cookie"]


def test_an_answer_that_is_out_can_not_and_the_error_is_raised() -> None:
    server = Server(correcting(too_late=True))
    server.application = server.middleware
    with pytest.raises(ZeroDivisionError):
        server.serve()
    assert server.trace == ["headers", "out already"]


def test_a_second_answer_without_a_reason_is_the_applications_mistake() -> None:
    def app(environ: Environ, start_response: Any) -> list[bytes]:
        start_response("200 OK", headers_of(None))
        start_response("200 OK", headers_of(None))
        return []

    with pytest.raises(AssertionError, match="twice"):
        Server(app).serve()


@pytest.mark.parametrize("body", [[b"hello"], [], (b"hello",)])
def test_a_body_without_an_answer_is_the_applications_mistake_and_saves_nothing(body: Any) -> None:
    def app(environ: Environ, start_response: Any) -> Any:
        remember(environ, 1)
        return body

    server = Server(app)
    server.application = server.middleware
    with pytest.raises(AssertionError, match="start_response"):
        server.serve()
    assert server.trace == []


def test_the_answer_may_begin_when_the_body_is_first_asked_for() -> None:
    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        def body() -> Iterator[bytes]:
            start_response("200 OK", headers_of(5))
            remember(environ, 1)
            yield b"hello"

        return body()

    assert Server(app).serve() == [SET, "headers", "hello", "end"]


def test_the_end_can_be_asked_for_again() -> None:
    server = Server(generated(b"hello"))
    server.application = server.middleware
    body = server.begin()
    assert list(body) == [b"hello"]
    assert list(body) == []
    body.close()
    assert server.trace == ["headers", SET]


def test_a_server_that_offers_no_write_loses_what_is_written_and_nothing_else() -> None:
    """PEP 3333 demands one; servers of today may leave it out."""
    server = Server(written(b"lost", then=(b"kept",)))
    environ = EnvironBuilder("/").get_environ()
    body = server.middleware(environ, lambda *args: server.trace.append("headers"))
    assert list(body) == [b"kept"]
    assert server.trace == ["headers", SET]
