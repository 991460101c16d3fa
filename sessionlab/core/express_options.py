"""An express-session options object, as pasted from a Node application, read for Python.

Rules
- Exact names in camelCase, times in milliseconds.
- An unknown name is an error that names the nearest valid one; express-session would ignore it.
- What JavaScript makes of a value (``"false"`` is true) is kept, and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from sessionlab.core.errors import OptionsError
from sessionlab.core.options import CookieOptions, Environ, Notice, NoticeCode
from sessionlab.core.unset import UNSET

_SESSION_NAMES = (
    "cookie",
    "genid",
    "name",
    "proxy",
    "resave",
    "rolling",
    "saveUninitialized",
    "secret",
    "store",
    "unset",
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
# Read by other cookie packages; express-session takes no notice of them.
_COOKIE_STRANGERS = ("encode", "overwrite", "signed")


def read_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """The keyword arguments for SessionOptions.  Raises OptionsError."""
    if not isinstance(options, Mapping):
        raise OptionsError(
            f"the options are of type {type(options).__name__}: give an object", "options"
        )
    notices: list[Notice] = []
    given = _known(options, notices)
    kept = {
        "secrets": _secrets(given.get("secret")),
        "resave": _flag(given, "resave", notices, NoticeCode.RESAVE_UNDEFINED),
        "save_uninitialized": _flag(
            given, "saveUninitialized", notices, NoticeCode.SAVE_UNINITIALIZED_UNDEFINED
        ),
        "rolling": _flag(given, "rolling", notices),
        "trust_proxy": _proxy(given.get("proxy"), notices),
        "cookie": _cookie(given.get("cookie"), notices),
        "unset": given.get("unset") or "keep",
        "genid": given.get("genid"),
        "store": given.get("store"),
    }
    if name := given.get("name"):
        kept["name"] = _text(name, "name")
    return kept | {"notices": tuple(notices)}


def _known(options: Mapping[str, Any], notices: list[Notice]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in options.items():
        if name in _SESSION_NAMES:
            given[name] = value
        elif name == "key":
            notices.append(Notice(NoticeCode.OLD_NAME, "key", _show(value)))
        elif name in _COOKIE_NAMES or name in _COOKIE_TIMES:
            notices.append(Notice(NoticeCode.BELONGS_INTO_COOKIE, name, _show(value)))
        else:
            raise _unknown(name, (*_SESSION_NAMES, *_COOKIE_NAMES, *_COOKIE_TIMES), "")
    if not given.get("name") and options.get("key"):
        given["name"] = options["key"]
    return given


def _unknown(name: object, valid: Iterable[str], where: str) -> OptionsError:
    names = {valid_name.lower(): valid_name for valid_name in valid}
    spelt = str(name).replace("_", "").lower()
    near = get_close_matches(spelt, names, n=1, cutoff=0.6)
    hint = (
        f"did you mean {where}{names[near[0]]}?"
        if near
        else f"there are {', '.join(names.values())}"
    )
    return OptionsError(f"unknown option {where}{name}: {hint}", f"{where}{name}")


def _secrets(secret: Any) -> Any:
    if secret is None or secret == "" or secret is UNSET:
        raise OptionsError(
            "secret is missing: express-session answers every request with an error", "secret"
        )
    if isinstance(secret, str | bytes | list | tuple):
        return secret
    raise OptionsError(
        f"secret is of type {type(secret).__name__}: give text or a list of texts", "secret"
    )


def _flag(
    given: Mapping[str, Any],
    name: str,
    notices: list[Notice],
    undefined: NoticeCode | None = None,
) -> bool:
    """A boolean as JavaScript reads it; where it is left out, on if express-session warns."""
    value = given.get(name, UNSET)
    if value is UNSET:
        if undefined is not None:
            notices.append(Notice(undefined, name))
        return undefined is not None
    if isinstance(value, str | list | dict) and _truthy(value):
        notices.append(Notice(NoticeCode.TAKEN_AS_TRUE, name, _show(value)))
    return _truthy(value)


def _truthy(value: Any) -> bool:
    return True if isinstance(value, list | dict) else bool(value)


def _proxy(value: Any, notices: list[Notice]) -> bool | None:
    if value is None or value is UNSET or isinstance(value, bool):
        return value if isinstance(value, bool) else None
    # Compared with true and false by identity: anything else asks the framework.
    notices.append(Notice(NoticeCode.OVERRIDDEN, "proxy", _show(value)))
    return None


def _cookie(cookie: Any, notices: list[Notice]) -> Any:
    if callable(cookie):

        def of_request(environ: Environ) -> CookieOptions:
            made = cookie(environ)
            return made if isinstance(made, CookieOptions) else read_cookie(made or {}, [])

        return of_request
    if isinstance(cookie, CookieOptions):
        return cookie
    return read_cookie(cookie or {}, notices)


def read_cookie(cookie: Mapping[str, Any], notices: list[Notice]) -> CookieOptions:
    """An express-session ``cookie`` object.  Raises OptionsError."""
    if not isinstance(cookie, Mapping):
        raise OptionsError(f"cookie is {_show(cookie)}: give an object", "cookie")
    options = CookieOptions()
    for name, value in cookie.items():
        if name in _COOKIE_NAMES:
            options = replace(options, **{_COOKIE_NAMES[name]: value})
        elif name in _COOKIE_TIMES:
            # Both set the same expiry, so that the later one wins.
            if (options.max_age, options.expires) != (None, UNSET):
                notices.append(Notice(NoticeCode.OVERRIDDEN, f"cookie.{name}", _show(value)))
            options = _with_time(options, name, value)
        elif name in _COOKIE_STRANGERS:
            notices.append(Notice(NoticeCode.IGNORED_BY_COOKIE, f"cookie.{name}", _show(value)))
        elif name in _SESSION_NAMES:
            raise OptionsError(f"{name} belongs beside cookie, not into it", f"cookie.{name}")
        else:
            raise _unknown(name, (*_COOKIE_NAMES, *_COOKIE_TIMES), "cookie.")
    return options


def _with_time(options: CookieOptions, name: str, value: Any) -> CookieOptions:
    if isinstance(value, datetime):
        return replace(options, max_age=None, expires=value)
    if name == "expires":
        if value is None or value is False or value is UNSET:
            # undefined leaves both members out of the record, null and false write themselves
            return (
                replace(options, max_age=None, expires=value)
                if value is not UNSET
                else replace(options, max_age=UNSET, expires=UNSET)
            )
        raise OptionsError(
            f"cookie.expires is {_show(value)}: express-session hangs on anything but a Date; "
            "give cookie.maxAge in milliseconds",
            "cookie.expires",
        )
    if value is None or value is UNSET:
        return replace(options, max_age=value, expires=UNSET)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OptionsError(
            f"cookie.maxAge is {_show(value)}: give a number of milliseconds", "cookie.maxAge"
        )
    return replace(options, max_age=value / 1000, expires=UNSET)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise OptionsError(f"{name} is {_show(value)}: give text", name)
    return value


def _show(value: object) -> str:
    """A value as JSON would show it, cut short; a secret never comes this way."""
    text = (
        {None: "null", True: "true", False: "false"}.get(value)
        if value is None or isinstance(value, bool)
        else None
    )
    shown = text or (f'"{value}"' if isinstance(value, str) else str(value))
    return shown if len(shown) <= 60 else f"{shown[:59]}…"
