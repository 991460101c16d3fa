"""What the inspector found: one record for the tables, ``--json`` and the tests.

Rules
- Everything is immutable and JSON-safe by ``to_json``, keys in reading order.
- Texts are as they were given, hostile or not; whoever shows them makes them safe.
- No prose: codes and values, for which the catalogue has the sentences.

Named tuples rather than dataclasses: a seventh of the time at start-up, and a command that
reads one cookie is mostly start-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from sessionlab.decode.problems import Problem


class Source(StrEnum):
    """What the text was."""

    VALUE = "value"  # a cookie's value alone
    COOKIES = "cookies"  # NAME=VALUE, one or several
    COOKIE_HEADER = "cookie-header"
    SET_COOKIE = "set-cookie"
    CURL = "curl"


class Status(StrEnum):
    """What a server would say of the cookie."""

    VALID = "valid"  # one of the secrets made the signature
    INVALID = "invalid"  # it is refused
    UNVERIFIED = "unverified"  # signed, and nobody gave the secret
    UNSIGNED = "unsigned"  # there is no signature to check


class Role(StrEnum):
    """What a part of the cookie is."""

    PREFIX = "prefix"
    ID = "id"
    SIGNATURE = "signature"
    DATA = "data"
    SEAL = "seal"
    VALUE = "value"


class Given(NamedTuple):
    """One cookie as it stood in the text, nothing decoded yet.

    ``name`` is None for a value alone.  ``raw`` is what stands behind the ``=``, without the
    blanks around it; ``exact`` has them.  Cookies of one ``group`` travel together: those of a
    Cookie header, those of all Set-Cookie lines.  ``line`` is the whole text of a Set-Cookie.
    """

    name: str | None
    raw: str
    exact: str
    source: Source
    group: int
    line: str | None = None


class Found(NamedTuple):
    """The cookies of a text, and what was wrong with the text."""

    cookies: tuple[Given, ...]
    problems: tuple[Problem, ...] = ()


class Note(NamedTuple):
    """What is to be known of a part: a code below ``inspect.note`` and its fields."""

    code: str
    values: Mapping[str, str | int] = {}


class Part(NamedTuple):
    """A part of the cookie."""

    role: Role
    text: str
    note: Note


class Attribute(NamedTuple):
    """An attribute of a Set-Cookie line, the name in lower case; None: it has no ``=``."""

    name: str
    value: str | None


class SetCookieReport(NamedTuple):
    """What a Set-Cookie line says beside name and value.

    ``refusals`` and ``warnings`` are codes of `sessionlab.core.jar.codes`: those that can be
    told without knowing where the line came from; ``values`` are the fields of their sentences.
    ``expires`` is in milliseconds since the epoch; None: until the browser is closed.  ``over``:
    that is in the past, and the browser deletes the cookie.
    """

    attributes: tuple[Attribute, ...]
    refusals: tuple[str, ...]
    warnings: tuple[str, ...]
    expires: int | None
    over: bool
    values: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON-safe data."""
        return {
            "attributes": [attribute._asdict() for attribute in self.attributes],
            "refusals": list(self.refusals),
            "warnings": list(self.warnings),
            "expires": self.expires,
            "over": self.over,
            "values": dict(self.values),
        }


class Reading(NamedTuple):
    """One cookie, read by the format that knows it.

    ``value``: decoded as the server decodes it.  ``secret``: the index of the secret that fits.
    ``repaired``: the value that one of the secrets would accept, where the cookie itself is
    refused for its spelling alone.  ``data``: what a sealed cookie holds, a JSON value.
    ``companions``: other cookies of its group that belong to it and are no readings of their own.
    """

    format: str
    status: Status
    given: Given
    value: str
    parts: tuple[Part, ...]
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
            "parts": [
                {
                    "role": part.role.value,
                    "text": part.text,
                    "note": {"code": part.note.code, "values": dict(part.note.values)},
                }
                for part in self.parts
            ],
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
        """Whether there was a cookie in it at all."""
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
