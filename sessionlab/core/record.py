"""What a store keeps: the record of one session, byte for byte as express-session writes it.

Rules
- A record is ``{"cookie":{…},…data}``.  Its ``cookie`` member is the cookie's state; the other
  members are the application's data.
- All sessions of one configuration share one `CookieAttributes`; only their expiries differ.  So
  touching a session parses nothing.
- Data cannot use the key ``cookie`` in a record.  There it becomes ``$cookie``, ``$cookie`` becomes
  ``$$cookie`` and so on; reading removes the ``$``.
- Times and ages are milliseconds, as in Express.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any

from sessionlab.core.errors import RecordError, SessionDataError
from sessionlab.core.unset import UNSET, Unset
from sessionlab.core.wire.cookie_text import serialize_attributes, serialize_expires
from sessionlab.core.wire.javascript import (
    JSON_DECODER,
    date_value,
    dump_json,
    is_array_index,
    iso_date,
    load_json,
    parse_date,
)

Expiry = int | float | bool | None | Unset
"""When a cookie expires: milliseconds since the epoch; None or UNSET: never.

NaN is an invalid date.  ``False`` is Express's ``expires: false``: never, and written as false.
"""

_HEAD = '{"cookie":{'
_decode_at = JSON_DECODER.raw_decode


@dataclass(frozen=True, eq=False)
class CookieAttributes:
    """A session cookie's state without its expiry.

    The values are those of the record: any JSON value, or `UNSET` for a member that is left out.
    ``original_max_age`` is in milliseconds.
    """

    original_max_age: Any = None
    partitioned: Any = UNSET
    priority: Any = UNSET
    secure: Any = UNSET
    http_only: Any = True
    domain: Any = UNSET
    path: Any = "/"
    same_site: Any = UNSET

    @cached_property
    def json_parts(self) -> tuple[str, str]:
        """The members of the cookie's JSON before and after ``"expires":…``."""
        before = {
            "originalMaxAge": None if _is_nan(self.original_max_age) else self.original_max_age,
            "partitioned": self.partitioned,
            "priority": self.priority,
        }
        after = {
            "secure": self.secure,
            "httpOnly": self.http_only,
            "domain": self.domain,
            "path": self.path,
            "sameSite": self.same_site,
        }
        return _dump_members(before), _dump_members(after)

    @cached_property
    def shared(self) -> CookieAttributes:
        """The one object for all attributes equal to these, so that a store holds it only once."""
        try:
            return _share_attributes(*[getattr(self, name) for name in _NAMES])
        except TypeError:  # a value that is not hashable
            return self

    @cached_property
    def header_parts(self) -> tuple[str, str]:
        """The Set-Cookie attributes before and after Expires.  Raises CookieError."""
        return serialize_attributes(
            domain=self.domain,
            path=self.path,
            http_only=self.http_only,
            secure=self.secure,
            partitioned=self.partitioned,
            priority=self.priority,
            same_site=self.same_site,
        )

    @cached_property
    def as_read(self) -> CookieAttributes:
        """What these become when they are stored and read: left-out members get defaults."""
        defaults: dict[str, Any] = {}
        if self.http_only is UNSET:
            defaults["http_only"] = True
        if self.path is UNSET:
            defaults["path"] = "/"
        if _is_nan(self.original_max_age):
            defaults["original_max_age"] = None
        return replace(self, **defaults) if defaults else self

    def json(self, expires: Expiry) -> str:
        """The record's ``cookie`` member."""
        before, after = self.json_parts
        if expires is UNSET:
            return f"{{{before}{',' if before and after else ''}{after}}}"
        text = "false" if expires is False else "null"
        if type(expires) is int:
            text = f'"{iso_date(expires)}"'
        return f'{{{before}{"," if before else ""}"expires":{text}{"," if after else ""}{after}}}'

    def header(self, expires: Expiry) -> str:
        """The attributes of the Set-Cookie line, each after ``; ``.  Raises CookieError."""
        before, after = self.header_parts
        return before + serialize_expires(expires) + after


_NAMES = tuple(field.name for field in fields(CookieAttributes))
# typed: 1 and True are equal, and are written differently
_share_attributes = lru_cache(maxsize=4096, typed=True)(CookieAttributes)


def _is_nan(value: object) -> bool:
    return value != value  # only NaN differs from itself


def _dump_members(values: Mapping[str, Any]) -> str:
    return dump_json({name: value for name, value in values.items() if value is not UNSET})[1:-1]


def _read_cookie(cookie: object, text: str) -> tuple[CookieAttributes, Expiry]:
    """Read a record's ``cookie`` member; missing members get express-session's defaults."""
    if not isinstance(cookie, dict):
        raise RecordError(
            "the record has no cookie member, which says when it expires: "
            "write it with express-session's or sessionlab's store, or delete it",
            text,
        )
    age = cookie.get("originalMaxAge", UNSET)
    if isinstance(age, str | list | dict) or age is True:
        raise RecordError(f"the record's cookie.originalMaxAge is not a number: {age!r}", text)
    expires = cookie.get("expires")
    if isinstance(expires, str):
        expires = parse_date(expires)
    elif expires is not None and expires is not False:
        expires = date_value(expires) if isinstance(expires, int | float) else float("nan")
    try:
        attributes = _share_attributes(
            age,
            cookie.get("partitioned", UNSET),
            cookie.get("priority", UNSET),
            cookie.get("secure", UNSET),
            cookie.get("httpOnly", True),
            cookie.get("domain", UNSET),
            cookie.get("path", "/"),
            cookie.get("sameSite", UNSET),
        )
    except TypeError:  # not hashable
        raise RecordError(
            "the record's cookie holds a list or an object, which no session store writes: "
            "delete the record",
            text,
        ) from None
    return attributes, expires


_USUAL_COOKIE = re.compile(
    r"""\{"cookie":\{([^{}\\]*?)"expires":(?:null|"([^"\\]*)")([^{}\\]*)\}"""
)
"""A record's cookie as it is written by default: no text in it has an escape or a brace."""


def _read_leading_cookie(text: str) -> tuple[CookieAttributes, Expiry, int]:
    """The cookie at the beginning of a record's text, and the index after its closing brace."""
    usual = _USUAL_COOKIE.match(text)
    if usual is not None and '"expires"' not in usual[3]:
        before, date, after = usual.groups()
        with suppress(ValueError):  # the error is raised below, with the whole text as evidence
            attributes = _read_attributes(before, after)
            return attributes, None if date is None else parse_date(date), usual.end()
    cookie, end = _decode_at(text, len(_HEAD) - 1)
    return *_read_cookie(cookie, text), end


@lru_cache(maxsize=4096)
def _read_attributes(before: str, after: str) -> CookieAttributes:
    """The attributes from the text around the expiry, which many sessions have in common."""
    return _read_cookie(load_json(f'{{{before}"expires":null{after}}}'), "")[0]


@dataclass(slots=True, eq=False, repr=False)  # a repr would carry the session's data into logs
class Record:
    """One session as a store keeps it.

    ``attributes`` and ``expires``: the cookie's state.
    ``data``: the JSON text of the data, an object.
    ``canonical``: whether `dump_json` wrote ``data``; False for a record that was read from a text.
    """

    attributes: CookieAttributes
    expires: Expiry
    data: str
    canonical: bool = True

    @classmethod
    def from_text(cls, text: str) -> Record:
        """Read a record's JSON text.  Raises RecordError."""
        try:
            if text.startswith(_HEAD) and text.find('"cookie"', len(_HEAD)) < 0:
                # The data is cut off as text, and parsed only when it is asked for.
                attributes, expires, end = _read_leading_cookie(text)
                if text[end] == ",":
                    return cls(attributes, expires, "{" + text[end + 1 :], canonical=False)
                if text[end:] == "}":
                    return cls(attributes, expires, "{}", canonical=False)
            whole = load_json(text)
        except RecordError:
            raise
        except (ValueError, IndexError, RecursionError) as error:
            raise RecordError(f"the record is not JSON: {error}", text) from None
        cookie = whole.pop("cookie", None) if isinstance(whole, dict) else None
        attributes, expires = _read_cookie(cookie, text)
        return cls(attributes, expires, dump_json(whole), canonical=False)

    @property
    def cookie_text(self) -> str:
        """The JSON text of the record's ``cookie`` member."""
        return self.attributes.json(self.expires)

    @property
    def text(self) -> str:
        """The record's JSON text, as express-session writes it."""
        cookie = f'"cookie":{self.cookie_text}'
        data = self.data
        if data == "{}":
            return f"{{{cookie}}}"
        if data[2:3].isdigit():
            # JavaScript puts keys that are array indices before all others, the cookie included.
            members = load_json(data)
            indices = {key: value for key, value in members.items() if is_array_index(key)}
            if indices:
                others = {key: value for key, value in members.items() if key not in indices}
                parts = (dump_json(indices)[1:-1], cookie, dump_json(others)[1:-1])
                return f"{{{','.join(part for part in parts if part)}}}"
        return f"{{{cookie},{data[1:]}"

    def load(self) -> dict[str, Any]:
        """The data as the application sees it.  Raises RecordError."""
        try:
            data: dict[str, Any] = load_json(self.data)
        except ValueError as error:
            raise RecordError(f"the record is not JSON: {error}", self.data) from None
        if '$cookie"' in self.data:
            return {_application_key(key): value for key, value in data.items()}
        return data

    def canonical_data(self) -> str:
        """The data as `dump_json` writes it.  Raises RecordError."""
        if self.canonical:
            return self.data
        try:
            return dump_json(load_json(self.data))
        except (ValueError, SessionDataError) as error:
            raise RecordError(f"the record is not JSON: {error}", self.data) from None

    def expired(self, now: int) -> bool:
        """Whether the record has expired at ``now`` (ms since the epoch): ``expires <= now``."""
        return type(self.expires) is int and self.expires <= now


def dump_data(data: Mapping[str, Any], known: str | None = None) -> str:
    """The JSON text of a session's data in a record.  Raises SessionDataError.

    ``known``: an earlier text; data that still gives the same text takes less time.
    """
    text = dump_json(data, known)
    if 'cookie":' in text and any(_is_cookie_key(key) for key in data):
        return dump_json({_record_key(key): value for key, value in data.items()})
    return text


def _is_cookie_key(key: object) -> bool:
    """Whether a key is ``cookie``, ``$cookie``, ``$$cookie`` and so on."""
    return isinstance(key, str) and key.endswith("cookie") and not key[:-6].strip("$")


def _record_key(key: str) -> str:
    return f"${key}" if _is_cookie_key(key) else key


def _application_key(key: str) -> str:
    return key[1:] if key[:1] == "$" and _is_cookie_key(key) else key
