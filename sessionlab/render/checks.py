"""A verdict's ordered questions and their answers: the explanation that can not disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from sessionlab.render.look import Line, Look
from sessionlab.render.phrase import phrase
from sessionlab.render.styles import QUIET


def checks(verdict: Mapping[str, Any], look: Look, indent: int = 0) -> list[Line]:
    """One line a question, in the order in which they were asked; the last one decided.

    ``verdict`` is the JSON form that events carry.
    """
    lines = []
    for check in verdict["checks"]:
        line = Text(" " * indent).append("· ", QUIET)
        line.append(phrase(look.catalogue, f"reasons.question.{check['question']}", QUIET))
        line.append(" ").append(look.words("check.yes" if check["answer"] else "check.no", "bold"))
        lines.append(Line(line, hang=indent + 2))
    return lines
