"""Rows with their labels in one column, and sentences that say what to change.

Rules
- A label is a word or a mark; the lines beside it are broken to fit.
- Values in a sentence's fields are cut: a kilobyte would bury the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text

from sessionlab.render.grid import broken, padded
from sessionlab.render.look import Line, width
from sessionlab.render.phrase import phrase
from sessionlab.render.styles import QUIET

if TYPE_CHECKING:
    from rich.console import Console

    from sessionlab.render.catalogue import Catalogue

_MOST_FIELD = 120


class ListRow(NamedTuple):
    """A label and the lines beside it."""

    label: Text
    lines: tuple[Line, ...]


def listed(
    console: Console, rows: Iterable[ListRow], total: int, column: int | None = None
) -> Iterator[Text]:
    """The rows as lines of at most ``total`` cells.

    ``column``: cells of the labels' column; None: as many as the widest label takes.
    """
    rows = list(rows)
    if column is None:
        column = widest(rows)
    room = max(total - column - 3, 12)
    for label, lines in rows:
        pieces = [piece for line in lines for piece in broken(console, line, room)]
        for index, piece in enumerate(pieces or [Text()]):
            head = padded(label if index == 0 else Text(), column)
            yield Text(" ").append(head).append("  ").append(piece)


def widest(rows: Iterable[ListRow]) -> int:
    """The cells of the widest label."""
    return max((width(row.label) for row in rows), default=0)


def row(label: Text, *texts: Text) -> ListRow:
    """A row; a line break in a text starts another line, and trailing blanks are removed."""
    lines = [line for text in texts for line in text.split("\n")]
    for line in lines:
        line.rstrip()
    return ListRow(label, tuple(Line(line, hang=0) for line in lines))


def with_change(
    catalogue: Catalogue, what: str, change: str, evidence: Mapping[str, Any]
) -> tuple[Text, ...]:
    """The sentence of the key ``what`` and, if it exists, of ``change``: what to do about it."""
    fields = shortened(evidence)
    sentence = phrase(catalogue, what, **fields)
    if not catalogue.has(change):
        return (sentence,)
    words = phrase(catalogue, change, **fields)
    return sentence, phrase(catalogue, "cli.change", QUIET, change=words)


def shortened(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a sentence, each text at most `_MOST_FIELD` characters long."""
    return {
        name: f"{value[:_MOST_FIELD]}…"
        if isinstance(value, str) and len(value) > _MOST_FIELD
        else value
        for name, value in evidence.items()
    }
