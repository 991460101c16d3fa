"""What a store keeps: the record of one session, byte for byte as express-session writes it.

Rules
- A record is ``{"cookie":{…},…data}``.  Its ``cookie`` member is the cookie's state; the rest
  is the application's data.
- The cookie's state is shared: all sessions of one configuration have the same
  `CookieAttributes` and differ in their expiry alone, so that touching is no parsing.
- ``cookie`` is the one name that data can not have in a record.  A data key ``cookie`` is kept
  there as ``$cookie``, ``$cookie`` as ``$$cookie`` and so on; reading takes the ``$`` away again.
- Times and ages are milliseconds here, as in Express.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from typing import Any, Final

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
"""An expiry: milliseconds since the epoch, None or UNSET for none, NaN for an invalid date.

``False`` is what ``expires: false`` leaves behind: no expiry, but none that was ever null.
"""


class CookieAttributes:
    """All of a session cookie's state but its expiry; immutable, with its texts made once.

    The values are those of the record: ``original_max_age`` in milliseconds, and whatever JSON
    value the others were given; `UNSET` members are left out.
    """

    FIELDS: Final = (
        "original_max_age",
        "partitioned",
        "priority",
        "secure",
        "http_only",
        "domain",
        "path",
        "same_site",
    )

    def __init__(
        self,
        *,
        original_max_age: Any = None,
        partitioned: Any = UNSET,
        priority: Any = UNSET,
        secure: Any = UNSET,
        http_only: Any = True,
        domain: Any = UNSET,
        path: Any = "/",
        same_site: Any = UNSET,
    ) -> None:
        self.original_max_age = original_max_age
        self.partitioned = partitioned
        self.priority = priority
        self.secure = secure
        self.http_only = http_only
        self.domain = domain
        self.path = path
        self.same_site = same_site

    def replace(self, **changes: Any) -> CookieAttributes:
        """The same with some values changed."""
        return CookieAttributes(**{name: getattr(self, name) for name in self.FIELDS} | changes)

    @cached_property
    def json_parts(self) -> tuple[str, str]:
        """The cookie's JSON in front of ``"expires":…`` and behind it, braces not included."""
        front = {
            "originalMaxAge": None if _is_nan(self.original_max_age) else self.original_max_age,
            "partitioned": self.partitioned,
            "priority": self.priority,
        }
        back = {
            "secure": self.secure,
            "httpOnly": self.http_only,
            "domain": self.domain,
            "path": self.path,
            "sameSite": self.same_site,
        }
        return _members(front), _members(back)

    @cached_property
    def shared(self) -> CookieAttributes:
        """The one object for all attributes equal to these, for a store to hold only once."""
        try:
            return _shared_attributes(*[getattr(self, name) for name in self.FIELDS])
        except TypeError:  # something unhashable, which has no equal
            return self

    @cached_property
    def header_parts(self) -> tuple[str, str]:
        """The Set-Cookie attributes in front of Expires and behind it.  Raises CookieError."""
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
        """What comes back when these are stored and read: defaults for what was left out."""
        defaults: dict[str, Any] = {}
        if self.http_only is UNSET:
            defaults["http_only"] = True
        if self.path is UNSET:
            defaults["path"] = "/"
        if _is_nan(self.original_max_age):
            defaults["original_max_age"] = None
        return self.replace(**defaults) if defaults else self

    def json(self, expires: Expiry) -> str:
        """The record's ``cookie`` member."""
        front, back = self.json_parts
        if expires is UNSET:
            return f"{{{front}{',' if front and back else ''}{back}}}"
        if expires is None:
            middle = '"expires":null'
        elif isinstance(expires, int) and not isinstance(expires, bool):
            middle = f'"expires":"{iso_date(expires)}"'
        else:
            middle = '"expires":false' if expires is False else '"expires":null'
        return f"{{{front}{',' if front else ''}{middle}{',' if back else ''}{back}}}"

    def header(self, expires: Expiry) -> str:
        """The attributes of the Set-Cookie line, each with its ``; ``.  Raises CookieError."""
        before, after = self.header_parts
        return before + serialize_expires(expires) + after


def _is_nan(value: object) -> bool:
    return value != value  # only NaN is not itself


def _members(values: Mapping[str, Any]) -> str:
    return dump_json({name: value for name, value in values.items() if value is not UNSET})[1:-1]


@lru_cache(maxsize=4096, typed=True)
def _shared_attributes(*values: Any) -> CookieAttributes:
    return CookieAttributes(**dict(zip(CookieAttributes.FIELDS, values, strict=True)))


def _read_cookie(cookie: object, text: str) -> tuple[CookieAttributes, Expiry]:
    """A record's ``cookie`` member, with express-session's defaults for what it lacks."""
    if not isinstance(cookie, dict):
        raise RecordError(
            "the record has no cookie member, so that no server can tell when it expires: "
            "write it with express-session's or sessionlab's store, or delete it",
            text,
        )
    age = cookie.get("originalMaxAge", UNSET)
    if isinstance(age, str | list | dict) or age is True:
        raise RecordError(f"the record's cookie.originalMaxAge is no number: {age!r}", text)
    expires = cookie.get("expires")
    if isinstance(expires, str):
        expires = parse_date(expires)
    elif expires is not None and expires is not False:
        expires = date_value(expires) if isinstance(expires, int | float) else float("nan")
    values = (
        age,
        cookie.get("partitioned", UNSET),
        cookie.get("priority", UNSET),
        cookie.get("secure", UNSET),
        cookie.get("httpOnly", True),
        cookie.get("domain", UNSET),
        cookie.get("path", "/"),
        cookie.get("sameSite", UNSET),
    )
    try:
        return _shared_attributes(*values), expires
    except TypeError:  # a list or an object where express-session writes none
        raise RecordError("the record's cookie holds a list or an object", text) from None


_USUAL_COOKIE = re.compile(
    r"""\{"cookie":\{([^{}\\]*?)"expires":(?:null|"([^"\\]*)")([^{}\\]*)\}"""
)
"""A cookie as it is written by default: no text in it needs an escape or holds a brace."""


def _split(text: str) -> tuple[CookieAttributes, Expiry, int]:
    """The cookie in front of a record's text, and where its closing brace ends."""
    usual = _USUAL_COOKIE.match(text)
    if usual is not None and '"expires"' not in usual[3]:
        front, date, back = usual.groups()
        with suppress(ValueError):  # which is told below, with the whole text
            attributes = _parse_usual(front, back)
            return attributes, None if date is None else parse_date(date), usual.end()
    cookie, end = _decode_at(text, len(_HEAD) - 1)
    return *_read_cookie(cookie, text), end


@lru_cache(maxsize=4096)
def _parse_usual(front: str, back: str) -> CookieAttributes:
    """What stands around the expiry, which is the same for all sessions of a configuration."""
    return _read_cookie(load_json(f'{{{front}"expires":null{back}}}'), "")[0]


class Record:
    """One session as a store keeps it.

    ``attributes`` and ``expires`` are the cookie's state; ``data`` is the JSON text of the data,
    an object; ``canonical`` says that the record was made here and not read from a text, so that
    its data is what `dump_json` writes.
    """

    __slots__ = ("attributes", "canonical", "data", "expires")

    def __init__(
        self, attributes: CookieAttributes, expires: Expiry, data: str, canonical: bool = True
    ) -> None:
        self.attributes = attributes
        self.expires = expires
        self.data = data
        self.canonical = canonical

    @classmethod
    def from_text(cls, text: str) -> Record:
        """Read a record's JSON text.  Raises RecordError for what is none."""
        try:
            if text.startswith(_HEAD) and text.find('"cookie"', len(_HEAD)) < 0:
                attributes, expires, end = _split(text)
                if text[end] == ",":
                    return cls(attributes, expires, "{" + text[end + 1 :], canonical=False)
                if text[end:] == "}":
                    return cls(attributes, expires, "{}", canonical=False)
            whole = load_json(text)
        except RecordError:
            raise
        except (ValueError, IndexError, RecursionError) as error:
            raise RecordError(f"the record is no JSON: {error}", text) from None
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
            # JavaScript puts keys that are array indices in front of all others.
            members = load_json(data)
            first = {key: value for key, value in members.items() if is_array_index(key)}
            if first:
                rest = {key: value for key, value in members.items() if key not in first}
                parts = (dump_json(first)[1:-1], cookie, dump_json(rest)[1:-1])
                return f"{{{','.join(part for part in parts if part)}}}"
        return f"{{{cookie},{data[1:]}"

    def load(self) -> dict[str, Any]:
        """The data as the application sees it.  Raises RecordError."""
        try:
            data: dict[str, Any] = load_json(self.data)
        except ValueError as error:
            raise RecordError(f"the record is no JSON: {error}", self.data) from None
        if '$cookie"' in self.data:
            return {_application_key(key): value for key, value in data.items()}
        return data

    def canonical_data(self) -> str:
        """The text that `dump_json` writes for the data.  Raises RecordError for no JSON."""
        if self.canonical:
            return self.data
        try:
            return dump_json(load_json(self.data))
        except (ValueError, SessionDataError) as error:
            raise RecordError(f"the record is no JSON: {error}", self.data) from None

    def expired(self, now: int) -> bool:
        """Whether the record is dead at ``now`` (ms): ``expires <= now``."""
        expires = self.expires
        return isinstance(expires, int | float) and expires is not False and expires <= now


def dump_data(data: Mapping[str, Any], known: str | None = None) -> str:
    """The JSON text of a session's data as records hold it.  Raises SessionDataError.

    ``known`` is such a text; where the data still makes the same, this is quicker.
    """
    text = dump_json(data, known)
    if 'cookie":' in text and any(_is_cookie_key(key) for key in data):
        return dump_json({_record_key(key): value for key, value in data.items()})
    return text


_HEAD = '{"cookie":{'
_decode_at = JSON_DECODER.raw_decode


def _is_cookie_key(key: object) -> bool:
    return isinstance(key, str) and key.endswith("cookie") and not key[:-6].strip("$")


def _record_key(key: str) -> str:
    return f"${key}" if _is_cookie_key(key) else key


def _application_key(key: str) -> str:
    return key[1:] if key[:1] == "$" and _is_cookie_key(key) else key
