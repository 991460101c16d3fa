"""The engine's clock: a function that returns milliseconds since the epoch."""

from __future__ import annotations

from collections.abc import Callable
from time import time_ns

Clock = Callable[[], int]
"""Returns milliseconds since the epoch, like ``Date.now()``: the unit of stored records."""


def now_ms() -> int:
    """The wall clock, in milliseconds since the epoch."""
    return time_ns() // 1_000_000
