"""A real server in this process: Werkzeug's, on a free port of the loopback interface.

Rules
- Listens on 127.0.0.1 only.
- Starting and stopping are fast: the accepting thread waits for a connection, not for a polling
  interval, and `LoopbackServer.stop` wakes it with one.
- `LoopbackServer.settle` returns when the server has finished every request that it accepted, which
  is after the client has read the answer.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.serving import WSGIRequestHandler, make_server

from sessionlab.stage.gate import PATIENCE

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
ORIGIN = "http://localhost:3000"
"""The origin of all servers for the browsers, whatever their actual ports."""


class Records(Protocol):
    """What the stage needs of a store: its records by ID."""

    def all(self) -> Mapping[str, Any]:
        """The records; each has its JSON text as ``text``."""
        ...


class RunningServer(Protocol):
    """What the stage needs of a server: a `LoopbackServer`, or another program."""

    @property
    def records(self) -> Records | None:
        """The store whose records are shown; None: no store is shown."""
        ...

    @property
    def origin(self) -> str:
        """Its scheme and authority for the browsers."""
        ...

    @property
    def address(self) -> tuple[str, int]:
        """Its actual host and port."""
        ...

    def settle(self, held: int = 0) -> None:
        """Wait until it has finished all requests but ``held`` ones."""
        ...

    def stop(self) -> None:
        """Stop it.  Stopping twice is no error."""
        ...


class _SilentHandler(WSGIRequestHandler):
    """Werkzeug's handler without its log; sends small packets at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The transcript says what happened."""


class LoopbackServer:
    """A running WSGI application, until its ``with`` block ends or `stop` is called.

    Raises OSError if no port is free.
    """

    origin = ORIGIN

    def __init__(self, app: WSGIApplication, records: Records | None = None) -> None:
        self.records = records
        self._pending = _Pending(app)
        # Werkzeug ends the process when it cannot bind; a socket made here raises instead.
        with socket.create_server((HOST, 0), backlog=128) as listening:
            self.port: int = listening.getsockname()[1]
            self.address = HOST, self.port
            self._server = make_server(
                *self.address,
                self._pending,
                threaded=True,
                request_handler=_SilentHandler,
                fd=listening.fileno(),
            )
        self._stopping = False
        self._thread = Thread(target=self._accept, name=f"server:{self.port}", daemon=True)
        self._thread.start()

    def __enter__(self) -> LoopbackServer:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def settle(self, held: int = 0) -> None:
        """Wait until all requests but ``held`` ones are over.

        Raises TimeoutError after `PATIENCE` seconds.
        """
        self._pending.wait(held)

    def stop(self) -> None:
        """Accept no more connections and free the port.  Stopping twice is no error."""
        if self._stopping:
            return
        self._stopping = True
        with socket.create_connection(self.address, timeout=PATIENCE):
            self._thread.join(PATIENCE)
        self._server.server_close()

    def _accept(self) -> None:
        while not self._stopping:
            self._server.handle_request()


class _Pending:
    """Counts the requests that the application has started and not finished."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._count = 0
        self._changed = Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        self._add(1)
        try:
            body = self._app(environ, start_response)
            try:
                yield from body
            finally:
                if close := getattr(body, "close", None):
                    close()
        finally:
            self._add(-1)

    def wait(self, left: int) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._count <= left, PATIENCE):
                raise TimeoutError(f"a request did not end within {PATIENCE:g} s")

    def _add(self, number: int) -> None:
        with self._changed:
            self._count += number
            self._changed.notify_all()
