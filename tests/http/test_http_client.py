"""One request and its answer: what comes back, how long is waited, what is recorded of it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from threading import Event, Thread

import pytest

from sessionlab.core.events import ResponseReceived
from sessionlab.http.client import Answer, line_octets, send
from tests import PATIENCE

HOST = "127.0.0.1"
HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """A server for one connection; yields its port and the requests that it got."""
    requests: list[bytes] = []
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                request = connection.recv(65536)
                while b"\r\nContent-Length: " in request and not request.endswith(b"body"):
                    request += connection.recv(65536)
                requests.append(request)
                try:
                    answer(connection)
                except OSError:
                    return  # the client has hung up

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], requests
        thread.join(PATIENCE)


def says(*pieces: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(b"".join(pieces))


def test_an_answer_has_its_headers_in_order_and_its_body_as_it_came() -> None:
    lines = b"Set-Cookie: a=1\r\nVary: Cookie\r\nset-cookie: b=\xff\r\nContent-Length: 3\r\n\r\n"
    with answering(says(HEAD, lines, b"\xeb\xb2\x88 and more")) as (port, requests):
        answer = send(HOST, port, "POST", "/a?b", {"Cookie": "c=\xe9"}, b"body", patience=PATIENCE)
    assert answer == Answer(
        200,
        "OK",
        (
            ("Set-Cookie", "a=1"),
            ("Vary", "Cookie"),
            ("set-cookie", "b=\xff"),
            ("Content-Length", "3"),
        ),
        "번".encode(),
    )
    assert (answer.text, answer.first("vary"), answer.first("Location")) == ("번", "Cookie", None)
    (request,) = requests
    assert request.startswith(b"POST /a?b HTTP/1.1\r\n")
    assert b"\r\nCookie: c=\xe9\r\n" in request
    assert request.endswith(b"\r\n\r\nbody")


def test_what_is_recorded_of_an_answer() -> None:
    headers = (("Set-Cookie", "a=1; Path=/"), ("cache-control", "no-store"), ("Set-Cookie", "b="))
    event = Answer(201, "Created", headers, b"\xff").event(known=True, count=2)
    assert event == ResponseReceived(
        status=201,
        phrase="Created",
        body="\ufffd",
        set_cookie=("a=1; Path=/", "b="),
        cookie_bytes=len("Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=\r\n"),
        caching=("cache-control: no-store",),
        known=True,
        count=2,
    )
    assert line_octets("Cookie", "a=\xe9") == len(b"Cookie: a=\xe9\r\n")


@pytest.mark.parametrize("line", [b"HTTP/1.1 302 Found", b"HTTP/1.1 304 Not Modified"])
def test_nothing_is_followed(line: bytes) -> None:
    with answering(says(line, b"\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n")) as (port, sent):
        answer = send(HOST, port, "GET", "/", {}, patience=PATIENCE)
    assert (answer.first("Location"), len(sent)) == ("/next", 1)


@pytest.mark.parametrize(
    "before", [b"", HEAD, HEAD + b"A: b\r\n"], ids=["nothing", "a status line", "a header"]
)
def test_a_server_that_drips_is_not_waited_for_beyond_the_limit(before: bytes) -> None:
    """Each octet comes in time, and yet the answer does not."""
    over = Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(before)
        while not over.wait(0.02):
            connection.sendall(b"X")

    with answering(drip) as (port, _):
        with pytest.raises(TimeoutError):  # the server would drip until it is told to stop
            send(HOST, port, "GET", "/", {}, patience=0.3)
        over.set()


def test_a_body_that_drips_is_read_as_far_as_it_came_in_time() -> None:
    over = Event()

    def drip(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"\r\nbegun")
        while not over.wait(0.02):
            connection.sendall(b".")

    with answering(drip) as (port, _):
        answer = send(HOST, port, "GET", "/", {}, patience=1)
        over.set()
    assert (answer.status, answer.is_whole, answer.text[:6]) == (200, False, "begun.")


@pytest.mark.parametrize(
    ("rest", "body", "is_whole"),
    [
        (b"Content-Length: 5\r\n\r\nabcde", b"abcde", True),
        (b"\r\nabcde", b"abcde", True),  # until the connection is closed
        (b"Content-Length: 9\r\n\r\nabcde", b"abcde", False),
        (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc", True),
        (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n", b"abc", False),
    ],
)
def test_a_body_is_whole_or_said_not_to_be(rest: bytes, body: bytes, is_whole: bool) -> None:
    with answering(says(HEAD, rest)) as (port, _):
        answer = send(HOST, port, "GET", "/", {}, patience=PATIENCE)
    assert (answer.body, answer.is_whole) == (body, is_whole)


def test_a_body_is_not_read_beyond_a_limit() -> None:
    body = b"x" * 1_000_000
    with answering(says(HEAD, b"\r\n", body)) as (port, _):
        answer = send(HOST, port, "GET", "/", {}, patience=5, largest_body=1000)
    assert not answer.is_whole
    assert 1000 < len(answer.body) <= 1000 + 65536


def test_a_server_that_does_not_speak_http_is_an_error() -> None:
    with answering(says(b"SSH-2.0-OpenSSH_9.6\r\n")) as (port, _), pytest.raises(HTTPException):
        send(HOST, port, "GET", "/", {}, patience=PATIENCE)


def test_a_server_that_is_not_there_is_an_error_of_the_system() -> None:
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        send(HOST, port, "GET", "/", {}, patience=PATIENCE)
