"""What a console would draw, as runs of characters with the same style and width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme

THEME = TerminalTheme(
    background=(0x14, 0x17, 0x1C),
    foreground=(0xD6, 0xDA, 0xE0),
    normal=[
        (0x14, 0x17, 0x1C),
        (0xD7, 0x5F, 0x5F),
        (0x5F, 0xAF, 0x5F),
        (0xD7, 0xAF, 0x00),
        (0x5F, 0x87, 0xFF),
        (0xD7, 0x5F, 0xD7),
        (0x00, 0xAF, 0xAF),
        (0xD6, 0xDA, 0xE0),
    ],
)
BACKGROUND = THEME.background_color.hex
FOREGROUND = THEME.foreground_color.hex


class Run(NamedTuple):
    """Characters of one style; ``wide``: each takes two cells.  ``x``: the first cell, from 0."""

    text: str
    style: Style
    x: int
    wide: bool

    @property
    def cells(self) -> int:
        """The cells it takes."""
        return cell_len(self.text)

    @property
    def css(self) -> str:
        """The style as CSS declarations; empty for plain text."""
        parts = []
        if self.style.color is not None and not self.style.color.is_default:
            parts.append(f"color:{self.style.color.get_truecolor(THEME).hex}")
        if self.style.bold:
            parts.append("font-weight:700")
        if self.style.strike:
            parts.append("text-decoration:line-through")
        return ";".join(parts)


def drawn(parts: Iterable[RenderableType], width: int) -> list[list[Run]]:
    """The lines that a console of ``width`` cells would show."""
    console = Console(
        width=width,
        file=StringIO(),
        force_terminal=True,
        color_system="256",
        legacy_windows=False,
        _environ={},
    )
    options = console.options
    lines: list[list[Run]] = []
    for part in parts:
        for line in console.render_lines(part, options, pad=False):
            lines.append(list(_runs(_without_end_blanks(line))))
    return lines


def _without_end_blanks(line: list[Segment]) -> list[Segment]:
    """The line without trailing blanks, which show nothing: no style has a background."""
    kept = list(line)
    while kept and not kept[-1].text.strip(" "):
        kept.pop()
    if kept:
        last = kept.pop()
        kept.append(Segment(last.text.rstrip(" "), last.style, last.control))
    return kept


def _runs(line: Iterable[Segment]) -> Iterator[Run]:
    x = 0
    for segment in line:
        if segment.control:
            continue
        for wide, characters in groupby(
            segment.text, key=lambda character: cell_len(character) > 1
        ):
            run = Run("".join(characters), segment.style or Style(), x, wide)
            yield run
            x += run.cells
