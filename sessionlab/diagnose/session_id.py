"""The session ID in a cookie, where there is one.

Rules
- A signed value, ``s:ID.SIGNATURE``, is read by the inspector's own format.
- Any other cookie is a session's by its name and the look of its value: one random word.  Data
  that is kept in the cookie itself (base64 of JSON, encrypted values) is no ID: it changes with
  every answer and should.
"""

from __future__ import annotations

import re

from sessionlab.decode import Role, Source
from sessionlab.decode.formats import express_session
from sessionlab.decode.results import Given

_SESSION_NAME = re.compile(r"sess|sid", re.I)
_RANDOM_WORD = re.compile(r"(?!ey[JA-Z]|e30)[A-Za-z0-9_-]{16,128}")
_LONGEST = 4096


def session_id_of(name: str, value: str) -> str | None:
    """The session ID that a cookie's value holds as sent; None: it is no session's cookie."""
    if len(value) > _LONGEST:
        return None
    reading = express_session.read(Given(name, value, value, Source.COOKIES, 0), {}, ())
    for part in reading.parts if reading else ():
        if part.role is Role.ID:
            return part.text
    if _SESSION_NAME.search(name) and _RANDOM_WORD.fullmatch(value):
        return value
    return None
