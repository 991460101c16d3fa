"""A lesson as data: what `sessionlab.course.loader` makes of a folder.

Rules
- Everything is frozen; nothing holds an answer, because answers come from the replay.
- Words are kept by language: ``{"en": …, "ko": …}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessionlab.core.score import ScoreRow
from sessionlab.course.measures import Span, Value
from sessionlab.replay.scenario import Lane, Scenario, Step

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LessonLane:
    """A lane with its words; ``express`` is its express table as written, empty without one."""

    lane: Lane
    title: Words
    subtitle: Words
    express: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LessonStep:
    """A step with its words; ``note`` may be empty."""

    step: Step
    title: Words
    note: Words


@dataclass(frozen=True, slots=True)
class Question:
    """A prediction to make.

    Asked of one ``lane``, the answer is what ``ask`` measures there; without a lane it is the
    lanes in which the measure equals ``equals``.
    """

    ask: str
    span: Span
    lane: str | None
    equals: Value | None
    words: Words


@dataclass(frozen=True, slots=True)
class Claim:
    """What the texts say is so: ``measure`` equals ``value`` in these lanes."""

    measure: str
    span: Span
    lanes: tuple[str, ...]
    value: Value
    where: str


@dataclass(frozen=True, slots=True)
class ScoreClaim:
    """What the texts say of the scoreboard: a code, or a number of octets."""

    row: ScoreRow
    lanes: tuple[str, ...]
    value: int | str
    where: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson; ``id`` is the folder's name without its number, which only orders."""

    id: str
    number: int
    folder: Path
    title: Words
    lanes: tuple[LessonLane, ...]
    steps: tuple[LessonStep, ...]
    questions: tuple[Question, ...]
    claims: tuple[Claim | ScoreClaim, ...]

    def text(self, language: str) -> str:
        """The lesson's text, Markdown."""
        return (self.folder / f"{language}.md").read_text(encoding="utf-8")

    def scenario(self, lanes: tuple[LessonLane, ...] | None = None) -> Scenario:
        """What is to be replayed: these lanes, or the lesson's own."""
        return Scenario(
            lesson=self.id,
            lanes=tuple(lane.lane for lane in (self.lanes if lanes is None else lanes)),
            steps=tuple(step.step for step in self.steps),
        )
