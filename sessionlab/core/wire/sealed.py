"""The text of a sealed session: its value, its seal, its Set-Cookie attributes.

Rules
- Header text is octets written as latin-1 characters, as in WSGI.  A seal is the hash of its UTF-8
  form, because Node hashes that.
- Seals are compared in constant time.

Source: cookie-session 2.1 (value), keygrip 1.1 (seal), cookies 0.9 (attributes).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Any

from sessionlab.core.wire.javascript import base64url, dump_json, load_json, utc_date, utf8

_FROM_BASE64URL = str.maketrans("-_", "+/")
_NOT_BASE64 = re.compile("[^A-Za-z0-9+/]")


def encode_session(data: Mapping[str, Any]) -> str:
    """The cookie's value for a session.  Raises SessionDataError."""
    return b64encode(utf8(dump_json(data))).decode("ascii")


def decode_session(value: str) -> dict[str, Any]:
    """The session in a cookie's value.  Raises ValueError if there is none."""
    data = load_json(read_base64(value))
    if not isinstance(data, dict):
        raise ValueError("the JSON is not an object")
    return data


def read_base64(value: str) -> str:
    """Decode base64 as Node does: either alphabet, padded or not, other characters skipped."""
    digits = _NOT_BASE64.sub("", value.partition("=")[0].translate(_FROM_BASE64URL))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8", "replace")


def seal(name: str, value: str, secret: str | bytes) -> str:
    """The value of the cookie ``NAME.sig`` for a value of the cookie ``NAME``."""
    return keygrip(f"{name}={value}", secret)


def keygrip(message: str, secret: str | bytes) -> str:
    """An HMAC-SHA1 in url-safe base64 without padding."""
    key = utf8(secret) if isinstance(secret, str) else secret
    return base64url(hmac_digest(key, utf8(message), "sha1"))


def sealed_by(name: str, value: str, found: str, secrets: Sequence[str | bytes]) -> int | None:
    """The index of the secret that made the seal ``found``; None if no secret did."""
    for index, secret in enumerate(secrets):
        if compare_digest(seal(name, value, secret).encode(), utf8(found)):
            return index
    return None


def find_raw_cookie(header: str, name: str) -> str | None:
    """The first cookie with this name as `cookies` reads it: undecoded, trailing blanks kept.

    None if there is no such cookie or it is empty.
    """
    match = re.search(f"(?:^|;) *{re.escape(name)}=([^;]*)", header)
    value = match[1] if match else ""
    return (value[1:-1] if value.startswith('"') else value) or None


def attributes_text(
    *,
    path: str | None = "/",
    expires: float | None = None,
    domain: str | None = None,
    priority: str | None = None,
    same_site: bool | str | None = None,
    secure: bool = False,
    http_only: bool = True,
    partitioned: bool = False,
) -> str:
    """The attributes of a Set-Cookie line.  ``expires``: milliseconds since the epoch."""
    text = f"; path={path}" if path else ""
    if expires is not None:
        text += f"; expires={utc_date(expires)}"
    if domain:
        text += f"; domain={domain}"
    if priority:
        text += f"; priority={priority.lower()}"
    if same_site:
        text += f"; samesite={'strict' if same_site is True else same_site.lower()}"
    for name, there in (("secure", secure), ("httponly", http_only), ("partitioned", partitioned)):
        if there:
            text += f"; {name}"
    return text
