"""What has to be there from outside, beside Python: Node, four npm packages, Redis and its client.

Rules
- Everything that is missing is told at once, each part with how to get it.
- Looked for where each program itself would look: programs on the path, npm packages in
  ``node_modules`` of a folder and the folders above it.
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

from sessionlab.core.errors import SessionlabError

LEAST_NODE: Final = 20
PACKAGES: Final[Mapping[str, int]] = MappingProxyType(
    {"express": 4, "express-session": 1, "connect-redis": 9, "redis": 5}
)
"""The npm packages, each with the lowest major version that will do."""

_REDIS_BINARIES = ("redis-server", "valkey-server")
_SECONDS = 30.0


class Missing(NamedTuple):
    """One missing part: ``code`` names its sentence, ``express.missing.CODE``; and its fields."""

    code: str
    fields: Mapping[str, object]


class PartsMissing(SessionlabError):
    """Parts from outside that are not there, all of them."""

    def __init__(self, parts: tuple[Missing, ...]) -> None:
        super().__init__(f"missing: {', '.join(part.code for part in parts)}")
        self.parts = parts


class Parts(NamedTuple):
    """Where the parts are.  ``redis_server`` is None where a URL was given."""

    node: str
    modules: Path
    redis_server: str | None


def find_parts(modules: Path, *, own_redis: bool = True) -> Parts:
    """The parts; ``modules`` is the folder in which the npm packages were installed.

    ``own_redis``: whether a Redis server is to be started here.  Raises PartsMissing.
    """
    missing: list[Missing] = []
    node = shutil.which("node")
    missing += _node(node)
    missing += _packages(modules)
    server = next(filter(None, map(shutil.which, _REDIS_BINARIES)), None)
    if own_redis and server is None:
        missing.append(Missing("redis-server", {}))
    if find_spec("redis") is None:
        missing.append(Missing("redis-py", {}))
    if node is None or missing:
        raise PartsMissing(tuple(missing))
    return Parts(node, modules, server if own_redis else None)


def _node(node: str | None) -> Iterator[Missing]:
    if node is None:
        yield Missing("node", {"least": LEAST_NODE})
        return
    said = subprocess.run(  # noqa: S603  the user's own node
        [node, "--version"], capture_output=True, text=True, timeout=_SECONDS, check=False
    ).stdout.strip()
    if not _major(said) >= LEAST_NODE:
        yield Missing("node-old", {"least": LEAST_NODE, "found": said or node})


def _packages(folder: Path) -> Iterator[Missing]:
    """One part for all packages, because one command brings them."""
    wrong: list[str] = []
    for name, least in PACKAGES.items():
        version = _version(folder, name)
        if version is None:
            wrong.append(name)
        elif _major(version) < least:
            wrong.append(f"{name} {least} (found: {version})")
    if wrong:
        install = " ".join(f"{name}@{least}" for name, least in PACKAGES.items())
        yield Missing("packages", {"names": ", ".join(wrong), "folder": folder, "install": install})


def _version(folder: Path, name: str) -> str | None:
    """The version that Node would find from a folder; None: there is none."""
    start = folder.resolve()
    for place in (start, *start.parents):
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
