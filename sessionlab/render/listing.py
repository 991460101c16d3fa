"""Rows with their labels in one column, and sentences that say what to change.

Rules
- A label is a word or a mark; what stands beside it is broken to the room there is.
- Values of a sentence's fields are cut: nobody reads a kilobyte of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from sessionlab.render.catalogue import Catalogue
from sessionlab.render.grid import broken, padded
from sessionlab.render.look import Line, width
from sessionlab.render.phrase import phrase
from sessionlab.render.styles import QUIET

_MOST_FIELD = 120


class Row(NamedTuple):
    """A label and the lines beside it."""

    label: Text
    lines: tuple[Line, ...]


def listed(console: Console, rows: Iterable[Row], column: int, total: int) -> Iterator[Text]:
    """The rows, their labels in a column of so many cells."""
    room = max(total - column - 3, 12)
    for label, lines in rows:
        pieces = [piece for line in lines for piece in broken(console, line, room)]
        for index, piece in enumerate(pieces or [Text()]):
            head = padded(label if index == 0 else Text(), column)
            yield Text(" ").append(head).append("  ").append(piece)


def widest(rows: Iterable[Row]) -> int:
    """The cells of the widest label."""
    return max((width(row.label) for row in rows), default=0)


def sentence(catalogue: Catalogue, key: str, evidence: Mapping[str, Any], style: str = "") -> Line:
    """A sentence of the catalogue, its fields filled with what was seen."""
    return Line(phrase(catalogue, key, style, **shortened(evidence)), hang=0)


def with_change(
    catalogue: Catalogue, what: str, change: str, evidence: Mapping[str, Any]
) -> tuple[Line, ...]:
    """A sentence and, where there is one, the other that says what to do; both are keys."""
    line = sentence(catalogue, what, evidence)
    if not catalogue.has(change):
        return (line,)
    words = phrase(catalogue, change, **shortened(evidence))
    return line, Line(phrase(catalogue, "explain.label.change", QUIET, change=words), hang=0)


def shortened(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a sentence, none longer than a sentence can bear."""
    return {
        name: f"{value[:_MOST_FIELD]}…"
        if isinstance(value, str) and len(value) > _MOST_FIELD
        else value
        for name, value in evidence.items()
    }
