"""Set-Cookie text, taken apart (RFC 6265bis 5.6).

Rules
- Parsing never stops: what is wrong is collected, in order, so that one pass finds everything.
- An attribute that cannot be understood is ignored; the last of several counts.
- The work is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sessionlab.core.jar.codes import Refusal, SetWarning
from sessionlab.core.jar.cookie import Priority, SameSite
from sessionlab.core.jar.dates import parse_cookie_date

MAX_PAIR: Final = 4096
"""The most octets that a cookie's name and value may have together."""
MAX_ATTRIBUTE: Final = 1024
"""The most octets of an attribute's value; a longer attribute is ignored."""
MAX_AGE: Final = 400 * 24 * 60 * 60
"""The most seconds that a cookie may last: 400 days."""

_BLANK: Final = " \t"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SECONDS = re.compile(r"-?[0-9]+")
_SAME_SITE = {"none": SameSite.NONE, "lax": SameSite.LAX, "strict": SameSite.STRICT}
_PRIORITY = {"low": Priority.LOW, "medium": Priority.MEDIUM, "high": Priority.HIGH}


@dataclass(slots=True)
class SetCookie:
    """A parsed Set-Cookie line.

    ``attributes``: as written, names in lower case, values stripped; None without a "=".
    ``domain``: in lower case, without its leading dot; None or empty for a host-only cookie.
    ``path``: None if the default path applies.
    ``max_age``: seconds.  ``expires``: milliseconds since the epoch.
    """

    name: str
    value: str
    attributes: list[tuple[str, str | None]]
    refusals: list[Refusal]
    warnings: list[SetWarning]
    domain: str | None = None
    domain_is_dot: bool = False
    path: str | None = None
    expires: int | None = None
    max_age: int | None = None
    secure: bool = False
    http_only: bool = False
    partitioned: bool = False
    same_site: SameSite = SameSite.DEFAULT
    priority: Priority = Priority.MEDIUM

    @property
    def size(self) -> int:
        """The octets of name and value."""
        return octets(self.name) + octets(self.value)

    @property
    def unknown(self) -> list[str]:
        """The names of the attributes that no browser knows."""
        return [name for name, _ in self.attributes if name not in _READERS]

    def expiry(self, now: int) -> int | None:
        """When the cookie expires (ms since the epoch); None: when the browser is closed.

        Max-Age wins over Expires.  No cookie lasts longer than 400 days.
        """
        if self.max_age is not None:
            return now + self.max_age * 1000 if self.max_age > 0 else 0
        if self.expires is None:
            return None
        return min(self.expires, now + MAX_AGE * 1000)


def octets(text: str) -> int:
    """The length of a text in octets: of latin-1 if the text is latin-1, else of UTF-8."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode("latin-1"))
    except UnicodeEncodeError:
        return len(text.encode("utf-8", "surrogatepass"))


def parse_set_cookie(line: str, now: int) -> SetCookie:
    """Parse a Set-Cookie line.  ``now``: milliseconds since the epoch."""
    pair, _, rest = line.partition(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    cookie = SetCookie(name.strip(_BLANK), value.strip(_BLANK), [], [], [])
    _check_text(cookie, line)
    if rest:
        _read_attributes(cookie, rest)
        _check_expiry(cookie, now)
    return cookie


def _check_text(cookie: SetCookie, line: str) -> None:
    name, value = cookie.name, cookie.value
    if _CONTROL.search(line):
        cookie.refusals.append(Refusal.CONTROL_CHARACTER)
    if "\t" in line and _has_inner_tab(line):
        cookie.refusals.append(Refusal.TAB_INSIDE)
    if not name and not value:
        cookie.refusals.append(Refusal.EMPTY)
    if len(name) + len(value) > MAX_PAIR // 4 and cookie.size > MAX_PAIR:
        cookie.refusals.append(Refusal.TOO_LONG)
    if not name:
        cookie.warnings.append(SetWarning.NAMELESS)
        if "=" in value:
            cookie.warnings.append(SetWarning.NAMELESS_WITH_EQUALS)
    if value[:1] == '"':
        cookie.warnings.append(SetWarning.QUOTES_KEPT)
    if not line.isascii():
        cookie.warnings.append(SetWarning.NOT_ASCII)


def _has_inner_tab(line: str) -> bool:
    return any(
        "\t" in part.strip(_BLANK) for piece in line.split(";") for part in piece.split("=", 1)
    )


def _read_attributes(cookie: SetCookie, text: str) -> None:
    seen: set[str] = set()
    warnings = cookie.warnings
    for piece in text.split(";"):
        name, equals, value = piece.partition("=")
        name = name.strip(_BLANK).lower()
        value = value.strip(_BLANK)
        if not name and not value:
            continue
        cookie.attributes.append((name, value if equals else None))
        read = _READERS.get(name)
        if read is None:
            _warn_once(warnings, SetWarning.ATTRIBUTE_UNKNOWN)
            continue
        if len(value) > MAX_ATTRIBUTE // 4 and octets(value) > MAX_ATTRIBUTE:
            _warn_once(warnings, SetWarning.ATTRIBUTE_TOO_LONG)
            continue
        if name in seen:
            _warn_once(warnings, SetWarning.ATTRIBUTE_REPEATED)
        seen.add(name)
        read(cookie, value)


def _read_flag(field: str) -> Callable[[SetCookie, str], None]:
    """The reader of an attribute that is on whatever its value says."""

    def read(cookie: SetCookie, value: str) -> None:
        setattr(cookie, field, True)
        if value:
            _warn_once(cookie.warnings, SetWarning.FLAG_VALUE_IGNORED)

    return read


def _read_path(cookie: SetCookie, value: str) -> None:
    cookie.path = value if value.startswith("/") else None
    if cookie.path is None:
        _warn_once(cookie.warnings, SetWarning.PATH_NOT_ABSOLUTE)


def _read_domain(cookie: SetCookie, value: str) -> None:
    if value.startswith("."):
        _warn_once(cookie.warnings, SetWarning.DOMAIN_DOT_IGNORED)
    cookie.domain_is_dot = value == "."
    cookie.domain = value.removeprefix(".").lower()


def _read_same_site(cookie: SetCookie, value: str) -> None:
    cookie.same_site = _SAME_SITE.get(value.lower(), SameSite.DEFAULT)
    if cookie.same_site is SameSite.DEFAULT:
        _warn_once(cookie.warnings, SetWarning.SAME_SITE_UNKNOWN)


def _read_priority(cookie: SetCookie, value: str) -> None:
    cookie.priority = _PRIORITY.get(value.lower(), Priority.MEDIUM)


def _read_max_age(cookie: SetCookie, value: str) -> None:
    if not _SECONDS.fullmatch(value):
        _warn_once(cookie.warnings, SetWarning.MAX_AGE_UNREADABLE)
        return
    # int() refuses texts of thousands of digits; none of them is needed beyond the cap.
    digits = value.lstrip("-0")
    if value.startswith("-") or not digits:
        cookie.max_age = 0
    elif len(digits) > len(str(MAX_AGE)):
        cookie.max_age = MAX_AGE + 1
    else:
        cookie.max_age = int(digits)


def _read_expires(cookie: SetCookie, value: str) -> None:
    expires = parse_cookie_date(value)
    if expires is None:
        _warn_once(cookie.warnings, SetWarning.EXPIRES_UNREADABLE)
    else:
        cookie.expires = expires


_READERS: Final[Mapping[str, Callable[[SetCookie, str], None]]] = {
    "domain": _read_domain,
    "expires": _read_expires,
    "httponly": _read_flag("http_only"),
    "max-age": _read_max_age,
    "partitioned": _read_flag("partitioned"),
    "path": _read_path,
    "priority": _read_priority,
    "samesite": _read_same_site,
    "secure": _read_flag("secure"),
}
"""Every attribute that a browser knows, with its reader."""


def _check_expiry(cookie: SetCookie, now: int) -> None:
    if cookie.max_age is not None:
        if cookie.expires is not None:
            cookie.warnings.append(SetWarning.EXPIRES_OVERRULED)
        if cookie.max_age > MAX_AGE:
            cookie.max_age = MAX_AGE
            cookie.warnings.append(SetWarning.EXPIRY_CAPPED)
    elif cookie.expires is not None and cookie.expires > now + MAX_AGE * 1000:
        cookie.warnings.append(SetWarning.EXPIRY_CAPPED)


def _warn_once(warnings: list[SetWarning], warning: SetWarning) -> None:
    if warning not in warnings:
        warnings.append(warning)
