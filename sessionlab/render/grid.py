"""Lines beside each other: a label and one column for each lane, in a fixed number of cells.

Rules
- Every line that comes out takes exactly the same number of cells; wide characters count two.
- What is too long for its column goes on in the next line; nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.console import Console
from rich.text import Text

from sessionlab.render.look import Line, width
from sessionlab.render.phrase import styled
from sessionlab.render.styles import FRAME, HEADING, LABEL

_BAR = " │ "


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns: cells of the label, of each lane, and of the whole line."""

    label: int
    lanes: tuple[int, ...]

    @property
    def total(self) -> int:
        """The cells of a line."""
        return 1 + self.label + sum(len(_BAR) + lane for lane in self.lanes)

    def row(self, console: Console, label: Text, cells: Sequence[Sequence[Line]]) -> Iterator[Text]:
        """The lines of one row."""
        names = broken(console, Line(label, hang=0), self.label)
        columns = [
            [part for line in cell for part in broken(console, line, room)]
            for cell, room in zip(cells, self.lanes, strict=True)
        ]
        for name, *parts in zip_longest(names, *columns, fillvalue=Text()):
            line = Text(" ").append(padded(name, self.label))
            for part, room in zip(parts, self.lanes, strict=True):
                line.append(_BAR, FRAME).append(padded(part, room))
            yield line

    def rule(self) -> Text:
        """A line across, which meets the bars."""
        dashes = ["─" * (self.label + 2), *("─" * (lane + 2) for lane in self.lanes)]
        return styled("┼".join(dashes)[: self.total], FRAME)


def fitted(total: int, labels: Sequence[str], lanes: int) -> Grid:
    """The grid for so many lanes in ``total`` cells; the last lanes get what does not divide."""
    label = max((width(Text(text)) for text in labels), default=0)
    room = total - 1 - label - lanes * len(_BAR)
    each, over = divmod(max(room, lanes), lanes)
    return Grid(label, tuple(each + (index >= lanes - over) for index in range(lanes)))


def headed(console: Console, number: str, title: Text, total: int) -> Iterator[Text]:
    """A heading: ``── 4  Alice logs out ────``."""
    indent = " " * (3 + len(number))
    pieces = broken(console, Line(title, hang=0), max(total - len(indent) - 4, 8))
    first = styled("── ", FRAME).append(number, HEADING).append(pieces[0]).append(" ")
    yield first.append("─" * (total - width(first)), FRAME)
    for piece in pieces[1:]:
        yield padded(Text(indent).append(piece), total)


def labelled(words: str) -> Text:
    """A row's label."""
    return styled(words, LABEL)


def broken(console: Console, line: Line, room: int) -> list[Text]:
    """A line in pieces of at most ``room`` cells, the later ones indented."""
    if width(line.text) <= room:
        return [line.text]
    first, *rest = line.text.wrap(console, room, overflow="fold")
    hang = line.hang if line.hang * 2 < room else 0
    if hang and rest:
        left = line.text[len(first.plain) :]
        left = left[len(left.plain) - len(left.plain.lstrip()) :]
        rest = [
            Text(" " * hang).append(piece)
            for piece in left.wrap(console, room - hang, overflow="fold")
        ]
    pieces = [first, *rest]
    for piece in pieces:
        piece.rstrip()
    return pieces


def padded(text: Text, room: int) -> Text:
    """The text with blanks up to ``room`` cells."""
    line = text.copy()
    line.append(" " * (room - width(text)))
    return line
