"""Starts programs from outside and ends them: a Redis server of our own, and Node.

Rules
- Loopback only, a free port, and no file outside a temporary folder, which is removed at the end.
- Nothing is polled: a program reports on its standard output when it is ready.
- Every wait has a limit.  A program that ends or does not answer raises `ProgramFailed` (OSError).
- A program ends when its standard input does, so it also ends when we are killed.
"""

from __future__ import annotations

import json
import socket
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from sessionlab.demo.express.problems import ProgramFailed

HOST = "127.0.0.1"
PATIENCE = 30.0
"""Seconds for a program to start or to answer; long enough for a busy machine."""

_ATTEMPTS = 5
_LAST_LINES = 20
_UNTIL_INPUT_ENDS = (
    "/bin/sh",
    "-c",
    '"$@" & pid=$!; exec >&- 2>&-; read -r _; kill "$pid"; wait "$pid"',
    "sh",
)
"""Runs a program that ignores its input, and ends it when the input ends."""

_READY = "Ready to accept connections"
_TAKEN = "Address already in use"


class Program:
    """A process whose output is read line by line.

    ``ends_with_input``: it ends by itself when its standard input ends; else it is terminated.
    """

    def __init__(self, name: str, command: Sequence[str], *, ends_with_input: bool = True) -> None:
        self._name = name
        self._ends_with_input = ends_with_input
        self._process = subprocess.Popen(  # noqa: S603  no shell; the programs are the user's own
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._said: deque[str] = deque(maxlen=_LAST_LINES)
        self._complaints: deque[str] = deque(maxlen=_LAST_LINES)
        self._readers = [
            Thread(target=self._read_output, daemon=True),
            Thread(target=self._read_complaints, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def line(self) -> str:
        """The next line of its output.  Raises ProgramFailed."""
        try:
            line = self._lines.get(timeout=PATIENCE)
        except Empty:
            raise ProgramFailed(self._name, f"no answer within {PATIENCE:g} s") from None
        if line is None:
            self._readers[1].join(PATIENCE)
            raise ProgramFailed(self._name, self._last_words())
        return line

    def write(self, line: str) -> None:
        """Send it a line.  Raises ProgramFailed."""
        assert self._process.stdin is not None  # noqa: S101  asked for above
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except OSError:
            raise ProgramFailed(self._name, self._last_words()) from None

    def stop(self) -> None:
        """End it.  Stopping twice is no error."""
        if self._process.stdin is not None:
            _close(self._process.stdin)
        if not self._ends_with_input:
            self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for reader in self._readers:
            reader.join(PATIENCE)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                _close(stream)

    def has_said(self, words: str) -> bool:
        """Whether the last lines of its output have these words."""
        return any(words in line for line in self._said)

    def _last_words(self) -> str:
        """The first line with "Error" among its last lines, or else the last line."""
        lines = [line.strip() for line in (*self._said, *self._complaints) if line.strip()]
        errors = [line for line in lines if "Error" in line]
        return (errors or lines[-1:] or [""])[0]

    def _read_output(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  asked for above
        for line in self._process.stdout:
            self._said.append(line)
            self._lines.put(line)
        self._lines.put(None)

    def _read_complaints(self) -> None:
        assert self._process.stderr is not None  # noqa: S101  asked for above
        for line in self._process.stderr:
            self._complaints.append(line)


def _close(stream: Any) -> None:
    try:
        stream.close()
    except OSError:
        return  # nobody reads what was still to be written


class OwnRedis:
    """A Redis server that keeps everything in memory, until its ``with`` block ends.

    ``binary`` is redis-server or valkey-server.  Raises ProgramFailed.
    """

    def __init__(self, binary: str) -> None:
        self._folder = TemporaryDirectory(prefix="sessionlab-redis-")
        try:
            self.port = self._start(binary)
        except BaseException:
            self._folder.cleanup()
            raise

    @property
    def url(self) -> str:
        """Its URL, without a query."""
        return f"redis://{HOST}:{self.port}"

    def stop(self) -> None:
        """End it and remove its folder.  Stopping twice is no error."""
        self._program.stop()
        self._folder.cleanup()

    def __enter__(self) -> OwnRedis:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def _start(self, binary: str) -> int:
        """Start it on a free port; try another if the port was taken meanwhile."""
        attempts = count(1)
        while True:
            port = _free_port()
            # fmt: off
            self._program = Program(Path(binary).name, [
                *_UNTIL_INPUT_ENDS,
                binary, "--bind", HOST, "--port", str(port), "--dir", self._folder.name,
                "--save", "", "--appendonly", "no", "--daemonize", "no", "--logfile", "",
            ])
            # fmt: on
            try:
                while _READY not in self._program.line():
                    pass
                return port
            except ProgramFailed:
                self._program.stop()
                if next(attempts) == _ATTEMPTS or not self._program.has_said(_TAKEN):
                    raise


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class NodeServer:
    """A script in Node that serves HTTP and exchanges JSON lines with us.

    Its argument is ``settings``; its first line is ``{"port": …}``.  It answers each line from
    `ask` with any number of lines and a final ``{}``.  Raises ProgramFailed.
    """

    def __init__(self, node: str, script: Path, settings: Mapping[str, Any]) -> None:
        self._program = Program("node", [node, str(script), json.dumps(settings)])
        try:
            self.port: int = json.loads(self._program.line())["port"]
        except BaseException:
            self.stop()
            raise

    def ask(self, message: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Send a message; return the lines of its answer.  Raises ProgramFailed."""
        self._program.write(json.dumps(message))
        said: list[dict[str, Any]] = []
        while line := json.loads(self._program.line()):
            said.append(line)
        return said

    def stop(self) -> None:
        """End it.  Stopping twice is no error."""
        self._program.stop()

    def __enter__(self) -> NodeServer:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()
