"""The right answers to a lesson's questions, and its claims that do not hold.

Rules
- There is no answer key: answers are measured in the transcripts.  Change a lane's option, and the
  answer changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sessionlab.core.entries import Transcript
from sessionlab.course.lesson import Claim, Lesson, Prediction
from sessionlab.transcript.measures import Value, measure
from sessionlab.transcript.scoreboard import ScoreCell, ScoreCode, scoreboard


class Broken(NamedTuple):
    """A claim that does not hold in ``lane``; ``where`` is its file and line."""

    where: str
    lane: str
    what: str
    claimed: Value
    found: Value | None


def answer(question: Prediction, transcripts: Sequence[Transcript]) -> Value | None:
    """The right answer: the measure in the question's lane, or the lanes where it fits."""
    if question.lane is None:
        return [
            transcript.lane
            for transcript in transcripts
            if measure(transcript, question.ask, question.span) == question.equals
        ]
    transcript = next(it for it in transcripts if it.lane == question.lane)
    return measure(transcript, question.ask, question.span)


def broken_claims(lesson: Lesson, transcripts: Sequence[Transcript]) -> Iterator[Broken]:
    """The claims of a lesson that its transcripts contradict."""
    scores = {score.row: score.cells for score in scoreboard(transcripts)}
    for claim in lesson.claims:
        for index, transcript in enumerate(transcripts):
            if transcript.lane not in claim.lanes:
                continue
            found: Value | None
            if isinstance(claim, Claim):
                what = claim.measure
                found = measure(transcript, what, claim.span)
            else:
                what = claim.row.value
                found = _score_value(scores.get(claim.row), index)
            if found != claim.value:
                yield Broken(claim.where, transcript.lane, what, claim.value, found)


def _score_value(cells: Sequence[ScoreCell] | None, index: int) -> Value:
    if cells is None:
        return ScoreCode.NOT_SHOWN.value
    cell = cells[index]
    return cell.code.value if cell.amount is None else cell.amount
