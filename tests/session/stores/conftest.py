"""One redis-server for the whole run."""

from collections.abc import Iterator

import pytest

from tests.session.stores.redis_server import RedisServer, need_redis


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    need_redis()
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server
