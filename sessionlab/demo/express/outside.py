"""The parts from outside that a lesson is played with, made ready and cleared away.

Rules
- A Redis server of our own is started, on a free port; one that runs already is touched only
  where its URL was given, and there below a prefix of our own, which is emptied in the end.
- Time does not pass in Redis when a lesson's clock is moved: the keys' lives are shortened by it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from sessionlab.core.errors import StoreError
from sessionlab.demo.express.parts import Missing, PartsMissing, find_parts
from sessionlab.demo.express.processes import OwnRedis
from sessionlab.session.stores.url import open_store

if TYPE_CHECKING:
    from sessionlab.replay.clock import ManualClock
    from sessionlab.session.stores.base import Store
    from sessionlab.session.stores.redis import RedisStore

_SCHEMES = ("redis", "rediss")
"""What both clients understand."""


class Outside(NamedTuple):
    """Node, the folder from which it finds the packages, and Redis's URL."""

    node: str
    modules: Path
    redis_url: str


class LaneRedis(NamedTuple):
    """What a lane has in Redis: the store, and what another client has to know of it."""

    store: Store
    url: str
    prefix: str


@contextmanager
def open_outside(modules: Path, redis_url: str | None) -> Iterator[Outside]:
    """The parts, with a Redis server of our own unless a URL is given.

    Raises PartsMissing, and StoreURLError for a URL that is none.
    """
    parts = find_parts(modules, own_redis=redis_url is None)
    if redis_url is not None:
        _check(redis_url)
        yield Outside(parts.node, parts.modules, redis_url)
    elif parts.redis_server is not None:
        with OwnRedis(parts.redis_server) as redis:
            yield Outside(parts.node, parts.modules, redis.url)


@contextmanager
def lane_redis(outside: Outside, clock: ManualClock) -> Iterator[LaneRedis]:
    """A lane's place in Redis, empty in the beginning and in the end."""
    prefix = f"sessionlab:{secrets.token_hex(8)}:sess:"
    store: Any = open_store(outside.redis_url, clock=clock)
    store.prefix = prefix
    clock.on_advance(lambda seconds: _shorten(store, seconds))
    try:
        yield LaneRedis(store, outside.redis_url.partition("?")[0], prefix)
    finally:
        store.clear()
        store.close()


def _check(url: str) -> None:
    if urlsplit(url).scheme not in _SCHEMES:
        raise PartsMissing((Missing("redis-url", {}),))
    store = open_store(url)
    try:
        store.get("")
    except StoreError as error:
        raise PartsMissing((Missing("redis-away", {"error": str(error)}),)) from None
    finally:
        store.close()


def _shorten(store: RedisStore, seconds: float) -> None:
    """Let the keys of a lane live so many seconds less."""
    raise NotImplementedError
