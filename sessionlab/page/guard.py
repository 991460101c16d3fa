"""Which requests are allowed: protects against DNS rebinding, and keeps the JSON view local.

Rules
- A server on a loopback address answers only to its own names.  If evil.example resolves to
  127.0.0.1, its page sends ``Host: evil.example`` and gets 421.
- A server on another address answers to any name, because it cannot know them all.
- The JSON view is for programs on this machine: a loopback peer, a loopback name in ``Host``, no
  proxy in between, and no page of another site.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from sessionlab.page.refusal import RefusalCode, Refused

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
    "HTTP_VIA",
)


def is_loopback(address: str) -> bool:
    """Whether ``address`` is a loopback address or the name localhost."""
    if address.lower() == "localhost":
        return True
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


def name_of(host: str) -> str:
    """The host in a URL for a server that is bound to ``host``."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified or host == "127.0.0.1":
        return "localhost"
    return f"[{host}]" if address.version == 6 else host


def own_hosts(host: str, port: int) -> tuple[str, ...]:
    """The Host headers of a server bound to ``host``, in lower case."""
    name = f"[{host}]" if ":" in host else host
    names = dict.fromkeys((*LOOPBACK_NAMES, name.lower()))
    hosts = [f"{name}:{port}" for name in names]
    return tuple(hosts + list(names)) if port == 80 else tuple(hosts)


class HostGuard:
    """Refuses requests that a server bound to ``host`` and ``port`` must not answer."""

    def __init__(self, host: str, port: int) -> None:
        self._public = not is_loopback(host)
        self.hosts = own_hosts("localhost" if self._public else host, port)

    def check_host(self, environ: WSGIEnvironment) -> None:
        """Raises Refused for a request with another server's name."""
        if not self._public:
            self._check_name(environ)

    def check_view(self, environ: WSGIEnvironment) -> None:
        """Raises Refused for a request that must not see the JSON view."""
        near = is_loopback(environ.get("REMOTE_ADDR", ""))
        if not near or any(name in environ for name in _FORWARDED):
            raise Refused(RefusalCode.LOOPBACK)
        self._check_name(environ)
        if environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
            raise Refused(RefusalCode.CROSS_ORIGIN)
        origin = environ.get("HTTP_ORIGIN")
        if origin is not None and origin.lower() != f"http://{environ['HTTP_HOST'].lower()}":
            raise Refused(RefusalCode.CROSS_ORIGIN)

    def _check_name(self, environ: WSGIEnvironment) -> None:
        host: str = environ.get("HTTP_HOST", "")
        if not host:
            raise Refused(RefusalCode.NO_HOST)
        if host.lower() not in self.hosts:
            raise Refused(RefusalCode.HOST, found=host, hosts=", ".join(self.hosts))
