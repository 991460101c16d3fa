"""The store that the servers of a lane share while the lane is open.

Rules
- In Redis a lane has its own prefix.  It touches no other keys, and deletes its own at the end.
- Redis does not use the lane's clock: when the clock advances, its keys' times to live are reduced.
- Redis lists its keys in an arbitrary order; records are sorted by ID.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sessionlab.stage.clock import ManualClock
from sessionlab.stage.scenario import StoreKind

if TYPE_CHECKING:
    from redis import Redis

    from sessionlab.core.store import Store
    from sessionlab.demo.express.outside import Outside

_PATIENCE = 10.0
"""Seconds within which Redis must answer."""


@contextmanager
def shared_store(
    kind: StoreKind, clock: ManualClock, outside: Outside | None
) -> Iterator[Store | None]:
    """The store of all servers of a lane; None: each server has its own, in memory.

    Raises ValueError for a store in Redis without ``outside``.
    """
    match kind:
        case StoreKind.MEMORY:
            yield None
        case StoreKind.SQLITE:
            from sessionlab.session.stores.sqlite import SQLiteStore

            with (
                TemporaryDirectory(prefix="sessionlab-") as folder,
                closing(SQLiteStore(f"{folder}/sessions.db", clock=clock)) as store,
            ):
                yield store
        case StoreKind.REDIS:
            if outside is None:
                raise ValueError("a lane with a store in Redis needs what open_outside gives")
            with _redis_store(outside.redis_url, clock) as store:
                yield store


@contextmanager
def _redis_store(url: str, clock: ManualClock) -> Iterator[Store]:
    """A store in Redis with a new prefix, cleared at the end."""
    from redis import Redis

    from sessionlab.core.record import Record
    from sessionlab.session.stores.redis import RedisStore

    class OrderedStore(RedisStore):
        def all(self) -> dict[str, Record]:
            return dict(sorted(super().all().items()))

    prefix = f"sessionlab:{secrets.token_hex(8)}:sess:"
    client = Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
    clock.on_advance(lambda seconds: _shorten_lives(client, prefix, seconds))
    with closing(OrderedStore(client, prefix=prefix, clock=clock)) as store:
        try:
            yield store
        finally:
            store.clear()


def _shorten_lives(client: Redis, prefix: str, seconds: float) -> None:
    for key in client.scan_iter(f"{prefix}*"):
        left: Any = client.pttl(key)
        if left >= 0:
            client.pexpire(key, left - round(seconds * 1000))
