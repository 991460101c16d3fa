"""Hosts, URLs and paths as the cookie rules compare them.

Rules
- A canonical host is in lower case, international labels are in their ASCII form, IPv6 is in
  brackets and compressed.
- Paths keep their dot segments and percent signs: cookie paths are compared octet by octet.
- An IP address has no subdomains.
- Loopback is trusted even over http, as in Chromium and Firefox.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from sessionlab.core.errors import SessionlabError

_URL = re.compile(r"([a-z][a-z0-9+.-]*)://(?:[^/?#\\]*@)?(\[[^\]/?#\\]*\]|[^:/?#\\]*)", re.I)
_REST = re.compile(r"(?::[0-9]*)?([/\\][^?#]*)?(?:[?#].*)?", re.S)
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}\Z")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_HTTP_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
"""The schemes that carry cookies, each with the scheme of its site."""


class InvalidUrl(SessionlabError, ValueError):
    """A text that is not an absolute URL; ``url`` is that text."""

    def __init__(self, url: str) -> None:
        super().__init__(f"not an absolute URL: {url!r}; write it as http://host/path")
        self.url = url


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a request's URL that cookies depend on.

    ``scheme``: http or https for the schemes that carry cookies (ws counts as http, wss as
    https); any other scheme in lower case.
    ``trusted``: https or loopback, where Secure cookies may be set and sent.
    """

    scheme: str
    host: str
    path: str
    is_ip: bool
    encrypted: bool
    trusted: bool

    @property
    def has_cookies(self) -> bool:
        """Whether the scheme carries cookies."""
        return self.scheme in _HTTP_SCHEMES


@lru_cache(maxsize=1024)
def parse_url(url: str) -> Target:
    """The target of a URL.  Raises InvalidUrl."""
    start = _URL.match(url)
    rest = start and _REST.fullmatch(url, start.end())
    if not start or not rest:
        raise InvalidUrl(url)
    scheme = start.group(1).lower()
    host = canonical_host(start.group(2))
    scheme = _HTTP_SCHEMES.get(scheme, scheme)
    if not host and scheme in _HTTP_SCHEMES:
        raise InvalidUrl(url)
    encrypted = scheme == "https"
    return Target(
        scheme=scheme,
        host=host,
        path=(rest.group(1) or "/").replace("\\", "/"),
        is_ip=is_ip(host),
        encrypted=encrypted,
        trusted=encrypted or is_loopback(host),
    )


def canonical_host(text: str) -> str:
    """The host in its canonical form."""
    if text.startswith("[") and text.endswith("]"):
        try:
            return f"[{ipaddress.IPv6Address(text[1:-1]).compressed}]"
        except ValueError:
            return text.lower()
    if text.isascii():
        return text.lower()
    return ".".join(_ascii_label(label) for label in _DOTS.split(text))


def _ascii_label(label: str) -> str:
    label = unicodedata.normalize("NFKC", label.lower()).lower()
    if label.isascii():
        return label
    return "xn--" + label.encode("punycode").decode("ascii")


def is_ip(host: str) -> bool:
    """Whether a canonical host is an IP address (IPv6 with or without brackets)."""
    if _IPV4.match(host):
        return True
    if ":" not in host:
        return False
    try:
        ipaddress.IPv6Address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a canonical host always means this machine."""
    if host in ("localhost", "localhost.", "[::1]"):
        return True
    if host.startswith("127."):
        return is_ip(host)
    return host.endswith((".localhost", ".localhost."))


def domain_match(host: str, domain: str) -> bool:
    """Whether a host is the domain or a subdomain of it (RFC 6265bis 5.1.3); both canonical."""
    if host == domain:
        return True
    return bool(domain) and host.endswith("." + domain) and not is_ip(host)


def default_path(path: str) -> str:
    """The path of a cookie without one: the request path's directory (RFC 6265bis 5.1.4)."""
    last_slash = path.rfind("/")
    if not path.startswith("/") or last_slash == 0:
        return "/"
    return path[:last_slash]


def path_match(path: str, cookie_path: str) -> bool:
    """Whether a request path is the cookie path or below it (RFC 6265bis 5.1.4)."""
    if not path.startswith(cookie_path):
        return False
    length = len(cookie_path)
    return len(path) == length or cookie_path.endswith("/") or path[length] == "/"
