"""What can go wrong between a browser and a server, and the option that mends it.

Rules
- Codes are public and stable: kebab-case, never reused for something else.
- Every code has its sentences below ``explain.finding.CODE``: ``what``, and ``change`` where
  something can be changed.  ``evidence`` fills their fields.
- An option is written in two spellings: in express-session's object, and as keyword arguments of
  `SessionOptions`.  Both mean the same; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Self


class Weight(StrEnum):
    """How certain a cause is, and how bad."""

    CAUSE = "cause"  # it was seen
    POSSIBLE = "possible"  # it fits what was seen, and cannot be known from outside
    NOTE = "note"
    FINE = "fine"


class Cause(StrEnum):
    """Everything that `find_causes` can find, in the order in which it is reported."""

    weight: Weight

    def __new__(cls, code: str, weight: Weight = Weight.CAUSE) -> Self:
        """Make a member; its value is the code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.weight = weight
        return member

    # between a page and another origin
    CREDENTIALS_LEFT_OUT = "credentials-left-out"
    CORS_ORIGIN_MISSING = "cors-origin-missing"
    CORS_ORIGIN_ANY = "cors-origin-any"
    CORS_ORIGIN_OTHER = "cors-origin-other"
    CORS_CREDENTIALS_MISSING = "cors-credentials-missing"
    # the cookie does not come
    SECURE_KEPT_BACK = "secure-kept-back"
    SECURE_MAYBE_KEPT_BACK = "secure-maybe-kept-back", Weight.POSSIBLE
    PROXY_NOT_TRUSTED = "proxy-not-trusted", Weight.POSSIBLE
    PATH_MAYBE_UNCOVERED = "path-maybe-uncovered", Weight.POSSIBLE
    SESSION_UNINITIALIZED = "session-uninitialized", Weight.POSSIBLE
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
    SHORT_LIVED = "short-lived", Weight.POSSIBLE
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
    CLOCKS_DIFFER = "clocks-differ", Weight.NOTE
    ANSWER_IS_ERROR = "answer-is-error", Weight.NOTE
    LEFT_HTTP = "left-http", Weight.NOTE
    BODY_NOT_READ = "body-not-read", Weight.NOTE
    NO_SESSION_COOKIE = "no-session-cookie", Weight.NOTE
    SESSION_KEPT = "session-kept", Weight.FINE


class Mend(NamedTuple):
    """Options that mend a cause, in both spellings."""

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


class Diagnosis(NamedTuple):
    """One cause, and the evidence for it: text or whole numbers."""

    cause: Cause
    evidence: Mapping[str, str | int] = MappingProxyType({})

    @property
    def mend(self) -> Mend | None:
        """The option that mends it; None: no option of the session does."""
        return MENDS.get(self.cause)

    def to_json(self) -> dict[str, Any]:
        """The diagnosis as JSON-safe data."""
        return {
            "code": self.cause.value,
            "weight": self.cause.weight.value,
            "evidence": dict(self.evidence),
            "mend": self.mend and self.mend._asdict(),
        }
