"""The lanes' server: real sockets, quick to stop, and patient with what comes after the answer."""

from __future__ import annotations

import selectors
import socket
import socketserver
from collections.abc import Iterable, Iterator
from threading import Event, Thread
from typing import Any

import pytest

from sessionlab.http.client import Answer, send
from sessionlab.stage.server import HOST, LoopbackServer
from tests import PATIENCE


def hello(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    lines = [("Set-Cookie", "a=1"), ("Vary", "Cookie"), ("Set-Cookie", "b")]
    start_response("200 OK", [("Content-Length", "5"), *lines])
    return [b"hello"]


def ask(server: LoopbackServer, method: str = "GET", target: str = "/") -> Answer:
    return send(HOST, server.port, method, target, {}, patience=PATIENCE)


def test_it_answers_over_a_real_socket_with_every_set_cookie_line_apart() -> None:
    with LoopbackServer(hello) as server:
        answer = ask(server)
    assert (answer.status, answer.phrase, answer.text) == (200, "OK", "hello")
    assert answer.all("Set-Cookie") == ["a=1", "b"]


def test_it_listens_on_the_loopback_interface_alone() -> None:
    with LoopbackServer(hello) as server:
        assert server._server.socket.getsockname()[0] == "127.0.0.1"


def test_two_servers_have_two_ports() -> None:
    with LoopbackServer(hello) as one, LoopbackServer(hello) as other:
        assert one.port != other.port
        assert ask(one).text == ask(other).text == "hello"


def test_it_waits_for_a_connection_and_for_no_polling_interval(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float | None] = []

    class Selector(selectors.PollSelector):
        def select(self, timeout: float | None = None) -> Any:
            waits.append(timeout)
            return super().select(timeout)

    monkeypatch.setattr(socketserver, "_ServerSelector", Selector)
    with LoopbackServer(hello) as server:
        ask(server)
    assert set(waits) == {None}


def test_a_stopped_server_has_freed_its_port_and_may_be_stopped_again() -> None:
    server = LoopbackServer(hello)
    server.stop()
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, server.port), timeout=PATIENCE)


def test_it_writes_nothing_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with LoopbackServer(hello) as server:
        ask(server)
    assert capfd.readouterr() == ("", "")


def test_requests_are_answered_side_by_side() -> None:
    """Each of two requests ends only when the other has begun."""
    begun = {"/a": Event(), "/b": Event()}

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        begun[path].set()
        met = begun["/b" if path == "/a" else "/a"].wait(PATIENCE)
        start_response("200 OK" if met else "500 Alone", [])
        return [b""]

    with LoopbackServer(app) as server:
        statuses: list[int] = []
        threads = [
            Thread(target=lambda path=path: statuses.append(ask(server, target=path).status))
            for path in begun
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert statuses == [200, 200]


def test_it_is_settled_only_when_the_application_has_cleaned_up() -> None:
    """The client has its answer long before; what close() does belongs to the request."""
    gate = Event()

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"hello"])

        def close(self) -> None:
            gate.wait(PATIENCE)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Length", "5")])
        return Body()

    with LoopbackServer(app) as server:
        assert ask(server).text == "hello"
        waiting = Thread(target=server.settle)
        waiting.start()
        waiting.join(0.05)
        assert waiting.is_alive()
        gate.set()
        waiting.join(PATIENCE)
        assert not waiting.is_alive()


def test_it_is_settled_but_for_the_requests_that_are_held() -> None:
    begun, gate = Event(), Event()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/held":
            begun.set()
            gate.wait(PATIENCE)
        start_response("200 OK", [("Content-Length", "0")])
        return []

    with LoopbackServer(app) as server:
        held = Thread(target=ask, args=(server, "GET", "/held"))
        held.start()
        begun.wait(PATIENCE)
        ask(server)
        server.settle(1)
        assert held.is_alive()
        gate.set()
        held.join(PATIENCE)
        server.settle()


def test_an_application_that_raises_is_settled_too() -> None:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise RuntimeError("broken")

    with LoopbackServer(app) as server:
        assert ask(server).status == 500
        server.settle()


def test_a_server_that_is_not_there_is_an_os_error() -> None:
    server = LoopbackServer(hello)
    server.stop()
    with pytest.raises(OSError, match="refused"):
        ask(server)
