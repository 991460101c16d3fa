"""What `compare` shows, as data: titles, lanes with their transcripts, steps, the scoreboard.

Rules
- Texts of a lesson come by language: ``{"en": …, "ko": …}``.
- Everything else that is shown is worked out from the transcripts.
- `sessionlab.course.view.comparison` makes a `Comparison` from a replayed lesson.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sessionlab.core.entries import Transcript
from sessionlab.transcript.scoreboard import Score

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

    ``note`` is what the lesson adds to the step; it is shown below the findings.
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
