"""Prepares a replayed lesson for its readers: the tables and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sessionlab.core.entries import FORMAT, Transcript
from sessionlab.course.lesson import Lesson, LessonLane
from sessionlab.render import comparison as shown
from sessionlab.transcript.scoreboard import Score, ScoreCode, scoreboard


def comparison(
    lesson: Lesson, lanes: Sequence[LessonLane], transcripts: Sequence[Transcript]
) -> shown.Comparison:
    """What the tables show.

    The scoreboard has the rows in which the lanes differ.  There is none for a single lane, and
    none for lanes that differ only in numbers of bytes.  Where a lane has several kinds of server,
    programs are compared, not designs: there is none either, as only random IDs differ.
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
        "format": FORMAT,
        "lesson": view.lesson,
        "title": view.title,
        "steps": [asdict(it) for it in view.steps],
        "lanes": [_lane_json(lane, step) for lane in view.lanes],
        "scores": [asdict(score) for score in view.scores],
    }


def _lane_json(lane: shown.LaneView, step: int | None) -> Mapping[str, Any]:
    entries = (it for it in lane.transcript.entries if step in (None, it.step))
    return {
        "id": lane.id,
        "title": lane.title,
        "subtitle": lane.subtitle,
        "options": lane.transcript.options,
        "events": [entry.to_json() for entry in entries],
    }


def _is_size(score: Score) -> bool:
    return all(cell.code is ScoreCode.BYTES for cell in score.cells)


def _differs(score: Score) -> bool:
    return len({(cell.code, cell.amount) for cell in score.cells}) > 1
