"""One HTTP request to a server of the user's, and its answer.

Rules
- The whole exchange has one time limit, however slowly the server sends.  The body is read to its
  end, because only then a server is sure to have saved the session, but not beyond a limit.
- Redirects are not followed, cookies are not kept, and no proxy is used.
- TLS certificates are checked unless the user says otherwise.
- Anything may answer: what cannot be understood raises `Unreachable`, with a code.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from html import unescape
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from socket import SHUT_RDWR, gaierror, socket
from threading import Timer
from typing import NamedTuple

from sessionlab.diagnose.address import WebAddress

PATIENCE = 10.0
"""Seconds until a request has to be answered, its body included."""
LARGEST_BODY = 1024 * 1024
"""Octets of a body that are read; the rest is not waited for."""
_LARGEST_TEXT = 8 * 1024
_LONGEST_WHY = 80
_LONGEST_WORDS = 80
_NO_WORDS = re.compile(r"(?is)<!--.*?-->|<(script|style|head)\b.*?</\1\s*>|<[^>]*>")


class Trouble(StrEnum):
    """Why there is no answer; sentences below ``explain.trouble``."""

    NO_SUCH_HOST = "no-such-host"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    CERTIFICATE = "certificate"
    NOT_TLS = "not-tls"
    NOT_HTTP = "not-http"
    SYSTEM = "system"


class Unreachable(Exception):
    """There is no answer.  ``url`` was asked; ``why`` is the system's reason."""

    def __init__(self, trouble: Trouble, url: str, why: str = "") -> None:
        super().__init__(f"{url}: {trouble} {why}")
        self.trouble = trouble
        self.url = url
        self.why = why


class Answer(NamedTuple):
    """A response.  Header values are octets as latin-1 characters, in their order.

    ``words`` is the beginning of the text that a person would read, None where there is none.
    ``is_whole``: the body was read to its end.
    """

    status: int
    phrase: str
    headers: tuple[tuple[str, str], ...]
    words: str | None = None
    is_whole: bool = True

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for each, value in self.headers if each.lower() == name.lower()]

    def first(self, name: str) -> str | None:
        """The first value of a header; None: the header is missing."""
        return next(iter(self.all(name)), None)


Ask = Callable[[WebAddress, str, Mapping[str, str]], Answer]
"""Sends a request: address, method, and headers other than Host.  Raises Unreachable."""


class Network:
    """Sends requests over the network.

    ``insecure``: certificates are not checked.  ``patience``: seconds for a whole exchange.
    ``connect_to`` maps a host and a port to those to connect to instead.
    """

    def __init__(
        self,
        *,
        insecure: bool = False,
        patience: float = PATIENCE,
        connect_to: Callable[[str, int], tuple[str, int]] | None = None,
    ) -> None:
        self._insecure = insecure
        self._patience = patience
        self._connect_to = connect_to

    def __call__(self, address: WebAddress, method: str, headers: Mapping[str, str]) -> Answer:
        """Send one request and read the answer.  Raises Unreachable."""
        connection = self._connection(address)
        limit = _Limit()
        try:
            connection.connect()
            limit.start(connection.sock, self._patience)
            everything = {"Host": address.authority, **headers}
            connection.request(method, address.target, headers=everything)
            response = connection.getresponse()
            if limit.is_over:
                raise TimeoutError  # the limit cut the headers off, not the server
            return _read(response, limit)
        except (OSError, HTTPException, ValueError) as error:
            raise _understand(error, address, limit) from None
        finally:
            limit.cancel()
            connection.close()

    def _connection(self, address: WebAddress) -> HTTPConnection:
        is_tls = address.scheme == "https"
        host, port = address.host.strip("[]"), address.port or (443 if is_tls else 80)
        if self._connect_to:
            host, port = self._connect_to(host, port)
        if not is_tls:
            return HTTPConnection(host, port, timeout=self._patience)
        context = ssl.create_default_context()
        if self._insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return HTTPSConnection(host, port, timeout=self._patience, context=context)


class _Limit:
    """Shuts a connection down when its time is over, whatever it is waiting for."""

    def __init__(self) -> None:
        self.is_over = False
        self._timer: Timer | None = None

    def start(self, connected: socket, seconds: float) -> None:
        self._timer = Timer(seconds, self._end, (connected,))
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _end(self, connected: socket) -> None:
        self.is_over = True
        with suppress(OSError):  # the connection may just have ended by itself
            connected.shutdown(SHUT_RDWR)


def _read(response: HTTPResponse, limit: _Limit) -> Answer:
    octets = bytearray()
    is_whole = True
    try:
        while piece := response.read1(65536):
            octets += piece
            if len(octets) > LARGEST_BODY:
                is_whole = False
                break
    except (OSError, HTTPException, ValueError):
        is_whole = False  # the headers, which matter most, are there
    return Answer(
        status=response.status,
        phrase=response.reason,
        headers=tuple(response.getheaders()),
        words=_words(bytes(octets[:_LARGEST_TEXT]), response.getheader("Content-Type") or ""),
        is_whole=is_whole and not limit.is_over,
    )


def _words(octets: bytes, content_type: str) -> str | None:
    """The beginning of the text of a body, on one line."""
    kind = content_type.partition(";")[0].strip().lower()
    if not kind.startswith("text/") and kind != "application/json":
        return None
    text = octets.decode("utf-8", "replace")
    if kind == "text/html":
        text = unescape(_NO_WORDS.sub(" ", text))
    words = " ".join(text.split())
    return (words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…") or None


def _understand(error: Exception, address: WebAddress, limit: _Limit) -> Unreachable:
    url = address.url
    if limit.is_over or isinstance(error, TimeoutError):
        return Unreachable(Trouble.TIMEOUT, url)
    if isinstance(error, gaierror):
        return Unreachable(Trouble.NO_SUCH_HOST, url)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Unreachable(Trouble.CERTIFICATE, url, error.verify_message)
    if isinstance(error, ssl.SSLError):
        return Unreachable(Trouble.NOT_TLS, url, error.reason or "")
    if isinstance(error, ConnectionRefusedError):
        return Unreachable(Trouble.REFUSED, url)
    if isinstance(error, OSError) and not isinstance(error, HTTPException):
        return Unreachable(Trouble.SYSTEM, url, error.strerror or type(error).__name__)
    return Unreachable(Trouble.NOT_HTTP, url, f"{type(error).__name__}: {error}"[:_LONGEST_WHY])
