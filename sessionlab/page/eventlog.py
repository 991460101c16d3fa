"""Keeps the last events of a server, and calls subscribers with each new one.

Rules
- The ring has two limits: the number of events and the size of their JSON.
- An event is converted to JSON once; all readers get that text.
- ``lane`` is the number of the request.  ``seq`` never starts again, so that a reader who was away
  sees how many events are missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from threading import Lock
from typing import NamedTuple

from sessionlab.core.entries import Entry
from sessionlab.core.events import Event
from sessionlab.core.wire import dump_json
from sessionlab.session.clock import Clock, now_ms

Subscriber = Callable[[Entry[Event], str], None]
"""Called with each entry and its JSON text, one at a time, in order."""


class LogPage(NamedTuple):
    """Some of the entries, as JSON texts.

    ``oldest`` and ``newest`` are the ``seq`` of the first and last entry that is kept.  The next
    page begins after ``last``.
    """

    texts: list[str]
    last: int
    oldest: int
    newest: int


class EventLog:
    """The last ``events`` events, or those of ``octets`` characters of JSON; thread-safe."""

    def __init__(
        self, clock: Clock = now_ms, *, events: int = 2_000, octets: int = 8_000_000
    ) -> None:
        self._clock = clock
        self._events = events
        self._octets = octets
        self._ring: deque[str] = deque()
        self._held = 0
        self._seq = 0
        self._lock = Lock()
        self._subscribers: list[Subscriber] = []

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call ``subscriber`` with every entry from now on."""
        self._subscribers.append(subscriber)

    def record(self, lane: str, event: Event) -> None:
        """Keep an event and call the subscribers."""
        with self._lock:
            self._seq += 1
            entry = Entry(self._seq, self._clock(), 0, lane, event)
            text = dump_json(entry.to_json())
            self._ring.append(text)
            self._held += len(text)
            while len(self._ring) > self._events or (
                self._held > self._octets and len(self._ring) > 1
            ):
                self._held -= len(self._ring.popleft())
            for subscriber in self._subscribers:
                subscriber(entry, text)

    def after(self, seq: int, limit: int) -> LogPage:
        """At most ``limit`` entries later than ``seq``."""
        with self._lock:
            oldest, newest = self._seq - len(self._ring) + 1, self._seq
            start = max(seq + 1, oldest)
            texts = list(islice(self._ring, start - oldest, start - oldest + limit))
        return LogPage(texts, start + len(texts) - 1, oldest, newest)
