"""Every store of ours, for what has to hold over each of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.stores.bench import Bench, MemoryBench, RedisBench, SQLiteBench
from tests.session.stores.conftest import redis_server

__all__ = ["redis_server"]


@pytest.fixture(params=["memory", "sqlite", "redis", "redis that refreshes on touch"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """A store with a clock that can be turned, each in its turn."""
    name: str = request.param
    made: Bench
    if name == "memory":
        made = MemoryBench()
    elif name == "sqlite":
        made = SQLiteBench(tmp_path)
    else:
        client = request.getfixturevalue("redis_server").client()
        made = RedisBench(client, **({"refresh_on_touch": True} if "touch" in name else {}))
    yield made
    made.close()
