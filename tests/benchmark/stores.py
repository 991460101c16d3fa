"""What a session costs in each store, and how fast they are beside the bare statements.

    python -m tests.benchmark.stores [--sessions 1000000]

Each session's record has 176 bytes; a tenth of the sessions expire before `prune`.  Operations
are measured on random sessions, as medians of interleaved rounds, so that a busy machine slows
both; a ratio is the median of the rounds' ratios.  Beside SQLite stands its prepared statement,
beside Redis redis-py with the same command, beside memory a dict of tuples and, where Node and
express-session are there, express-session's MemoryStore.  The exit code is 1 where a limit is
missed.
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from sessionlab import MemoryStore, Record, Store
from sessionlab.core.record import CookieAttributes
from sessionlab.session.stores.sqlite import SQLiteStore

HERE = Path(__file__).parent
EXPRESS = HERE.parent / "express"
NOW = 1_767_225_600_000
HOUR = 3_600_000
ROUNDS = 101
SAMPLE = 200
"""Sessions a round."""
ATTRIBUTES = CookieAttributes(original_max_age=14 * 24 * HOUR)
"""All sessions of a configuration have the same."""
ROOM = 176 - len(Record(ATTRIBUTES, NOW, '{"data":""}').text)
LIMITS = {
    ("memory", "bytes"): 375.0,
    ("memory", "len, ms"): 1.0,
    ("sqlite", "bytes"): 270.0,
    ("sqlite", "get ratio"): 1.4,
    ("sqlite", "set ratio"): 1.4,
    ("redis", "get ratio"): 1.2,
    ("redis", "set ratio"): 1.2,
    ("redis", "touch ratio"): 1.2,
}
"""What each may be at most; the memory of a process is told exactly enough by many sessions."""
ENOUGH = 500_000


class Clock:
    """A clock that is turned before pruning."""

    now = NOW

    def __call__(self) -> int:
        return self.now


def make_record(random: Random, expires: int) -> Record:
    data = urlsafe_b64encode(random.randbytes(ROOM)).decode()[:ROOM]
    return Record(ATTRIBUTES, expires, f'{{"data":"{data}"}}')


def sessions(count: int) -> Iterator[tuple[str, Record]]:
    random = Random(5)
    for number in range(count):
        expires = NOW + (HOUR if number % 10 == 0 else 14 * 24 * HOUR) + number
        session_id = urlsafe_b64encode(random.randbytes(24)).decode()
        yield session_id, make_record(random, expires)


class Rival(NamedTuple):
    """The same three operations without a store; ``name`` is what they are."""

    name: str
    get: Callable[[str], object]
    set: Callable[[str, Record], object]
    touch: Callable[[str, Record], object]


def a_second(work: Callable[..., object], calls: list[tuple[Any, ...]]) -> float:
    begin = time.perf_counter()
    for call in calls:
        work(*call)
    return len(calls) / (time.perf_counter() - begin)


def operations(store: Store, rival: Rival, ids: list[str]) -> dict[str, float]:
    """Operations a second of both, and how many times the rival's time ours is."""
    random, found = Random(6), {}
    for name in ("get", "set", "touch"):
        ours: list[float] = []
        theirs: list[float] = []
        for number in range(ROUNDS):
            sides = [(getattr(store, name), ours), (getattr(rival, name), theirs)]
            for work, speeds in sides if number % 2 else reversed(sides):
                calls: list[tuple[Any, ...]] = [(id_,) for id_ in random.sample(ids, SAMPLE)]
                if name != "get":
                    calls = [(*call, make_record(random, NOW + 14 * 24 * HOUR)) for call in calls]
                speeds.append(a_second(work, calls))
        found[f"{name}/s"] = statistics.median(ours)
        found[f"{name}/s of {rival.name}"] = statistics.median(theirs)
        found[f"{name} ratio"] = statistics.median(
            their / our for our, their in zip(ours, theirs, strict=True)
        )
    return found


def once(work: Callable[[], object], name: str) -> dict[str, float]:
    """How many milliseconds something takes the first time."""
    begin = time.perf_counter()
    work()
    return {f"{name}, ms": (time.perf_counter() - begin) * 1000}


def many(store: Store, clock: Clock) -> dict[str, float]:
    cursor = store.page(None, 100).cursor
    found = once(lambda: len(store), "len") | once(lambda: store.page(cursor, 100), "page of 100")
    clock.now += 2 * HOUR
    before = len(store)
    found |= once(store.prune, "prune")
    assert len(store) == before
    return found


def resident() -> int:
    """The bytes of memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def memory(count: int) -> dict[str, float]:
    clock = Clock()
    store = MemoryStore(clock=clock)
    gc.collect()
    before = resident()
    for session_id, record in sessions(count):
        store.set(session_id, record)
    gc.collect()
    found = {"bytes": (resident() - before) / count}
    entries: dict[str, tuple[Any, str]] = {}
    ids = [session_id for session_id, _ in sessions(min(count, 100_000))]
    for session_id in ids:
        entries[session_id] = (NOW, "{}")

    def touch(session_id: str, record: Record) -> None:
        entries[session_id] = (record.expires, entries[session_id][1])

    rival = Rival(
        "a dict",
        entries.get,
        lambda id_, record: entries.__setitem__(id_, (record.expires, record.data)),
        touch,
    )
    return found | operations(store, rival, ids) | many(store, clock)


def sqlite(count: int, folder: Path) -> dict[str, float]:
    clock = Clock()
    store = SQLiteStore(folder / "store.db", clock=clock)
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = NORMAL")
    bare.execute(
        "CREATE TABLE session (id TEXT PRIMARY KEY, expires INTEGER, data TEXT) WITHOUT ROWID"
    )
    put = (
        "INSERT INTO session VALUES (?, ?, ?) ON CONFLICT (id)"
        " DO UPDATE SET expires = excluded.expires, data = excluded.data"
    )
    ids = []
    for session_id, record in sessions(count):
        ids.append(session_id)
        store.set(session_id, record)
        bare.execute(put, (session_id, record.expires, record.text))
    rival = Rival(
        "a statement",
        lambda id_: bare.execute(
            "SELECT expires, data FROM session WHERE id = ?", (id_,)
        ).fetchone(),
        lambda id_, record: bare.execute(put, (id_, record.expires, record.text)),
        lambda id_, record: bare.execute(
            "UPDATE session SET expires = ? WHERE id = ?", (record.expires, id_)
        ),
    )
    found = operations(store, rival, ids) | many(store, clock)
    bare.close()
    store.close()  # which writes the log into the file
    size = (folder / "store.db").stat().st_size
    return {"bytes": size / count} | found


def redis(count: int, folder: Path) -> dict[str, float] | None:
    """A redis-server of its own, where there is one."""
    if shutil.which("redis-server") is None:
        return None
    from sessionlab.session.stores.redis import RedisStore
    from tests.session.stores.redis_server import RedisServer

    with RedisServer(folder / "redis") as server:
        client = server.client(protocol=2)
        clock = Clock()
        store = RedisStore(client, clock=clock)
        before = client.info("memory")["used_memory"]
        ids = []
        pipe = client.pipeline(transaction=False)
        for session_id, record in sessions(count):
            ids.append(session_id)
            pipe.set(f"sess:{session_id}", record.text, ex=86_400)
            if len(ids) % 1000 == 0:
                pipe.execute()
        pipe.execute()
        found = {"bytes": (client.info("memory")["used_memory"] - before) / count}
        rival = Rival(
            "redis-py",
            lambda id_: client.get(f"sess:{id_}"),
            lambda id_, record: client.set(f"sess:{id_}", record.text, ex=86_400),
            lambda id_, record: client.expire(f"sess:{id_}", 86_400),
        )
        return found | operations(store, rival, ids) | many(store, clock)


def node(count: int) -> dict[str, float] | None:
    """express-session's MemoryStore, where it can be run."""
    if shutil.which("node") is None or not (EXPRESS / "node_modules/express-session").exists():
        return None
    done = subprocess.run(
        ["node", "--expose-gc", "--max-old-space-size=8192", str(HERE / "stores.js"), str(count)],
        cwd=EXPRESS,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def limit_of(name: str, what: str, count: int) -> float | None:
    return None if what == "bytes" and count < ENOUGH else LIMITS.get((name, what))


def show(name: str, found: dict[str, float] | None, count: int) -> None:
    print(f"\n{name}")
    if found is None:
        print("  not installed here")
        return
    for what, value in found.items():
        limit = limit_of(name, what, count)
        told = "" if limit is None else f"   at most {limit:g}"
        told += "" if limit is None or value <= limit else "   MISSED"
        print(f"  {what:34}{value:>14,.2f}{told}")


def main() -> int:
    """Print the table; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark.stores")
    parser.add_argument("--sessions", type=int, default=100_000)
    count = parser.parse_args().sessions
    print(f"{count:,} sessions of 176 bytes")
    results: dict[str, dict[str, float] | None] = {"memory": memory(count)}
    show("memory", results["memory"], count)
    with tempfile.TemporaryDirectory() as folder:
        results["sqlite"] = sqlite(count, Path(folder))
        show("sqlite", results["sqlite"], count)
        results["redis"] = redis(count, Path(folder))
        show("redis", results["redis"], count)
    show("MemoryStore of express-session", node(count), count)
    missed = [
        (name, what)
        for name, found in results.items()
        for what, value in (found or {}).items()
        if (limit := limit_of(name, what, count)) is not None and value > limit
    ]
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
