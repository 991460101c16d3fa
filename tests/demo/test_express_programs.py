"""Programs from outside: started, asked, ended, and told of when they fail.

The programs here are small scripts in Python that behave like Node and Redis, or misbehave.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sessionlab.demo.express import processes
from sessionlab.demo.express.problems import ProgramFailed
from sessionlab.demo.express.processes import HOST, NodeServer, OwnRedis
from tests import PATIENCE

ECHO = """
import json, sys
settings = json.loads(sys.argv[1])
print(json.dumps({"port": settings["port"]}), flush=True)
for line in sys.stdin:
    print(json.dumps({"heard": json.loads(line)}))
    print("{}", flush=True)
"""
REDIS = """
import socket, sys, threading
port = int(sys.argv[sys.argv.index("--port") + 1])
listening = socket.create_server(("127.0.0.1", port))
print("1:M * Server initialized")
print("1:M * Ready to accept connections tcp", flush=True)
accepted = listening.accept()
threading.Event().wait()
"""
TAKEN = """
import pathlib, sys
tries = pathlib.Path(__file__).with_suffix(".tries")
tries.write_text(tries.read_text() + sys.argv[4] + "\\n" if tries.exists() else sys.argv[4] + "\\n")
if len(tries.read_text().split()) < WANTED:
    print("1:M # bind: Address already in use")
    sys.exit(print("1:M # Failed listening on port, aborting."))
print("Ready to accept connections", flush=True)
sys.stdin.read()
"""


def script(folder: Path, text: str) -> Path:
    """A program of its own."""
    file = folder / "program"
    file.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    file.chmod(0o755)
    return file


def ends(connection: socket.socket) -> bool:
    """Whether the other side goes away; waits for it."""
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:  # before it had accepted us
        return True


# -- Node ------------------------------------------------------------------------------------


def test_a_node_server_says_its_port_and_answers_what_it_is_asked(tmp_path: Path) -> None:
    settings = {"port": 4711, "text": "한글 \ud83d"}
    with NodeServer(sys.executable, script(tmp_path, ECHO), settings) as server:
        assert server.port == 4711
        assert server.ask({"now": 1}) == [{"heard": {"now": 1}}]
        assert server.ask({"이름": "쿠키"}) == [{"heard": {"이름": "쿠키"}}]
    server.stop()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise SystemExit('node:1\\nError: Cannot find module\\n  at x')", "Error: Cannot find"),
        ("import sys; sys.stderr.write('one\\nand two\\n')", "and two"),
        ("print('this is no JSON, but the last thing said')", None),
        ("pass", ""),
    ],
)
def test_a_node_server_that_does_not_start_is_told_of_with_its_last_words(
    tmp_path: Path, text: str, said: str | None
) -> None:
    kind = ValueError if said is None else ProgramFailed
    with pytest.raises(kind) as caught:
        NodeServer(sys.executable, script(tmp_path, text), {})
    if said is not None:
        assert isinstance(caught.value, ProgramFailed)
        assert (caught.value.program, caught.value.said[: len(said) or None]) == ("node", said)


def test_a_node_server_that_ends_meanwhile_is_told_of(tmp_path: Path) -> None:
    file = script(tmp_path, ECHO.replace("for line in sys.stdin", "for line in ()"))
    with NodeServer(sys.executable, file, {"port": 1}) as server:
        with pytest.raises(ProgramFailed, match="node"):
            server.ask({"now": 1})
        with pytest.raises(ProgramFailed, match="node"):
            server.ask({"padding": "x" * 1_000_000})


def test_a_node_server_that_falls_silent_is_not_waited_for_without_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 0.05)
    with pytest.raises(ProgramFailed, match=r"no answer within 0\.05 s"):
        NodeServer(sys.executable, script(tmp_path, "import sys; sys.stdin.read()"), {})


# -- Redis -----------------------------------------------------------------------------------


def test_a_redis_of_our_own_ends_with_its_block_and_leaves_no_folder(tmp_path: Path) -> None:
    with OwnRedis(str(script(tmp_path, REDIS))) as server:
        assert server.url == f"redis://{HOST}:{server.port}"
        folder = Path(server._folder.name)
        assert folder.is_dir()
        connection = socket.create_connection((HOST, server.port), timeout=PATIENCE)
    with connection:
        assert ends(connection)
    assert not folder.exists()
    server.stop()


def test_a_redis_of_our_own_does_not_outlive_us_however_we_end(tmp_path: Path) -> None:
    starter = (
        "import sys, threading; from sessionlab.demo.express.processes import OwnRedis\n"
        "print(OwnRedis(sys.argv[1]).port, flush=True); threading.Event().wait()"
    )
    command = [sys.executable, "-c", starter, str(script(tmp_path, REDIS))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as us:
        assert us.stdout is not None
        port = int(us.stdout.readline())
        with socket.create_connection((HOST, port), timeout=PATIENCE) as connection:
            os.kill(us.pid, signal.SIGKILL)
            assert ends(connection)


def test_where_somebody_else_took_the_port_another_one_is_tried(tmp_path: Path) -> None:
    binary = script(tmp_path, TAKEN.replace("WANTED", "3"))
    OwnRedis(str(binary)).stop()
    assert len(binary.with_suffix(".tries").read_text().split()) == 3


def test_it_is_not_tried_for_ever(tmp_path: Path) -> None:
    binary = script(tmp_path, TAKEN.replace("WANTED", "99"))
    with pytest.raises(ProgramFailed, match="Failed listening"):
        OwnRedis(str(binary))
    assert len(binary.with_suffix(".tries").read_text().split()) == 5


def test_another_failure_is_not_tried_again(tmp_path: Path) -> None:
    text = (
        "import pathlib; p = pathlib.Path(__file__).with_suffix('.tries')\n"
        "p.write_text((p.read_text() if p.exists() else '') + 'x'); print('Can not open the log')"
    )
    binary = script(tmp_path, text)
    with pytest.raises(ProgramFailed, match="Can not open the log"):
        OwnRedis(str(binary))
    assert binary.with_suffix(".tries").read_text() == "x"
