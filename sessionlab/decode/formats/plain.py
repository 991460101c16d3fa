"""A cookie that no other format knows: shown as it stands.

Rules
- Every cookie is one, so this format is asked last.
- Nothing is said of a signature that this inspector can not read: what has the look of another
  signed format is named, and left unverified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sessionlab.core.wire import decode_cookie
from sessionlab.core.wire.cookie_text import unquote_cookie
from sessionlab.decode.problems import Code, Problem
from sessionlab.decode.results import Given, Note, Part, Reading, Role, Status

NAME = "plain"
RANK = 1000

_OTHER_FORMATS = (
    ("JSON Web Token", r"ey[A-Za-z0-9_-]+\.ey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"),
    ("itsdangerous", r"\.?[A-Za-z0-9_=-]{2,}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27}"),
    ("Django signing", r"\.?[A-Za-z0-9_-]{2,}:[A-Za-z0-9]{6}:[A-Za-z0-9_-]{27,43}"),
)


def read(given: Given, others: Mapping[str, Given], secrets: Sequence[str]) -> Reading | None:
    """Read any cookie."""
    value = decode_cookie(unquote_cookie(given.raw))
    note = Note("value-plain", {"length": len(value)}) if value else Note("value-empty")
    part = Part(Role.VALUE, value, note)
    if value.count(".") > 1 or value.count(":") > 1:
        for name, pattern in _OTHER_FORMATS:
            if re.fullmatch(pattern, value):
                problem = Problem(Code.OTHER_FORMAT, {"format": name})
                return Reading(NAME, Status.UNVERIFIED, given, value, (part,), (problem,))
    return Reading(NAME, Status.UNSIGNED, given, value, (part,))
