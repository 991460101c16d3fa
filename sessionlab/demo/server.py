"""The demo's server: Werkzeug's, threaded, with nothing of its debugger.

Rules
- The socket is bound here and not by Werkzeug, which would end the process where it can not.
- A client that goes silent holds one thread for `PATIENCE` seconds and nobody else.
- A signal, or a reader of the output that goes away, ends `DemoServer.run` at once; the socket is
  closed and the process can exit: no thread keeps it.
- Werkzeug's own log lines are not written; what happened is told by events.  The one exception is
  an application that raised: the type of the error, and no more of it, goes to ``on_crash``.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from sessionlab.demo.ending import Ended, Signal, signals_raise

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

PATIENCE = 10.0
"""Seconds that a client may be silent in the middle of a request."""

Crash = Callable[[str], None]
"""Told of the type of an error that an application raised."""


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
        """What the Server header says: not which Python and Werkzeug this is."""
        return "sessionlab"

    def log(self, type: str, message: str, *args: Any) -> None:
        """A request is told by its events."""


class DemoServer(ThreadedWSGIServer):
    """A server that listens from the start and answers once ``app`` is set.

    ``port`` is the one that it really has.  Raises OSError where the address can not be had.
    """

    def __init__(self, host: str, port: int, on_crash: Crash) -> None:
        self._on_crash = on_crash
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family, backlog=128) as listening:
            super().__init__(
                host, listening.getsockname()[1], _not_ready, _Handler, fd=listening.fileno()
            )

    def answer_with(self, app: WSGIApplication) -> None:
        """Set the application."""
        self.app = app

    def run(self, announce: Callable[[], None], output: int) -> Ended:
        """Answer requests until a signal comes or nobody reads ``output`` any more.

        ``announce`` is called first: whoever reads what it says can end the server as it should
        end.  ``output`` is the descriptor of a pipe, a terminal or a file.  Main thread only.
        """
        try:
            with signals_raise():
                announce()
                return self._accept(output)
        except Signal as stopped:
            return stopped.ended
        finally:
            self.server_close()

    def _accept(self, output: int) -> Ended:
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        poll.register(output, 0)  # that nobody reads it is told without asking
        while True:
            for descriptor, _ in poll.poll():
                if descriptor != self.fileno():
                    return Ended.READER_GONE
                self.handle_request()

    def log(self, type: str, message: str, *args: Any) -> None:
        """What Werkzeug has to say: a traceback, of which the last line names the error."""
        if type == "error":
            self._on_crash(message.strip().rpartition("\n")[2].partition(":")[0])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An error outside the application: the connection is closed, and that is all."""


def _not_ready(environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Length", "0")])
    return []
