"""The texts of a sealed session: its value, its seal, its Set-Cookie attributes.

Rules
- Header text is octets written as latin-1 characters, as in WSGI; a seal is made over their
  UTF-8 form, because that is what Node hashes.
- Seals are compared in constant time.

Source: cookie-session 2.1 (value), keygrip 1.1 (seal), cookies 0.9 (attributes).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hmac import compare_digest
from hmac import digest as hmac_digest
from typing import Any

from sessionlab.core.wire.javascript import dump_json, load_json, utc_date, utf8

_URL_SAFE = str.maketrans("-_", "+/")
_NO_DIGIT = re.compile("[^A-Za-z0-9+/]")


def encode_session(data: Mapping[str, Any]) -> str:
    """The cookie's value for a session.  Raises SessionDataError."""
    return b64encode(utf8(dump_json(data))).decode("ascii")


def decode_session(value: str) -> dict[str, Any]:
    """The session behind a cookie's value.  Raises ValueError where there is none."""
    data = load_json(read_base64(value))
    if not isinstance(data, dict):
        raise ValueError("JSON, but no object")
    return data


def read_base64(value: str) -> str:
    """The text behind base64, read as Node does.

    Either alphabet, padded or not; whatever else stands there is skipped.
    """
    digits = _NO_DIGIT.sub("", value.partition("=")[0].translate(_URL_SAFE))
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8", "replace")


def seal(name: str, value: str, secret: str | bytes) -> str:
    """What ``NAME.sig`` holds for a value."""
    return keygrip(f"{name}={value}", secret)


def keygrip(message: str, secret: str | bytes) -> str:
    """A url-safe base64 HMAC-SHA1 without padding."""
    key = utf8(secret) if isinstance(secret, str) else secret
    mac = hmac_digest(key, utf8(message), "sha1")
    return urlsafe_b64encode(mac).decode("ascii").rstrip("=")


def sealed_by(name: str, value: str, found: str, secrets: Sequence[str | bytes]) -> int | None:
    """The index of the secret that made this seal; None: none of them did."""
    for index, secret in enumerate(secrets):
        if compare_digest(seal(name, value, secret).encode(), utf8(found)):
            return index
    return None


def find_raw_cookie(header: str, name: str) -> str | None:
    """The first cookie of a name as `cookies` reads it: not decoded, blanks behind it kept.

    None where there is none, and where it is empty.
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
    """The attributes of a Set-Cookie line; ``expires`` in milliseconds since the epoch."""
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
