"""The session's cookie: its attributes and its expiry, as the application sees and changes them.

Rules
- Ages are seconds and moments are aware datetimes; inside, they are the record's milliseconds.
- ``del cookie.domain`` or assigning `UNSET` takes an attribute out of the record; assigning None
  writes null there.
- Assigning ``expires`` or ``max_age`` sets ``original_max_age`` to what is left, and each request
  moves the expiry by it from then on.

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
"""An age in milliseconds that is a date whatever the clock adds to it."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Attribute:
    """An attribute that is one member of the shared, immutable `CookieAttributes`."""

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

    ``attributes`` and ``expiry`` (ms) are its state as records keep it.
    """

    __slots__ = ("_clock", "attributes", "expiry")

    path = _Attribute("The path below which the browser sends it.")
    domain = _Attribute("The domain whose hosts all get it; unset: this host alone.")
    http_only = _Attribute("Whether scripts in the page can not read it.")
    secure = _Attribute("Whether it goes over TLS alone.")
    same_site = _Attribute('"lax", "strict", "none" or True, which is strict.')
    partitioned = _Attribute("Whether the browser keeps it apart by top-level site (CHIPS).")
    priority = _Attribute('"low", "medium" or "high": what a full jar drops first.')

    def __init__(self, attributes: CookieAttributes, expiry: Expiry, clock: Clock) -> None:
        self.attributes = attributes
        self.expiry = expiry
        self._clock = clock

    @property
    def expires(self) -> datetime | Unset | None:
        """When it expires, an aware datetime; None or UNSET: when the browser is closed.

        A moment that no datetime can hold reads as None.  Assigning raises TypeError for what is
        no moment, ValueError for a datetime without a time zone; deleting makes it UNSET.
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
            self._set_both(moment)
        else:
            raise TypeError(
                f"cookie.expires is of type {type(moment).__name__}: "
                "give an aware datetime, None or UNSET"
            )

    @expires.deleter
    def expires(self) -> None:
        self._set_both(UNSET)

    @property
    def max_age(self) -> float | Unset | None:
        """Seconds until it expires, negative afterwards; None or UNSET: no expiry.

        Assigned as seconds from now or a timedelta; raises TypeError for anything else.
        """
        expiry = self.expiry
        if expiry is None or expiry is UNSET or expiry is False:
            return None if expiry is False else expiry
        return (expiry - self._clock()) / 1000

    @max_age.setter
    def max_age(self, seconds: float | timedelta | Unset | None) -> None:
        if seconds is None or isinstance(seconds, Unset):
            self._set_both(seconds)
        elif isinstance(seconds, bool) or not isinstance(seconds, int | float | timedelta):
            raise TypeError(f"cookie.max_age is {seconds!r}: give seconds, a timedelta or None")
        else:
            self._expire_at(date_value(self._clock() + milliseconds(seconds)))

    @max_age.deleter
    def max_age(self) -> None:
        self._set_both(UNSET)

    @property
    def original_max_age(self) -> float | Unset | None:
        """Seconds by which a request moves the expiry; None or UNSET: not at all.

        Assigning it does not move the expiry; `touch` and the end of the request do.
        """
        age = self.attributes.original_max_age
        return age / 1000 if isinstance(age, int | float) and age is not False else age

    @original_max_age.setter
    def original_max_age(self, seconds: float | timedelta | Unset | None) -> None:
        known = isinstance(seconds, int | float | timedelta)
        age = milliseconds(seconds) if known else seconds  # type: ignore[arg-type]
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

    def _set_both(self, value: Unset | None) -> None:
        self.expiry = value
        self.attributes = replace(self.attributes, original_max_age=value)
