"""A time, as tables show it."""

from __future__ import annotations


def moment(ms: int) -> str:
    """A time in milliseconds since the epoch, to the second, in UTC."""
    from datetime import UTC, datetime, timedelta

    try:
        found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    except OverflowError:
        return str(ms)
    return found.strftime("%Y-%m-%d %H:%M:%S UTC")
