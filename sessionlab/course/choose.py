"""Finds the lanes and the step that the options of ``compare`` ask for."""

from __future__ import annotations

from collections.abc import Sequence

from sessionlab.course.errors import LessonError, LessonProblem, not_among
from sessionlab.course.lesson import Lesson, LessonLane
from sessionlab.course.vary import varied


def chosen_lanes(
    lesson: Lesson, names: str | None, variations: Sequence[str]
) -> tuple[LessonLane, ...]:
    """The lanes for ``--lanes a,b`` and ``--vary option=value,value``; without both, all lanes.

    Raises LessonError.
    """
    lanes = None if names is None else _named(lesson, names)
    if variations:
        return varied(lesson, variations, lanes)
    return lesson.lanes if lanes is None else lanes


def check_step(lesson: Lesson, step: int | None) -> None:
    """Raises LessonError for a step that the lesson does not have."""
    if step is not None and not 1 <= step <= len(lesson.steps):
        raise LessonError(LessonProblem.NO_SUCH_STEP, found=step, last=len(lesson.steps))


def _named(lesson: Lesson, names: str) -> tuple[LessonLane, ...]:
    by_id = {lane.lane.id: lane for lane in lesson.lanes}
    wanted = dict.fromkeys(name.strip() for name in names.split(","))
    for name in wanted:
        if name not in by_id:
            raise not_among(LessonProblem.NO_SUCH_LANE, name, by_id)
    return tuple(by_id[name] for name in wanted)
