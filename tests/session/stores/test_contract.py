"""Each of our stores keeps the contract."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.stores.bench import Bench, MemoryBench, RedisBench, SQLiteBench
from tests.session.stores.conformance import StoreContract
from tests.session.stores.redis_server import RedisCluster, RedisServer, need_redis


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        bench = MemoryBench()
        yield bench
        bench.close()


class TestSQLiteStore(StoreContract):
    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[Bench]:
        bench = SQLiteBench(tmp_path)
        yield bench
        bench.close()


class TestRedisStore(StoreContract):
    @pytest.fixture
    def bench(self, redis_server: RedisServer) -> Bench:
        return RedisBench(redis_server.client())


class TestRedisStoreThatRefreshesOnTouch(StoreContract):
    @pytest.fixture
    def bench(self, redis_server: RedisServer) -> Bench:
        return RedisBench(redis_server.client(), refresh_on_touch=True)


class TestRedisStoreWithAPatternForAPrefix(StoreContract):
    @pytest.fixture
    def bench(self, redis_server: RedisServer) -> Bench:
        return RedisBench(redis_server.client(decode_responses=False), prefix="a*[b]?\\")


@pytest.fixture(scope="module")
def redis_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    need_redis()
    with RedisCluster(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


class TestRedisStoreOnACluster(StoreContract):
    @pytest.fixture
    def bench(self, redis_cluster: RedisCluster) -> Bench:
        return RedisBench(redis_cluster.client())
