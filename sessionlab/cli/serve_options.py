"""The session options of ``serve``: what a file says, with the command line's options over it.

Rules
- Everything goes through `SessionOptions.from_express`, so that a pasted object, flags and both
  together mean what they mean in a Node application.
- Without a secret, a random one is made; it is never printed.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sessionlab.cli.exit import Complaint
from sessionlab.core.options import CookieOptions, SessionOptions
from sessionlab.core.wire.cookie_text import serialize_cookie


class Chosen(NamedTuple):
    """The options, and whether their secret was made up."""

    options: SessionOptions
    random_secret: bool


def chosen_options(
    given: Mapping[str, Any], cookie: Mapping[str, Any], config: Path | None
) -> Chosen:
    """The options of a file (or the safe defaults) with those of the command line over them.

    ``given`` and ``cookie`` hold what the command line says, by express-session's names.
    Raises Complaint for the file, OptionsError and CookieError for the options.
    """
    base = {"resave": False, "saveUninitialized": False} if config is None else _read(config)
    merged = {**base, **given}
    if cookie:
        in_file = base.get("cookie")
        merged["cookie"] = {**(in_file if isinstance(in_file, dict) else {}), **cookie}
    random_secret = not merged.get("secret")
    if random_secret:
        merged["secret"] = secrets.token_urlsafe(32)
    options = SessionOptions.from_express(merged)
    _refuse_unwritable(options)
    return Chosen(options, random_secret)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise Complaint(
            "serve.error.config-json",
            path=path,
            line=error.lineno,
            column=error.colno,
            why=error.msg,
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else type(error).__name__
        raise Complaint("serve.error.config-unreadable", path=path, why=why) from None
    if not isinstance(found, dict):
        raise Complaint("serve.error.config-object", path=path)
    for option in ("store", "genid"):
        if found.get(option) is not None:
            raise Complaint(f"serve.error.config-{option}", path=path)
    return found


def _refuse_unwritable(options: SessionOptions) -> None:
    """Raises CookieError for a cookie that could never be sent.

    express-session finds that out with each request, saves the session and sends nothing.
    """
    cookie = options.cookie
    if isinstance(cookie, CookieOptions):
        serialize_cookie(
            options.name,
            "",
            domain=cookie.domain,
            path=cookie.path,
            priority=cookie.priority,
            same_site="lax" if cookie.same_site == "auto" else cookie.same_site,
        )
