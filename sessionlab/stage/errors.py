"""What can go wrong while a step is played.

Rules
- A problem has a stable code and evidence; its sentence is in the text catalogue, under
  ``course.error``.
"""

from __future__ import annotations

from enum import StrEnum

from sessionlab.core.errors import SessionlabError


class StageProblem(StrEnum):
    """The codes, with the fields of their evidence."""

    NO_SUCH_COOKIE = "no-such-cookie"  # client, cookie, there
    VALUE_NOT_SEALED = "value-not-sealed"  # client, cookie
    VALUE_NOT_SIGNED = "value-not-signed"  # client, cookie
    SERVER_SILENT = "server-silent"  # request, cause


class StageError(SessionlabError):
    """A step that cannot be carried out; ``evidence`` has the fields of its code."""

    def __init__(self, problem: StageProblem, **evidence: object) -> None:
        super().__init__(f"{problem}: {', '.join(f'{k}={v}' for k, v in evidence.items())}")
        self.problem = problem
        self.evidence = evidence
