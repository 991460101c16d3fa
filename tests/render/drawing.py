"""Renderables as plain lines, as a console of a given width would show them."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Any

from rich.cells import cell_len
from rich.console import Console


def drawn(parts: Any, width: int = 120) -> list[str]:
    """The lines without colour, blanks at their ends included."""
    output = StringIO()
    console = Console(file=output, width=width, color_system=None, _environ={})
    for part in parts if isinstance(parts, Iterable) else [parts]:
        console.print(part)
    return output.getvalue().splitlines()


def cells(lines: Iterable[str]) -> set[int]:
    """The widths that occur, empty lines aside."""
    return {cell_len(line) for line in lines if line}
