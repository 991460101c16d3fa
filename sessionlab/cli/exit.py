"""How a command ends: its exit code, and what a person reads where it could not go on."""

from __future__ import annotations

import errno
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessionlab.render.catalogue import Catalogue


class Exit(IntEnum):
    """The exit codes; 128 + n says that signal n ended the command."""

    OK = 0
    CHECK_FAILED = 1
    """A check did not hold: a signature is invalid, a claim is wrong."""
    USAGE = 2
    """The command line, or what it names, is wrong."""
    OUTSIDE = 3
    """Something outside is missing: a port that is taken, no server, no Redis."""
    DEFECT = 70
    """A mistake in sessionlab itself; sysexits.h calls 70 EX_SOFTWARE."""
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    TERMINATED = 143


class Terminated(BaseException):
    """SIGTERM arrived; raised like KeyboardInterrupt, so that everything is closed on the way."""


class Complaint(Exception):
    """A command cannot do what was asked.

    ``key`` names the sentence in the catalogue and ``fields`` fill it; ``details`` are whole
    lines that follow.
    """

    def __init__(
        self, key: str, code: Exit = Exit.USAGE, *, details: Sequence[str] = (), **fields: object
    ) -> None:
        super().__init__(key)
        self.key = key
        self.code = code
        self.details = details
        self.fields = fields


def lines_and_code(error: Exception, catalogue: Catalogue) -> tuple[list[str], Exit]:
    """What to say of an error, whatever raised it, and the exit code it means."""
    if isinstance(error, Complaint):
        return [catalogue.text(error.key, **error.fields), *error.details], error.code
    sentence, code = _sentence_and_code(error, catalogue)
    return [sentence], code


def _sentence_and_code(error: Exception, catalogue: Catalogue) -> tuple[str, Exit]:
    from sessionlab.core.errors import SessionlabError, StoreError, StoreURLError
    from sessionlab.course.errors import LessonError, sentence
    from sessionlab.demo.express.problems import ProgramFailed
    from sessionlab.stage.errors import StageError

    match error:
        case LessonError() | StageError():
            return sentence(error, catalogue), Exit.USAGE
        case ProgramFailed():
            said = error.said or "…"
            return catalogue.text("express.failed", program=error.program, said=said), Exit.OUTSIDE
        case StoreError() | StoreURLError():
            code = Exit.OUTSIDE if isinstance(error, StoreError) else Exit.USAGE
            key = f"store.error.{error.code}"
            known = error.fields and catalogue.has(key)  # not so for a store from elsewhere
            return catalogue.text(key, **error.fields) if known else str(error), code
        case SessionlabError():
            return str(error), Exit.USAGE
        case OSError(errno=errno.EBADF):
            return catalogue.text("cli.closed"), Exit.OUTSIDE
        case OSError():
            where = f": {error.filename}" if error.filename else ""
            what = f"{error.strerror or error}{where}"
            return catalogue.text("cli.system", what=what), Exit.OUTSIDE
        case _:
            what = f"{type(error).__name__}: {error}"
            return catalogue.text("cli.defect", what=what), Exit.DEFECT
