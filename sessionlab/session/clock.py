"""The time, as the engine takes it: a function that returns milliseconds since the epoch."""

from __future__ import annotations

from collections.abc import Callable
from time import time_ns

Clock = Callable[[], int]
"""Milliseconds since the epoch, as ``Date.now()``: the unit of stored records."""


def now_ms() -> int:
    """The wall clock."""
    return time_ns() // 1_000_000
