"""The right answers, and whether what a lesson says is so: both read from transcripts.

Rules
- There are no answer keys.  Another option in a lane gives another answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sessionlab.core.events import Transcript
from sessionlab.core.score import ScoreCell, ScoreCode
from sessionlab.course.lesson import Claim, Lesson, Question
from sessionlab.course.measures import Value, measure
from sessionlab.replay.scoreboard import scoreboard


class Broken(NamedTuple):
    """A claim that does not hold: where it stands, in which lane, what it says, what is so."""

    where: str
    lane: str
    what: str
    claimed: Value
    found: Value | None


def answer(question: Question, transcripts: Sequence[Transcript]) -> Value | None:
    """The right answer: what is measured in its lane, or the lanes in which it is so."""
    if question.lane is None:
        return [
            transcript.lane
            for transcript in transcripts
            if measure(transcript, question.ask, question.span) == question.equals
        ]
    transcript = next(it for it in transcripts if it.lane == question.lane)
    return measure(transcript, question.ask, question.span)


def broken_claims(lesson: Lesson, transcripts: Sequence[Transcript]) -> Iterator[Broken]:
    """The claims of a lesson that its transcripts do not bear out."""
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
                found = _score(scores.get(claim.row), index)
            if found != claim.value:
                yield Broken(claim.where, transcript.lane, what, claim.value, found)


def _score(cells: Sequence[ScoreCell] | None, index: int) -> Value:
    if cells is None:
        return ScoreCode.NOT_SHOWN.value
    cell = cells[index]
    return cell.code.value if cell.amount is None else cell.amount
