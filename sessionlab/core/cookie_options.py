"""The session cookie's options, and times in Python's terms as milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Literal

from sessionlab.core.errors import OptionsError
from sessionlab.core.record import CookieAttributes, Expiry
from sessionlab.core.unset import UNSET, Unset
from sessionlab.core.wire.javascript import date_value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieOptions:
    """The session cookie's attributes.

    ``max_age``: seconds (or a timedelta) until it expires; None: when the browser is closed.
    ``expires``: a fixed moment instead of an age (an aware datetime).
    ``secure``: "auto" follows the request.
    ``same_site``: "auto" is none over TLS and lax otherwise.  Both are decided when a session
    begins, and kept with it.
    `UNSET` leaves an attribute out of the stored record; None writes null.

    Raises OptionsError for a value of a wrong type.
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
        age, expires = self.max_age, self.expires
        if age not in (None, UNSET) and expires not in (None, UNSET):
            raise OptionsError("max_age and expires are both given: leave one out", "expires")
        for name in ("path", "domain"):
            value = getattr(self, name)
            if not isinstance(value, str | Unset | None):
                raise OptionsError(f"{name} is {value!r}: give text", name)
        if (
            not isinstance(age, int | float | timedelta | Unset | None)
            or isinstance(age, bool)
            or (isinstance(age, float) and not isfinite(age))
        ):
            raise OptionsError(f"max_age is {age!r}: give seconds, a timedelta or None", "max_age")
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
        """The attributes of a new cookie.  ``original_max_age``: milliseconds."""
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


def milliseconds(seconds: float | timedelta) -> float:
    """Seconds or a timedelta as milliseconds; an int if they are whole."""
    if isinstance(seconds, timedelta):
        return seconds // timedelta(milliseconds=1)
    exact = seconds * 1000
    nearest = round(exact) if isfinite(exact) else exact
    return nearest if nearest / 1000 == seconds else exact


def epoch_milliseconds(moment: datetime) -> int:
    """An aware datetime as milliseconds since the epoch, truncated."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)
