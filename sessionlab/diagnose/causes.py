"""What can be the matter between a browser and a server, and the option that mends it.

Rules
- Codes are public and stable: kebab-case, never reused for something else.
- Every code has its sentences below ``explain.finding.CODE``: ``what``, and ``change`` where
  something can be changed.  ``evidence`` fills their fields.
- An option is spelt as it is written: in express-session's object, and as the keyword arguments
  of `SessionOptions`.  Both spellings mean the same; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple


class Cause(StrEnum):
    """Everything that `find_causes` can find, in the order in which it is reported."""

    # between a page and another origin
    CREDENTIALS_LEFT_OUT = "credentials-left-out"
    CORS_ORIGIN_MISSING = "cors-origin-missing"
    CORS_ORIGIN_ANY = "cors-origin-any"
    CORS_ORIGIN_OTHER = "cors-origin-other"
    CORS_CREDENTIALS_MISSING = "cors-credentials-missing"
    # the cookie does not come
    SECURE_KEPT_BACK = "secure-kept-back"
    SECURE_MAYBE_KEPT_BACK = "secure-maybe-kept-back"
    PROXY_NOT_TRUSTED = "proxy-not-trusted"
    PATH_MAYBE_UNCOVERED = "path-maybe-uncovered"
    SESSION_UNINITIALIZED = "session-uninitialized"
    # the browser refuses it
    SECURE_REFUSED = "secure-refused"
    SAME_SITE_REFUSED = "same-site-refused"
    NEEDS_SECURE = "needs-secure"
    DOMAIN_REFUSED = "domain-refused"
    PREFIX_REFUSED = "prefix-refused"
    TOO_LARGE = "too-large"
    MALFORMED = "malformed"
    HIDES_SECURE = "hides-secure"
    # its time is over
    CLOCK_SKEW = "clock-skew"
    EXPIRED_AT_ONCE = "expired-at-once"
    SHORT_LIVED = "short-lived"
    # the browser keeps it back
    EXPIRED = "expired"
    PATH_ELSEWHERE = "path-elsewhere"
    HOST_ELSEWHERE = "host-elsewhere"
    SECURE_WITHHELD = "secure-withheld"
    STRICT_WITHHELD = "strict-withheld"
    LAX_WITHHELD = "lax-withheld"
    PARTITION_ELSEWHERE = "partition-elsewhere"
    # the server has no use for it
    DUPLICATE_NAME = "duplicate-name"
    ID_NEVER_KEPT = "id-never-kept"
    ID_SOMETIMES_KEPT = "id-sometimes-kept"
    HEADERS_TOO_LARGE = "headers-too-large"
    REDIRECT_LOOP = "redirect-loop"
    # good to know
    CLOCKS_DIFFER = "clocks-differ"
    ANSWER_IS_ERROR = "answer-is-error"
    LEFT_HTTP = "left-http"
    BODY_NOT_READ = "body-not-read"
    NO_SESSION_COOKIE = "no-session-cookie"
    SESSION_KEPT = "session-kept"


class Weight(StrEnum):
    """How sure it is, and how bad."""

    CAUSE = "cause"  # it was seen
    POSSIBLE = "possible"  # it fits what was seen, and can not be told from outside
    NOTE = "note"
    FINE = "fine"


_WEIGHTS = {
    Cause.SECURE_MAYBE_KEPT_BACK: Weight.POSSIBLE,
    Cause.PROXY_NOT_TRUSTED: Weight.POSSIBLE,
    Cause.PATH_MAYBE_UNCOVERED: Weight.POSSIBLE,
    Cause.SESSION_UNINITIALIZED: Weight.POSSIBLE,
    Cause.SHORT_LIVED: Weight.POSSIBLE,
    Cause.CLOCKS_DIFFER: Weight.NOTE,
    Cause.ANSWER_IS_ERROR: Weight.NOTE,
    Cause.LEFT_HTTP: Weight.NOTE,
    Cause.BODY_NOT_READ: Weight.NOTE,
    Cause.NO_SESSION_COOKIE: Weight.NOTE,
    Cause.SESSION_KEPT: Weight.FINE,
}


class Mend(NamedTuple):
    """Options that mend it, in both spellings."""

    express: str
    sessionlab: str


_SECURE_AUTO = Mend('cookie: { secure: "auto" }', 'cookie=CookieOptions(secure="auto")')
_NONE = Mend(
    'cookie: { sameSite: "none", secure: true }',
    'cookie=CookieOptions(same_site="none", secure=True)',
)
_PROXY = Mend("proxy: true", "trust_proxy=True")
_DAY = Mend("cookie: { maxAge: 86400000 }", "cookie=CookieOptions(max_age=86400)")
_ROOT = Mend('cookie: { path: "/" }', 'cookie=CookieOptions(path="/")')
_OTHER_NAME = Mend('name: "myapp.sid"', 'name="myapp.sid"')
_ONE_STORE = Mend(
    "secret: process.env.SESSION_SECRET, store: new RedisStore({ client })",
    'secrets=os.environ["SESSION_SECRET"], store=SQLiteStore("sessions.db")',
)
MENDS: Mapping[Cause, Mend] = MappingProxyType(
    {
        Cause.SECURE_KEPT_BACK: _SECURE_AUTO,
        Cause.SECURE_MAYBE_KEPT_BACK: _SECURE_AUTO,
        Cause.PROXY_NOT_TRUSTED: _PROXY,
        Cause.PATH_MAYBE_UNCOVERED: _ROOT,
        Cause.SESSION_UNINITIALIZED: Mend("saveUninitialized: true", "save_uninitialized=True"),
        Cause.SECURE_REFUSED: _SECURE_AUTO,
        Cause.SAME_SITE_REFUSED: _NONE,
        Cause.NEEDS_SECURE: Mend("cookie: { secure: true }", "cookie=CookieOptions(secure=True)"),
        Cause.PREFIX_REFUSED: Mend(
            'name: "__Host-sid", cookie: { secure: true, path: "/" }',
            'name="__Host-sid", cookie=CookieOptions(secure=True, path="/")',
        ),
        Cause.EXPIRED_AT_ONCE: _DAY,
        Cause.SHORT_LIVED: _DAY,
        Cause.EXPIRED: _DAY,
        Cause.PATH_ELSEWHERE: _ROOT,
        Cause.STRICT_WITHHELD: Mend(
            'cookie: { sameSite: "lax" }', 'cookie=CookieOptions(same_site="lax")'
        ),
        Cause.LAX_WITHHELD: _NONE,
        Cause.DUPLICATE_NAME: _OTHER_NAME,
        Cause.ID_NEVER_KEPT: _ONE_STORE,
        Cause.ID_SOMETIMES_KEPT: _ONE_STORE,
    }
)
"""The causes that an option of the session mends."""


class Finding(NamedTuple):
    """One cause, and what was seen of it: text or whole numbers."""

    cause: Cause
    evidence: Mapping[str, str | int] = MappingProxyType({})

    @property
    def weight(self) -> Weight:
        """How sure it is; follows from the code."""
        return _WEIGHTS.get(self.cause, Weight.CAUSE)

    def to_json(self) -> dict[str, Any]:
        """The finding as JSON-safe data."""
        mend = MENDS.get(self.cause)
        return {
            "code": self.cause.value,
            "weight": self.weight.value,
            "evidence": dict(self.evidence),
            "mend": mend and mend._asdict(),
        }
