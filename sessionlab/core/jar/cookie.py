"""A cookie as the jar keeps it.

Rules
- A stored cookie is frozen; a change makes a new one.
- Times are milliseconds since the epoch.
- Text is octets as latin-1 characters, as in WSGI.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class SameSite(StrEnum):
    """The SameSite attribute; DEFAULT where it is missing or not understood."""

    DEFAULT = "default"
    NONE = "none"
    LAX = "lax"
    STRICT = "strict"


class Priority(StrEnum):
    """Chromium's Priority attribute: when there are too many cookies, LOW is evicted first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class CookieOrigin(StrEnum):
    """How the cookie got into this jar."""

    SERVER = "server"
    SCRIPT = "script"
    EDITED = "edited"
    COPIED = "copied"


class PartitionKey(NamedTuple):
    """Where a Partitioned cookie lives: the top-level site, and whether it was embedded there.

    ``cross_site``: the page that got the cookie, or a frame around it, belongs to another site
    than the address bar.
    """

    site: str
    cross_site: bool


class CookieKey(NamedTuple):
    """The identity of a cookie: two cookies with equal keys are one (RFC 6265bis 5.7)."""

    partition: PartitionKey | None
    name: str
    domain: str
    host_only: bool
    path: str


@dataclass(frozen=True, slots=True)
class StoredCookie:
    """One cookie in a jar.

    ``domain``: a canonical host without a leading dot.
    ``expires``: None for a cookie that lasts until the browser is closed.
    ``created``: survives a replacement and orders the Cookie header.
    ``value_since``: when this value was first seen.  The two minutes of Lax+POST start here, as in
    Chromium.
    """

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    expires: int | None
    secure: bool
    http_only: bool
    same_site: SameSite
    partition: PartitionKey | None
    priority: Priority
    created: int
    value_since: int
    origin: CookieOrigin

    @property
    def key(self) -> CookieKey:
        """The cookie's identity within a jar."""
        return CookieKey(self.partition, self.name, self.domain, self.host_only, self.path)

    @property
    def pair(self) -> str:
        """``name=value`` as the Cookie header has it; a nameless cookie is its value alone."""
        return f"{self.name}={self.value}" if self.name else self.value

    def expired(self, now: int) -> bool:
        """Whether the cookie has expired at ``now``: ``expires <= now``."""
        return self.expires is not None and self.expires <= now
