"""Long values, shortened: an ellipsis marks what is missing."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from sessionlab.render.safe import visible

_TAIL = 4


def cut(value: str, room: int) -> str:
    """Like `elide`, but reads only the beginning of a very long value."""
    return elide(value[: 2 * room], room)


def elide(value: str, room: int) -> str:
    """The visible value in at most ``room`` cells; keeps the last characters if there is room."""
    shown = visible(value)
    if cell_len(shown) <= room:
        return shown
    tail = shown[-_TAIL:] if room > 3 * _TAIL else ""
    head = set_cell_size(shown, max(room - cell_len(tail) - 1, 1)).rstrip()
    return f"{head}…{tail}"
