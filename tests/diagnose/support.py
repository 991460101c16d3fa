"""Servers with faults made on purpose, scripted answers, and what is found in them."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from sessionlab.diagnose.address import WebAddress, read_address
from sessionlab.diagnose.ask import Network
from sessionlab.diagnose.causes import Diagnosis
from sessionlab.diagnose.find import find_causes
from sessionlab.diagnose.observe import Observation, observe
from sessionlab.diagnose.start import Credentials, Start
from sessionlab.diagnose.suffixes import public_suffix
from sessionlab.http.client import Answer
from sessionlab.session.clock import now_ms
from sessionlab.stage.server import LoopbackServer
from tests import PATIENCE

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
CERTIFICATE = Path(__file__).parent / "certificate.pem"
"""A self-signed certificate for localhost, 127.0.0.1 and shop.example, with its key: no secret."""
SIGNATURE = "R44uoJa98XLcFx2HXC6MIjO0flCxq8hjAYVRdo7QFYw"


def sid(letter: str, more: str = "; Path=/; HttpOnly", name: str = "connect.sid") -> str:
    """A Set-Cookie line with the ID that consists of a letter."""
    return f"{name}=s%3A{letter * 32}.{SIGNATURE}{more}"


def start(page: str | None = None, **more: Any) -> Start:
    """A request's start; ``fetch`` is the credentials mode as text."""
    if "fetch" in more:
        more = {"top_level": False, **more, "fetch": Credentials(more["fetch"])}
    return Start(page=None if page is None else read_address(page), **more)


# -- scripted answers ----------------------------------------------------------------------------


def answer(*set_cookie: str, status: int = 200, phrase: str = "OK", **headers: str) -> Answer:
    """An answer; ``access_control_allow_origin`` is Access-Control-Allow-Origin."""
    others = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [("Set-Cookie", line) for line in set_cookie]
    return Answer(status, phrase, (*({"Date": DATE} | others).items(), *lines), b"words")


def moved(location: str, *set_cookie: str) -> Answer:
    return answer(*set_cookie, status=302, phrase="Found", Location=location)


Script = Callable[[WebAddress, Mapping[str, str]], Answer]


def watched(
    script: Script, url: str, *starts: Start, then: str | None = None, visits: int = 3
) -> Observation:
    """What is seen where a script answers."""
    first, later = (starts * 2)[:2] if starts else (Start(), Start())
    address = read_address(url)
    requests = [(address, first)]
    requests += [(read_address(then) if then else address, later)] * (visits - 1)
    return observe(
        requests,
        public_suffix,
        lambda address, method, headers: script(address, headers),
        lambda: NOW,
    )


def codes(findings: Iterable[Diagnosis]) -> list[str]:
    return [finding.cause.value for finding in findings]


# -- real servers --------------------------------------------------------------------------------


def counter(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Counts in the session; where there is none, it fails as applications do."""
    session = environ.get("sessionlab.session")
    if session is None:
        start_response("500 Internal Server Error", [])
        return [b"Cannot read properties of undefined"]
    session["count"] = session.get("count", 0) + 1
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{session['count']}번 접속".encode()]


def reader(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Looks at the session and writes nothing."""
    session = environ.get("sessionlab.session")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{len(session or ())} entries".encode()]


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(app: Any, *, tls: bool = False) -> Iterator[int]:
    """A real server on a free loopback port.

    With TLS the application sees plain http and ``X-Forwarded-Proto: https``, as behind a proxy.
    """
    if not tls:
        with LoopbackServer(app) as server:
            yield server.port
        return

    def behind(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        found: Iterable[bytes] = app(environ | {"HTTP_X_FORWARDED_PROTO": "https"}, start_response)
        return found

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    with make_server("127.0.0.1", 0, behind, handler_class=_Silent) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def diagnosed(
    app: Any, url: str, *starts: Start, then: str | None = None, visits: int = 3
) -> tuple[Diagnosis, ...]:
    """The findings at a real server on loopback that a browser reaches as ``url`` says."""
    first, later = (starts * 2)[:2] if starts else (Start(), Start())
    address = read_address(url)
    requests = [(address, first)]
    requests += [(read_address(then) if then else address, later)] * (visits - 1)
    with served(app, tls=address.scheme == "https") as port:
        network = Network(
            insecure=True, patience=PATIENCE, connect_to=lambda host, _: ("127.0.0.1", port)
        )
        return find_causes(observe(requests, public_suffix, network, now_ms))
