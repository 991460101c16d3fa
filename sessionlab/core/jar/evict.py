"""Which cookies must go when there are too many (RFC 6265bis 5.7, as Chromium does it).

Rules
- A site may have 180 cookies; the 181st makes room down to 150.  Low priority goes first, then
  medium, then high, in each cookies without Secure first, and the least recently used first; of
  each priority some are protected.
- A site may have 180 cookies or 10,240 octets in one partition; the least recently used go.
- A jar may hold 3,300 cookies; the next makes room down to 3,000, among those not used for 30
  days, cookies without Secure first.
- Expired cookies are gone before anything else is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
"""Which priority goes, and whether its Secure cookies are spared in this round."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a jar holds; the defaults are Chromium's.  ``protected_after`` in milliseconds."""

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
        """How many cookies of this priority a site keeps while others can go."""
        if priority is Priority.LOW:
            return self.protected_low
        return self.protected_medium if priority is Priority.MEDIUM else self.protected_high


@dataclass(slots=True)
class Entry:
    """A cookie in its place, and when it was last set or sent (milliseconds)."""

    cookie: StoredCookie
    last_access: int


def surplus_of_site(entries: Iterable[Entry], limits: Limits) -> list[Entry]:
    """Which of a site's unpartitioned cookies must go."""
    left = _least_recent_first(entries)
    if len(left) <= limits.site:
        return []
    goal = len(left) - limits.site_kept
    gone: list[Entry] = []
    for priority, spare_secure in _ROUNDS:
        quota = limits.protected(priority)
        count = min(_removable(left, priority, spare_secure, quota), goal - len(gone))
        kept: list[Entry] = []
        for entry in left:
            spared = entry.cookie.priority is not priority or (spare_secure and entry.cookie.secure)
            if spared or count == 0:
                kept.append(entry)
            else:
                gone.append(entry)
                count -= 1
        left = kept
    return gone


def surplus_of_partition(entries: Iterable[Entry], limits: Limits) -> list[Entry]:
    """Which of a site's cookies in one partition must go."""
    left = _least_recent_first(entries)
    size = sum(_size(entry) for entry in left)
    gone = 0
    while len(left) - gone > limits.partition or size > limits.partition_octets:
        size -= _size(left[gone])
        gone += 1
    return left[:gone]


def surplus_of_jar(entries: Iterable[Entry], now: int, limits: Limits) -> list[Entry]:
    """Which of all unpartitioned cookies must go, where the whole jar is too full."""
    all_entries = list(entries)
    if len(all_entries) <= limits.jar:
        return []
    goal = len(all_entries) - limits.jar_kept
    unused = [
        entry
        for entry in _least_recent_first(all_entries)
        if entry.last_access < now - limits.protected_after
    ]
    unused.sort(key=lambda entry: entry.cookie.secure)
    return unused[:goal]


def _removable(left: Sequence[Entry], priority: Priority, spare_secure: bool, quota: int) -> int:
    """How many of a priority may go in one round, its quota kept."""
    cookies = [entry.cookie for entry in left if entry.cookie.priority is priority]
    spared = sum(cookie.secure for cookie in cookies) if spare_secure else 0
    return max(0, len(cookies) - max(spared, quota))


def _least_recent_first(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.last_access, entry.cookie.created))


def _size(entry: Entry) -> int:
    return octets(entry.cookie.name) + octets(entry.cookie.value)
