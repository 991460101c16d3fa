"""Draws each request as a block for the terminal, from its events, when it is over.

Rules
- The rows are those of `compare`, in the same order: a request looks the same in a lesson.
- A request outside the designs (the front page, a 404) is one line.
- Everything from the wire goes through `render.safe`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus

from rich.console import Console
from rich.text import Text

from sessionlab.core.entries import Entry
from sessionlab.core.events import Event, RequestSent, ResponseReceived, StoreAsked, StoreOp
from sessionlab.demo.front_page import DESIGNS
from sessionlab.page.guard import is_loopback
from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.elide import elide
from sessionlab.render.grid import Grid, fitted, labelled
from sessionlab.render.ids import IdColours
from sessionlab.render.look import Line, Look, width
from sessionlab.render.rows import browser, server, store
from sessionlab.render.styles import FRAME, HEADING, QUIET, REFUSED
from sessionlab.transcript.steps import LaneStep, RoundTrip, Shelf
from sessionlab.transcript.store_timeline import after_passage

MOST_COLOURED = 5_000
"""The number of IDs after which all colours are forgotten, to bound the memory."""

WIDEST_HEADING = 100
"""Cells; in a wider heading the answer would be too far from the request."""

_ROWS: tuple[tuple[str, Callable[[RoundTrip, Look], list[Line]]], ...] = (
    ("sends", browser.sends),
    ("signature", server.signature),
    ("session-id", server.session_id),
    ("calls", store.calls),
    ("store", lambda trip, look: store.difference(_store_of(trip), look)),
    ("because", server.because),
    ("sets", browser.sets),
)


class LiveLog:
    """Gathers the entries of each request and draws them when its response is recorded."""

    def __init__(self, console: Console, catalogue: Catalogue) -> None:
        """``console`` is used for its width and colours; nothing is written to it."""
        self._console = console
        self._catalogue = catalogue
        self._ids = IdColours()
        self._running: dict[str, list[Entry[Event]]] = {}

    def block(self, entry: Entry[Event]) -> list[Text]:
        """The lines of the request that ends with this entry; empty for other entries."""
        entries = self._running.setdefault(entry.lane, [])
        entries.append(entry)
        if not isinstance(entry.event, ResponseReceived):
            return []
        del self._running[entry.lane]
        lines = list(self._lines(entry.lane, RoundTrip(tuple(entries))))
        if sum(1 for _ in self._ids) > MOST_COLOURED:
            self._ids = IdColours()
        return lines

    def printed(self, lines: Iterable[Text]) -> list[str]:
        """The lines as the console would write them, with its colours."""
        with self._console.capture() as capture:
            for line in lines:
                self._console.print(line)
        return capture.get().splitlines()

    def _lines(self, number: str, trip: RoundTrip) -> Iterator[Text]:
        request, response = trip.request, trip.response
        if request is None or response is None:
            return
        labels = [self._catalogue.text(f"compare.row.{code}") for code, _ in _ROWS]
        grid = fitted(self._console.width, labels, 1)
        look = Look(self._catalogue, self._ids, grid.lanes[0])
        yield _heading(number, request, response, min(grid.total, WIDEST_HEADING))
        if request.path.partition("/")[2].partition("/")[0] in DESIGNS:
            yield from self._row_lines(trip, grid, labels, look)

    def _row_lines(
        self, trip: RoundTrip, grid: Grid, labels: Sequence[str], look: Look
    ) -> Iterator[Text]:
        for (code, draw), label in zip(_ROWS, labels, strict=True):
            lines = draw(trip, look)
            if lines or code in ("sends", "sets"):
                cell = lines or look.quiet(f"nothing.{code}")
                for line in grid.row(self._console, labelled(label), [cell]):
                    line.rstrip()
                    yield line


def _heading(number: str, request: RequestSent, response: ResponseReceived, total: int) -> Text:
    """``── 3  GET /session ───── 200  3번 접속 ──``"""
    refused = response.status >= HTTPStatus.BAD_REQUEST
    answer = Text(f" {response.status}", REFUSED if refused else QUIET).append("  ")
    said = response.body.strip()
    if not said or said.startswith("<"):
        answer.append(safe.visible(response.phrase), QUIET)
    else:
        answer.append(elide(said, max(total // 4, 6)), HEADING)
    answer.append(" ──", FRAME)
    line = Text("── ", FRAME).append(number, HEADING).append("  ")
    if not is_loopback(request.client):
        line.append(safe.visible(request.client), QUIET).append("  ")
    line.append(elide(request.method, 12), HEADING).append(" ")
    path = elide(request.path, max(total - width(line) - width(answer) - 2, 4))
    line.append(path).append(" ")
    return line.append("─" * (total - width(line) - width(answer)), FRAME).append(answer)


def _store_of(trip: RoundTrip) -> LaneStep:
    """The records that this request read and wrote, before and after it."""
    before = {
        asked.id: asked.record
        for asked in trip.of(StoreAsked)
        if asked.op is StoreOp.GET and asked.found and asked.record is not None
    }
    after = after_passage(before, trip)
    shelves = (Shelf(None, before, after),) if before or after else ()
    return LaneStep((), (trip,), (trip,), shelves)
