"""A lesson as data, as `sessionlab.course.loader` reads it from a folder.

Rules
- Everything is frozen.  There are no answers: they come from the replay.
- Texts come by language: ``{"en": …, "ko": …}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessionlab.render.comparison import ByLanguage
from sessionlab.stage.scenario import Lane, Scenario, Step
from sessionlab.transcript.measures import Span, Value
from sessionlab.transcript.scoreboard import ScoreRow


@dataclass(frozen=True, slots=True)
class LessonLane:
    """A lane with its titles; ``express`` is its express table as written, or empty."""

    lane: Lane
    title: ByLanguage
    subtitle: ByLanguage
    express: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LessonStep:
    """A step with its title; ``note`` may be empty."""

    step: Step
    title: ByLanguage
    note: ByLanguage


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question about the replay.

    With a ``lane``, the answer is what ``ask`` measures there.  Without one, it is the lanes in
    which the measure equals ``equals``.
    """

    ask: str
    span: Span
    lane: str | None
    equals: Value | None
    words: ByLanguage


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the lesson's texts: ``measure`` equals ``value`` in these lanes."""

    measure: str
    span: Span
    lanes: tuple[str, ...]
    value: Value
    where: str


@dataclass(frozen=True, slots=True)
class ScoreClaim:
    """A claim about the scoreboard; ``value`` is a code, or a number of octets."""

    row: ScoreRow
    lanes: tuple[str, ...]
    value: int | str
    where: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson; ``id`` is the folder's name without its number, which only sorts."""

    id: str
    number: int
    folder: Path
    title: ByLanguage
    lanes: tuple[LessonLane, ...]
    steps: tuple[LessonStep, ...]
    questions: tuple[Prediction, ...]
    claims: tuple[Claim | ScoreClaim, ...]

    def text(self, language: str) -> str:
        """The lesson's text in Markdown."""
        return (self.folder / f"{language}.md").read_text(encoding="utf-8")

    def scenario(self, lanes: tuple[LessonLane, ...] | None = None) -> Scenario:
        """The script with these lanes, by default the lesson's own."""
        return Scenario(
            lesson=self.id,
            lanes=tuple(lane.lane for lane in (self.lanes if lanes is None else lanes)),
            steps=tuple(step.step for step in self.steps),
        )
