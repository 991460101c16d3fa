"""Records what happens in one lane: in the browser, the server and the store.

Rules
- Events are numbered in the order in which they are recorded; server threads and the browser may
  record at the same time.
- An event belongs to the step during which it is recorded.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from sessionlab.core.entries import Entry
from sessionlab.core.events import Event, SessionOpened
from sessionlab.session.clock import Clock
from sessionlab.stage.gate import Gate

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


class Recorder:
    """The entries of one lane."""

    def __init__(self, lane: str, clock: Clock) -> None:
        self.step = 0
        self.gate: Gate | None = None
        """Holds a request that has its session; None: requests are not held."""
        self._lane = lane
        self._clock = clock
        self._entries: list[Entry[Event]] = []
        self._lock = Lock()

    @property
    def entries(self) -> tuple[Entry[Event], ...]:
        """The entries so far."""
        return tuple(self._entries)

    def record(self, event: Event) -> None:
        """Add an event of the current step."""
        with self._lock:
            seq = len(self._entries) + 1
            self._entries.append(Entry(seq, self._clock(), self.step, self._lane, event))

    def listener(self, environ: WSGIEnvironment, event: Event) -> None:
        """Record an event, and hold its request at the gate; the engine's ``listener``."""
        self.record(event)
        if self.gate is not None and isinstance(event, SessionOpened):
            self.gate.pass_by()
