"""Readers that go away, full disks, closed streams, odd widths: for every command alike."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from sessionlab.cli import COMMANDS
from sessionlab.cli.exit import Exit

from .test_serve import ENGLISH, Serve

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
COOKIE = (
    "connect.sid=s%3AK2xFq9vD0hTzYbN4mWcRjL7sGpUe3A8Q.R44uoJa98XLcFx2HXC6MIjO0flCxq8hjAYVRdo7QFYw"
)
LINES = ["a=1; SameSite=Lax", "http://localhost:3000/"]
STORE = ["--store", "sqlite:sessions.db"]

# Every way to make a command write: its table, its JSON, its help.
WRITING: dict[str, list[str]] = {
    "--version": ["--version"],
    "--help": ["--help"],
    "compare": ["compare"],
    "compare --json": ["compare", "--json"],
    "compare LESSON": ["compare", "session"],
    "compare LESSON --json": ["compare", "session", "--json"],
    "inspect": ["inspect", COOKIE],
    "inspect --json": ["inspect", COOKIE, "--json"],
    "explain": ["explain", *LINES],
    "explain --json": ["explain", *LINES, "--json"],
    "prune": ["prune", *STORE],
    "prune --json": ["prune", *STORE, "--json"],
} | {f"{name} --help": [name, "--help"] for name in COMMANDS}
writing = pytest.mark.parametrize("arguments", WRITING.values(), ids=WRITING)

# What writes more than a pipe of one page holds.
LONG: dict[str, list[str]] = {
    "compare": ["compare", "cookie-vs-session"],
    "compare --json": ["compare", "cookie-vs-session", "--json"],
    "inspect": ["inspect", "; ".join(f"name-{number}={COOKIE}" for number in range(20))],
    "inspect --json": [
        "inspect",
        "; ".join(f"n{number}={COOKIE}" for number in range(20)),
        "--json",
    ],
    "explain": ["explain", *[f"name-{number}=1; Secure" for number in range(40)], LINES[1]],
    "explain --json": ["explain", *[f"n{number}=1" for number in range(40)], LINES[1], "--json"],
}


def environ(**more: str) -> dict[str, str]:
    """A user's environment: English, nothing about widths, colours or buffers."""
    dropped = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PYTHONUNBUFFERED", "TERM")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in dropped and not name.startswith(("LC_", "LANG"))
    }
    return kept | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **more}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the commands run: there is a store in it."""
    from sessionlab.session.stores.sqlite import SQLiteStore

    SQLiteStore(tmp_path / "sessions.db").close()
    return tmp_path


def start(arguments: list[str], folder: Path, *, redirect: str = "", **more: Any) -> Any:
    """Start a command; ``redirect`` is what a shell does to its streams, as in ``>&-``."""
    command = [sys.executable, "-m", "sessionlab", *arguments]
    if redirect:
        command = ["/bin/sh", "-c", f'exec "$@" {redirect}', "sh", *command]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=folder, **({"env": environ()} | streams | more))


def ended(process: Any) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of a process that ends by itself."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, (out or b"").decode(), (err or b"").decode()


# -- the reader goes away --------------------------------------------------------------------


@writing
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["at the end", "at once"])
def test_a_reader_who_has_gone_ends_every_command_without_a_word(
    folder: Path, arguments: list[str], unbuffered: str
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    env = environ(PYTHONUNBUFFERED=unbuffered)
    process = start(arguments, folder, stdout=writing, env=env)
    os.close(writing)
    assert ended(process) == (Exit.BROKEN_PIPE, "", "")


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="a pipe's size cannot be set here")
@pytest.mark.parametrize("arguments", LONG.values(), ids=LONG)
def test_a_reader_who_goes_after_the_first_byte_ends_them_too(
    folder: Path, arguments: list[str]
) -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    process = start(arguments, folder, stdout=writing)
    os.close(writing)
    assert os.read(reading, 1)
    os.close(reading)
    assert ended(process) == (Exit.BROKEN_PIPE, "", "")


# -- streams that are full or closed ---------------------------------------------------------


full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")


@full
@writing
def test_a_full_disk_is_one_sentence_and_exit_code_3(folder: Path, arguments: list[str]) -> None:
    code, out, err = ended(start(arguments, folder, redirect=">/dev/full"))
    said = ENGLISH("cli.system", what="No space left on device")
    assert (code, out, err) == (Exit.OUTSIDE, "", f"sessionlab: {said}\n")


@writing
def test_a_closed_stdout_is_one_sentence_and_exit_code_3(
    folder: Path, arguments: list[str]
) -> None:
    code, out, err = ended(start(arguments, folder, redirect=">&-"))
    assert (code, out, err) == (Exit.OUTSIDE, "", f"sessionlab: {ENGLISH('cli.closed')}\n")


@pytest.mark.parametrize("arguments", [["inspect", "-"], ["explain", "-", LINES[1]]])
def test_a_closed_stdin_is_one_sentence_and_exit_code_3(folder: Path, arguments: list[str]) -> None:
    code, out, err = ended(start(arguments, folder, redirect="<&-"))
    assert (code, out, err) == (Exit.OUTSIDE, "", f"sessionlab: {ENGLISH('cli.closed')}\n")


@full
@pytest.mark.parametrize("redirect", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["inspect", COOKIE], Exit.OK),
        (["compare", "session", "--step", "1"], Exit.OK),
        (["compar"], Exit.USAGE),
        (["compare", "--nope"], Exit.USAGE),
        (["explain", "a=1"], Exit.USAGE),
        (["prune", "--store", "sqlite:absent.db"], Exit.OUTSIDE),
    ],
)
def test_a_stderr_that_takes_no_complaint_changes_nothing_else(
    folder: Path, redirect: str, arguments: list[str], code: Exit
) -> None:
    found, out, err = ended(start(arguments, folder, redirect=redirect))
    assert (found, err) == (code, "")
    assert (out != "") is (code == Exit.OK)


def test_no_file_of_ours_takes_the_place_of_a_closed_stream(folder: Path) -> None:
    """A database on descriptor 2 would get the complaints."""
    before = (folder / "sessions.db").read_bytes()
    code, _, _ = ended(start(["prune", *STORE], folder, redirect="<&- >&- 2>&-"))
    assert code == Exit.OUTSIDE
    assert (folder / "sessions.db").read_bytes()[:100] == before[:100]


@full
@pytest.mark.parametrize("redirect", [">/dev/full", ">&-"])
def test_a_server_whose_events_can_not_be_written_stops_and_says_why(
    folder: Path, redirect: str
) -> None:
    process = start(["serve", "--json", "--port", "0"], folder, redirect=redirect)
    port = int(process.stderr.readline().split()[-1])
    with closing(socket.create_connection(("127.0.0.1", port))) as client:
        client.sendall(f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        code, _, err = ended(process)
    key = "cli.closed" if "&-" in redirect else "cli.system"
    said = ENGLISH(key, what="No space left on device")
    assert (code, err.splitlines()[-1]) == (Exit.OUTSIDE, f"sessionlab: {said}")
    assert ENGLISH("serve.stopped.reader-gone") not in err


# -- the width -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect", COOKIE],
        ["explain", *LINES],
        ["compare", "session"],
        ["compare", "session", "--export", "lesson.txt"],
        ["prune", *STORE],
        *([name, "--help"] for name in COMMANDS),
    ],
    ids=" ".join,
)
def test_a_width_that_can_not_be_meant_counts_for_nothing(
    folder: Path, arguments: list[str]
) -> None:
    without = ended(start(arguments, folder))
    assert without[::2] == (Exit.OK, "")
    for columns in ("0", "-5", "²", "9" * 20):
        assert ended(start(arguments, folder, env=environ(COLUMNS=columns))) == without


@pytest.mark.parametrize("arguments", [["inspect", COOKIE], ["explain", *LINES], ["compare", "4"]])
def test_one_column_is_a_width(folder: Path, arguments: list[str]) -> None:
    assert ended(start(arguments, folder, env=environ(COLUMNS="1")))[::2] == (Exit.OK, "")


def test_a_server_shows_its_requests_at_any_width() -> None:
    with Serve(COLUMNS="0") as serve:
        serve.started()
        serve.ask("/session")
        assert max(map(len, serve.block())) <= 80


# -- signals ---------------------------------------------------------------------------------


@contextmanager
def silent_server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE)
        yield server


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, Exit.TERMINATED), (signal.SIGINT, Exit.INTERRUPTED)],
)
@pytest.mark.parametrize("command", [["explain"], ["inspect", "--url"], ["prune", "--store"]])
def test_a_signal_ends_a_command_that_waits(
    folder: Path, command: list[str], number: int, code: Exit
) -> None:
    with silent_server() as server:
        scheme = "redis" if command[0] == "prune" else "http"
        url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}/"
        process = start([*command, url], folder)
        connection, _ = server.accept()
        process.send_signal(number)
        assert ended(process) == (code, "", "")
        connection.close()


def test_a_signal_that_the_parent_wants_ignored_is_ignored(folder: Path) -> None:
    # Coverage would catch the signal in our place.
    unmeasured = {k: v for k, v in environ().items() if not k.startswith("COVERAGE")}
    with silent_server() as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        command = ["/bin/sh", "-c", 'trap "" TERM; exec "$@"', "sh", sys.executable]
        command += ["-m", "sessionlab", "inspect", "--url", url, "--json"]
        process = subprocess.Popen(command, cwd=folder, env=unmeasured, stdout=subprocess.PIPE)
        connection, _ = server.accept()
        process.send_signal(signal.SIGTERM)
        connection.close()
        # It goes on, and finds no answer.
        assert ended(process)[0] == Exit.OUTSIDE
