"""What Express needs beside Python: Node, four npm packages, Redis and its client.

Rules
- Everything that is missing is reported at once, each part with how to get it.
- Programs are searched for on the path, npm packages as Node does: in ``node_modules`` of a folder
  and of the folders above it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from sessionlab.core.errors import StoreError, StoreURLError
from sessionlab.demo.express.problems import Missing, OutsidePart, PartsMissing

LEAST_NODE: Final = 20
PACKAGES: Final[Mapping[str, int]] = MappingProxyType(
    {"express": 4, "express-session": 1, "connect-redis": 9, "redis": 5}
)
"""The npm packages, each with the lowest major version that works."""

_REDIS_BINARIES = ("redis-server", "valkey-server")
_REDIS_SCHEMES = ("redis", "rediss")
"""The URL schemes that the clients in Python and Node both accept."""

_SECONDS = 30.0


class Parts(NamedTuple):
    """Where the parts are: two programs, and the folder in which npm installed its packages.

    ``redis_server`` is None if a running Redis is used.
    """

    node: str
    modules: Path
    redis_server: str | None


def find_parts(modules: Path, redis_url: str | None = None) -> Parts:
    """The parts, with ``modules`` as the folder of the npm packages.

    ``redis_url``: a running Redis; None: one is to be started.  Raises PartsMissing.
    """
    node = shutil.which("node")
    server = next(filter(None, map(shutil.which, _REDIS_BINARIES)), None)
    missing = [*_check_node(node), *_check_packages(modules.resolve())]
    if redis_url is None and server is None:
        missing.append(Missing(OutsidePart.REDIS_SERVER, {}))
    if find_spec("redis") is None:
        missing.append(Missing(OutsidePart.REDIS_CLIENT, {}))
    elif redis_url is not None:
        missing += _check_redis(redis_url)
    if node is None or missing:
        raise PartsMissing(tuple(missing))
    return Parts(node, modules.resolve(), server if redis_url is None else None)


def _check_node(node: str | None) -> Iterator[Missing]:
    if node is None:
        yield Missing(OutsidePart.NODE, {"least": LEAST_NODE})
        return
    said = subprocess.run(  # noqa: S603  the user's own node
        [node, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False
    ).stdout.strip()
    if _major(said) < LEAST_NODE:
        yield Missing(OutsidePart.NODE_OLD, {"least": LEAST_NODE, "found": said or node})


def _check_packages(folder: Path) -> Iterator[Missing]:
    """One missing part for all packages, because one command installs them."""
    wrong: list[str] = []
    for name, least in PACKAGES.items():
        version = _version(folder, name)
        if version is None:
            wrong.append(name)
        elif _major(version) < least:
            wrong.append(f"{name} {least} (found: {version})")
    if wrong:
        install = " ".join(f"{name}@{least}" for name, least in PACKAGES.items())
        yield Missing(
            OutsidePart.PACKAGES, {"names": ", ".join(wrong), "folder": folder, "install": install}
        )


def _version(folder: Path, name: str) -> str | None:
    """The version that Node would find from a folder; None if it finds none."""
    for place in (folder, *folder.parents):
        if place.name == "node_modules":
            continue
        try:
            about = json.loads((place / "node_modules" / name / "package.json").read_bytes())
            return str(about["version"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def _major(version: str) -> int:
    found = re.match(r"v?([0-9]+)\.", version)
    return int(found[1]) if found else 0


def _check_redis(url: str) -> Iterator[Missing]:
    """What is wrong with a Redis whose URL was given."""
    from sessionlab.session.stores.url import open_store

    try:
        if urlsplit(url).scheme not in _REDIS_SCHEMES:
            yield Missing(OutsidePart.REDIS_URL, {})
            return
        store = open_store(url)
    except StoreURLError as error:
        yield Missing(OutsidePart.REDIS_AWAY, {"error": str(error)})
        return
    try:
        store.get("")
    except StoreError as error:
        yield Missing(OutsidePart.REDIS_AWAY, {"error": str(error)})
    finally:
        store.close()
