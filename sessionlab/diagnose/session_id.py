"""The session ID in a cookie, where there is one.

Rules
- Where the inspector recognises a format that has an ID, as in ``s:ID.SIGNATURE``, it is that.
- Any other cookie is a session's by its name and the look of its value: one random word.  Data
  that is kept in the cookie itself (base64 of JSON, encrypted values) is not an ID: it changes
  with every answer, and should.
"""

from __future__ import annotations

import re

from sessionlab.decode import CookieSource, Role
from sessionlab.decode.formats import read_cookie
from sessionlab.decode.results import Given

_SESSION_NAME = re.compile(r"sess|sid", re.I)
_RANDOM_WORD = re.compile(r"(?!ey[JA-Z]|e30)[A-Za-z0-9_-]{16,128}")
_LONGEST = 4096


def session_id_of(name: str, value: str) -> str | None:
    """The session ID that a cookie's value holds as sent; None: the cookie is not a session's."""
    if len(value) > _LONGEST:
        return None
    reading = read_cookie(Given(name, value, value, CookieSource.COOKIES, group=0), {}, ())
    for part in reading.parts:
        if part.role == Role.ID:
            return part.text
    if _SESSION_NAME.search(name) and _RANDOM_WORD.fullmatch(value):
        return value
    return None
