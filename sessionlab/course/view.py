"""A replayed lesson, put together for its readers: the tables and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sessionlab.core.events import Transcript
from sessionlab.core.score import Score, ScoreCode
from sessionlab.course.lesson import Lesson, LessonLane
from sessionlab.render import comparison as shown
from sessionlab.replay.scoreboard import scoreboard


def comparison(
    lesson: Lesson, lanes: Sequence[LessonLane], transcripts: Sequence[Transcript]
) -> shown.Comparison:
    """What the tables show.

    The scoreboard has the rows in which the lanes differ; a single lane has none, nor have lanes
    that differ in their numbers of bytes alone.  Lanes with the same design on different programs
    are not ranked: what differs there is the luck of the IDs.
    """
    is_ranked = all(len(set(lane.lane.servers)) == 1 for lane in lanes)
    scores = [score for score in scoreboard(transcripts) if is_ranked and _differs(score)]
    if all(_is_size(score) for score in scores):
        scores = []
    return shown.Comparison(
        lesson=lesson.id,
        title=lesson.title,
        lanes=tuple(
            shown.LaneView(
                id=lane.lane.id,
                title=lane.title,
                subtitle=lane.subtitle,
                transcript=transcript,
            )
            for lane, transcript in zip(lanes, transcripts, strict=True)
        ),
        steps=tuple(
            shown.StepView(number=step.step.number, title=step.title, note=step.note)
            for step in lesson.steps
        ),
        scores=tuple(scores),
    )


def to_json(view: shown.Comparison, step: int | None = None) -> Mapping[str, Any]:
    """The same as JSON-safe data; ``step``: the events of that step alone."""
    return {
        "format": 1,
        "lesson": view.lesson,
        "title": view.title,
        "steps": [{"number": it.number, "title": it.title, "note": it.note} for it in view.steps],
        "lanes": [
            {
                "id": lane.id,
                "title": lane.title,
                "subtitle": lane.subtitle,
                "options": lane.transcript.options,
                "events": [
                    event.to_json()
                    for event in lane.transcript.events
                    if step in (None, event.step)
                ],
            }
            for lane in view.lanes
        ],
        "scores": [
            {
                "row": score.row.value,
                "cells": [
                    {
                        "code": cell.code.value,
                        "amount": cell.amount,
                        "step": cell.step,
                        "loses": cell.loses,
                    }
                    for cell in score.cells
                ],
            }
            for score in view.scores
        ],
    }


def _is_size(score: Score) -> bool:
    return all(cell.code is ScoreCode.BYTES for cell in score.cells)


def _differs(score: Score) -> bool:
    return len({(cell.code, cell.amount) for cell in score.cells}) > 1
