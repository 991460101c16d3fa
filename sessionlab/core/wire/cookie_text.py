"""The text of the Cookie and Set-Cookie headers.

Rules
- Header text is octets written as latin-1 characters, as in WSGI.
- Of several cookies with one name, the first counts, valid or not.
- A name or attribute with a control character or ``;`` is refused; a value is percent-encoded.

Source: cookie 0.7.2, which express-session uses; RFC 6265 sections 4.1.1 and 5.4.
"""

from __future__ import annotations

import re

from sessionlab.core.errors import CookieError
from sessionlab.core.unset import UNSET
from sessionlab.core.wire.javascript import decode_component, encode_component, utc_date

_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"[.]?{_LABEL}([.]{_LABEL})*", re.IGNORECASE | re.ASCII)
_PATH = re.compile(r"[\x20-\x3a\x3d-\x7e]*")
_PRIORITIES = {"low": "Low", "medium": "Medium", "high": "High"}
_SAME_SITES = {"lax": "Lax", "strict": "Strict", "none": "None"}


def find_cookie(header: str, name: str) -> str | None:
    """The undecoded value of the first cookie with this name; None: there is no such cookie."""
    for pair in header.split(";"):
        key, equals, value = pair.partition("=")
        if equals and key.strip(" \t") == name:
            return unquote_cookie(value)
    return None


def unquote_cookie(value: str) -> str:
    """A cookie's value without surrounding blanks and one pair of double quotes."""
    value = value.strip(" \t")
    return value[1:-1] if value.startswith('"') and value.endswith('"') else value


def decode_cookie(value: str) -> str:
    """A cookie's value, percent-decoded; unchanged if it cannot be decoded."""
    try:
        return decode_component(value)
    except ValueError:
        return value


def serialize_pair(name: str, value: str) -> str:
    """``name=value``, the value percent-encoded.  Raises CookieError."""
    if not _NAME.fullmatch(name):
        raise CookieError("name", name)
    try:
        return f"{name}={encode_component(value)}"
    except ValueError:
        raise CookieError("val", value) from None


def serialize_attributes(
    *,
    domain: object = UNSET,
    path: object = UNSET,
    http_only: object = UNSET,
    secure: object = UNSET,
    partitioned: object = UNSET,
    priority: object = UNSET,
    same_site: object = UNSET,
) -> tuple[str, str]:
    """The attributes before and after Expires.  Raises CookieError."""
    before = after = ""
    if domain:
        if not (isinstance(domain, str) and _DOMAIN.fullmatch(domain)):
            raise CookieError("domain", domain)
        before += f"; Domain={domain}"
    if path:
        if not (isinstance(path, str) and _PATH.fullmatch(path)):
            raise CookieError("path", path)
        before += f"; Path={path}"
    if http_only:
        after += "; HttpOnly"
    if secure:
        after += "; Secure"
    if partitioned:
        after += "; Partitioned"
    if priority:
        after += f"; Priority={_lookup('priority', priority, _PRIORITIES)}"
    if same_site is True:
        after += "; SameSite=Strict"
    elif same_site:
        after += f"; SameSite={_lookup('sameSite', same_site, _SAME_SITES)}"
    return before, after


def _lookup(part: str, value: object, choices: dict[str, str]) -> str:
    chosen = choices.get(value.lower()) if isinstance(value, str) else None
    if chosen is None:
        raise CookieError(part, value)
    return chosen


def serialize_expires(expires: object) -> str:
    """``; Expires=…``, from ms since the epoch; "" for no expiry.  Raises CookieError for NaN."""
    if expires is False or expires is None or expires is UNSET:
        return ""
    if not isinstance(expires, int):
        raise CookieError("expires", expires)
    return f"; Expires={utc_date(expires)}"


def serialize_cookie(
    name: str,
    value: str,
    *,
    max_age: float | None = None,
    expires: object = UNSET,
    **attributes: object,
) -> str:
    """A Set-Cookie line as ``cookie.serialize`` writes it.

    ``max_age`` in seconds, ``expires`` in milliseconds since the epoch.  Raises CookieError.
    """
    pair = serialize_pair(name, value)
    age = ""
    if max_age is not None:
        if max_age != max_age or max_age in (float("inf"), float("-inf")):
            raise CookieError("maxAge", max_age)
        age = f"; Max-Age={int(max_age // 1)}"
    before, after = serialize_attributes(**attributes)
    return pair + age + before + serialize_expires(expires) + after
