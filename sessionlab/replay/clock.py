"""A clock that stands still until it is told to move, so that no lesson has to wait.

Rules
- Asked for the time, it answers in milliseconds since the epoch, as ``Date.now()`` does: it is
  what the engine, the stores and the jars take as ``clock``.
- It moves in seconds, as everything else in the Python API.
"""

from __future__ import annotations

from collections.abc import Callable

START = 1_767_225_600_000
"""2026-01-01T00:00:00Z, milliseconds since the epoch: when every replay begins."""


class ManualClock:
    """A clock moved by hand.  Calling it gives milliseconds since the epoch."""

    def __init__(self, now: int = START) -> None:
        self._now = now
        self._told: list[Callable[[float], None]] = []

    def __call__(self) -> int:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let this many seconds pass.  Raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError(f"a clock does not run backwards: {seconds} s")
        self._now += round(seconds * 1000)
        for tell in self._told:
            tell(seconds)

    def on_advance(self, tell: Callable[[float], None]) -> None:
        """Tell somebody who has a clock of their own how many seconds have passed, each time."""
        self._told.append(tell)
