"""The server over real sockets: slow, broken and hostile clients, and no debugger."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event, Thread
from typing import Any

import pytest

from sessionlab.core.options import SessionOptions
from sessionlab.page import server as server_module
from sessionlab.page.eventlog import EventLog
from sessionlab.page.guard import HostGuard
from sessionlab.page.server import DemoServer
from sessionlab.page.site import make_site
from tests import PATIENCE


@contextmanager
def running(app: Any = None, crashes: list[str] | None = None) -> Iterator[DemoServer]:
    """A server on a free port, answering in threads until the block is left."""
    server = DemoServer("127.0.0.1", 0, (crashes if crashes is not None else []).append)
    if app is None:
        app = make_site(
            SessionOptions(secrets="key"), HostGuard("127.0.0.1", server.port), EventLog()
        )
    server.answer_with(app)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(PATIENCE)


def send(server: DemoServer, octets: bytes) -> socket.socket:
    sender = socket.create_connection(("127.0.0.1", server.port), PATIENCE)
    sender.sendall(octets)
    return sender


def ask(server: DemoServer, first: str, *headers: str) -> tuple[int, str, str]:
    """Status, head and body of the answer to a request written by hand."""
    lines = [first, f"Host: 127.0.0.1:{server.port}", *headers, "Connection: close", "", ""]
    with closing(send(server, "\r\n".join(lines).encode("latin-1"))) as sender:
        answer = b"".join(iter(lambda: sender.recv(65536), b"")).decode("utf-8", "replace")
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split(" ")[1]), head, body


def visit(server: DemoServer) -> str:
    return ask(server, "GET /session HTTP/1.1")[2]


def test_a_client_that_goes_silent_in_half_a_header_keeps_nobody_waiting() -> None:
    with running() as server, closing(send(server, b"GET /session HTTP/1.1\r\nHost: loc")):
        assert visit(server) == "1번 접속"


def test_a_client_that_goes_silent_is_dropped_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert server_module._Handler.timeout == server_module.PATIENCE
    with running() as server:
        with monkeypatch.context() as soon:
            soon.setattr(server_module._Handler, "timeout", 0.05)
            for octets in (
                b"GET /session HT",
                b"POST /session/notes HTTP/1.1\r\nContent-Length: 9\r\n",
            ):
                with closing(send(server, octets)) as sender:
                    assert sender.recv(1000) == b""
        assert visit(server) == "1번 접속"


def test_a_client_that_hangs_up_leaves_the_server_alive() -> None:
    crashes: list[str] = []
    with running(crashes=crashes) as server:
        for octets in (b"", b"GET /session HTTP/1.1\r\n\r\n", b"\0\xff\x16\x03", b"GET\r\n\r\n"):
            send(server, octets).close()
        assert visit(server) == "1번 접속"
    assert crashes == []


@pytest.mark.parametrize(
    ("first", "headers", "status"),
    [
        ("GET /session HTTP/1.1", [f"Cookie: a={'x' * 60_000}"], 200),
        ("GET /session HTTP/1.1", [f"Cookie: a={'x' * 70_000}"], 431),
        ("GET /session HTTP/1.1", ["Cookie: " + "; ".join(f"c{n}=1" for n in range(1000))], 200),
        ("GET /session HTTP/1.1", [f"X-{n}: 1" for n in range(200)], 431),
        (f"GET /{'x' * 70_000} HTTP/1.1", [], 414),
        ("GET /session HTTP/9.9", [], 505),
        ("<script>alert(1)</script>", [], 400),
        ("GET /session HTTP/1.1", ["Content-Length: -5"], 200),
        ("POST /session/login HTTP/1.1", ["Content-Length: nonsense"], 400),
        ("POST /session/login HTTP/1.1", ["Content-Length: 999999999"], 413),
    ],
)
def test_limits_are_answered_and_the_next_request_is_fine(
    first: str, headers: list[str], status: int
) -> None:
    crashes: list[str] = []
    form = "Content-Type: application/x-www-form-urlencoded"
    with running(crashes=crashes) as server:
        answered, _, body = ask(server, first, *headers, form)
        assert answered == status
        assert "<script>" not in body
        assert visit(server) == "1번 접속"
    assert crashes == []


@pytest.mark.parametrize(
    "path",
    [
        "/console",
        "/?__debugger__=yes&cmd=resource&f=style.css",
        "/session?__debugger__=yes&cmd=pinauth&pin=1",
        "/session/nothing?__debugger__=yes&cmd=print&s=1",
    ],
)
def test_there_is_no_debugger_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    monkeypatch.setenv("WERKZEUG_DEBUG_PIN", "off")
    with running() as server:
        status, head, body = ask(server, f"GET {path} HTTP/1.1")
        plain = ask(server, f"GET {path.partition('?')[0]} HTTP/1.1")
        assert (status, len(body)) == (plain[0], len(plain[2]))
        assert "debugger" not in (head + body).lower()


def test_an_application_that_raises_is_told_by_the_type_of_the_error_alone() -> None:
    def app(environ: Any, start_response: Any) -> Any:
        raise KeyError("a session's ID")

    crashes: list[str] = []
    with running(app, crashes) as server:
        status, _, body = ask(server, "GET / HTTP/1.1")
        assert status == 500
        assert "KeyError" not in body
        assert ask(server, "GET / HTTP/1.1")[0] == 500
    assert crashes == ["KeyError", "KeyError"]


def test_the_answer_does_not_tell_which_python_this_is() -> None:
    with running() as server:
        head = ask(server, "GET / HTTP/1.1")[1]
    assert "Server: sessionlab" in head
    assert "Python" not in head
    assert "Werkzeug" not in head


def test_requests_are_answered_side_by_side() -> None:
    both = Event()
    waiting = iter([False, True])

    def app(environ: Any, start_response: Any) -> list[bytes]:
        if next(waiting):
            both.set()
        met = both.wait(PATIENCE)
        start_response("200 OK", [("Content-Length", "1")])
        return [b"y" if met else b"n"]

    answers: list[str] = []
    with running(app) as server:
        threads = [
            Thread(target=lambda: answers.append(ask(server, "GET / HTTP/1.1")[2]))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert answers == ["y", "y"]


def test_a_port_that_is_taken_is_an_error_and_no_end_of_the_process() -> None:
    with running() as server, pytest.raises(OSError, match="in use"):
        DemoServer("127.0.0.1", server.port, print)


def test_a_server_that_ended_has_freed_its_port() -> None:
    with running() as server:
        port = server.port
    DemoServer("127.0.0.1", port, print).server_close()


def test_before_there_is_an_application_it_says_that_it_is_not_ready() -> None:
    with running(server_module._not_ready) as server:
        assert ask(server, "GET / HTTP/1.1")[0] == 503
