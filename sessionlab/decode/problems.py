"""What can be wrong with a cookie, or with the text it was looked for in.

Rules
- Codes are public and stable: kebab-case, never reused for something else.
- A code has a sentence in the text catalogue, ``problems.CODE.what``, and mostly one that says
  what to change, ``problems.CODE.change``.  The values of a problem fill their fields.
- No problem holds a secret, except a well-known one.
- A format's own codes stand in the format's file.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Self


class Severity(StrEnum):
    """How bad a problem is."""

    REFUSED = "refused"  # the server refuses the cookie because of it
    WARNING = "warning"  # the cookie works, but is dangerous or will fail elsewhere
    NOTE = "note"  # good to know


class GradedCode(StrEnum):
    """The base of every enum of problem codes: ``NAME = "code"``, or ``"code", severity``.

    Without a severity, the problem makes the server refuse the cookie.
    """

    severity: Severity

    def __new__(cls, code: str, severity: Severity = Severity.REFUSED) -> Self:
        """Make a member; its value is the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.severity = severity
        return member


class ProblemCode(GradedCode):
    """The problems that do not belong to one format alone, grouped by where they lie."""

    # the text as a whole
    EMPTY_INPUT = "empty-input"
    NO_COOKIE_FOUND = "no-cookie-found"
    LOOKS_LIKE_URL = "looks-like-url"
    INPUT_NOT_UTF8 = "input-not-utf8", Severity.WARNING
    CURL_COOKIE_FILE = "curl-cookie-file", Severity.WARNING
    CURL_WITHOUT_COOKIE = "curl-without-cookie"
    FOUND_INSIDE = "found-inside", Severity.NOTE
    LINES_JOINED = "lines-joined", Severity.NOTE
    TRAILING_SEMICOLON = "trailing-semicolon", Severity.NOTE
    # the cookie's text
    DUPLICATE_NAME = "duplicate-name", Severity.WARNING
    TOO_LARGE = "too-large", Severity.WARNING
    SHORTENED = "shortened"
    ENCODED_TWICE = "encoded-twice"
    PERCENT_MALFORMED = "percent-malformed"
    QUOTE_LEFT = "quote-left"
    INVISIBLE_CHARACTERS = "invisible-characters"
    # the form of the signature
    SIGNATURE_MISSING = "signature-missing"
    SIGNATURE_PADDED = "signature-padded"
    SIGNATURE_URL_SAFE = "signature-url-safe"
    SIGNATURE_NOT_URL_SAFE = "signature-not-url-safe"
    SIGNATURE_HEX = "signature-hex"
    SIGNATURE_OTHER_ALGORITHM = "signature-other-algorithm"
    SIGNATURE_CUT = "signature-cut"
    SIGNATURE_CUT_AT = "signature-cut-at"
    SIGNATURE_TRAILED = "signature-trailed"
    SIGNATURE_SPARE_BITS = "signature-spare-bits"
    SIGNATURE_MALFORMED = "signature-malformed"
    PLUS_BECAME_SPACE = "plus-became-space"
    CASE_CHANGED = "case-changed"
    # the secret
    OTHER_SECRET = "other-secret"  # noqa: S105  (a code, not a secret)
    SECRET_NEWLINE = "secret-newline"  # noqa: S105
    SECRET_BLANKS = "secret-blanks"  # noqa: S105
    SECRET_QUOTED = "secret-quoted"  # noqa: S105
    SECRET_WITH_NAME = "secret-with-name"  # noqa: S105
    SECRET_LIST = "secret-list"  # noqa: S105
    SIGNED_WITH_NEWLINE = "signed-with-newline"
    SIGNED_WITH_QUOTES = "signed-with-quotes"
    OLDER_SECRET = "older-secret", Severity.NOTE
    WELL_KNOWN_SECRET = "well-known-secret", Severity.WARNING
    SHORT_SECRET = "short-secret", Severity.NOTE
    # the session ID
    ID_GUESSABLE = "id-guessable", Severity.WARNING
    ID_BELOW_128_BITS = "id-below-128-bits", Severity.NOTE


class Problem(NamedTuple):
    """One thing that is wrong; ``values`` are the evidence, text or whole numbers."""

    code: GradedCode
    values: Mapping[str, str | int] = {}

    @property
    def severity(self) -> Severity:
        """How bad it is; follows from the code."""
        return self.code.severity

    def to_json(self) -> dict[str, Any]:
        """The problem as JSON-safe data."""
        return {
            "code": self.code.value,
            "severity": self.severity.value,
            "values": dict(self.values),
        }
