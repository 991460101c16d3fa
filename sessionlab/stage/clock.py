"""A clock that only moves when told to, so that no lesson has to wait.

Rules
- Calling it returns milliseconds since the epoch, like ``Date.now()``: the engine, the stores and
  the jars take it as ``clock``.
- It is advanced in seconds, like everything else in the Python API.
"""

from __future__ import annotations

from collections.abc import Callable

START = 1_767_225_600_000
"""2026-01-01T00:00:00Z in milliseconds since the epoch: when every transcript begins."""


class ManualClock:
    """A clock moved by hand.  Calling it returns milliseconds since the epoch."""

    def __init__(self, now: int = START) -> None:
        self._now = now
        self._observers: list[Callable[[float], None]] = []

    def __call__(self) -> int:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let this many seconds pass.  Raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError(f"a clock does not run backwards: {seconds} s")
        self._now += round(seconds * 1000)
        for observer in self._observers:
            observer(seconds)

    def on_advance(self, observer: Callable[[float], None]) -> None:
        """Call ``observer`` with the seconds of each advance, to move another clock, too."""
        self._observers.append(observer)
