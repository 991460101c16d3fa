"""Opens the store that a URL names.

    memory:
    sqlite:PATH
    redis://[[USER:]PASSWORD@]HOST[:6379][/DATABASE][?OPTION=VALUE&…]
    redis+sentinel://[[USER:]PASSWORD@]HOST[:26379][,HOST…]/SERVICE[/DATABASE][?…]
    redis+cluster://[[USER:]PASSWORD@]HOST[:6379][,HOST…][?…]

``rediss`` is ``redis`` over TLS; ``valkey`` and ``valkeys`` are synonyms of the two.

Rules
- Nothing in a URL is ignored: an unknown part is an error that names the nearest valid one.
- An error never shows what stands before the ``@`` or after the ``?``.
- A store's code is imported when a URL asks for it.

``OPTIONS`` and ``TLS_OPTIONS`` are the options of the Redis stores.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from sessionlab.core.errors import StoreURLError
from sessionlab.core.store import Store
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.stores.memory import MemoryStore
from sessionlab.session.stores.problems import url_error

FORMS: Final = (
    "memory:",
    "sqlite:PATH",
    "redis://HOST",
    "rediss://HOST",
    "valkey://HOST",
    "valkeys://HOST",
    "redis+sentinel://HOST/SERVICE",
    "redis+cluster://HOST",
)
_TLS: Final = {"redis": False, "rediss": True, "valkey": False, "valkeys": True}
_MODES: Final = ("", "sentinel", "cluster")
_SCHEMES: Final = (
    "memory",
    "sqlite",
    *(f"{base}+{mode}" if mode else base for base in _TLS for mode in _MODES),
)
_PARTS = re.compile(r"//([^/?#]*)(/[^?#]*)?(?:\?([^#]*))?")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^:\[\]]+)(?::(.*))?")


def open_store(url: str, *, clock: Clock = now_ms, create: bool = True) -> Store:
    """The store that a URL names.

    ``clock``: returns milliseconds since the epoch.
    ``create``: whether to make a file that is not there.
    Raises StoreURLError for the URL, StoreError for a file.  A server is not contacted yet.
    """
    scheme, colon, rest = url.partition(":")
    if not colon or scheme.lower() not in _SCHEMES or (scheme == "memory" and rest):
        raise _scheme_error(url, scheme, colon)
    scheme = scheme.lower()
    if scheme == "memory":
        return MemoryStore(clock=clock)
    if scheme == "sqlite":
        return _open_sqlite(rest, clock, create)
    base, _, mode = scheme.partition("+")
    return _open_redis(rest, clock, tls=_TLS[base], mode=mode, scheme=scheme)


def _scheme_error(url: str, scheme: str, colon: str) -> StoreURLError:
    """The error for a URL with an unknown scheme.  It shows only the scheme."""
    if not colon and re.search(r"[./\\]", url) and "@" not in url:
        return url_error("url-scheme-near", found=repr(url), near=f"sqlite:{url}")
    found = repr(scheme + colon)
    near = get_close_matches(scheme.lower(), _SCHEMES, n=1)
    if near:
        form = next((form for form in FORMS if form.startswith(f"{near[0]}:")), f"{near[0]}:")
        return url_error("url-scheme-near", found=found, near=form)
    return url_error("url-scheme", found=found, valid=", ".join(FORMS))


def _open_sqlite(path: str, clock: Clock, create: bool) -> Store:
    from sessionlab.session.stores.sqlite import SQLiteStore

    if path == ":memory:":
        raise url_error("url-sqlite-memory", found=repr(f"sqlite:{path}"))
    absolute = path.removeprefix("//")
    if not path or (path.startswith("//") and not absolute.startswith("/")):
        raise url_error("url-sqlite", found=repr(f"sqlite:{path}"))
    return SQLiteStore(absolute, clock=clock, create=create)


def _open_redis(rest: str, clock: Clock, *, tls: bool, mode: str, scheme: str) -> Store:
    found = repr(f"{scheme}:")
    parts = _PARTS.fullmatch(rest)
    if parts is None:
        raise url_error("url-host", found=found, near=f"{scheme}://localhost")
    authority, path, query = (part or "" for part in parts.groups())
    account, _, hosts = authority.rpartition("@")
    username, _, password = account.rpartition(":")
    default_port = 26379 if mode == "sentinel" else 6379
    addresses = [_read_address(host, default_port, scheme) for host in hosts.split(",")]
    if len(addresses) > 1 and not mode:
        raise url_error("url-host", found=found, near=f"{scheme}+cluster://{hosts}")
    *service, database = _read_path(path, mode, found)
    options = _read_options(query, {**OPTIONS, **(TLS_OPTIONS if tls else {})})

    from sessionlab.session.stores.redis import RedisStore, tenant_prefix
    from sessionlab.session.stores.redis_client import ConnectionSettings, connect

    settings = ConnectionSettings(
        addresses=addresses,
        database=int(database or 0),
        username=unquote(username) or None,
        password=unquote(password) or None,
        tls=tls,
        is_cluster=mode == "cluster",
        service=service[0] if service else None,
        sentinel_password=options.pop("sentinel_password", None),
        timeout=options.pop("timeout", ConnectionSettings.timeout),
        options={name: options.pop(name) for name in TLS_OPTIONS if name in options},
    )
    if "tenant" in options:
        options["prefix"] = tenant_prefix(options.pop("tenant"))
    return RedisStore(
        lambda: connect(settings),
        clock=clock,
        name=settings.name,
        timeout=settings.timeout,
        **options,
    )


def _read_address(text: str, default_port: int, scheme: str) -> tuple[str, int]:
    match = _HOST.fullmatch(text)
    if match is None:
        raise url_error("url-host", found=repr(f"{scheme}:"), near=f"{scheme}://localhost")
    host, port = match[1].strip("[]"), match[2] or str(default_port)
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536):
        raise url_error("url-port", found=repr(text))
    return unquote(host), int(port)


def _read_path(path: str, mode: str, found: str) -> list[str]:
    """The names in the path: the service, for sentinels, and the database."""
    parts = [unquote(part) for part in path.strip("/").split("/")]
    service = [parts.pop(0)] if mode == "sentinel" else []
    database = parts.pop(0) if parts else ""
    if service == [""]:
        raise url_error("url-service", found=found)
    digits = database.isascii() and database.isdigit()
    if parts or (database and not digits) or (mode == "cluster" and database.strip("0")):
        raise url_error("url-database", found=repr(path))
    return [*service, database]


def _read_options(query: str, known: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        read = known.get(name)
        if read is None:
            near = get_close_matches(name, known, n=1)
            if near:
                raise url_error("url-option-near", found=repr(name), near=near[0])
            raise url_error("url-option", found=repr(name), valid=", ".join(known))
        try:
            options[name] = read(value)
        except ValueError as error:
            raise url_error("url-value", found=repr(value), option=name, valid=str(error)) from None
    return options


def _read_yes_or_no(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError("true or false")
    return value == "true"


def _read_ttl(value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value[:12]) > 0 and len(value) < 12):
        raise ValueError("a whole number of seconds from 1 on")
    return int(value)


def _read_timeout(value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value) or float(value) == 0:
        raise ValueError("seconds, as in 0.5")
    return float(value)


def _read_verification(value: str) -> str:
    if value not in ("required", "optional", "none"):
        raise ValueError("required, optional or none")
    return value


OPTIONS: Final[Mapping[str, Callable[[str], Any]]] = {
    "prefix": str,  # of the keys; by default sess:
    "tenant": str,  # instead of a prefix: see tenant_prefix
    "ttl": _read_ttl,  # seconds to live of a record without an expiry
    "disable_ttl": _read_yes_or_no,
    "disable_touch": _read_yes_or_no,
    "refresh_on_touch": _read_yes_or_no,
    "timeout": _read_timeout,  # seconds for connecting and for each answer
    "sentinel_password": str,
}
TLS_OPTIONS: Final[Mapping[str, Callable[[str], Any]]] = {
    "ssl_ca_certs": str,
    "ssl_certfile": str,
    "ssl_keyfile": str,
    "ssl_cert_reqs": _read_verification,
    "ssl_check_hostname": _read_yes_or_no,
}
