"""What happened on this server, as events: the last ones are kept, and each is told at once.

Rules
- The ring is bounded twice: by the number of events and by the octets of their JSON.
- An event is made into JSON once; who reads it gets that text.
- ``lane`` is the number of the request; ``seq`` counts on for ever, so that a reader who was
  away sees what is missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice
from threading import Lock
from typing import Any, NamedTuple

from sessionlab.core.events import Event, Kind
from sessionlab.core.wire import dump_json
from sessionlab.session.clock import Clock, now_ms

Subscriber = Callable[[Event, str], None]
"""Told of each event and its JSON text, one at a time, in order."""


class Page(NamedTuple):
    """Some of the events, as JSON texts.

    ``oldest`` and ``newest`` are the ``seq`` of the first and last event that is kept; ``last``
    is the one to ask after next.
    """

    texts: list[str]
    last: int
    oldest: int
    newest: int


class EventLog:
    """The last events of a server; thread-safe."""

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
        """Tell it of every event from now on."""
        self._subscribers.append(subscriber)

    def record(
        self,
        lane: str,
        kind: Kind,
        data: Mapping[str, Any],
        verdict: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep an event and tell the subscribers."""
        with self._lock:
            self._seq += 1
            event = Event(
                seq=self._seq,
                at=self._clock(),
                step=0,
                lane=lane,
                kind=kind,
                data=data,
                verdict=verdict,
            )
            text = dump_json(event.to_json())
            self._ring.append(text)
            self._held += len(text)
            while len(self._ring) > self._events or (
                self._held > self._octets and len(self._ring) > 1
            ):
                self._held -= len(self._ring.popleft())
            for subscriber in self._subscribers:
                subscriber(event, text)

    def after(self, seq: int, limit: int) -> Page:
        """At most ``limit`` of the events that are kept and later than ``seq``."""
        with self._lock:
            oldest, newest = self._seq - len(self._ring) + 1, self._seq
            start = max(seq + 1, oldest)
            texts = list(islice(self._ring, start - oldest, start - oldest + limit))
        return Page(texts, start + len(texts) - 1, oldest, newest)
