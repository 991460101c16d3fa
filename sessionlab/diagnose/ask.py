"""One HTTP request to a server of the user's, and its answer.

Rules
- Redirects are not followed, cookies are not kept, and no proxy is used.
- TLS certificates are checked unless the user says otherwise.
- Anything may answer: what cannot be understood raises `Unreachable`, with a code.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from enum import StrEnum
from html import unescape
from http.client import HTTPException
from socket import gaierror

from sessionlab.diagnose.address import WebAddress
from sessionlab.http.client import Answer, send

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


Transport = Callable[[WebAddress, str, Mapping[str, str]], Answer]
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
        host, port = address.endpoint
        if self._connect_to:
            host, port = self._connect_to(host, port)
        try:
            return send(
                host,
                port,
                method,
                address.target,
                {"Host": address.authority, **headers},
                patience=self._patience,
                tls=self._tls() if address.is_encrypted else None,
                largest_body=LARGEST_BODY,
            )
        except (OSError, HTTPException, ValueError) as error:
            raise _understand(error, address.url) from None

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self._insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def words_of(answer: Answer) -> str | None:
    """The beginning of the body as a person would read it, on one line; None: it has no text."""
    kind = (answer.first("Content-Type") or "").partition(";")[0].strip().lower()
    if not kind.startswith("text/") and kind != "application/json":
        return None
    text = answer.body[:_LARGEST_TEXT].decode("utf-8", "replace")
    if kind == "text/html":
        text = unescape(_NO_WORDS.sub(" ", text))
    words = " ".join(text.split())
    return (words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS]}…") or None


def _understand(error: Exception, url: str) -> Unreachable:
    if isinstance(error, TimeoutError):
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
