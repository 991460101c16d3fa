"""JavaScript's values in Python, and Python's in a recording."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sessionlab import UNSET
from sessionlab.core.errors import (
    CookieError,
    NotASession,
    OptionsError,
    RecordError,
    SessionNotFound,
)

Json = Any
Environ = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799_999  # ms; the end of the year 9999


def revive(value: Json) -> Any:
    """A scenario's value; {"$undefined"}, {"$date"}, {"$number"}, {"$by-path"} are JavaScript's."""
    if isinstance(value, list):
        return [revive(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$undefined" in value:
        return UNSET
    if "$date" in value:
        return _EPOCH + timedelta(milliseconds=value["$date"])
    if "$number" in value:
        return float(value["$number"])
    if "$by-path" in value:
        return _by_path(value["$by-path"])
    return {key: revive(item) for key, item in value.items()}


def _by_path(table: Json) -> Callable[[dict[str, Any]], Any]:
    def options_of(environ: dict[str, Any]) -> Any:
        path = environ["REQUEST_URI"]
        return revive(table[max((p for p in table if path.startswith(p)), key=len)])

    return options_of


def freeze(value: Any) -> Json:
    """A cookie attribute as a recording writes it."""
    if value is UNSET:
        return {"$undefined": True}
    if isinstance(value, datetime):
        return {"$date": (value - _EPOCH) // timedelta(milliseconds=1)}
    return value


def milliseconds(value: Any) -> Json:
    """Seconds as Express's milliseconds, whole ones where they are; what is no number as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return freeze(value)
    exact = value * 1000
    if exact != exact or exact in (float("inf"), float("-inf")):
        return {"$number": {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(exact)]}
    return round(exact) if abs(exact - round(exact)) < 1e-3 else round(exact, 3)


def seconds(value: Json) -> Any:
    """Express's milliseconds as our seconds."""
    value = revive(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return value / 1000


def in_python(recording: Json) -> Json:
    """A recording as Python can show it: an expiry that no datetime can hold reads as None."""
    if isinstance(recording, list):
        return [in_python(item) for item in recording]
    if not isinstance(recording, dict):
        return recording
    if recording.keys() == {"$date"}:
        moment = recording["$date"]
        return None if moment is None or abs(moment) > _LAST else recording
    shown = {key: in_python(value) for key, value in recording.items()}
    if shown.get("expires") is False and "maxAge" in shown:
        shown |= {"expires": None, "maxAge": None}
    return shown


class Planned(Exception):
    """An error that the scenario asks for: of a store, or thrown by the handler."""


# our error -> the text of JavaScript's; the first row that fits
_ERRORS: tuple[tuple[type[BaseException], str, str], ...] = (
    (CookieError, r"^(argument|option) (\w+) is invalid", r"\1 \2 is invalid"),
    (RecordError, "not JSON", "not JSON"),
    (RecordError, "no cookie member", "Cannot read properties of undefined (reading 'expires')"),
    (NotASession, "was replaced", "req.session.touch is not a function"),
    (
        OptionsError,
        "^there is no secret",
        "secret option array must contain one or more strings",
    ),
    (OptionsError, "^unset is", 'unset option must be "destroy" or "keep"'),
    (TypeError, r"^cookie\.max_age", "maxAge must be a number or Date"),
    (TypeError, r"^cookie\.expires", "maxAge must be a number or Date"),
)


def js_message(error: BaseException) -> str:
    """What JavaScript says where we raise this; an error of its own kind names its type."""
    text = str(error)
    for kind, pattern, message in _ERRORS:
        if isinstance(error, kind) and (found := re.search(pattern, text)):
            return found.expand(message) if "\\" in message else message
    if isinstance(error, Planned | SessionNotFound):
        return text
    if isinstance(error, AssertionError | AttributeError | KeyError | NameError):
        raise error  # a mistake in the player, not a result
    return f"{type(error).__name__}: {text}"
