"""What is wrong with a lesson, or with what was asked of one.

Rules
- A problem has a stable code and its evidence; its sentence is in the text catalogue, under
  ``course.error``, in each language.
- What stands in a file is told with the file and, where it can be found, the line.
- The nearest valid name goes along as ``nearest``, all of them as ``valid``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sessionlab.core.errors import SessionlabError
from sessionlab.render.catalogue import Catalogue
from sessionlab.replay.errors import ReplayError


class LessonProblem(StrEnum):
    """The codes, with the fields of their evidence."""

    # in a lesson's folder; each has ``where``
    FILE_MISSING = "file-missing"
    NOT_TOML = "not-toml"  # cause
    UNKNOWN_KEY = "unknown-key"  # found, table, nearest, valid
    EXPRESS_KEY = "express-key"  # key, table
    KEY_MISSING = "key-missing"  # key, table
    WRONG_TYPE = "wrong-type"  # key, expected, found
    NO_SUCH_VALUE = "no-such-value"  # key, found, nearest, valid
    OUT_OF_RANGE = "out-of-range"  # key, found, least
    ID_TWICE = "id-twice"  # found
    OPTION_REFUSED = "option-refused"  # cause
    # asked for
    NO_LESSONS = "no-lessons"  # where
    NO_SUCH_LESSON = "no-such-lesson"  # found, nearest, valid
    NO_SUCH_LANE = "no-such-lane"  # found, nearest, valid
    NO_SUCH_STEP = "no-such-step"  # found, last
    VARY_NO_VALUES = "vary-no-values"  # found
    VARY_TWICE = "vary-twice"  # key
    VARY_REFUSED = "vary-refused"  # found, cause
    VARY_NO_LANE = "vary-no-lane"  # lesson
    VARY_SEVERAL_LANES = "vary-several-lanes"


class LessonError(SessionlabError):
    """One problem with its evidence; its text is the English sentence."""

    def __init__(self, problem: LessonProblem, **evidence: object) -> None:
        super().__init__(problem, evidence)
        self.problem = problem
        self.evidence = evidence

    def __str__(self) -> str:
        return sentence(self, Catalogue("en"))


def sentence(error: LessonError | ReplayError, catalogue: Catalogue) -> str:
    """What a person reads: one sentence, and where it helps, what would be valid."""
    told = catalogue.text(f"course.error.{error.problem.value}", **error.evidence)
    for hint in ("nearest", "valid"):
        if found := error.evidence.get(hint):
            return f"{told} {catalogue.text(f'course.hint.{hint}', name=found)}"
    return told


def not_among(
    problem: LessonProblem, found: str, valid: Iterable[str], **more: object
) -> LessonError:
    """The error for a name that is none of the valid ones; names the nearest."""
    from difflib import get_close_matches

    names = list(valid)
    spellings = {name.replace("_", "-").lower(): name for name in names}
    near = get_close_matches(found.replace("_", "-").lower(), spellings, n=1)
    return LessonError(
        problem,
        found=found,
        nearest=spellings[near[0]] if near else "",
        valid=", ".join(names),
        **more,
    )
