"""The server of ``serve``: Werkzeug's, threaded, without its debugger.

Rules
- The socket is bound here, because Werkzeug ends the process if it cannot bind.
- A silent client blocks one thread for `PATIENCE` seconds, and no other client.
- `DemoServer.run` returns at once when a signal raises or the reader of the output goes away.  It
  closes the socket, and no thread keeps the process alive.
- Werkzeug's log is not written, because the events have it all.  Only the type of an error that
  the application raised goes to ``on_crash``.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PATIENCE = 10.0
"""Seconds that a client may be silent within a request."""
_POLL = 500
"""Milliseconds after which `DemoServer.run` checks whether it was stopped."""

Crash = Callable[[str], None]
"""Called with the type of an error that an application raised."""


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.1"  # so that even nonsense is answered with a status line
    disable_nagle_algorithm = True
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(code)d %(message)s\n"
    timeout = PATIENCE

    @property
    def server_version(self) -> str:  # type: ignore[override]
        return "sessionlab"

    def version_string(self) -> str:
        """The Server header: does not reveal the versions of Python and Werkzeug."""
        return "sessionlab"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write nothing: the events record each request."""


class DemoServer(ThreadedWSGIServer):
    """A server that listens from the start and answers once ``app`` is set.

    ``port`` is the actual one, also for port 0.  Raises OSError for an unusable address.
    """

    def __init__(self, host: str, port: int, on_crash: Crash) -> None:
        self._on_crash = on_crash
        self._is_stopped = False
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family, backlog=128) as listening:
            super().__init__(
                host, listening.getsockname()[1], _not_ready, _Handler, fd=listening.fileno()
            )

    def answer_with(self, app: WSGIApplication) -> None:
        """Set the application."""
        self.app = app

    def run(self, announce: Callable[[], None], output: int) -> None:
        """Answer requests until `stop` is called or ``output`` has no reader.

        ``announce`` is called first; from then on, a signal ends the server in order.
        ``output`` is the descriptor of a pipe, a terminal or a file.  Raises what a signal handler
        raises, such as KeyboardInterrupt.
        """
        try:
            announce()
            self._accept(output)
        finally:
            self.server_close()

    def stop(self) -> None:
        """End `run` within half a second; from any thread."""
        self._is_stopped = True

    def _accept(self, output: int) -> None:
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        poll.register(output, 0)  # a pipe without a reader is reported in any case
        while not self._is_stopped:
            for descriptor, _ in poll.poll(_POLL):
                if descriptor != self.fileno():
                    return
                self.handle_request()

    def log(self, type: str, message: str, *args: Any) -> None:
        """Called by Werkzeug with a traceback; its last line begins with the error's type."""
        if type == "error":
            self._on_crash(message.strip().rpartition("\n")[2].partition(":")[0])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore an error outside the application; Werkzeug closes the connection."""


def _not_ready(environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []
