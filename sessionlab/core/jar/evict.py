"""Which cookies are evicted when there are too many (RFC 6265bis 5.7, as Chromium does it).

Rules
- Expired cookies go before anything else is evicted.
- A site holds 180 cookies; the 181st evicts down to 150, in the rounds of `_ROUNDS`: by priority,
  non-Secure before Secure, least recently used first.  Each priority has a protected number.
- A site holds 180 cookies and 10,240 octets in one partition; the least recently used go.
- A jar holds 3,300 cookies; the next one evicts down to 3,000, among cookies not used for 30 days,
  non-Secure first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sessionlab.core.jar.cookie import Priority, StoredCookie
from sessionlab.core.jar.parse import octets

_ROUNDS: Final = (
    (Priority.LOW, True),
    (Priority.LOW, False),
    (Priority.MEDIUM, True),
    (Priority.HIGH, True),
    (Priority.MEDIUM, False),
    (Priority.HIGH, False),
)
"""The rounds of eviction: a priority, and whether its Secure cookies are spared."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a jar holds.  The defaults are Chromium's.

    ``site_kept``, ``jar_kept``: what is left after an eviction.
    ``protected_*``: how many cookies of a priority a site keeps while others can go.
    ``protected_after``: milliseconds since its last use within which a full jar keeps a cookie.
    """

    site: int = 180
    site_kept: int = 150
    protected_low: int = 30
    protected_medium: int = 50
    protected_high: int = 70
    partition: int = 180
    partition_octets: int = 10_240
    jar: int = 3_300
    jar_kept: int = 3_000
    protected_after: int = 30 * 24 * 60 * 60 * 1000

    def protected(self, priority: Priority) -> int:
        """The protected number of cookies of this priority."""
        if priority is Priority.LOW:
            return self.protected_low
        return self.protected_medium if priority is Priority.MEDIUM else self.protected_high


@dataclass(slots=True, eq=False)
class JarEntry:
    """A cookie in the jar, and when it was last set or sent (ms since the epoch)."""

    cookie: StoredCookie
    last_access: int


def evict_from_site(entries: Iterable[JarEntry], limits: Limits) -> list[JarEntry]:
    """Which of a site's unpartitioned cookies to evict."""
    left = _least_recent_first(entries)
    if len(left) <= limits.site:
        return []
    surplus = len(left) - limits.site_kept
    evicted: list[JarEntry] = []
    for priority, spare_secure in _ROUNDS:
        of_priority = [entry for entry in left if entry.cookie.priority is priority]
        candidates = [entry for entry in of_priority if not (spare_secure and entry.cookie.secure)]
        # The protected number counts the Secure cookies that this round spares.
        evictable = len(of_priority) - limits.protected(priority)
        chosen = candidates[: max(0, min(evictable, surplus - len(evicted)))]
        evicted += chosen
        left = [entry for entry in left if entry not in chosen]
    return evicted


def evict_from_partition(entries: Iterable[JarEntry], limits: Limits) -> list[JarEntry]:
    """Which of a site's cookies in one partition to evict."""
    left = _least_recent_first(entries)
    size = sum(_size(entry) for entry in left)
    evicted = 0
    while len(left) - evicted > limits.partition or size > limits.partition_octets:
        size -= _size(left[evicted])
        evicted += 1
    return left[:evicted]


def evict_from_jar(entries: Iterable[JarEntry], now: int, limits: Limits) -> list[JarEntry]:
    """Which unpartitioned cookies of all sites to evict."""
    left = _least_recent_first(entries)
    if len(left) <= limits.jar:
        return []
    unused = [entry for entry in left if entry.last_access < now - limits.protected_after]
    unused.sort(key=lambda entry: entry.cookie.secure)  # stable: still the least recent first
    return unused[: len(left) - limits.jar_kept]


def _least_recent_first(entries: Iterable[JarEntry]) -> list[JarEntry]:
    return sorted(entries, key=lambda entry: (entry.last_access, entry.cookie.created))


def _size(entry: JarEntry) -> int:
    return octets(entry.cookie.name) + octets(entry.cookie.value)
