"""The beginning of a comparison: the lesson's title and what the lanes are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.comparison import Comparison, LaneView, said
from sessionlab.render.grid import broken, padded
from sessionlab.render.look import Line, width
from sessionlab.render.styles import HEADING, QUIET

_ALSO = ("store", "login", "logout")


@dataclass(frozen=True)
class Intro:
    """A renderable that fits itself to the width of its console."""

    view: Comparison
    catalogue: Catalogue

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(console, options.max_width):
            yield from line.render(console, end="\n")

    def lines(self, console: Console, total: int) -> Iterator[Text]:
        """The title, then a line for each lane with its options where the lanes differ."""
        language = self.catalogue.language
        yield padded(Text(" ").append(safe.text(said(self.view.title, language), HEADING)), total)
        names = [safe.text(said(lane.title, language), HEADING) for lane in self.view.lanes]
        column = max(map(width, names), default=0)
        options = _differing([lane.transcript.options for lane in self.view.lanes])
        for lane, name, chosen in zip(self.view.lanes, names, options, strict=True):
            line = Text("   ").append(padded(name, column)).append("  ")
            line.append(self._described(lane, chosen))
            for piece in broken(console, Line(line, hang=column + 5), total):
                yield padded(piece, total)

    def _described(self, lane: LaneView, chosen: Mapping[str, Any]) -> Text:
        line = safe.text(said(lane.subtitle, self.catalogue.language))
        for name, value in chosen.items():
            written = json.dumps(value, ensure_ascii=False)
            line.append("  " if line.plain else "")
            line.append(safe.text(f"{name}: {written}", QUIET))
        return line


def _differing(options: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What each lane was given, less what all lanes share that were given anything."""
    tables = [
        {**lane.get("express", {}), **lane.get("safeguards", {})}
        | {name: lane[name] for name in _ALSO if name in lane}
        for lane in options
    ]
    given = [table for table in tables if table]
    return [
        {
            name: value
            for name, value in table.items()
            if any(name not in other or other[name] != value for other in given)
        }
        for table in tables
    ]
