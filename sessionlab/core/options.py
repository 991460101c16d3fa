"""The options of a session, in Python's terms.

Rules
- Names are express-session's in snake_case; times are seconds.
- Defaults are the safe ones: ``resave`` and ``save_uninitialized`` are off.
  `SessionOptions.from_express` gives express-session's own.
- What can not be meant is an error when the options are made, not on the first request.  What
  express-session finds out only when it writes a cookie (an invalid name, path, …) stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from sessionlab.core.errors import OptionsError
from sessionlab.core.record import CookieAttributes, Expiry
from sessionlab.core.safeguards import OnConflict, Safeguards, check_prefix
from sessionlab.core.unset import UNSET, Unset
from sessionlab.core.wire.javascript import date_value

if TYPE_CHECKING:
    from sessionlab.session.stores.base import Store

Environ = dict[str, Any]
"""A WSGI environ."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieOptions:
    """The session cookie's attributes.

    ``max_age``: seconds (or a timedelta) until it expires; None: it lives until the browser is
    closed.  ``expires``: a fixed moment instead (an aware datetime); one of the two.
    ``secure="auto"`` follows the request, ``same_site="auto"`` is none over TLS and lax
    otherwise; both are decided when a session begins, and kept with it.
    `UNSET` leaves an attribute out of the stored record, None writes null there.

    Raises OptionsError for types that can not be meant.
    """

    path: str | Unset | None = "/"
    domain: str | Unset | None = UNSET
    max_age: float | timedelta | Unset | None = None
    expires: datetime | Literal[False] | Unset | None = UNSET
    http_only: bool | Unset | None = True
    secure: bool | Literal["auto"] | Unset | None = UNSET
    same_site: bool | str | Unset | None = UNSET
    partitioned: bool | Unset | None = UNSET
    priority: str | Unset | None = UNSET

    def __post_init__(self) -> None:
        if self.max_age not in (None, UNSET) and self.expires not in (None, UNSET):
            raise OptionsError("max_age and expires are both given: leave one out", "expires")
        for name in ("path", "domain"):
            value = getattr(self, name)
            if not (isinstance(value, str) or value is None or value is UNSET):
                raise OptionsError(f"{name} is {value!r}: give text", name)
        age = self.max_age
        a_time = isinstance(age, int | float | timedelta) and not isinstance(age, bool)
        if not (a_time or age is None or age is UNSET) or (
            isinstance(age, float) and not isfinite(age)
        ):
            raise OptionsError(f"max_age is {age!r}: give seconds, a timedelta or None", "max_age")
        expires = self.expires
        if isinstance(expires, datetime):
            if expires.tzinfo is None:
                raise OptionsError("expires has no time zone: give an aware datetime", "expires")
        elif not (expires is None or expires is False or expires is UNSET):
            raise OptionsError(f"expires is {expires!r}: give an aware datetime", "expires")

    def expiry(self, now: int) -> tuple[Any, Expiry]:
        """The original max age (ms) and the expiry of a cookie that begins at ``now`` (ms)."""
        if isinstance(self.expires, datetime):
            moment = epoch_milliseconds(self.expires)
            return moment - now, moment
        if self.expires is not UNSET:
            return self.expires, self.expires
        age = self.max_age
        if age is None or age is UNSET:
            return age, age
        expires = date_value(now + milliseconds(age))
        return expires - now, expires

    def attributes(self, original_max_age: Any, *, request_secure: bool) -> CookieAttributes:
        """Everything but the expiry, "auto" decided."""
        same_site: Any = self.same_site
        if same_site == "auto":
            same_site = "none" if request_secure else "lax"
        return CookieAttributes(
            original_max_age=original_max_age,
            partitioned=self.partitioned,
            priority=self.priority,
            secure=request_secure if self.secure == "auto" else self.secure,
            http_only=self.http_only,
            domain=self.domain,
            path=self.path,
            same_site=same_site,
        )


class NoticeCode(StrEnum):
    """What `SessionOptions.from_express` has to say about a pasted options object."""

    RESAVE_UNDEFINED = "resave-undefined"
    SAVE_UNINITIALIZED_UNDEFINED = "save-uninitialized-undefined"
    BELONGS_INTO_COOKIE = "belongs-into-cookie"
    IGNORED_BY_COOKIE = "ignored-by-cookie"
    TAKEN_AS_TRUE = "taken-as-true"
    OVERRIDDEN = "overridden"
    OLD_NAME = "old-name"


@dataclass(frozen=True, slots=True)
class Notice:
    """One remark: ``option`` as it was spelt, ``found`` its value as text."""

    code: NoticeCode
    option: str
    found: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """All options of a session.  Source: express-session 1.19.0; the defaults are the safe ones.

    ``secrets``: one or several; the first signs, all verify.
    ``name``: the cookie's name.
    ``resave``: save a session that nobody changed; can undo what another request wrote.
    ``save_uninitialized``: keep new sessions that hold nothing.
    ``rolling``: send the cookie with every response, so that its expiry moves.
    ``unset``: what becomes of the record when the session is set to None: "keep" or "destroy".
    ``trust_proxy``: whether ``X-Forwarded-Proto`` says that a request is secure.  True: its first
    value does; False: never; None: as the framework has it (``wsgi.url_scheme``).
    ``cookie``: its attributes, or a function of the WSGI environ that returns them.
    ``genid``: a function of the WSGI environ that returns a new ID; None: 24 random octets.
    ``store``: where the records are; None: a `MemoryStore` of the middleware's own.
    ``safeguards``: what express-session can not do; all off by default.
    ``notices``: what `from_express` had to say.

    Raises OptionsError.
    """

    secrets: str | bytes | Sequence[str | bytes] = field(repr=False)
    name: str = "connect.sid"
    resave: bool = False
    save_uninitialized: bool = False
    rolling: bool = False
    unset: Literal["keep", "destroy"] = "keep"
    trust_proxy: bool | None = None
    cookie: CookieOptions | Callable[[Environ], CookieOptions] = field(
        default_factory=CookieOptions
    )
    genid: Callable[[Environ], str] | None = None
    store: Store | None = None
    safeguards: Safeguards = field(default_factory=Safeguards)
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        secrets = self.secrets
        if isinstance(secrets, str | bytes):
            secrets = (secrets,)
        elif not isinstance(secrets, list | tuple):
            raise OptionsError(
                f"secrets is of type {type(secrets).__name__}: give text, or a list of texts",
                "secrets",
            )
        object.__setattr__(self, "secrets", tuple(secrets))
        if not isinstance(self.name, str) or not self.name:
            raise OptionsError(f"name is {self.name!r}: give the cookie's name", "name")
        if not (self.trust_proxy is None or isinstance(self.trust_proxy, bool)):
            raise OptionsError(
                f"trust_proxy is {self.trust_proxy!r}: give True, False or None", "trust_proxy"
            )
        if not self.secrets:
            raise OptionsError("there is no secret: give at least one to sign with", "secrets")
        for secret in self.secrets:
            if not isinstance(secret, str | bytes):
                raise OptionsError(
                    f"a secret is of type {type(secret).__name__}: give text or bytes", "secrets"
                )
            if not secret:
                raise OptionsError("a secret is empty: everybody could sign with it", "secrets")
        if self.unset not in ("keep", "destroy"):
            raise OptionsError(f'unset is {self.unset!r}: it must be "keep" or "destroy"', "unset")
        if self.genid is not None and not callable(self.genid):
            raise OptionsError("genid must be a function of the environ", "genid")
        if not isinstance(self.cookie, CookieOptions) and not callable(self.cookie):
            raise OptionsError(
                f"cookie is of type {type(self.cookie).__name__}: give CookieOptions(...) "
                "or a function of the environ that returns it",
                "cookie",
            )

        if self.safeguards.check_prefix and isinstance(self.cookie, CookieOptions):
            cookie = self.cookie
            check_prefix(self.name, secure=cookie.secure, path=cookie.path, domain=cookie.domain)

    @classmethod
    def hardened(
        cls, secrets: str | bytes | Sequence[str | bytes], **options: Any
    ) -> SessionOptions:
        """Options with every safeguard on; what is given wins.

        The name is ``__Host-sid``, the cookie Secure, HttpOnly and SameSite=Lax; a session ends
        after 30 minutes without a request and after 12 hours in any case; simultaneous changes
        are merged.  Needs HTTPS (or a proxy that is trusted): a browser refuses the name without.
        """
        safe: dict[str, Any] = {
            "name": "__Host-sid",
            "unset": "destroy",
            "rolling": True,
            "cookie": CookieOptions(max_age=30 * 60, secure=True, same_site="lax"),
            "safeguards": Safeguards(
                no_resurrection=True,
                on_conflict=OnConflict.MERGE,
                absolute_timeout=12 * 60 * 60,
                clear_cookie=True,
                cache_headers=True,
                check_prefix=True,
            ),
        }
        return cls(secrets=secrets, **(safe | options))

    @classmethod
    def from_express(cls, options: Mapping[str, Any]) -> SessionOptions:
        """The options that an express-session options object means.

        Names are camelCase and times milliseconds, as pasted from a Node application; defaults
        are express-session's (``resave`` and ``saveUninitialized`` are on).  ``notices`` says
        what express-session would ignore or complain about.  ``genid``, ``store`` and a
        ``cookie`` function are Python's.  Raises OptionsError, with the nearest valid name for
        an unknown one.
        """
        from sessionlab.core.express_options import read_options

        return cls(**read_options(options))


def milliseconds(seconds: float | timedelta) -> float:
    """Seconds or a timedelta as milliseconds; whole ones where they are."""
    if isinstance(seconds, timedelta):
        return seconds // timedelta(milliseconds=1)
    exact = seconds * 1000
    nearest = round(exact) if isfinite(exact) else exact
    return nearest if nearest / 1000 == seconds else exact


def epoch_milliseconds(moment: datetime) -> int:
    """An aware datetime as milliseconds since the epoch, cut to whole ones."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
