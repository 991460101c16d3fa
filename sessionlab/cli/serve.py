"""``sessionlab serve``: the demo server, and what happens on it, told as it happens.

Rules
- Options that are given stand over those of ``--config``, and these over the defaults, which are
  the safe ones without a file and express-session's with one.
- stdout is for what happens (blocks, or JSON lines); where the server is stands there too, unless
  it would be among JSON.  Complaints go to stderr.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from sessionlab.cli.texts import help_of, language


class Unset(StrEnum):
    """``--unset``"""

    KEEP = "keep"
    DESTROY = "destroy"


class Secure(StrEnum):
    """``--secure``"""

    TRUE = "true"
    FALSE = "false"
    AUTO = "auto"


class SameSite(StrEnum):
    """``--same-site``"""

    STRICT = "strict"
    LAX = "lax"
    NONE = "none"
    AUTO = "auto"


class Priority(StrEnum):
    """``--priority``"""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Language(StrEnum):
    """``--lang``"""

    EN = "en"
    KO = "ko"


def _option(key: str, *flags: str, **more: Any) -> Any:
    return typer.Option(*flags, help=help_of(f"serve.option.{key}"), **more)


_SECURE = {Secure.TRUE: True, Secure.FALSE: False}
_FLAG = bool | None
_TEXT = str | None


def serve(
    resave: Annotated[_FLAG, _option("resave")] = None,
    save_uninitialized: Annotated[_FLAG, _option("save-uninitialized")] = None,
    rolling: Annotated[_FLAG, _option("rolling")] = None,
    unset: Annotated[Unset | None, _option("unset")] = None,
    secret: Annotated[list[str] | None, _option("secret")] = None,
    name: Annotated[_TEXT, _option("name")] = None,
    max_age: Annotated[float | None, _option("max-age", metavar="SECONDS")] = None,
    path: Annotated[_TEXT, _option("path")] = None,
    domain: Annotated[_TEXT, _option("domain")] = None,
    secure: Annotated[Secure | None, _option("secure")] = None,
    same_site: Annotated[SameSite | None, _option("same-site")] = None,
    http_only: Annotated[_FLAG, _option("http-only")] = None,
    partitioned: Annotated[_FLAG, _option("partitioned")] = None,
    priority: Annotated[Priority | None, _option("priority")] = None,
    proxy: Annotated[_FLAG, _option("proxy")] = None,
    store: Annotated[str, _option("store", metavar="URL")] = "memory:",
    config: Annotated[Path | None, _option("config", metavar="FILE")] = None,
    host: Annotated[str, _option("host")] = "127.0.0.1",
    port: Annotated[int, _option("port", min=0, max=65535)] = 3000,
    lang: Annotated[Language | None, _option("lang")] = None,
    quiet: Annotated[bool, _option("quiet", "--quiet", "-q")] = False,
    json: Annotated[bool, _option("json", "--json")] = False,
) -> None:
    """Run the demo server until it is stopped."""
    from sessionlab.cli.problem import Problem
    from sessionlab.cli.serve_options import chosen_options
    from sessionlab.cli.serve_run import Service, serve_until_stopped
    from sessionlab.render.catalogue import Catalogue

    catalogue = Catalogue(lang or language())
    given = {
        "resave": resave,
        "saveUninitialized": save_uninitialized,
        "rolling": rolling,
        "unset": unset,
        "secret": secret,
        "name": name,
        "proxy": proxy,
    }
    cookie = {
        "maxAge": None if max_age is None else max_age * 1000,
        "path": path,
        "domain": domain,
        "secure": None if secure is None else _SECURE.get(secure, secure.value),
        "sameSite": same_site,
        "httpOnly": http_only,
        "partitioned": partitioned,
        "priority": priority,
    }
    try:
        chosen = chosen_options(_given(given), _given(cookie), config)
        for notice in chosen.options.notices:
            what = {"option": notice.option, "found": notice.found}
            _complain(catalogue.text(f"serve.notice.{notice.code.value}", **what))
        service = Service(
            options=chosen.options,
            store=store,
            host=host,
            port=port,
            random_secret=chosen.random_secret,
            quiet=quiet,
            as_json=json,
        )
        code = serve_until_stopped(service, catalogue)
    except Problem as problem:
        _complain(problem.sentence(catalogue))
        code = problem.code
    raise typer.Exit(code)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [])}


def _complain(sentence: str) -> None:
    from sessionlab.render.safe import visible

    sys.stderr.write(f"sessionlab: {visible(sentence)}\n")
