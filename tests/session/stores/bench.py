"""What the conformance suite needs to know of a store, and that for each of our own.

A third party's store is tested with a bench of its own: see `conformance`.
"""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from sessionlab import MemoryStore, Record, Store
from sessionlab.session.stores.redis import RedisStore
from sessionlab.session.stores.sqlite import SQLiteStore
from tests import PATIENCE

START = 1_767_225_600_000
"""2026-01-01T00:00:00Z, in milliseconds."""


class Bench(ABC):
    """A store to be tested, with a clock that a test can turn."""

    store: Store
    touch_renews_record = True
    """Whether a touch changes the record that is read afterwards, or only how long it lives."""

    def __init__(self) -> None:
        self.now = START

    def clock(self) -> int:
        """The time that the store goes by, in milliseconds since the epoch."""
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass, for the store as for the test."""
        self.now += int(seconds * 1000)

    @abstractmethod
    def again(self) -> Store:
        """The same records through another store object, as another process would have it."""

    @abstractmethod
    def plant(self, session_id: str, text: str) -> None:
        """Put a text where the store keeps a record, as another program or an accident might."""

    def close(self) -> None:
        """The test is over."""
        self.store.close()


class MemoryBench(Bench):
    def __init__(self) -> None:
        super().__init__()
        self.store = MemoryStore(clock=self.clock)

    def again(self) -> Store:
        return self.store  # another process cannot share it

    def plant(self, session_id: str, text: str) -> None:
        kept = {id_: record.text for id_, record in self.store.all().items()}
        self.store = MemoryStore(clock=self.clock, records={**kept, session_id: text})


class SQLiteBench(Bench):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.path = folder / "sessions.db"
        self.store = self.again()

    def again(self) -> Store:
        return SQLiteStore(self.path, clock=self.clock, timeout=PATIENCE)

    def plant(self, session_id: str, text: str) -> None:
        import sqlite3

        connection = sqlite3.connect(self.path)
        with connection:  # a row has no text for the whole record, only columns
            cookie = f"no cookie: {text}"
            connection.execute(
                "INSERT INTO session VALUES (?, NULL, ?, '{}')", (session_id, cookie)
            )
        connection.close()


class _SlowRedisStore(RedisStore):
    """Keys live a thousand times as long, so that the time a test takes is nothing to them."""

    def _time_to_live(self, record: Record) -> int:
        return super()._time_to_live(record) * _SLOWER


_SLOWER = 1000


class RedisBench(Bench):
    """Redis has a clock of its own: turning ours shortens what each key has left."""

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__()
        self.client = client
        self._options = options
        self.touch_renews_record = options.get("refresh_on_touch", False)
        client.flushall()
        self.store = self.again()

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        for key in self.client.scan_iter(count=10_000):
            left = self.client.pttl(key)
            if left >= 0:
                self.client.pexpire(key, left - int(seconds * 1000) * _SLOWER)

    def again(self) -> Store:
        return _SlowRedisStore(self.client, clock=self.clock, **self._options)

    def plant(self, session_id: str, text: str) -> None:
        prefix = self._options.get("prefix", "sess:")
        self.client.set(f"{prefix}{session_id}", text)

    def close(self) -> None:
        """The client is the test run's."""
