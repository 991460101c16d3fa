"""The demo under gunicorn, with the README's own command: two processes, one store."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Timer

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("gunicorn") is None, reason="gunicorn is not installed"
)

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PATIENCE = 30.0


@contextmanager
def running(arguments: list[str], folder: Path) -> Iterator[tuple[int, list[int]]]:
    """Gunicorn in a folder: its port, and the processes of its two workers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "GUNICORN_CMD_ARGS": "--bind 127.0.0.1:0"},
        stderr=subprocess.PIPE,
        text=True,
    )
    killer = Timer(PATIENCE, process.kill)
    killer.start()
    try:
        assert process.stderr is not None
        port, workers = 0, []
        while len(workers) < 2:
            line = process.stderr.readline()
            assert line, "gunicorn ended"
            if found := re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line):
                port = int(found[1])
            if found := re.search(r"Booting worker with pid: (\d+)", line):
                workers.append(int(found[1]))
        yield port, workers
    finally:
        killer.cancel()
        process.terminate()
        process.communicate()


@contextmanager
def asleep(worker: int) -> Iterator[None]:
    """A worker that answers nothing: every request goes to the other one."""
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def visit(port: int, cookie: str) -> tuple[str, str]:
    """The answer of ``/session``, and the cookie to come back with."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/session", headers={"Cookie": cookie} if cookie else {})
    response = connection.getresponse()
    body = response.read().decode()
    sent = response.headers.get("Set-Cookie")
    connection.close()
    return body, cookie if sent is None else sent.partition(";")[0]


def counts(arguments: list[str], folder: Path) -> list[str]:
    """What a visitor reads whose requests go to the second worker, the first, the second."""
    answers, cookie = [], ""
    with running(arguments, folder) as (port, (first, second)):
        for sleeper in (first, second, first):
            with asleep(sleeper):
                answer, cookie = visit(port, cookie)
            answers.append(answer)
    return answers


def test_two_processes_share_their_sessions_with_the_command_of_the_readme(tmp_path: Path) -> None:
    (command,) = re.findall(r"^    gunicorn (-w 2 .+)$", README, re.MULTILINE)
    assert counts(shlex.split(command), tmp_path) == ["1번 접속", "2번 접속", "3번 접속"]
    assert (tmp_path / "sessions.db").is_file()


def test_without_a_shared_store_each_process_counts_by_itself(tmp_path: Path) -> None:
    app = "sessionlab.demo.apps:demo_app('memory:', 'keyboard cat')"
    assert counts(["-w", "2", app], tmp_path) == ["1번 접속", "1번 접속", "1번 접속"]
