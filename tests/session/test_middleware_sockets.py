"""Over real sockets: the client never sees the end of a response before its session is saved.

Rules
- A real threaded server; what has to wait waits for an event that the test sets.
- A test that fails does so at once or by its time limit, never by luck.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from sessionlab import MemoryStore, Record, SessionMiddleware, SessionOptions, get_session
from tests import PATIENCE

from .visiting import SECRET, Clock, Environ


class GatedStore(MemoryStore):
    """A store that is as slow as the test wants: a save waits until it is let through."""

    def __init__(self) -> None:
        super().__init__(clock=Clock())
        self.entered = threading.Event()
        self.gate = threading.Event()

    def set(self, session_id: str, record: Record) -> None:
        self.entered.set()
        assert self.gate.wait(PATIENCE), "nobody opened the gate"
        super().set(session_id, record)


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextmanager
def serving(app: Any, store: MemoryStore) -> Iterator[Callable[[], Connection]]:
    """A threaded server of an application with sessions; yields a way to connect to it."""
    site = SessionMiddleware(app, SessionOptions(secrets=SECRET, store=store))
    server = make_server("127.0.0.1", 0, site, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    connections: list[Connection] = []

    def connect() -> Connection:
        connections.append(Connection(server.server_port))
        return connections[-1]

    try:
        yield connect
    finally:
        for connection in connections:
            connection.socket.close()
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


class Connection:
    """A client that sees every octet when it comes."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.seen = b""

    def ask(self, method: str = "GET", cookie: str = "") -> None:
        lines = [f"{method} / HTTP/1.1", "Host: localhost", "Connection: close"]
        if cookie:
            lines.append(f"Cookie: {cookie}")
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())

    def read_until(self, text: bytes) -> None:
        while text not in self.seen:
            octets = self.socket.recv(65536)
            assert octets, f"the server hung up before {text!r}: {self.seen!r}"
            self.seen += octets

    def read_all(self) -> bytes:
        while octets := self.socket.recv(65536):
            self.seen += octets
        return self.seen

    @property
    def has_more(self) -> bool:
        """Whether there is something to read at this moment."""
        return bool(select.select([self.socket], [], [], 0)[0])

    @property
    def cookie(self) -> str:
        _, _, line = self.seen.partition(b"Set-Cookie: ")
        return line.partition(b";")[0].decode()


def visits(shape: str) -> Any:
    """The visit counter, whose body comes in one of several shapes."""

    def app(environ: Environ, start_response: Any) -> Any:
        session = get_session(environ)
        assert session is not None
        session["n"] = session.get("n", 0) + 1
        chunks = [b"visit ", b"number %d" % session["n"]]
        headers = [("Content-Type", "text/plain")]
        if shape in ("a list", "a generator with Content-Length", "written with Content-Length"):
            headers.append(("Content-Length", str(sum(map(len, chunks)))))
        write = start_response("200 OK", headers)
        if shape == "a list":
            return chunks
        if shape.startswith("written"):
            for chunk in chunks:
                write(chunk)
            return []
        return (chunk for chunk in chunks)

    return app


# a shape, what the client may see before the session is saved
SHAPES = {
    "a list": b"",
    "a generator with Content-Length": b"visit ",
    "a generator without": b"number 1",
    "written with Content-Length": b"visit ",
    "written without": b"number 1",
}


@pytest.mark.parametrize(("shape", "before"), SHAPES.items(), ids=list(SHAPES))
def test_the_end_is_not_to_be_seen_while_the_store_still_saves(shape: str, before: bytes) -> None:
    store = GatedStore()
    with serving(visits(shape), store) as connect:
        client = connect()
        client.ask()
        if before:
            client.read_until(before)
            if b"chunked" in client.seen:
                before += b"\r\n"  # the chunk's own end belongs to it
                client.read_until(before)
        assert store.entered.wait(PATIENCE)
        # The store is asked, so that whatever was sent before it has arrived.
        assert not client.has_more
        assert client.seen.endswith(before)
        store.gate.set()
        seen = client.read_all()
        assert b"visit " in seen
        end = b"" if b"Content-Length" in seen else b"\r\n0\r\n\r\n"
        assert seen.endswith(b"number 1" + end)

        again = connect()
        again.ask(cookie=client.cookie)
        assert b"number 2" in again.read_all()


def test_the_next_request_of_a_client_that_saw_the_end_is_never_stale() -> None:
    store = MemoryStore(clock=Clock())
    for shape in SHAPES:
        with serving(visits(shape), store) as connect:
            client = connect()
            client.ask()
            client.read_all()
            for number in range(2, 12):
                again = connect()
                again.ask(cookie=client.cookie)
                assert b"number %d" % number in again.read_all(), shape


def test_a_stream_reaches_the_client_while_the_application_still_waits() -> None:
    go_on = threading.Event()
    store = MemoryStore(clock=Clock())

    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        session = get_session(environ)
        assert session is not None
        session["stream"] = True
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        yield b"data: first\n\n"
        assert go_on.wait(PATIENCE), "the first event never reached the client"
        yield b"data: second\n\n"

    with serving(app, store) as connect:
        client = connect()
        client.ask()
        client.read_until(b"data: first\n\n")
        assert client.cookie
        assert len(store) == 0, "and its session is not yet saved"
        go_on.set()
        client.read_until(b"data: second\n\n")
        assert client.read_all().endswith(b"\r\n0\r\n\r\n")
        assert [record.load() for record in store.all().values()] == [{"stream": True}]


def test_a_stream_that_the_client_leaves_is_saved() -> None:
    saved = threading.Event()
    client_is_gone = threading.Event()

    class Store(MemoryStore):
        def set(self, session_id: str, record: Record) -> None:
            super().set(session_id, record)
            saved.set()

    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        session = get_session(environ)
        assert session is not None
        session["stream"] = True
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        yield b"data: first\n\n"
        assert client_is_gone.wait(PATIENCE)
        while True:  # until writing fails
            yield b"data: more\n\n" * 1000

    store = Store(clock=Clock())
    with serving(app, store) as connect:
        client = connect()
        client.ask()
        client.read_until(b"data: first")
        client.socket.close()
        client_is_gone.set()
        assert saved.wait(PATIENCE)
        assert [record.load() for record in store.all().values()] == [{"stream": True}]


def test_head_is_not_answered_before_its_session_is_saved() -> None:
    store = GatedStore()
    with serving(visits("a list"), store) as connect:
        client = connect()
        client.ask("HEAD")
        assert store.entered.wait(PATIENCE)
        assert not client.has_more
        store.gate.set()
        assert client.read_all().startswith(b"HTTP/1.1 200")
        assert client.cookie
