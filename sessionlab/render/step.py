"""One step: the lanes side by side if there is room, else one below the other.

Rules
- Side by side, every row asks every lane the same question, and an empty cell says that there is
  nothing.  A row that is empty in all lanes is left out.
- One below the other, rows in which the lanes differ are shown, and the rows that a reader needs
  to follow the step.  The other rows are only named.
- Two cells are alike if they are equal without IDs and signatures, which are random.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from sessionlab.core.events import RequestHeld, RequestResumed
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.comparison import Comparison, LaneView, StepView
from sessionlab.render.conclusions import conclusions
from sessionlab.render.grid import Grid, LineBlock, broken, filled, fitted, headed, labelled, padded
from sessionlab.render.ids import IdColours
from sessionlab.render.look import Line, Look
from sessionlab.render.phrase import localized, styled
from sessionlab.render.rows import (
    ANSWERS,
    CALLS,
    HOMEWARD,
    OMITTED,
    OUTWARD,
    PRELUDE,
    ROWS,
    STORE,
    StepRow,
    TripRow,
)
from sessionlab.render.rows.store import shelved
from sessionlab.render.styles import HEADING, QUIET
from sessionlab.transcript.steps import LaneStep, lane_step
from sessionlab.transcript.store_timeline import shelves_of_passages

LEAST_LANE = 31
"""The width in cells from which lanes are shown side by side."""

_MOST_TRIPS = 3
_WAYS = {"request": "→", "sends": "→", "answers": "←", "sets": "←"}
"""The rows about what travels to the server, and what comes back."""


class _Part(NamedTuple):
    """Rows under one heading, such as one request of several; None: without a heading."""

    heading: Text | None
    rows: Sequence[StepRow]


@dataclass(frozen=True)
class StepBlock(LineBlock):
    """One step of a comparison; ``wide``: whole values, and the whole sentence with each reason."""

    view: Comparison
    step: StepView
    catalogue: Catalogue
    ids: IdColours
    wide: bool = False

    def lines(self, console: Console, total: int) -> Iterator[Text]:
        """The block as lines of ``total`` cells."""
        lanes = [
            lane_step(it for it in lane.transcript.entries if it.step == self.step.number)
            for lane in self.view.lanes
        ]
        labels = [self._label(code) for code in ROWS]
        grid = fitted(total, labels, len(lanes))
        title = localized(self.step.title, self.catalogue, HEADING)
        yield from headed(console, f"{self.step.number}  ", title, grid.total)
        if len(lanes) > 1 and min(grid.lanes) >= LEAST_LANE:
            yield from self._beside(console, grid, lanes)
        else:
            grid = fitted(total, labels, 1)
            yield from self._below(console, grid, lanes)
        whole = self._look(min(grid.lanes)).whole_ids
        look = Look(self.catalogue, self.ids, grid.total, self.wide, ids_whole=whole)
        yield from conclusions(console, self.view, self.step, look)

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
                # An answer is shown with its request.
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
        self, console: Console, grid: Grid, lane: LaneStep, alike: Sequence[StepRow]
    ) -> Iterator[Text]:
        """The rows in which all lanes agree: draws the needed ones and names the others."""
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
        """The parts to draw; of many requests, only the first and the last."""
        count = max(len(lane.trips) for lane in lanes)
        if count < 2:
            outward, homeward = _of_passage(OUTWARD, 0), _of_passage(HOMEWARD, 0)
            yield _Part(None, [PRELUDE, *outward, STORE, *homeward])
            return
        yield _Part(None, [PRELUDE])
        if any(lane.overlaps for lane in lanes):
            yield from self._passages(lanes)
            return
        look = self._look(0)
        left_out = count - 2 if count > _MOST_TRIPS else 0
        for index in range(count):
            if left_out and index == 1:
                yield _Part(look.words("requests-left-out", QUIET, count=left_out), [])
            if left_out and 0 < index < count - 1:
                continue
            heading = look.words("request-of", HEADING, number=index + 1, count=count)
            yield _Part(heading, _of_passage((*OUTWARD, *HOMEWARD), index))
        answers = [ANSWERS] if left_out else []
        yield _Part(look.words("after-all", HEADING), [*answers, STORE])

    def _passages(self, lanes: Sequence[LaneStep]) -> Iterator[_Part]:
        """Requests that overlap: passage by passage, with the store before and after each."""
        for index in range(max(len(lane.passages) for lane in lanes)):
            there = [lane.passages[index] for lane in lanes if index < len(lane.passages)]
            key, before, after = "meanwhile", OUTWARD, HOMEWARD
            if any(passage.first(RequestHeld) for passage in there):
                key, after = "begins", ()
            elif any(passage.first(RequestResumed) for passage in there):
                key, before = "goes-on", (CALLS,)
            store = _store_after_passage(index)
            rows = [*_of_passage(before, index), store, *_of_passage(after, index)]
            yield _Part(self._look(0).words(f"passage.{key}", HEADING), rows)

    def _part_heading(self, part: _Part, grid: Grid) -> Iterator[Text]:
        if part.heading is not None:
            yield padded(Text(" ").append(part.heading), grid.total)

    def _lane_heading(self, console: Console, lane: LaneView, total: int) -> Iterator[Text]:
        line = styled(" ▸ ", HEADING).append(self._title(lane)).append("  ")
        line.append(localized(lane.subtitle, self.catalogue, QUIET))
        return filled(console, Line(line, hang=3), total)

    def _title(self, lane: LaneView) -> Text:
        return localized(lane.title, self.catalogue, HEADING)

    def _label(self, code: str) -> str:
        return f"{_WAYS.get(code, ' ')} {self.catalogue.text(f'compare.row.{code}')}"

    def _look(self, room: int) -> Look:
        return Look(self.catalogue, self.ids, room, self.wide)


def _of_passage(rows: Sequence[TripRow], index: int) -> list[StepRow]:
    """Rows about the passage with that index; empty for a lane that has fewer."""

    def draw(row: TripRow, step: LaneStep, look: Look) -> list[Line]:
        return [line for it in step.passages[index : index + 1] for line in row.draw(it, look)]

    return [StepRow(row.code, partial(draw, row), row.is_needed) for row in rows]


def _store_after_passage(index: int) -> StepRow:
    """The row of the store before and after the passage with that index."""

    def draw(step: LaneStep, look: Look) -> list[Line]:
        return shelved(list(shelves_of_passages(step))[index : index + 1], look)

    return StepRow(STORE.code, draw, is_needed=True)


def _alike(row: StepRow, lanes: Sequence[LaneStep], look: Look) -> bool:
    nameless = replace(look, anonymous=True)
    drawn = {tuple(line.text.plain for line in row.draw(lane, nameless)) for lane in lanes}
    return len(drawn) == 1
