"""The rows of a step, in the order in which the request travels.

Rules
- A row asks every lane the same question; its code is the key of its label, ``compare.row``.
- A row is a function from what happened to lines.  No lines: the lane has nothing to say, and
  ``compare.nothing.<row>`` says so.
- A row shows what the events hold and works nothing out that the events could contradict.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sessionlab.render.exchange import Exchange, LaneStep
from sessionlab.render.look import Line, Look
from sessionlab.render.rows import browser, server, store


class ExchangeRow(NamedTuple):
    """A row about one request."""

    code: str
    draw: Callable[[Exchange, Look], list[Line]]


class StepRow(NamedTuple):
    """A row about the step as a whole."""

    code: str
    draw: Callable[[LaneStep, Look], list[Line]]


PRELUDE = StepRow("before", browser.prelude)
CALLS = ExchangeRow("calls", store.calls)
OUTWARD: tuple[ExchangeRow, ...] = (
    ExchangeRow("request", browser.request),
    ExchangeRow("sends", browser.sends),
    ExchangeRow("signature", server.signature),
    ExchangeRow("session-id", server.session_id),
    CALLS,
)
STORE = StepRow("store", store.difference)
ANSWERS = StepRow("answers", browser.all_answers)
"""Of many requests, some of which are left out."""
HOMEWARD: tuple[ExchangeRow, ...] = (
    ExchangeRow("because", server.because),
    ExchangeRow("answers", browser.answers),
    ExchangeRow("sets", browser.sets),
    ExchangeRow("keeps", browser.keeps),
)
ROWS = (
    PRELUDE.code,
    *(row.code for row in OUTWARD),
    STORE.code,
    *(row.code for row in HOMEWARD),
)
"""Every row's code, in order."""

NEEDED = frozenset({"before", "request", "answers"})
"""Rows that are shown even where all lanes agree."""

OMITTED = frozenset({"before", "session-id", "calls"})
"""Rows that a lane with nothing to say leaves out where lanes stand below each other."""
