"""A real server for one lane: Werkzeug's, on a free port of the loopback interface.

Rules
- Listens on 127.0.0.1 only.
- Starting and stopping take no noticeable time: the accepting thread waits for a connection, not
  for a polling interval to pass, and is woken by one when it shall end.
- `Server.settle` returns when the server is done with every request that it took, which is later
  than the moment at which the client has read the answer.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Condition, Thread
from typing import TYPE_CHECKING, Protocol

from werkzeug.serving import WSGIRequestHandler, make_server

from sessionlab.replay.gate import PATIENCE

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"


class RunningServer(Protocol):
    """What a script needs of a server: `Server` here, or another program."""

    @property
    def port(self) -> int:
        """Its port on `HOST`."""
        ...

    def settle(self, held: int = 0) -> None:
        """Wait until it is done with all requests but the ``held`` ones."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class _Handler(WSGIRequestHandler):
    """Werkzeug's handler, silent, and sending small packets at once."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """A replay tells what happened by its transcript."""


class Server:
    """A running server.  Leaving its ``with`` block, or `stop`, ends it and frees the port.

    Raises OSError where no port can be had.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._pending = _Pending(app)
        # Werkzeug ends the process when it can not bind; a socket made here raises instead.
        with socket.create_server((HOST, 0), backlog=128) as listening:
            self.port: int = listening.getsockname()[1]
            self._server = make_server(
                HOST,
                self.port,
                self._pending,
                threaded=True,
                request_handler=_Handler,
                fd=listening.fileno(),
            )
        self._stopping = False
        self._thread = Thread(target=self._accept, name=f"lane:{self.port}", daemon=True)
        self._thread.start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def settle(self, held: int = 0) -> None:
        """Wait until every request is over, but for so many that are held.

        Raises TimeoutError after `PATIENCE` seconds.
        """
        self._pending.wait(held)

    def stop(self) -> None:
        """Take no more connections and free the port.  Stopping twice is no error."""
        if self._stopping:
            return
        self._stopping = True
        with socket.create_connection((HOST, self.port), timeout=PATIENCE):
            self._thread.join(PATIENCE)
        self._server.server_close()

    def _accept(self) -> None:
        while not self._stopping:
            self._server.handle_request()


class _Pending:
    """Counts the requests that an application has begun and not ended."""

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
