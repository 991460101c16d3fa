"""The opt-in safeguards that express-session does not have.

Rules
- With all of them off, the middleware is express-session, byte for byte.
- A safeguard changes what is decided, never the format of a record: Express reads what we wrote,
  and we read what Express wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sessionlab.core.errors import OptionsError
from sessionlab.core.unset import UNSET
from sessionlab.core.wire.javascript import dump_json

CREATED_KEY = "$created"
"""The data key in a record for when the session began (ms since the epoch)."""


class OnConflict(StrEnum):
    """What a save does if another request has changed the record since it was loaded."""

    OVERWRITE = "overwrite"
    """The last writer wins, as in express-session: the other change is lost."""
    MERGE = "merge"
    """The top-level keys that this request changed are written into the stored data."""
    REPORT = "report"
    """Nothing is written.  save() raises `SessionConflict`; later, ``on_error`` gets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguards:
    """The opt-in safeguards.

    ``no_resurrection``: a save does not bring back a record that was destroyed meanwhile.
    `Session.regenerate` makes a new record: with ``keep_data`` it carries the data over, whatever
    another request did to the old one.
    ``on_conflict``: see `OnConflict`.
    ``absolute_timeout``: seconds (or a timedelta) after which a session ends, used or not.
    ``clear_cookie``: if a request destroys or unsets its session, the response clears the cookie.
    ``cache_headers``: a response with Set-Cookie also gets ``Vary: Cookie`` and a ``Cache-Control``
    that keeps it out of shared caches.
    ``check_prefix``: making the options fails if a browser would refuse the cookie because of the
    ``__Host-`` or ``__Secure-`` in its name.

    Raises OptionsError.
    """

    no_resurrection: bool = False
    on_conflict: OnConflict = OnConflict.OVERWRITE
    absolute_timeout: float | timedelta | None = None
    clear_cookie: bool = False
    cache_headers: bool = False
    check_prefix: bool = False

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "on_conflict", OnConflict(self.on_conflict))
        except ValueError:
            raise OptionsError(
                f"on_conflict is {self.on_conflict!r}: give one of {', '.join(OnConflict)}",
                "on_conflict",
            ) from None
        timeout = self.absolute_timeout
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
        if seconds is not None and not seconds > 0:
            raise OptionsError(
                f"absolute_timeout is {seconds}: give more than 0 seconds, or None",
                "absolute_timeout",
            )

    @property
    def guards_saving(self) -> bool:
        """Whether a save depends on what is stored now."""
        return self.no_resurrection or self.on_conflict is not OnConflict.OVERWRITE


def merge(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> dict[str, Any]:
    """``theirs`` with the top-level keys that ``mine`` changed, added or deleted since ``base``.

    A value has changed if its JSON text has.  If both changed a key, the later one wins: ``mine``.
    """
    merged = {key: value for key, value in theirs.items() if key in mine or key not in base}
    for key, value in mine.items():
        if key not in base or dump_json(base[key]) != dump_json(value):
            merged[key] = value
    return merged


def check_prefix(name: str, *, secure: object, path: object, domain: object) -> None:
    """Raises OptionsError if a browser would refuse the cookie because of its name's prefix.

    Source: RFC 6265bis, section 4.1.3; browsers ignore the prefix's case.
    """
    lower = name.lower()
    if not lower.startswith(("__host-", "__secure-")):
        return
    if not secure or secure == "auto":
        raise OptionsError(f"{name} needs secure=True: otherwise browsers refuse it", "secure")
    if lower.startswith("__host-"):
        if path != "/":
            raise OptionsError(f'{name} needs path="/": otherwise browsers refuse it', "path")
        if domain not in (None, "", UNSET):
            raise OptionsError(
                f"{name} cannot have a domain: leave it out, or rename the cookie", "domain"
            )
