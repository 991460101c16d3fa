"""Rows of a label and one column for each lane, in a fixed number of cells.

Rules
- Every line takes exactly the same number of cells; wide characters count as two.
- Text that is too long for its column continues on the next line; nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from sessionlab.render.look import Line, width
from sessionlab.render.phrase import styled
from sessionlab.render.styles import FRAME, HEADING, LABEL

_BAR = " │ "


class LineBlock:
    """A renderable that fits itself to the width of its console."""

    def lines(self, console: Console, total: int) -> Iterator[Text]:
        """The block as lines of ``total`` cells."""
        raise NotImplementedError

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(console, options.max_width):
            # Not the Text itself: rich would break a line again at its blanks.
            yield from line.render(console, end="\n")


@dataclass(frozen=True, slots=True)
class Grid:
    """The widths in cells of the label and of each lane."""

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
        """A horizontal line that crosses the bars."""
        dashes = ["─" * (self.label + 2), *("─" * (lane + 2) for lane in self.lanes)]
        return styled("┼".join(dashes)[: self.total], FRAME)


def fitted(total: int, labels: Sequence[str], lanes: int) -> Grid:
    """The grid for a number of lanes in ``total`` cells; the last lanes get the remainder."""
    label = max((width(Text(text)) for text in labels), default=0)
    room = total - 1 - label - lanes * len(_BAR)
    each, over = divmod(max(room, lanes), lanes)
    return Grid(label, tuple(each + (index >= lanes - over) for index in range(lanes)))


def headed(console: Console, number: str, title: Text, total: int) -> Iterator[Text]:
    """A heading of ``total`` cells: ``── 4  Alice logs out ────``."""
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
    """A line in pieces of at most ``room`` cells; all but the first are indented."""
    if width(line.text) <= room:
        return [line.text]
    first, *rest = line.text.wrap(console, room, overflow="fold")
    hang = line.hang if line.hang * 2 < room else 0
    if hang and rest:
        # The indent takes room: wrap what follows the first piece again, in fewer cells.
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


def filled(console: Console, line: Line, room: int) -> Iterator[Text]:
    """A line in pieces of exactly ``room`` cells; all but the first are indented."""
    return (padded(piece, room) for piece in broken(console, line, room))


def padded(text: Text, room: int) -> Text:
    """The text, filled with blanks to ``room`` cells."""
    line = text.copy()
    line.append(" " * (room - width(text)))
    return line
