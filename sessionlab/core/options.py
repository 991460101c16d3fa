"""The options of a session, in Python's terms.

Rules
- Names are express-session's in snake_case; times are seconds.
- Defaults are the safe ones: ``resave`` and ``save_uninitialized`` are off.
  `SessionOptions.from_express` has express-session's own.
- A value that makes no sense is an error when the options are made, not on the first request.  What
  express-session notices only when it writes a cookie (an invalid name, path, …) stays an error
  there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sessionlab.core.cookie_options import CookieOptions, epoch_milliseconds, milliseconds
from sessionlab.core.errors import OptionsError
from sessionlab.core.express_options import Notice, NoticeCode, read_options
from sessionlab.core.safeguards import OnConflict, Safeguards, check_prefix

if TYPE_CHECKING:
    from sessionlab.core.store import Store

__all__ = [
    "CookieOptions",
    "Environ",
    "Notice",
    "NoticeCode",
    "SessionOptions",
    "epoch_milliseconds",
    "milliseconds",
]

Environ = dict[str, Any]
"""A WSGI environ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionOptions:
    """All options of a session.  Source: express-session 1.19.0, with safer defaults.

    ``secrets``: one or several; the first signs, all verify.
    ``name``: the cookie's name.
    ``resave``: save unchanged sessions too; this can undo what another request wrote.
    ``save_uninitialized``: store new sessions that hold no data.
    ``rolling``: send the cookie with every response, so that its expiry moves.
    ``unset``: "keep" or "destroy" the record when the session is set to None.
    ``trust_proxy``: whether ``X-Forwarded-Proto`` can make a request secure.  True: its first value
    can; False: it cannot; None: the framework decides (``wsgi.url_scheme``).
    ``cookie``: its options, or a function of the WSGI environ that returns them.
    ``genid``: a function of the WSGI environ that returns a new ID; None: 24 random octets.
    ``store``: where the records are; None: the middleware makes a `MemoryStore`.
    ``safeguards``: what express-session does not have; all off by default.
    ``notices``: what `from_express` noticed.

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
                raise OptionsError("a secret is empty: anyone could sign with it", "secrets")
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
        """Options with every safeguard on; ``options`` override them.

        The cookie is ``__Host-sid``, Secure, HttpOnly and SameSite=Lax.  A session ends after 30
        minutes without a request, and after 12 hours in any case.  Simultaneous changes are merged.
        Needs HTTPS or a trusted proxy: otherwise browsers refuse the cookie's name.
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
        """The options from an express-session options object.

        Names are camelCase and times milliseconds, as pasted from a Node application; defaults are
        express-session's, with ``resave`` and ``saveUninitialized`` on.  ``genid``, ``store`` and a
        ``cookie`` function are Python objects.  ``notices`` holds what express-session would ignore
        or warn about.  Raises OptionsError; for an unknown name it names the nearest valid one.
        """
        return cls(**read_options(options))
