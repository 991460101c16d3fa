"""The web that the browser sees: any host, any path, over http and https.

Rules
- A page answers with the Set-Cookie lines laid out for its path, or with none.
- The Cookie header of every request is kept as it came, octets as latin-1 characters.
"""

from __future__ import annotations

import ssl
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the server saw it."""

    method: str
    host: str
    path: str
    cookie: str


@dataclass
class Plan:
    """What the pages answer, and what was seen."""

    set_cookie: dict[str, list[str]] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    plan: Plan

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        cookie = "; ".join(self.headers.get_all("Cookie", []))
        self.plan.seen.append(Seen(self.command, self.headers["Host"], self.path, cookie))
        head = [
            "HTTP/1.1 200 OK",
            "Content-Type: text/html",
            "Cache-Control: no-store",
            "Content-Length: 4",
            "Access-Control-Allow-Origin: *",
        ]
        head += [f"Set-Cookie: {line}" for line in self.plan.set_cookie.pop(self.path, [])]
        self.wfile.write("\r\n".join([*head, "", "page"]).encode("latin-1"))

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that the browser gave up."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class LocalWeb:
    """Two servers on free loopback ports, one of them with TLS.  A context manager."""

    def __init__(self) -> None:
        self.plan = Plan()
        handler = type("Handler", (_Handler,), {"plan": self.plan})
        self._plain = _Server(("127.0.0.1", 0), handler)
        self._tls = _Server(("127.0.0.1", 0), handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(Path(__file__).parent / "server.pem")
        # The handshake waits for the first byte: a browser opens connections that it never uses.
        self._tls.socket = context.wrap_socket(
            self._tls.socket, server_side=True, do_handshake_on_connect=False
        )

    @property
    def resolver_rules(self) -> list[str]:
        """Where Chromium finds every host: ports 80 and 443 lead to the two servers."""
        return [
            f"MAP *:80 127.0.0.1:{self._plain.server_port}",
            f"MAP *:443 127.0.0.1:{self._tls.server_port}",
        ]

    def __enter__(self) -> LocalWeb:
        for server in (self._plain, self._tls):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for server in (self._plain, self._tls):
            server.shutdown()
            server.server_close()
