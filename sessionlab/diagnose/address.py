"""URLs as a person writes them, in the form in which a browser sends them.

Rules
- A text that is not an absolute URL is refused with a reason, never guessed at.
- Dot segments are resolved.  What a request line cannot hold (blanks, control characters, anything
  beyond ASCII) is percent-encoded, so that nothing can be smuggled into a request.
- The fragment is dropped: it never leaves the browser.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import quote, urljoin

from sessionlab.core.jar.hosts import canonical_host, is_ip, is_loopback

_URL = re.compile(r"([a-z][a-z0-9+.-]*)://([^/?#\\]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.I | re.S)
_PORT = re.compile(r":([0-9]*)\Z")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_NO_SCHEME = re.compile(
    r"(?:localhost|[a-z0-9_-]+(?:\.[a-z0-9_-]+)+|\[[0-9a-f:.]+\])(?::[0-9]+)?(?:[/?].*)?", re.I
)
_PATH_KEPT = "!$%&'()*+,-./:;=@[]_|~"
_QUERY_KEPT = "!$%&()*+,-./:;=?@[]_`{|}~^"
_LONGEST_NAME = 253
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class AddressFault(StrEnum):
    """Why no request can be sent to a text; sentences below ``explain.address``."""

    NOT_ABSOLUTE = "not-absolute"
    WITHOUT_SCHEME = "without-scheme"
    USER_INFO = "user-info"
    HOST = "host"
    PORT = "port"


class InvalidAddress(ValueError):
    """A text that is not a URL; ``found`` is the text."""

    def __init__(self, fault: AddressFault, found: str) -> None:
        super().__init__(f"{fault}: {found!r}")
        self.fault = fault
        self.found = found


class WebAddress(NamedTuple):
    """A URL as sent.  ``host`` is canonical, ``port`` None where it is the scheme's own."""

    scheme: str
    host: str
    port: int | None
    target: str

    @property
    def authority(self) -> str:
        """Host and port, as in the Host header."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def endpoint(self) -> tuple[str, int]:
        """The host, an IPv6 address without brackets, and the port to connect to."""
        return self.host.strip("[]"), self.port or _PORTS[self.scheme]

    @property
    def origin(self) -> str:
        """Scheme, host and port, as in the Origin header."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The whole URL."""
        return self.origin + self.target

    @property
    def is_encrypted(self) -> bool:
        """Whether the scheme uses TLS."""
        return self.scheme in ("https", "wss")

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        return is_loopback(self.host)


def read_address(text: str) -> WebAddress:
    """Read an absolute URL.  Raises InvalidAddress."""
    # As browsers do: blanks around a URL and line breaks inside it are ignored.
    text = re.sub(r"[\t\r\n]", "", text).strip("".join(map(chr, range(0x21))))
    found = _URL.fullmatch(text)
    if found is None:
        is_host = _NO_SCHEME.fullmatch(text)
        raise InvalidAddress(
            AddressFault.WITHOUT_SCHEME if is_host else AddressFault.NOT_ABSOLUTE, text
        )
    scheme = found[1].lower()
    host, port = _read_authority(found[2], text)
    usual = _PORTS.get(scheme)
    path = _resolve_dots(found[3].replace("\\", "/") or "/")
    target = _sendable(path, _PATH_KEPT) + _sendable(found[4] or "", _QUERY_KEPT)
    return WebAddress(scheme, host, None if port == usual else port, target)


def follow(base: WebAddress, reference: str) -> WebAddress:
    """The URL that a Location header means.  Raises InvalidAddress."""
    try:
        joined = urljoin(base.url, reference)
    except ValueError:
        raise InvalidAddress(AddressFault.HOST, reference) from None
    return read_address(joined)


def _read_authority(text: str, url: str) -> tuple[str, int | None]:
    if "@" in text:
        raise InvalidAddress(AddressFault.USER_INFO, url)
    if len(text) > 4 * _LONGEST_NAME:
        raise InvalidAddress(AddressFault.HOST, url)
    found = _PORT.search(text)
    try:
        host = canonical_host(text[: found.start()] if found else text)
    except ValueError:
        raise InvalidAddress(AddressFault.HOST, url) from None
    if not _is_host(host):
        raise InvalidAddress(AddressFault.HOST, url)
    if not (found and found[1]):
        return host, None
    port = int(found[1])
    if not 0 < port < 65536:
        raise InvalidAddress(AddressFault.PORT, url)
    return host, port


def _is_host(host: str) -> bool:
    if is_ip(host):
        return host.startswith("[") or ":" not in host
    if len(host) > _LONGEST_NAME or not _NAME.fullmatch(host):
        return False
    # A browser reads a host that ends in a number as an IP address, and this is not one.
    return not host.removesuffix(".").rpartition(".")[2].isdigit()


def _resolve_dots(path: str) -> str:
    """Remove ``.`` and ``..`` as browsers do, also those written with ``%2e``."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for index, segment in enumerate(segments):
        plain = re.sub("%2e", ".", segment, flags=re.I)
        is_last = index == len(segments) - 1
        if plain == "..":
            kept = kept[:-1]
        elif plain != ".":
            kept.append(segment)
            continue
        if is_last:
            kept.append("")
    return "/" + "/".join(kept)


def _sendable(text: str, kept: str) -> str:
    return quote(text.encode("utf-8", "replace"), safe=kept)
