"""Problems of a lesson, or of a request for one.

Rules
- A problem has a stable code and evidence; its sentence is in the text catalogue, under
  ``course.error``.
- A problem in a file names the file and, if it can be found, the line.
- ``nearest`` is the nearest valid name, ``valid`` are all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sessionlab.core.errors import SessionlabError
from sessionlab.render.catalogue import Catalogue
from sessionlab.stage.errors import StageError


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
    """One problem with its evidence; ``str`` gives the English sentence."""

    def __init__(self, problem: LessonProblem, **evidence: object) -> None:
        super().__init__(problem, evidence)
        self.problem = problem
        self.evidence = evidence

    def __str__(self) -> str:
        return sentence(self, Catalogue("en"))


def sentence(error: LessonError | StageError, catalogue: Catalogue) -> str:
    """The sentence in the catalogue's language, with the nearest or all valid names."""
    text = catalogue.text(f"course.error.{error.problem.value}", **error.evidence)
    for hint in ("nearest", "valid"):
        if found := error.evidence.get(hint):
            return f"{text} {catalogue.text(f'course.hint.{hint}', name=found)}"
    return text


def not_among(
    problem: LessonProblem, found: str, valid: Iterable[str], **more: object
) -> LessonError:
    """The error for an invalid name, with the nearest valid one."""
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
