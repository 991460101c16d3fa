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

from sessionlab.demo.express.parts import find_parts
from sessionlab.demo.express.processes import OwnRedis

if TYPE_CHECKING:
    from redis import Redis

    from sessionlab.core.record import Record
    from sessionlab.replay.clock import ManualClock
    from sessionlab.session.stores.redis import RedisStore

_SECONDS = 10.0
"""How long an answer of Redis may take."""


class Outside(NamedTuple):
    """Node, the folder from which it finds the packages, and Redis's URL."""

    node: str
    modules: Path
    redis_url: str


class InOrder:
    """The records of a store by ID: Redis lists its keys in an order of its own."""

    def __init__(self, store: RedisStore) -> None:
        self._store = store

    def all(self) -> dict[str, Record]:
        """All records."""
        return dict(sorted(self._store.all().items()))


class LaneRedis(NamedTuple):
    """What a lane has in Redis: the store, and what another client has to know of it."""

    store: RedisStore
    records: InOrder
    url: str
    prefix: str


@contextmanager
def open_outside(modules: Path, redis_url: str | None) -> Iterator[Outside]:
    """The parts, with a Redis server of our own unless a URL is given.

    Raises PartsMissing, and ProgramFailed where Redis does not start.
    """
    parts = find_parts(modules, redis_url)
    if redis_url is not None:
        yield Outside(parts.node, parts.modules, redis_url)
    elif parts.redis_server is not None:
        with OwnRedis(parts.redis_server) as redis:
            yield Outside(parts.node, parts.modules, redis.url)


@contextmanager
def lane_redis(outside: Outside, clock: ManualClock) -> Iterator[LaneRedis]:
    """A lane's place in Redis, empty in the beginning and in the end."""
    from redis import Redis

    from sessionlab.session.stores.redis import RedisStore

    url = outside.redis_url.partition("?")[0]
    prefix = f"sessionlab:{secrets.token_hex(8)}:sess:"
    client = Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
    store = RedisStore(client, prefix=prefix, clock=clock)
    clock.on_advance(lambda seconds: _shorten(client, prefix, seconds))
    try:
        yield LaneRedis(store, InOrder(store), url, prefix)
    finally:
        store.clear()
        store.close()


def _shorten(client: Redis, prefix: str, seconds: float) -> None:
    """Let keys live so many seconds less."""
    for key in client.scan_iter(f"{prefix}*"):
        left: Any = client.pttl(key)
        if left >= 0:
            client.pexpire(key, left - round(seconds * 1000))
