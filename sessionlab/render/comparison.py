"""What `compare` shows, as data: titles, lanes with their transcripts, steps, the scoreboard.

Rules
- Texts of a lesson come by language: ``{"en": …, "ko": …}``; `said` picks one.
- Everything else that is shown is worked out from the transcripts by the reader.

A comparison is made by whoever has loaded a lesson and replayed it::

    from rich.console import Console
    from sessionlab.core.score import Score, ScoreCell, ScoreCode, ScoreRow
    from sessionlab.render.catalogue import Catalogue
    from sessionlab.render.compare import render_comparison, render_step
    from sessionlab.render.comparison import Comparison, LaneView, StepView

    view = Comparison(
        lesson="cookie-vs-session",
        title={"en": "Data or a name tag?", "ko": "쿠키와 세션"},
        lanes=(
            LaneView(
                id="plain",
                title={"en": "plain cookie", "ko": "평범한 쿠키"},
                subtitle={"en": "data in the browser", "ko": "데이터가 브라우저에"},
                transcript=plain_transcript,
            ),
            LaneView(id="session", title={…}, subtitle={…}, transcript=session_transcript),
        ),
        steps=(StepView(number=1, title={"en": "Alice visits", "ko": "앨리스가 방문합니다"}),),
        scores=(
            Score(
                row=ScoreRow.READABLE_BY,
                cells=(ScoreCell(ScoreCode.HOLDER, step=3), ScoreCell(ScoreCode.SERVER, step=3)),
            ),
            Score(
                row=ScoreRow.WIRE_BYTES,
                cells=(
                    ScoreCell(ScoreCode.BYTES, amount=15),
                    ScoreCell(ScoreCode.BYTES, amount=98),
                ),
            ),
        ),
    )
    console = Console()
    for part in render_comparison(view, Catalogue("ko")):   # wide=True: IDs whole
        console.print(part)
    console.print(render_step(view, 4, Catalogue("ko")))    # one step alone

The parts fit themselves to the width of the console that prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sessionlab.core.events import Transcript
from sessionlab.core.score import Score

ByLanguage = Mapping[str, str]
"""A text of a lesson in each language, by the language's code."""


@dataclass(frozen=True, slots=True)
class LaneView:
    """One lane: its words and what happened in it."""

    id: str
    title: ByLanguage
    subtitle: ByLanguage
    transcript: Transcript


@dataclass(frozen=True, slots=True)
class StepView:
    """One step's number (from 1, as in the events) and words.

    ``note`` is what the lesson adds to the step; it stands below what was worked out.
    """

    number: int
    title: ByLanguage
    note: ByLanguage = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A lesson replayed: what `render_comparison` shows."""

    lesson: str
    title: ByLanguage
    lanes: tuple[LaneView, ...]
    steps: tuple[StepView, ...]
    scores: tuple[Score, ...] = ()


def said(text: ByLanguage, language: str) -> str:
    """The text in this language, in English where it has none, or nothing."""
    return text.get(language) or text.get("en", "")
