"""Gathers what happens in one lane into events: from the browser, the server and the store.

Rules
- Events of one lane are numbered in the order in which they were recorded; server threads and the
  browser may record at the same time.
- An event belongs to the step during which it was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

from sessionlab.core.decide import Verdict
from sessionlab.core.events import Event, Kind
from sessionlab.replay.gate import Gate

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment


class Recorder:
    """The events of one lane.  ``clock`` gives milliseconds since the epoch."""

    def __init__(self, lane: str, clock: Callable[[], int]) -> None:
        self.step = 0
        self.gate: Gate | None = None
        """Where a request that has its session is held; None: nowhere."""
        self._lane = lane
        self._clock = clock
        self._events: list[Event] = []
        self._lock = Lock()

    @property
    def events(self) -> tuple[Event, ...]:
        """What was recorded so far."""
        return tuple(self._events)

    def record(
        self, kind: Kind, data: Mapping[str, Any], verdict: Mapping[str, Any] | None = None
    ) -> None:
        """Add one event of the current step."""
        with self._lock:
            self._events.append(
                Event(
                    seq=len(self._events) + 1,
                    at=self._clock(),
                    step=self.step,
                    lane=self._lane,
                    kind=kind,
                    data=data,
                    verdict=verdict,
                )
            )

    def listener(
        self,
        environ: WSGIEnvironment,
        kind: Kind,
        verdict: Verdict | None,
        data: dict[str, Any],
    ) -> None:
        """What the engine calls for each of its steps."""
        self.record(kind, data, None if verdict is None else verdict.to_json())
        if self.gate is not None and kind is Kind.SESSION_OPEN:
            self.gate.pass_by()
