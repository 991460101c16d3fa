"""A save that finds the record changed or gone since it was loaded: what is done, and why.

Rules
- Asked only while a safeguard looks; express-session never looks, and overwrites.
"""

from __future__ import annotations

from typing import NamedTuple

from sessionlab.core.decide.codes import Question, Reason
from sessionlab.core.decide.tree import Ask, Decision


class ConflictFacts(NamedTuple):
    """What is known when a save finds something else than was loaded.

    ``record_there``: there was a live record when the store last answered.  ``may_revive``: a
    destroyed one may come back.  ``merges``, ``reports``: what the options say of a conflict.
    """

    record_there: bool
    may_revive: bool
    merges: bool
    reports: bool


_CONFLICT = Ask(
    Question.RECORD_THERE,
    no=Ask(Question.MAY_REVIVE, yes=Reason.REVIVED, no=Reason.DESTROYED_MEANWHILE),
    yes=Ask(
        Question.MERGES,
        yes=Reason.MERGED,
        no=Ask(Question.REPORTS, yes=Reason.CONFLICT_REPORTED, no=Reason.OVERWRITTEN),
    ),
)

decide_conflict = Decision(_CONFLICT, ConflictFacts)
"""Another request wrote meanwhile: is this save done, merged, reported or dropped?"""
