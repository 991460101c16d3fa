"""How hard a session ID is to guess, judged by its look.

Rules
- An upper bound: as many bits as the alphabet and the length allow.  Whether they came from a
  good generator cannot be seen.
"""

from __future__ import annotations

import re
from math import log2

from sessionlab.decode.problems import Problem, ProblemCode
from sessionlab.decode.results import CookiePart, Role

ENOUGH = 128
"""Bits that OWASP ASVS 5.0 (7.2.3) demands."""
FEW = 64
"""Bits below which an ID can be found by trying."""
ONE_CASE_HEX = "[0-9a-f]*|[0-9A-F]*"
"""32 such digits are 128 bits, and hardly ever come out of url-safe base64."""

_UUID = "(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_UUID_4_BITS = 122
_ALPHABETS = (
    ("digits", "[0-9]*", 10),
    ("hex", ONE_CASE_HEX, 16),
    ("lower-case", "[0-9a-z]*", 36),
    ("alphanumeric", "[0-9A-Za-z]*", 62),
    ("url-safe-base64", "[0-9A-Za-z_-]*", 64),
    ("other", "(?s:.*)", 95),  # the printable characters of ASCII
)


def judge_id(session_id: str) -> tuple[CookiePart, tuple[Problem, ...]]:
    """The ID as a part of its cookie, with what can be said of it, and what is wrong with it."""
    kind, bits = estimate(session_id)
    values = {"length": len(session_id), "bits": bits}
    problems: tuple[Problem, ...] = ()
    if bits < FEW:
        problems = (Problem(ProblemCode.ID_GUESSABLE, values),)
    elif bits < ENOUGH:
        problems = (Problem(ProblemCode.ID_BELOW_128_BITS, values),)
    return CookiePart(Role.ID, session_id, f"id-{kind}", values), problems


def estimate(session_id: str) -> tuple[str, int]:
    """The kind of an ID, and the bits that it has at most."""
    if re.fullmatch(_UUID, session_id):
        return "uuid", _UUID_4_BITS
    return next(
        (kind, int(len(session_id) * log2(size)))
        for kind, pattern, size in _ALPHABETS
        if re.fullmatch(pattern, session_id)
    )
