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

BINARY = shutil.which("redis-server") or shutil.which("valkey-server")


def need_redis() -> None:
    """Skip visibly where there is no server; where the gate runs, that is a failure."""
    if BINARY is None:
        message = "redis-server is not installed: the tests of the Redis store can not run"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class RedisServer:
    """A server process; ``arguments`` are options of its command line."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.port = free_port()
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def client(self, **options: Any) -> Any:
        """A plain client, for looking behind the store's back."""
        return redis.Redis(host="127.0.0.1", port=self.port, **options)

    def start(self) -> None:
        assert BINARY is not None
        self.folder.mkdir(exist_ok=True)
        common = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        self._process = subprocess.Popen(
            [BINARY, *common, "--save", "", "--daemonize", "no", *self._arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._accepts, f"a redis-server on port {self.port}")

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

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


def wait_for(condition: Any, what: str, seconds: float = 20.0) -> None:
    """Until something outside is ready; that takes as long as it takes."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come in {seconds} seconds")
        time.sleep(0.01)
