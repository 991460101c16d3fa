"""Text as JavaScript writes it: percent-encoding, JSON and dates.

Rules
- The bytes equal what V8 writes, because records, hashes and signatures are made of them.
- Python's C encoder writes JSON.  If its text may hold what JavaScript writes differently (floats,
  keys that are array indices, lone surrogates), Python code writes the value again.
- NaN and the infinities are refused.  JavaScript writes null for them, a silent loss.
- Integers are written in full.  JavaScript would round those beyond 2**53.
"""

from __future__ import annotations

import json
import re
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import isfinite, isnan
from time import gmtime
from typing import Any, Final
from urllib.parse import quote

from sessionlab.core.errors import SessionDataError


def _json_encoder() -> Callable[[Any], str]:
    """``JSONEncoder.encode`` that makes its C encoder once, not for each value: half the time.

    Without ``check_circular`` a cycle raises RecursionError.
    """
    encoder = json.JSONEncoder(
        ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
    )
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:  # an interpreter without C extensions
        return encoder.encode
    encode = make(
        None,  # no dict of what is being written: see check_circular
        encoder.default,
        json.encoder.encode_basestring,
        None,  # no indent
        encoder.key_separator,
        encoder.item_separator,
        False,  # sort_keys
        False,  # skipkeys
        False,  # allow_nan
    )
    return lambda value: "".join(encode(value, 0))


_TO_BASE64URL = bytes.maketrans(b"+/", b"-_")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_ESCAPED = re.compile("(?:%[0-9A-Fa-f]{2})+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_find_text_with_leading_digit = re.compile('"[0-9]').search
_ISO_YEAR = re.compile(r"([+-]\d{6}|0000)(?=-\d\d-\d\dT)", re.ASCII)
_DAYS_IN_400_YEARS = 146_097
_MAX_DATE = 8_640_000_000_000_000
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_encode_json = _json_encoder()
_encode_text = json.JSONEncoder(ensure_ascii=False).encode


def utf8(text: str) -> bytes:
    """The octets of a string in Node: a lone surrogate becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def base64url(octets: bytes) -> str:
    """``Buffer.toString("base64url")``: url-safe base64 without padding."""
    return b2a_base64(octets, newline=False).translate(_TO_BASE64URL).rstrip(b"=").decode("ascii")


def encode_component(text: str) -> str:
    """``encodeURIComponent``.  Raises ValueError for a lone surrogate."""
    try:
        return quote(text, safe="!~*'()")
    except UnicodeEncodeError:
        raise ValueError("URI malformed") from None


def decode_component(text: str) -> str:
    """``decodeURIComponent``.  Raises ValueError for a ``%`` that is not part of UTF-8."""
    if "%" not in text:
        return text
    if "%" in _ESCAPED.sub("", text):
        raise ValueError("URI malformed")
    try:
        return _ESCAPED.sub(lambda match: bytes.fromhex(match[0].replace("%", "")).decode(), text)
    except UnicodeDecodeError:
        raise ValueError("URI malformed") from None


def dump_json(value: Any, known: str | None = None) -> str:
    """``JSON.stringify``, without spaces.

    ``known``: a text that this function returned before; a value that still gives the same text
    takes less time.

    Raises SessionDataError for what JSON cannot hold: other types, NaN, cycles, and nesting deeper
    than the interpreter's recursion limit.
    """
    try:
        text: str = _encode_json(value)
        if text != known and (
            "." in text
            or "e+" in text
            or "e-" in text
            or _find_text_with_leading_digit(text)
            or (not text.isascii() and _SURROGATE.search(text))
        ):
            return _write_value(value)
    except (TypeError, ValueError) as error:
        raise SessionDataError(f"not JSON: {error}") from None
    except RecursionError:
        raise SessionDataError("not JSON: nested too deeply, or in a cycle") from None
    return text


def load_json(text: str) -> Any:
    """``JSON.parse``.  Raises ValueError for text that is not JSON, NaN and Infinity included."""
    try:
        if text[:1] == "{":  # decode() would look for blanks first, which doubles the time
            try:
                value, end = _scan(text, 0)
                if end == len(text):
                    return value
            except StopIteration:
                pass  # decode() says what is wrong
        return JSON_DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):  # JSON.parse gives Infinity, which JSON.stringify writes as null
        raise ValueError(f"{text} is larger than the largest number")
    return number


JSON_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
"""Reads strict JSON: no NaN, no infinities."""
_scan = JSON_DECODER.scan_once  # type: ignore[attr-defined] # what decode() itself calls


def _write_value(value: Any) -> str:
    if value is None or isinstance(value, bool | int):
        return _encode_json(value)
    if isinstance(value, float):
        return format_number(value)
    if isinstance(value, str):
        return _write_text(value)
    if isinstance(value, Mapping):
        members = [(_key_text(key), member) for key, member in value.items()]
        members.sort(key=lambda pair: _key_order(pair[0]))
        return "{" + ",".join(f"{_write_text(k)}:{_write_value(v)}" for k, v in members) + "}"
    return "[" + ",".join(_write_value(item) for item in value) + "]"


def _key_text(key: object) -> str:
    """A key as the C encoder writes it: True as "true", 1.5 as "1.5"."""
    return key if isinstance(key, str) else json.loads(_encode_json({key: 0}).partition(":")[0][1:])


def _key_order(key: str) -> int:
    """The sort key: array indices first, in numerical order; the others keep their order."""
    return int(key) if is_array_index(key) else 2**32


def is_array_index(key: str) -> bool:
    """Whether a key is an array index in JavaScript: "0" to "4294967294", no leading zero."""
    return (
        key.isascii()
        and key.isdigit()
        and len(key) < 11
        and (key == "0" or key[0] != "0")
        and int(key) < 2**32 - 1
    )


def _write_text(text: str) -> str:
    # Two adjacent halves of a pair are one character in JavaScript; a lone one is escaped.
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", _encode_text(text))


def format_number(number: float) -> str:
    """``Number.prototype.toString``: the shortest digits that read back as the same number."""
    if not isfinite(number):
        raise ValueError(f"{number} is not JSON")
    if number == 0:
        return "0"  # -0 too
    # repr() finds the same shortest digits as JavaScript, and only lays them out differently.
    # ``digits`` and ``point`` are ECMAScript's s and n: the significant digits, and how many of
    # them stand before the decimal point (0 or less for 0.…).
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = f"{abs(number)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + ("" if fraction == "0" else fraction)
    point = len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def date_value(ms: float) -> float:
    """The time value of ``new Date(ms)``: whole milliseconds, or NaN for an invalid date."""
    if isnan(ms) or abs(ms) > _MAX_DATE:
        return float("nan")
    return int(ms)


def parse_date(text: str) -> float:
    """The time value of ``new Date(text)`` for ISO 8601 and the format of ``toUTCString``.

    JavaScript writes no other; any other text is an invalid date, NaN.
    """
    extended = _ISO_YEAR.match(text)
    year = int(extended[1]) if extended else 0
    if extended and not 1 <= year <= 9999:
        # datetime holds the years 1 to 9999, and the calendar repeats every 400 years.
        cycles, year = divmod(year - 2000, 400)
        shifted = parse_date(f"{2000 + year}{text[extended.end(1) :]}")
        return date_value(shifted + cycles * _DAYS_IN_400_YEARS * 86_400_000)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
        except ValueError:
            return float("nan")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MILLISECOND


def iso_date(ms: float) -> str:
    """``Date.prototype.toISOString`` of a valid time value."""
    seconds, fraction = divmod(int(ms), 1000)
    return f"{_iso_second(seconds)}.{fraction:03d}Z"


@lru_cache(maxsize=1024)
def _iso_second(seconds: int) -> str:
    t = gmtime(seconds)
    year = f"{t.tm_year:04d}" if 0 <= t.tm_year <= 9999 else f"{t.tm_year:+07d}"
    return f"{year}-{t.tm_mon:02d}-{t.tm_mday:02d}T{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"


def utc_date(ms: float) -> str:
    """``Date.prototype.toUTCString`` of a valid time value: truncated to seconds."""
    return _utc_second(int(ms) // 1000)


@lru_cache(maxsize=1024)
def _utc_second(seconds: int) -> str:
    t = gmtime(seconds)
    year = f"{t.tm_year:04d}" if t.tm_year >= 0 else f"-{-t.tm_year:04d}"
    return (
        f"{_DAYS[t.tm_wday]}, {t.tm_mday:02d} {_MONTHS[t.tm_mon - 1]} {year} "
        f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d} GMT"
    )
