"""What can be wrong with a cookie, or with the text it was looked for in.

Rules
- Codes are public and stable: kebab-case, never reused for something else.
- Every code has a sentence in the text catalogue, ``problems.CODE.what``, and one that says what
  to change, ``problems.CODE.change``; the values of a problem are their fields.
- No problem holds a secret, except one that everybody knows.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple


class Severity(StrEnum):
    """How bad it is."""

    REFUSED = "refused"  # the server refuses the cookie for this
    WARNING = "warning"  # it works, and is dangerous or will fail elsewhere
    NOTE = "note"  # good to know


class Code(StrEnum):
    """Every problem, grouped by where it lies."""

    # the text as a whole
    EMPTY_INPUT = "empty-input"
    NO_COOKIE_FOUND = "no-cookie-found"
    LOOKS_LIKE_URL = "looks-like-url"
    INPUT_NOT_UTF8 = "input-not-utf8"
    CURL_COOKIE_FILE = "curl-cookie-file"
    CURL_WITHOUT_COOKIE = "curl-without-cookie"
    FOUND_INSIDE = "found-inside"
    LINES_JOINED = "lines-joined"
    TRAILING_SEMICOLON = "trailing-semicolon"
    # the cookie's text
    DUPLICATE_NAME = "duplicate-name"
    TOO_LARGE = "too-large"
    SHORTENED = "shortened"
    ENCODED_TWICE = "encoded-twice"
    PERCENT_MALFORMED = "percent-malformed"
    QUOTE_LEFT = "quote-left"
    INVISIBLE_CHARACTERS = "invisible-characters"
    # the form of a signed ID
    NOT_SIGNED = "not-signed"
    PREFIX_MISSING = "prefix-missing"
    SIGNATURE_MISSING = "signature-missing"
    ID_EMPTY = "id-empty"
    # the form of the signature
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
    # what was signed, and with what
    CASE_CHANGED = "case-changed"
    SIGNED_WITH_PREFIX = "signed-with-prefix"
    SEALED_WITHOUT_NAME = "sealed-without-name"
    VALUE_ENCODED = "value-encoded"
    OTHER_SECRET = "other-secret"  # noqa: S105  (a code, not a secret)
    SECRET_NEWLINE = "secret-newline"  # noqa: S105
    SECRET_BLANKS = "secret-blanks"  # noqa: S105
    SECRET_QUOTED = "secret-quoted"  # noqa: S105
    SECRET_WITH_NAME = "secret-with-name"  # noqa: S105
    SECRET_LIST = "secret-list"  # noqa: S105
    SIGNED_WITH_NEWLINE = "signed-with-newline"
    SIGNED_WITH_QUOTES = "signed-with-quotes"
    OLDER_SECRET = "older-secret"  # noqa: S105
    WELL_KNOWN_SECRET = "well-known-secret"  # noqa: S105
    SHORT_SECRET = "short-secret"  # noqa: S105
    # the session ID
    ID_GUESSABLE = "id-guessable"
    ID_BELOW_128_BITS = "id-below-128-bits"
    # a session sealed in the cookie
    SEAL_MISSING = "seal-missing"
    SEAL_ALONE = "seal-alone"
    DATA_UNREADABLE = "data-unreadable"
    DATA_TOO_DEEP = "data-too-deep"
    # anything else
    OTHER_FORMAT = "other-format"


_WARNINGS = frozenset(
    {
        Code.CURL_COOKIE_FILE,
        Code.INPUT_NOT_UTF8,
        Code.DUPLICATE_NAME,
        Code.TOO_LARGE,
        Code.WELL_KNOWN_SECRET,
        Code.ID_GUESSABLE,
    }
)
_NOTES = frozenset(
    {
        Code.DATA_TOO_DEEP,
        Code.FOUND_INSIDE,
        Code.LINES_JOINED,
        Code.TRAILING_SEMICOLON,
        Code.OLDER_SECRET,
        Code.SHORT_SECRET,
        Code.ID_BELOW_128_BITS,
        Code.OTHER_FORMAT,
    }
)


class Problem(NamedTuple):
    """One thing that is wrong; ``values`` are the evidence, text or whole numbers."""

    code: Code
    values: Mapping[str, str | int] = {}

    @property
    def severity(self) -> Severity:
        """How bad it is; follows from the code."""
        if self.code in _WARNINGS:
            return Severity.WARNING
        return Severity.NOTE if self.code in _NOTES else Severity.REFUSED

    def to_json(self) -> dict[str, Any]:
        """The problem as JSON-safe data."""
        return {
            "code": self.code.value,
            "severity": self.severity.value,
            "values": dict(self.values),
        }
