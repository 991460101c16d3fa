"""The top of a comparison: the lesson's title and its lanes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.comparison import Comparison, LaneView
from sessionlab.render.grid import LineBlock, filled, padded
from sessionlab.render.look import Line, width
from sessionlab.render.phrase import localized
from sessionlab.render.styles import HEADING, QUIET

_ALSO = ("store", "login", "logout")


@dataclass(frozen=True)
class Intro(LineBlock):
    """The lesson's title, then the lanes, each with the options that it alone has."""

    view: Comparison
    catalogue: Catalogue

    def lines(self, console: Console, total: int) -> Iterator[Text]:
        """The title, then a line for each lane with its options where the lanes differ."""
        title = localized(self.view.title, self.catalogue, HEADING)
        yield padded(Text(" ").append(title), total)
        names = [localized(lane.title, self.catalogue, HEADING) for lane in self.view.lanes]
        column = max(map(width, names), default=0)
        options = _differing([lane.transcript.options for lane in self.view.lanes])
        for lane, name, chosen in zip(self.view.lanes, names, options, strict=True):
            line = Text("   ").append(padded(name, column)).append("  ")
            line.append(self._described(lane, chosen))
            yield from filled(console, Line(line, hang=column + 5), total)

    def _described(self, lane: LaneView, chosen: Mapping[str, Any]) -> Text:
        line = localized(lane.subtitle, self.catalogue)
        for name, value in chosen.items():
            written = json.dumps(value, ensure_ascii=False)
            line.append("  " if line.plain else "")
            line.append(safe.text(f"{name}: {written}", QUIET))
        return line


def _differing(options: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The settings of each lane, without those that all lanes with settings share."""
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
