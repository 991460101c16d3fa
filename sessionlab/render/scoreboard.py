"""The scoreboard: what each design is good for, one question a row.

A cell names the step that shows its answer; the worst answer of a row is marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from sessionlab.render.catalogue import Catalogue
from sessionlab.render.comparison import Comparison
from sessionlab.render.grid import LineBlock, fitted, headed, labelled, padded
from sessionlab.render.ids import IdColours
from sessionlab.render.look import Line, Look
from sessionlab.render.phrase import localized
from sessionlab.render.styles import HEADING, QUIET, REFUSED, REFUSED_MARK
from sessionlab.transcript.scoreboard import ScoreCell, ScoreCode

LEAST_LANE = 14


@dataclass(frozen=True)
class Scoreboard(LineBlock):
    """The scoreboard of a comparison that has one."""

    view: Comparison
    catalogue: Catalogue

    def lines(self, console: Console, total: int) -> Iterator[Text]:
        """The table as lines of ``total`` cells."""
        look = Look(self.catalogue, IdColours(), total)
        labels = [self.catalogue.text(f"compare.score.{score.row}") for score in self.view.scores]
        grid = fitted(total, labels, len(self.view.lanes))
        yield from headed(console, "", look.words("scoreboard", HEADING), grid.total)
        heads = [
            [Line(localized(lane.title, self.catalogue, HEADING), hang=0)]
            for lane in self.view.lanes
        ]
        yield from grid.row(console, Text(), heads)
        yield grid.rule()
        for score, label in zip(self.view.scores, labels, strict=True):
            cells = [[Line(_cell(cell, look))] for cell in score.cells]
            yield from grid.row(console, labelled(label), cells)
        yield padded(Text(" ").append(look.words("scoreboard-key", QUIET)), grid.total)


def _cell(cell: ScoreCell, look: Look) -> Text:
    line = Text()
    if cell.loses:
        line.append(f"{REFUSED_MARK} ", REFUSED)
    style = REFUSED if cell.loses else ""
    if cell.code is ScoreCode.BYTES:
        line.append(look.words("score-cell.bytes", style, amount=f"{cell.amount or 0:,}"))
    else:
        line.append(look.words(f"score-cell.{cell.code}", style))
    if cell.step is not None:
        line.append("  ").append(look.words("score-step", QUIET, step=cell.step))
    return line
