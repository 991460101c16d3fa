"""A real redis-server of one's own, on a free port, in a folder of its own."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.cluster

from tests import PATIENCE
from tests.ports import free_port

BINARY = shutil.which("redis-server") or shutil.which("valkey-server")


def need_redis() -> None:
    """Skip visibly where there is no server; where the gate runs, that is a failure."""
    if BINARY is None:
        message = "redis-server is not installed: the tests of the Redis store can not run"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


class RedisServer:
    """A server process; ``arguments`` are options of its command line.

    With a configuration of sentinels it is a sentinel, with a port for its bus a cluster's node.
    """

    def __init__(
        self, folder: Path, *arguments: str, sentinel: str = "", cluster_port: int = 0
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self._arguments = arguments
        self._sentinel = sentinel
        self.cluster_port = cluster_port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """With patience: a busy server is no slow one."""
        return f"redis://127.0.0.1:{self.port}?timeout={PATIENCE}"

    def client(self, **options: Any) -> Any:
        """A plain client, to see what the store really did."""
        return redis.Redis(host="127.0.0.1", port=self.port, **options)

    def start(self) -> None:
        assert BINARY is not None
        self.folder.mkdir(exist_ok=True)
        common = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        if self._sentinel:
            configuration = self.folder / "sentinel.conf"
            configuration.write_text(self._sentinel)
            role = [str(configuration), "--sentinel"]
        else:
            role = ["--save", ""]
            if self.cluster_port:
                role += ["--cluster-enabled", "yes", "--cluster-port", str(self.cluster_port)]
        self._process = subprocess.Popen(
            [BINARY, *role, *common, *self._arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._accepts, f"a redis-server on port {self.port}")

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def signal(self, number: int) -> None:
        """Send the process a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """Kill it, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()


class RedisCluster:
    """Two servers that are a cluster, each with one half of the slots."""

    def __init__(self, folder: Path) -> None:
        self._nodes = [self._node(folder / f"node{number}") for number in range(2)]

    @staticmethod
    def _node(folder: Path) -> RedisServer:
        return RedisServer(folder, cluster_port=free_port())

    @property
    def url(self) -> str:
        return f"redis+cluster://127.0.0.1:{self._nodes[0].port}"

    def client(self) -> Any:
        node: Any = redis.cluster.ClusterNode
        return redis.cluster.RedisCluster(startup_nodes=[node("127.0.0.1", self._nodes[1].port)])

    def __enter__(self) -> "RedisCluster":
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self) -> None:
        for node in self._nodes:
            node.start()
        first, second = (node.client() for node in self._nodes)
        first.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 8191)
        second.execute_command("CLUSTER", "ADDSLOTSRANGE", 8192, 16383)
        port, bus = self._nodes[1].port, self._nodes[1].cluster_port
        first.execute_command("CLUSTER", "MEET", "127.0.0.1", port, bus)
        for client in (first, second):
            wait_for(lambda client=client: _is_whole(client), "a whole cluster")

    def __exit__(self, *error: object) -> None:
        for node in self._nodes:
            node.stop()


def _is_whole(client: Any) -> bool:
    return "cluster_state:ok" in str(client.execute_command("CLUSTER", "INFO"))


def wait_for(condition: Any, what: str) -> None:
    """Until something outside is ready; that takes as long as it takes."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come in {PATIENCE} seconds")
        time.sleep(0.01)
