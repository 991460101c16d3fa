"""Signed formats that are recognised by their look, but not read.

Such a cookie is shown as a plain one, with the name of the format that it seems to have, and left
unverified.  A format that gets a file of its own is asked before this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sessionlab.decode.formats import Format, plain
from sessionlab.decode.problems import GradedCode, Problem, Severity
from sessionlab.decode.results import Given, Reading, Status

_LOOKS = {
    "JSON Web Token": r"ey[A-Za-z0-9_-]+\.ey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",
    "itsdangerous": r"\.?[A-Za-z0-9_=-]{2,}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}",
    "Django signing": r"\.?[A-Za-z0-9_-]{2,}:[A-Za-z0-9]{6}:[A-Za-z0-9_-]{27,43}",
}


class RecognisedProblem(GradedCode):
    """The problem of a cookie that is recognised, but not read."""

    OTHER_FORMAT = "other-format", Severity.NOTE


def read(given: Given, others: Mapping[str, Given], secrets: Sequence[str]) -> Reading | None:
    """Name the format that a cookie seems to have."""
    reading = plain.read(given, others, secrets)
    if max(reading.value.count("."), reading.value.count(":")) < 2:
        return None
    for name, look in _LOOKS.items():
        if re.fullmatch(look, reading.value):
            problem = Problem(RecognisedProblem.OTHER_FORMAT, {"format": name})
            return reading._replace(status=Status.UNVERIFIED, problems=(problem,))
    return None


FORMAT = Format(plain.FORMAT.name, rank=900, read=read)
