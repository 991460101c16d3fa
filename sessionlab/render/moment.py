"""A time as tables show it."""

from __future__ import annotations


def moment(ms: int) -> str:
    """``2026-01-01 00:00:00 UTC`` for milliseconds since the epoch; digits after the year 9999."""
    from datetime import UTC, datetime, timedelta

    try:
        found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    except OverflowError:
        return str(ms)
    return found.strftime("%Y-%m-%d %H:%M:%S UTC")
