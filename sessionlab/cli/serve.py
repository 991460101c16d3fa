"""``sessionlab serve``: the demo server, and what happens on it, shown as it happens.

Rules
- Options that are given override those of ``--config``, and these the defaults, which are the
  safe ones without a file and express-session's with one.
- stdout is for what happens (blocks, or JSON lines); where the server is stands there too, unless
  that would be among JSON.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sessionlab.cli.exit import Exit
from sessionlab.core.jar.cookie import Priority

if TYPE_CHECKING:
    from sessionlab.cli.environment import Environment

# The values of these options; the engine has no enum with the same members.
UnsetChoice = StrEnum("UnsetChoice", ["KEEP", "DESTROY"])
SecureChoice = StrEnum("SecureChoice", ["TRUE", "FALSE", "AUTO"])
SameSiteChoice = StrEnum("SameSiteChoice", ["STRICT", "LAX", "NONE", "AUTO"])

_SECURE = {"true": True, "false": False, "auto": "auto", None: None}


def serve(
    context: typer.Context,
    resave: bool | None = None,
    save_uninitialized: bool | None = None,
    rolling: bool | None = None,
    unset: UnsetChoice | None = None,
    secret: list[str] | None = None,
    name: str | None = None,
    max_age: Annotated[float | None, typer.Option("--max-age", metavar="SECONDS")] = None,
    path: str | None = None,
    domain: str | None = None,
    secure: SecureChoice | None = None,
    same_site: SameSiteChoice | None = None,
    http_only: bool | None = None,
    partitioned: bool | None = None,
    priority: Priority | None = None,
    proxy: bool | None = None,
    store: Annotated[str, typer.Option("--store", metavar="URL")] = "memory:",
    config: Annotated[Path | None, typer.Option("--config", metavar="FILE")] = None,
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 3000,
    quiet: Annotated[bool, typer.Option("--quiet", "-q")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> Exit:
    from sessionlab.cli.serve_options import chosen_options
    from sessionlab.cli.serve_run import Service, serve_until_stopped

    env: Environment = context.obj
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
        "secure": _SECURE[secure],
        "sameSite": same_site,
        "httpOnly": http_only,
        "partitioned": partitioned,
        "priority": priority,
    }
    chosen = chosen_options(_given(given), _given(cookie), config)
    for notice in chosen.options.notices:
        key = f"serve.notice.{notice.code.value}"
        env.complain(env.text(key, option=notice.option, found=notice.found))
    service = Service(
        options=chosen.options,
        store=store,
        host=host,
        port=port,
        random_secret=chosen.random_secret,
        quiet=quiet,
        as_json=as_json,
    )
    return serve_until_stopped(service, env)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, [])}
