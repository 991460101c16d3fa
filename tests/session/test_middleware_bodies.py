"""When the headers go out and when the session is saved, for each kind of body.

A trace is what a WSGI server and the store see, in their order: ``headers`` when start_response
is called, each chunk, ``set`` when the store is asked, ``end`` when the body is exhausted and
``closed`` when the application's own close() is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sessionlab import get_session

from .tracing import LATE, SET, Server, Trace, generated, headers_of, listed, remember, written
from .visiting import Environ

pytestmark = pytest.mark.filterwarnings("error")

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


@pytest.mark.parametrize("length", [None, 5])
@pytest.mark.parametrize("chunks", [[b"h", b"ello"], [b"hell", b"o"], [b"h", b"e", b"l", b"lo"]])
def test_no_chunk_but_the_one_that_completes_the_body_waits_for_the_next(
    chunks: list[bytes], length: int | None
) -> None:
    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        remember(environ, 1)
        start_response("200 OK", headers_of(length))
        for chunk in chunks:
            yield chunk
            server.trace.append("on")

    server = Server(app)
    *waiting, last = [chunk.decode() for chunk in chunks]
    going_on = [step for chunk in waiting for step in (chunk, "on")]
    end = [last, "on", SET, "end"] if length is None else ["on", SET, last, "end"]
    assert server.serve() == ["headers", *going_on, *end]


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
