"""Each request as a block for the terminal, made of its events when it is over.

Rules
- The rows are those of `compare`, in its order: a request looks the same here and in a lesson.
- What no design has to do with (the page, a 404) is one line.
- Everything that came over the wire goes through `render.safe`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from sessionlab.core.events import Event, Kind
from sessionlab.demo.guard import is_loopback
from sessionlab.demo.page import DESIGNS
from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.elide import elide
from sessionlab.render.exchange import Exchange, LaneStep, Shelf
from sessionlab.render.grid import Grid, fitted, labelled
from sessionlab.render.ids import IdColours
from sessionlab.render.look import Line, Look, width
from sessionlab.render.rows import browser, server, store
from sessionlab.render.store_course import after_passage
from sessionlab.render.styles import FRAME, HEADING, QUIET, REFUSED

MOST_COLOURED = 5_000
"""IDs that are remembered for their colour; then all are forgotten, so that memory is bounded."""

WIDEST_HEADING = 100
"""Cells after which a heading's two ends would be too far from each other to be read as one."""

_ROWS: tuple[tuple[str, Callable[[Exchange, Look], list[Line]]], ...] = (
    ("sends", browser.sends),
    ("signature", server.signature),
    ("session-id", server.session_id),
    ("calls", store.calls),
    ("store", lambda exchange, look: store.difference(_records(exchange), look)),
    ("because", server.because),
    ("sets", browser.sets),
)


class LiveLog:
    """Gathers the events of each request and draws them when its response is told."""

    def __init__(self, console: Console, catalogue: Catalogue) -> None:
        """``console`` gives the width and the colours; `block` returns what to print."""
        self._console = console
        self._catalogue = catalogue
        self._ids = IdColours()
        self._known = 0
        self._running: dict[str, list[Event]] = {}

    def block(self, event: Event) -> list[Text]:
        """The lines to be printed now: those of a request that is over with this event."""
        events = self._running.setdefault(event.lane, [])
        events.append(event)
        if event.kind is not Kind.RESPONSE:
            return []
        del self._running[event.lane]
        lines = list(self._lines(Exchange(tuple(events))))
        if sum(1 for _ in self._ids) > MOST_COLOURED:
            self._ids = IdColours()
        return lines

    def printed(self, lines: Iterable[Text]) -> list[str]:
        """Lines as they are written to the console, with its colours."""
        with self._console.capture() as capture:
            for line in lines:
                self._console.print(line)
        return capture.get().splitlines()

    def _lines(self, exchange: Exchange) -> Iterator[Text]:
        labels = [self._catalogue.text(f"compare.row.{code}") for code, _ in _ROWS]
        grid = fitted(self._console.width, labels, 1)
        look = Look(self._catalogue, self._ids, grid.lanes[0])
        yield self._heading(exchange, min(grid.total, WIDEST_HEADING))
        if _of_a_design(exchange):
            yield from self._rows(exchange, grid, labels, look)

    def _heading(self, exchange: Exchange, total: int) -> Text:
        """``── 3  GET /session ───── 200  3번 접속 ──``"""
        request, response = exchange.events[0].data, exchange.events[-1].data
        refused = response["status"] >= 400
        answer = Text(f" {response['status']}", REFUSED if refused else QUIET).append("  ")
        said = response["body"].strip()
        if not said or said.startswith("<"):
            answer.append(safe.visible(response["phrase"]), QUIET)
        else:
            answer.append(elide(said, max(total // 4, 6)), HEADING)
        answer.append(" ──", FRAME)
        line = Text("── ", FRAME).append(exchange.events[0].lane, HEADING).append("  ")
        if not is_loopback(request["client"]):
            line.append(safe.visible(request["client"]), QUIET).append("  ")
        line.append(elide(request["method"], 12), HEADING).append(" ")
        path = elide(request["path"], max(total - width(line) - width(answer) - 2, 4))
        line.append(path).append(" ")
        return line.append("─" * (total - width(line) - width(answer)), FRAME).append(answer)

    def _rows(
        self, exchange: Exchange, grid: Grid, labels: Sequence[str], look: Look
    ) -> Iterator[Text]:
        for (code, draw), label in zip(_ROWS, labels, strict=True):
            lines = draw(exchange, look)
            if lines or code in ("sends", "sets"):
                cell = lines or look.quiet(f"nothing.{code}")
                for line in grid.row(self._console, labelled(label), [cell]):
                    line.rstrip()
                    yield line


def _of_a_design(exchange: Exchange) -> bool:
    path: str = exchange.events[0].data["path"]
    return path.partition("/")[2].partition("/")[0] in DESIGNS


def _records(exchange: Exchange) -> LaneStep:
    """What this request read and wrote, as the store's records before and after it."""
    before = {
        event.data["id"]: event.data["record"]
        for event in exchange.of(Kind.STORE)
        if event.data["op"] == "get" and event.data["found"]
    }
    after = after_passage(before, exchange)
    shelves = (Shelf(None, before, after),) if before or after else ()
    return LaneStep((), (exchange,), (exchange,), shelves)
