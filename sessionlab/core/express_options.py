"""Reads an express-session options object, as pasted from a Node application.

Rules
- Names are Express's own, in camelCase; times are milliseconds.
- An unknown name is an error that names the nearest valid one.  Express would ignore it.
- A value means what it means in JavaScript (the text "false" is true); a notice says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from json import dumps
from typing import Any

from sessionlab.core.cookie_options import CookieOptions
from sessionlab.core.errors import OptionsError
from sessionlab.core.unset import UNSET

_SESSION_NAMES = (
    *("cookie", "genid", "name", "proxy", "resave"),
    *("rolling", "saveUninitialized", "secret", "store", "unset"),
)
_COOKIE_NAMES = {
    "domain": "domain",
    "httpOnly": "http_only",
    "partitioned": "partitioned",
    "path": "path",
    "priority": "priority",
    "sameSite": "same_site",
    "secure": "secure",
}
_COOKIE_TIMES = ("maxAge", "expires")
EXPRESS_NAMES = frozenset({*_SESSION_NAMES, *_COOKIE_NAMES, *_COOKIE_TIMES})
"""Every option that express-session reads, the cookie's among them."""
# Other cookie packages read these; express-session ignores them.
_OTHER_PACKAGES_COOKIE_NAMES = ("encode", "overwrite", "signed")


class NoticeCode(StrEnum):
    """What `SessionOptions.from_express` noticed about a pasted options object."""

    RESAVE_UNDEFINED = "resave-undefined"
    SAVE_UNINITIALIZED_UNDEFINED = "save-uninitialized-undefined"
    BELONGS_INTO_COOKIE = "belongs-into-cookie"
    IGNORED_BY_COOKIE = "ignored-by-cookie"
    TAKEN_AS_TRUE = "taken-as-true"
    OVERRIDDEN = "overridden"
    OLD_NAME = "old-name"


@dataclass(frozen=True, slots=True)
class Notice:
    """One remark: ``option`` as it was spelt, ``found`` its value as text."""

    code: NoticeCode
    option: str
    found: str = ""


def read_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments for SessionOptions.  Raises OptionsError."""
    if not isinstance(options, Mapping):
        raise OptionsError(
            f"the options are of type {type(options).__name__}: give an object", "options"
        )
    notices: list[Notice] = []
    given = _known_options(options, notices)
    arguments = {
        "secrets": _require_secrets(given.get("secret")),
        "resave": _read_flag(given, "resave", notices, NoticeCode.RESAVE_UNDEFINED),
        "save_uninitialized": _read_flag(
            given, "saveUninitialized", notices, NoticeCode.SAVE_UNINITIALIZED_UNDEFINED
        ),
        "rolling": _read_flag(given, "rolling", notices),
        "trust_proxy": _read_proxy(given.get("proxy"), notices),
        "cookie": _read_cookie_option(given.get("cookie"), notices),
        "unset": given.get("unset") or "keep",
        "genid": given.get("genid"),
        "store": given.get("store"),
    }
    if name := given.get("name"):
        if not isinstance(name, str):
            raise OptionsError(f"name is {_as_json(name)}: give text", "name")
        arguments["name"] = name
    return arguments | {"notices": tuple(notices)}


def _known_options(options: Mapping[str, Any], notices: list[Notice]) -> dict[str, Any]:
    """The options that express-session reads.  Raises OptionsError for an unknown name."""
    given: dict[str, Any] = {}
    for name, value in options.items():
        if name in _SESSION_NAMES:
            given[name] = value
        elif name == "key":
            notices.append(Notice(NoticeCode.OLD_NAME, "key", _as_json(value)))
        elif name in _COOKIE_NAMES or name in _COOKIE_TIMES:
            notices.append(Notice(NoticeCode.BELONGS_INTO_COOKIE, name, _as_json(value)))
        else:
            raise _unknown_option(name, (*_SESSION_NAMES, *_COOKIE_NAMES, *_COOKIE_TIMES), "")
    if not given.get("name") and options.get("key"):
        given["name"] = options["key"]
    return given


def _unknown_option(name: object, valid: Iterable[str], parent: str) -> OptionsError:
    from difflib import get_close_matches

    names = {valid_name.lower(): valid_name for valid_name in valid}
    spelt = str(name).replace("_", "").lower()
    near = get_close_matches(spelt, names, n=1, cutoff=0.6)
    hint = (
        f"did you mean {parent}{names[near[0]]}?"
        if near
        else f"there are {', '.join(names.values())}"
    )
    return OptionsError(f"unknown option {parent}{name}: {hint}", f"{parent}{name}")


def _require_secrets(secret: Any) -> Any:
    if secret is None or secret == "" or secret is UNSET:
        raise OptionsError(
            "secret is missing: express-session answers every request with an error", "secret"
        )
    if isinstance(secret, str | bytes | list | tuple):
        return secret
    raise OptionsError(
        f"secret is of type {type(secret).__name__}: give text or a list of texts", "secret"
    )


def _read_flag(
    given: Mapping[str, Any],
    name: str,
    notices: list[Notice],
    undefined: NoticeCode | None = None,
) -> bool:
    """A boolean as JavaScript reads it.

    ``undefined``: the notice of a flag that is left out, and then is on.
    """
    value = given.get(name, UNSET)
    if value is UNSET:
        if undefined is not None:
            notices.append(Notice(undefined, name))
        return undefined is not None
    is_true = bool(value) or isinstance(value, list | dict)  # in JavaScript, [] and {} are true
    if is_true and isinstance(value, str | list | dict):
        notices.append(Notice(NoticeCode.TAKEN_AS_TRUE, name, _as_json(value)))
    return is_true


def _read_proxy(value: Any, notices: list[Notice]) -> bool | None:
    if isinstance(value, bool):
        return value
    if value is not None and value is not UNSET:
        # Express compares with === true and === false; any other value is as if left out.
        notices.append(Notice(NoticeCode.OVERRIDDEN, "proxy", _as_json(value)))
    return None


def _read_cookie_option(
    cookie: Any, notices: list[Notice]
) -> CookieOptions | Callable[[dict[str, Any]], CookieOptions]:
    """The ``cookie`` option: an object, or a function of the request that returns one."""
    if callable(cookie):
        return lambda environ: _read_cookie(cookie(environ), [])
    return _read_cookie(cookie, notices)


def _read_cookie(cookie: Any, notices: list[Notice]) -> CookieOptions:
    if isinstance(cookie, CookieOptions):
        return cookie
    cookie = cookie or {}
    if not isinstance(cookie, Mapping):
        raise OptionsError(f"cookie is {_as_json(cookie)}: give an object", "cookie")
    options = CookieOptions()
    for name, value in cookie.items():
        if name in _COOKIE_NAMES:
            options = replace(options, **{_COOKIE_NAMES[name]: value})
        elif name in _COOKIE_TIMES:
            # Both set the same expiry, so the later one wins.
            if (options.max_age, options.expires) != (None, UNSET):
                notices.append(Notice(NoticeCode.OVERRIDDEN, f"cookie.{name}", _as_json(value)))
            options = _with_time(options, name, value)
        elif name in _OTHER_PACKAGES_COOKIE_NAMES:
            notices.append(Notice(NoticeCode.IGNORED_BY_COOKIE, f"cookie.{name}", _as_json(value)))
        elif name in _SESSION_NAMES:
            raise OptionsError(f"{name} belongs beside cookie, not into it", f"cookie.{name}")
        else:
            raise _unknown_option(name, (*_COOKIE_NAMES, *_COOKIE_TIMES), "cookie.")
    return options


def _with_time(options: CookieOptions, name: str, value: Any) -> CookieOptions:
    if isinstance(value, datetime):
        return replace(options, max_age=None, expires=value)
    if name == "expires":
        if value is UNSET:  # leaves both members out of the record
            return replace(options, max_age=UNSET, expires=UNSET)
        if value is None or value is False:
            return replace(options, max_age=None, expires=value)
        raise OptionsError(
            f"cookie.expires is {_as_json(value)}: express-session hangs on anything but a Date; "
            "give cookie.maxAge in milliseconds",
            "cookie.expires",
        )
    if value is None or value is UNSET:
        return replace(options, max_age=value, expires=UNSET)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OptionsError(
            f"cookie.maxAge is {_as_json(value)}: give a number of milliseconds", "cookie.maxAge"
        )
    return replace(options, max_age=value / 1000, expires=UNSET)


def _as_json(value: object) -> str:
    """A value for a message, about as JSON shows it, at most 60 characters.  Never a secret."""
    if isinstance(value, str):
        shown = f'"{value}"'
    else:
        shown = dumps(value) if value is None or isinstance(value, bool) else str(value)
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
