"""One step: the lanes beside each other where there is room, else below each other.

Rules
- Beside each other, every row asks every lane the same question, and a lane that has nothing
  says so.  A row in which no lane has anything is left out.
- Below each other, only the rows in which the lanes differ are shown, and those without which a
  step can not be followed; what else is alike in all lanes is named in a line.
- Two cells are alike if they are so with IDs and signatures left out, because these are random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from sessionlab.core.events import Kind
from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.comparison import Comparison, LaneView, StepView, said
from sessionlab.render.conclusions import conclusions
from sessionlab.render.exchange import LaneStep, lane_step
from sessionlab.render.grid import Grid, broken, fitted, headed, labelled, padded
from sessionlab.render.ids import IdColours
from sessionlab.render.look import Line, Look
from sessionlab.render.phrase import styled
from sessionlab.render.rows import (
    ANSWERS,
    CALLS,
    HOMEWARD,
    NEEDED,
    OMITTED,
    OUTWARD,
    PRELUDE,
    ROWS,
    STORE,
    ExchangeRow,
)
from sessionlab.render.rows.store import shelved
from sessionlab.render.store_course import shelves_of_passages
from sessionlab.render.styles import HEADING, QUIET

LEAST_LANE = 31
"""Cells that a lane must have to stand beside others."""

_MOST_EXCHANGES = 3
_WAYS = {"request": "→", "sends": "→", "answers": "←", "sets": "←"}
"""What travels to the server, and what comes back."""


class _Row(NamedTuple):
    """A row of this step: its code, what draws it, and whether it is shown in any case."""

    code: str
    draw: Callable[[LaneStep, Look], list[Line]]
    is_needed: bool = False


class _Part(NamedTuple):
    """Rows under a heading of their own: one request of several, or all there is."""

    heading: Text | None
    rows: Sequence[_Row]


@dataclass(frozen=True)
class StepBlock:
    """A renderable that fits itself to the width of its console."""

    view: Comparison
    step: StepView
    catalogue: Catalogue
    ids: IdColours
    wide: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(console, options.max_width):
            yield from line.render(console, end="\n")

    def lines(self, console: Console, total: int) -> Iterator[Text]:
        """The block as lines of ``total`` cells."""
        lanes = [
            lane_step(event for event in lane.transcript.events if event.step == self.step.number)
            for lane in self.view.lanes
        ]
        labels = [self._label(code) for code in ROWS]
        grid = fitted(total, labels, len(lanes))
        title = safe.text(said(self.step.title, self.catalogue.language), HEADING)
        yield from headed(console, f"{self.step.number}  ", title, grid.total)
        if len(lanes) > 1 and min(grid.lanes) >= LEAST_LANE:
            yield from self._beside(console, grid, lanes)
        else:
            grid = fitted(total, labels, 1)
            yield from self._below(console, grid, lanes)
        whole = self._look(min(grid.lanes)).whole_ids
        look = Look(self.catalogue, self.ids, grid.total, self.wide, ids_whole=whole)
        yield from conclusions(console, self.view, self.step, lanes, look)

    def _beside(self, console: Console, grid: Grid, lanes: Sequence[LaneStep]) -> Iterator[Text]:
        titles = [[Line(self._title(lane))] for lane in self.view.lanes]
        yield from grid.row(console, Text(), titles)
        yield grid.rule()
        for part in self._parts(lanes):
            yield from self._part_heading(part, grid)
            for row in part.rows:
                cells = [
                    row.draw(lane, self._look(room))
                    for lane, room in zip(lanes, grid.lanes, strict=True)
                ]
                if any(cells):
                    yield from self._row(console, grid, row.code, cells)

    def _below(self, console: Console, grid: Grid, lanes: Sequence[LaneStep]) -> Iterator[Text]:
        look = self._look(grid.lanes[0])
        for part in self._parts(lanes):
            yield from self._part_heading(part, grid)
            used = [row for row in part.rows if any(row.draw(lane, look) for lane in lanes)]
            alike = [row for row in used if len(lanes) > 1 and _alike(row, lanes, look)]
            if "request" not in {row.code for row in alike}:
                # An answer is not told apart from its request.
                alike = [row for row in alike if row.code != "answers"]
            yield from self._common(console, grid, lanes[0], alike)
            different = [row for row in used if row not in alike]
            if not different:
                continue
            for view, lane in zip(self.view.lanes, lanes, strict=True):
                if len(lanes) > 1:
                    yield from self._lane_heading(console, view, grid.total)
                for row in different:
                    cell = row.draw(lane, look)
                    if cell or row.code not in OMITTED:
                        yield from self._row(console, grid, row.code, [cell])

    def _common(
        self, console: Console, grid: Grid, lane: LaneStep, alike: Sequence[_Row]
    ) -> Iterator[Text]:
        """The rows in which all lanes agree: the needed ones drawn, the others named."""
        look = self._look(grid.lanes[0])
        nameless = replace(look, anonymous=True)  # each lane has its own IDs
        for row in alike:
            if row.is_needed:
                yield from self._row(console, grid, row.code, [row.draw(lane, nameless)])
        if names := [
            self.catalogue.text(f"compare.row.{row.code}") for row in alike if not row.is_needed
        ]:
            line = Line(look.words("alike", QUIET, rows=", ".join(names)), hang=0)
            for piece in broken(console, line, grid.total - 1):
                yield padded(Text(" ").append(piece), grid.total)

    def _row(
        self, console: Console, grid: Grid, code: str, cells: Sequence[list[Line]]
    ) -> Iterator[Text]:
        filled = [
            cell or self._look(room).quiet(f"nothing.{code}")
            for cell, room in zip(cells, grid.lanes, strict=True)
        ]
        return grid.row(console, labelled(self._label(code)), filled)

    def _parts(self, lanes: Sequence[LaneStep]) -> Iterator[_Part]:
        """What there is to draw; of many requests, the first and the last."""
        prelude, store = _Row(PRELUDE.code, PRELUDE.draw, True), _Row(STORE.code, STORE.draw)
        count = max(len(lane.exchanges) for lane in lanes)
        if count < 2:
            outward, homeward = _of_passage(OUTWARD, 0), _of_passage(HOMEWARD, 0)
            yield _Part(None, [prelude, *outward, store, *homeward])
            return
        yield _Part(None, [prelude])
        if any(lane.overlaps for lane in lanes):
            yield from self._passages(lanes)
            return
        look = self._look(0)
        left_out = count - 2 if count > _MOST_EXCHANGES else 0
        for index in range(count):
            if left_out and index == 1:
                yield _Part(look.words("requests-left-out", QUIET, count=left_out), [])
            if left_out and 0 < index < count - 1:
                continue
            heading = look.words("request-of", HEADING, number=index + 1, count=count)
            yield _Part(heading, _of_passage((*OUTWARD, *HOMEWARD), index))
        answers = [_Row(ANSWERS.code, ANSWERS.draw, True)] if left_out else []
        yield _Part(look.words("after-all", HEADING), [*answers, store])

    def _passages(self, lanes: Sequence[LaneStep]) -> Iterator[_Part]:
        """Requests that overlap, passage after passage, each with the store as it was then."""
        for index in range(max(len(lane.passages) for lane in lanes)):
            there = [lane.passages[index] for lane in lanes if index < len(lane.passages)]
            key, before, after = "meanwhile", OUTWARD, HOMEWARD
            if any(passage.first(Kind.HOLD) for passage in there):
                key, after = "begins", ()
            elif any(passage.first(Kind.RESUME) for passage in there):
                key, before = "goes-on", (CALLS,)
            store = _store_after_passage(index)
            rows = [*_of_passage(before, index), store, *_of_passage(after, index)]
            yield _Part(self._look(0).words(f"passage.{key}", HEADING), rows)

    def _part_heading(self, part: _Part, grid: Grid) -> Iterator[Text]:
        if part.heading is not None:
            yield padded(Text(" ").append(part.heading), grid.total)

    def _lane_heading(self, console: Console, lane: LaneView, total: int) -> Iterator[Text]:
        line = styled(" ▸ ", HEADING).append(self._title(lane)).append("  ")
        line.append(safe.text(said(lane.subtitle, self.catalogue.language), QUIET))
        for piece in broken(console, Line(line, hang=3), total):
            yield padded(piece, total)

    def _title(self, lane: LaneView) -> Text:
        return safe.text(said(lane.title, self.catalogue.language), HEADING)

    def _label(self, code: str) -> str:
        return f"{_WAYS.get(code, ' ')} {self.catalogue.text(f'compare.row.{code}')}"

    def _look(self, room: int) -> Look:
        return Look(self.catalogue, self.ids, room, self.wide)


def _of_passage(rows: Sequence[ExchangeRow], index: int) -> list[_Row]:
    """Rows about the passage of that index, empty for a lane that has fewer."""

    def drawn(row: ExchangeRow) -> Callable[[LaneStep, Look], list[Line]]:
        def draw(step: LaneStep, look: Look) -> list[Line]:
            return row.draw(step.passages[index], look) if index < len(step.passages) else []

        return draw

    return [_Row(row.code, drawn(row), row.code in NEEDED) for row in rows]


def _store_after_passage(index: int) -> _Row:
    """The row of the store before and after the passage of that index."""

    def draw(step: LaneStep, look: Look) -> list[Line]:
        shelves = list(shelves_of_passages(step))[index : index + 1]
        return shelved(shelves[0], look) if shelves else []

    return _Row(STORE.code, draw, is_needed=True)


def _alike(row: _Row, lanes: Sequence[LaneStep], look: Look) -> bool:
    nameless = replace(look, anonymous=True)
    drawn = {tuple(line.text.plain for line in row.draw(lane, nameless)) for lane in lanes}
    return len(drawn) == 1
