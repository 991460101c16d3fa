"""One HTTP request over a connection of its own, and its answer.

Rules
- No redirect is followed, no cookie is kept, and no proxy is used.
- One time limit covers the whole exchange, however slowly the server drips.
- The body is read to its end, because only then has the server certainly saved the session, but
  never beyond a limit.
- Header values are octets written as latin-1 characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import SHUT_RDWR, socket
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ssl import SSLContext

    from sessionlab.core.events import ResponseReceived

LARGEST_BODY = 16 * 1024 * 1024
"""Octets of a body that are read, unless the caller says otherwise."""
_FOR_CACHES = ("cache-control", "vary")


class Answer(NamedTuple):
    """A response; ``headers`` in their order, ``is_whole``: the body was read to its end."""

    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""
    is_whole: bool = True

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def first(self, name: str) -> str | None:
        """The first value of a header; None: the header is missing."""
        return next(iter(self.all(name)), None)

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8", "replace")

    def event(self, known: bool | None = None, count: int | None = None) -> ResponseReceived:
        """What a transcript records of the answer; ``known`` and ``count`` are the event's."""
        from sessionlab.core.events import ResponseReceived

        set_cookie = tuple(self.all("Set-Cookie"))
        return ResponseReceived(
            status=self.status,
            phrase=self.phrase,
            body=self.text,
            set_cookie=set_cookie,
            cookie_bytes=sum(line_octets("Set-Cookie", value) for value in set_cookie),
            caching=tuple(
                f"{name}: {value}" for name, value in self.headers if name.lower() in _FOR_CACHES
            ),
            known=known,
            count=count,
        )


def line_octets(name: str, value: str) -> int:
    """The octets of a header line with its end."""
    return len(f"{name}: {value}\r\n")


def send(
    host: str,
    port: int,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    patience: float,
    tls: SSLContext | None = None,
    largest_body: int = LARGEST_BODY,
) -> Answer:
    """Send a request and read the answer; ``patience`` in seconds, ``tls`` for https.

    Raises OSError (TimeoutError when the time is over) and HTTPException where no answer came,
    ValueError for what cannot be sent.  An answer whose body broke off is not whole.
    """
    # http.client sends small packets at once (TCP_NODELAY).
    if tls is None:
        connection = HTTPConnection(host, port, timeout=patience)
    else:
        connection = HTTPSConnection(host, port, timeout=patience, context=tls)
    try:
        connection.connect()
        with _limit(connection.sock, patience) as is_over:
            try:
                connection.request(method, target, body=body, headers=dict(headers))
                response = connection.getresponse()
            except (OSError, HTTPException, ValueError):
                if is_over():
                    raise TimeoutError("timed out") from None
                raise
            if is_over():  # the shutdown looks like the end of the headers
                raise TimeoutError("timed out")
            octets, is_whole = _read(response, largest_body)
            return Answer(
                status=response.status,
                phrase=response.reason,
                headers=tuple(response.getheaders()),
                body=octets,
                is_whole=is_whole and not is_over(),
            )
    finally:
        connection.close()


@contextmanager
def _limit(connected: socket, seconds: float) -> Iterator[Callable[[], bool]]:
    """Shut the connection down when the time is over; yields a function that says if it is."""
    until = monotonic() + seconds
    timer = Timer(seconds, _shut_down, (connected,))
    timer.daemon = True
    timer.start()
    try:
        yield lambda: monotonic() >= until
    finally:
        timer.cancel()


def _shut_down(connected: socket) -> None:
    with suppress(OSError):  # it may just have ended by itself
        connected.shutdown(SHUT_RDWR)


def _read(response: HTTPResponse, largest: int) -> tuple[bytes, bool]:
    """The body, and whether it was read to its end."""
    octets = bytearray()
    try:
        while piece := response.read1(65536):
            octets += piece
            if len(octets) > largest:
                return bytes(octets), False
    except (OSError, HTTPException, ValueError):
        return bytes(octets), False  # the headers, which matter most, are there
    return bytes(octets), not response.length  # what is missing of Content-Length
