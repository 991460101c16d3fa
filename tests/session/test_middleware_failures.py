"""Applications that fail, and those that break the rules of WSGI."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from .tracing import SET, Server, Trace, generated, headers_of, remember, written
from .visiting import Environ

pytestmark = pytest.mark.filterwarnings("error")


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
    ((kind, _, _),) = server.reasons
    assert kind is ZeroDivisionError, "the server is told why"


def test_an_answer_without_a_reason_is_begun_without_one() -> None:
    server = Server(generated(b"hello"))
    server.application = server.middleware  # the lint adds the argument
    server.serve()
    assert server.reasons == []


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
