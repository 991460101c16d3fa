"""What the inspector found: one record for the tables, ``--json`` and the tests.

Rules
- Everything is immutable.  ``to_json`` gives JSON-safe data, keys in reading order.
- Texts are as they were given, hostile or not; whoever shows them makes them safe.
- No sentences: codes and values, for which the text catalogue has the sentences.

Named tuples rather than dataclasses: they take a seventh of the time at start-up, and a command
that reads one cookie is mostly start-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from sessionlab.core.wire.cookie_text import decode_cookie, unquote_cookie
from sessionlab.decode.problems import Problem

if TYPE_CHECKING:
    from sessionlab.core.jar import Refusal, SetWarning


class CookieSource(StrEnum):
    """What the cookie was taken from."""

    VALUE = "value"  # a cookie's value alone
    COOKIES = "cookies"  # NAME=VALUE, one or several
    COOKIE_HEADER = "cookie-header"
    SET_COOKIE = "set-cookie"
    CURL = "curl"


class Status(StrEnum):
    """What a server would make of the cookie."""

    VALID = "valid"  # one of the secrets made the signature
    INVALID = "invalid"  # the server refuses it
    UNVERIFIED = "unverified"  # signed, but no secret was given to check with
    UNSIGNED = "unsigned"  # there is no signature to check


class Role(StrEnum):
    """What a part of the cookie is.

    A format may have roles of its own: an enum or plain text in its file, and a word
    ``inspect.role.ROLE`` in the text catalogue.
    """

    PREFIX = "prefix"
    ID = "id"
    SIGNATURE = "signature"
    DATA = "data"
    SEAL = "seal"
    VALUE = "value"


class Given(NamedTuple):
    """One cookie as it stood in the text, nothing decoded yet.

    ``name`` is None for a value alone.  ``raw`` is what stands behind the ``=`` without the
    blanks around it; ``exact`` has them.  Cookies of one ``group`` travel together: those of a
    Cookie header, or those of all Set-Cookie lines.  ``line`` is the whole text of a Set-Cookie.
    """

    name: str | None
    raw: str
    exact: str
    source: CookieSource
    group: int
    line: str | None = None

    @property
    def decoded(self) -> str:
        """The value as a server reads it: without one pair of quotes, percent-decoded."""
        return decode_cookie(unquote_cookie(self.raw))


class Found(NamedTuple):
    """The cookies of a text, and what was wrong with the text."""

    cookies: tuple[Given, ...]
    problems: tuple[Problem, ...] = ()


class CookiePart(NamedTuple):
    """A part of the cookie.

    ``role``: a `Role` or a word of the format's own.  ``note``: what to know about this part, a
    code below ``inspect.note``; ``values`` fill its fields.
    """

    role: str
    text: str
    note: str
    values: Mapping[str, str | int] = {}

    def to_json(self) -> dict[str, Any]:
        """The part as JSON-safe data."""
        note = {"code": self.note, "values": dict(self.values)}
        return {"role": str(self.role), "text": self.text, "note": note}


class SetCookieReport(NamedTuple):
    """What a Set-Cookie line says beside name and value.

    ``attributes`` are names in lower case with their values, None where there is no ``=``.
    ``refusals`` and ``warnings`` are those of the jar that do not depend on where the line came
    from; ``values`` are the fields of their sentences.
    ``expires`` is in milliseconds since the epoch, None for a cookie that lasts until the browser
    is closed.  ``over``: it lies in the past, so the browser deletes the cookie.
    """

    attributes: tuple[tuple[str, str | None], ...]
    refusals: tuple[Refusal, ...]
    warnings: tuple[SetWarning, ...]
    expires: int | None
    over: bool
    values: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON-safe data."""
        return {
            "attributes": [{"name": name, "value": value} for name, value in self.attributes],
            "refusals": [code.value for code in self.refusals],
            "warnings": [code.value for code in self.warnings],
            "expires": self.expires,
            "over": self.over,
            "values": dict(self.values),
        }


class Reading(NamedTuple):
    """One cookie, read by the format that recognised it.

    ``value``: decoded as the server decodes it.  ``secret``: the index of the secret that fits.
    ``repaired``: the value that one of the secrets would accept, where the cookie itself is
    refused for its spelling alone.  ``data``: what a sealed cookie holds, a JSON value.
    ``companions``: names of other cookies of its group that belong to it and get no reading of
    their own.
    """

    format: str
    status: Status
    given: Given
    value: str
    parts: tuple[CookiePart, ...]
    problems: tuple[Problem, ...] = ()
    secret: int | None = None
    repaired: str | None = None
    data: Any = None
    companions: tuple[str, ...] = ()
    set_cookie: SetCookieReport | None = None

    def to_json(self) -> dict[str, Any]:
        """The reading as JSON-safe data."""
        return {
            "name": self.given.name,
            "source": self.given.source.value,
            "format": self.format,
            "status": self.status.value,
            "secret": self.secret,
            "raw": self.given.raw,
            "value": self.value,
            "parts": [part.to_json() for part in self.parts],
            "data": self.data,
            "repaired": self.repaired,
            "companions": list(self.companions),
            "problems": [problem.to_json() for problem in self.problems],
            "set_cookie": self.set_cookie and self.set_cookie.to_json(),
        }


class Inspection(NamedTuple):
    """All that was found in a text."""

    cookies: tuple[Reading, ...]
    problems: tuple[Problem, ...]

    @property
    def is_readable(self) -> bool:
        """Whether there was a cookie in the text at all."""
        return bool(self.cookies)

    @property
    def is_refused(self) -> bool:
        """Whether a server or a browser would refuse one of the cookies."""
        return any(
            reading.status is Status.INVALID or (reading.set_cookie and reading.set_cookie.refusals)
            for reading in self.cookies
        )

    def to_json(self) -> dict[str, Any]:
        """The inspection as JSON-safe data."""
        return {
            "cookies": [reading.to_json() for reading in self.cookies],
            "problems": [problem.to_json() for problem in self.problems],
        }
