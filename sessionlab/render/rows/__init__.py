"""The rows of a step, in the order in which the request travels.

Rules
- A row asks every lane the same question; its code is the key of its label, ``compare.row``.
- A row is a function from what happened to lines.  Without lines, ``compare.nothing.<row>`` is
  shown.
- A row shows what the events hold; it works out nothing that they could contradict.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from sessionlab.render.look import Line, Look
from sessionlab.render.rows import browser, server, store
from sessionlab.transcript.steps import LaneStep, RoundTrip

About = TypeVar("About", RoundTrip, LaneStep)
"""One request or a passage of it, or the step as a whole."""


class TableRow(NamedTuple, Generic[About]):
    """A row; ``is_needed``: it is shown even where all lanes agree."""

    code: str
    draw: Callable[[About, Look], list[Line]]
    is_needed: bool = False


TripRow = TableRow[RoundTrip]
StepRow = TableRow[LaneStep]

PRELUDE = StepRow("before", browser.prelude, is_needed=True)
CALLS = TripRow("calls", store.calls)
OUTWARD: tuple[TripRow, ...] = (
    TripRow("request", browser.request, is_needed=True),
    TripRow("sends", browser.sends),
    TripRow("signature", server.signature),
    TripRow("session-id", server.session_id),
    CALLS,
)
STORE = StepRow("store", store.difference)
ANSWERS = StepRow("answers", browser.all_answers, is_needed=True)
"""All answers of a step that leaves some of its requests out."""
HOMEWARD: tuple[TripRow, ...] = (
    TripRow("because", server.because),
    TripRow("answers", browser.answers, is_needed=True),
    TripRow("sets", browser.sets),
    TripRow("keeps", browser.keeps),
)
ROWS = (
    PRELUDE.code,
    *(row.code for row in OUTWARD),
    STORE.code,
    *(row.code for row in HOMEWARD),
)
"""Every row's code, in order."""

OMITTED = frozenset({"before", "session-id", "calls"})
"""Rows that are left out where they are empty and lanes are one below the other."""
