"""How hard a session ID is to guess, judged by its look.

Rules
- An upper bound: as many bits as the alphabet and the length allow.  Whether they came from a
  good generator can not be seen.
- 24 random octets in url-safe base64, express-session's own, are 192 bits.
"""

from __future__ import annotations

import re
from math import log2

from sessionlab.decode.problems import Code, Problem
from sessionlab.decode.results import Note

ENOUGH = 128
"""Bits that OWASP ASVS 5.0 (7.2.3) demands."""
FEW = 64
"""Bits below which an ID can be found by trying."""

_UUID = "(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_HEX = "[0-9a-f]*|[0-9A-F]*"
_ALPHABETS = (
    ("digits", "[0-9]*", 10),
    ("hex", _HEX, 16),
    ("lower-case", "[0-9a-z]*", 36),
    ("alphanumeric", "[0-9A-Za-z]*", 62),
    ("url-safe-base64", "[0-9A-Za-z_-]*", 64),
)
_OTHER = 95  # the printable characters of ASCII
_UUID_4_BITS = 122


def describe_id(session_id: str) -> tuple[Note, tuple[Problem, ...]]:
    """What can be said of an ID, and what is wrong with it."""
    kind, bits = estimate(session_id)
    values = {"length": len(session_id), "bits": bits}
    problems: tuple[Problem, ...] = ()
    if bits < FEW:
        problems = (Problem(Code.ID_GUESSABLE, values),)
    elif bits < ENOUGH:
        problems = (Problem(Code.ID_BELOW_128_BITS, values),)
    return Note(f"id-{kind}", values), problems


def estimate(session_id: str) -> tuple[str, int]:
    """The kind of an ID, and the bits that it has at most."""
    # 32 hexadecimal digits are 128 bits, and hardly ever come out of url-safe base64.
    if re.fullmatch("[0-9A-Za-z_-]{32}", session_id) and not re.fullmatch(_HEX, session_id):
        return "express", 192
    if re.fullmatch(_UUID, session_id):
        return "uuid", _UUID_4_BITS
    for kind, pattern, size in _ALPHABETS:
        if re.fullmatch(pattern, session_id):
            return kind, int(len(session_id) * log2(size))
    return "other", int(len(session_id) * log2(_OTHER))
