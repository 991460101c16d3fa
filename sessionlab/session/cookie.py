"""The session's cookie: the attributes and the expiry that an application reads and changes.

Rules
- Ages are seconds and moments are aware datetimes; the state is kept in the record's milliseconds.
- ``del cookie.domain`` or assigning `UNSET` removes the attribute from the record; assigning None
  writes null.
- Assigning ``expires`` or ``max_age`` sets ``original_max_age`` to the time left.  Each later
  request moves the expiry to that time from then.

Source: express-session 1.19.0, ``Cookie``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sessionlab.core.options import epoch_milliseconds, milliseconds
from sessionlab.core.record import CookieAttributes, Expiry
from sessionlab.core.unset import UNSET, Unset
from sessionlab.core.wire.javascript import date_value
from sessionlab.session.clock import Clock

SURELY_A_DATE = 1_000_000_000_000_000
"""Below this age (ms), now plus the age is a valid date on any plausible clock."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _AttributeDescriptor:
    """Reads and replaces one member of the cookie's shared, immutable `CookieAttributes`."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, cookie: Cookie | None, owner: type) -> Any:
        return self if cookie is None else getattr(cookie.attributes, self._name)

    def __set__(self, cookie: Cookie, value: object) -> None:
        cookie.attributes = replace(cookie.attributes, **{self._name: value})

    def __delete__(self, cookie: Cookie) -> None:
        self.__set__(cookie, UNSET)


class Cookie:
    """One session's cookie.

    ``attributes`` and ``expiry`` (ms since the epoch) are its state as a record has it.
    """

    __slots__ = ("_clock", "attributes", "expiry")

    path = _AttributeDescriptor("The path at and below which the browser sends it.")
    domain = _AttributeDescriptor("The domain whose hosts all get it; unset: only this host.")
    http_only = _AttributeDescriptor("Whether scripts in the page cannot read it.")
    secure = _AttributeDescriptor("Whether it is sent only over TLS.")
    same_site = _AttributeDescriptor('"lax", "strict", "none" or True, which is strict.')
    partitioned = _AttributeDescriptor("Whether browsers keep one for each top-level site (CHIPS).")
    priority = _AttributeDescriptor('"low", "medium" or "high": a full jar drops "low" first.')

    def __init__(self, attributes: CookieAttributes, expiry: Expiry, clock: Clock) -> None:
        self.attributes = attributes
        self.expiry = expiry
        self._clock = clock

    @property
    def expires(self) -> datetime | Unset | None:
        """When it expires, an aware datetime; None or UNSET: when the browser is closed.

        A moment beyond the range of datetime reads as None.  Assigning raises TypeError for a value
        of another type, and ValueError for a datetime without a time zone; deleting makes it UNSET.
        """
        expiry = self.expiry
        if expiry is UNSET:
            return UNSET
        if isinstance(expiry, bool) or not isinstance(expiry, int):
            return None
        try:
            return _EPOCH + timedelta(milliseconds=expiry)
        except OverflowError:
            return None

    @expires.setter
    def expires(self, moment: datetime | Unset | None) -> None:
        if isinstance(moment, datetime):
            if moment.tzinfo is None:
                raise ValueError("cookie.expires has no time zone: give an aware datetime")
            self._expire_at(epoch_milliseconds(moment))
        elif moment is None or moment is UNSET:
            self._set_age_and_expiry(moment)
        else:
            raise TypeError(
                f"cookie.expires is of type {type(moment).__name__}: "
                "give an aware datetime, None or UNSET"
            )

    @expires.deleter
    def expires(self) -> None:
        self._set_age_and_expiry(UNSET)

    @property
    def max_age(self) -> float | Unset | None:
        """Seconds until it expires, negative afterwards; None or UNSET: no expiry.

        Assign seconds from now, a timedelta, None or UNSET; anything else raises TypeError.
        """
        expiry = self.expiry
        if expiry is None or expiry is UNSET or expiry is False:
            return None if expiry is False else expiry
        return (expiry - self._clock()) / 1000

    @max_age.setter
    def max_age(self, seconds: float | timedelta | Unset | None) -> None:
        if seconds is None or isinstance(seconds, Unset):
            self._set_age_and_expiry(seconds)
        elif isinstance(seconds, bool) or not isinstance(seconds, int | float | timedelta):
            raise TypeError(f"cookie.max_age is {seconds!r}: give seconds, a timedelta or None")
        else:
            self._expire_at(date_value(self._clock() + milliseconds(seconds)))

    @max_age.deleter
    def max_age(self) -> None:
        self._set_age_and_expiry(UNSET)

    @property
    def original_max_age(self) -> float | Unset | None:
        """Seconds from a request to the new expiry; None or UNSET: no expiry.

        Assigning it does not move the expiry; `touch` and the end of the request do.
        """
        age = self.attributes.original_max_age
        return age / 1000 if isinstance(age, int | float) and age is not False else age

    @original_max_age.setter
    def original_max_age(self, seconds: float | timedelta | Unset | None) -> None:
        age = milliseconds(seconds) if isinstance(seconds, int | float | timedelta) else seconds
        self.attributes = replace(self.attributes, original_max_age=age)

    def touch(self) -> None:
        """Move the expiry to ``original_max_age`` from now."""
        age = self.attributes.original_max_age
        if age is None or age is UNSET or age is False:
            self.expiry = age
        elif type(age) is int and abs(age) < SURELY_A_DATE:
            self.expiry = self._clock() + age
        else:
            self._expire_at(date_value(self._clock() + age))

    def _expire_at(self, moment: float) -> None:
        self.expiry = moment
        left = moment - self._clock()
        if left != self.attributes.original_max_age:
            self.attributes = replace(self.attributes, original_max_age=left)

    def _set_age_and_expiry(self, value: Unset | None) -> None:
        self.expiry = value
        self.attributes = replace(self.attributes, original_max_age=value)
