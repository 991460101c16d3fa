"""Prepares the programs from outside that a lesson with Express needs.

Rules
- Starts a Redis server of our own on a free port, unless the URL of a running one is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sessionlab.demo.express.parts import find_parts
from sessionlab.demo.express.processes import OwnRedis


class Outside(NamedTuple):
    """Node, the folder from which it finds the packages, and Redis's URL without a query."""

    node: str
    modules: Path
    redis_url: str


@contextmanager
def open_outside(modules: Path, redis_url: str | None) -> Iterator[Outside]:
    """The programs, with a Redis server of our own unless a URL is given.

    Raises PartsMissing, and ProgramFailed where Redis does not start.
    """
    parts = find_parts(modules, redis_url)
    if redis_url is not None:
        yield Outside(parts.node, parts.modules, redis_url.partition("?")[0])
    elif parts.redis_server is not None:
        with OwnRedis(parts.redis_server) as redis:
            yield Outside(parts.node, parts.modules, redis.url)
