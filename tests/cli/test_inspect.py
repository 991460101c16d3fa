"""``sessionlab inspect`` as a user runs it: what it prints, where, and its exit code."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import sessionlab.cli.inspect_server as inspect_server
from sessionlab.cli import run
from sessionlab.cli.exit import Exit
from sessionlab.cli.inspect import LARGEST_INPUT
from sessionlab.core.wire import encode_component, sign
from tests import PATIENCE
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
ID = "K2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs15"
SECRET = "a secret of our own, long enough"
OTHER = "another secret, just as long as that"
COOKIE = "connect.sid=" + encode_component("s:" + sign(ID, SECRET))
SEEN = re.compile("\x1b\\[[0-9;]*m")
Inspect = Callable[..., tuple[int, str, str]]


@pytest.fixture
def inspect(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Inspect:
    """Run the command in this process: exit code, stdout and stderr."""
    monkeypatch.delenv("SESSIONLAB_SECRET", raising=False)
    monkeypatch.setenv("SESSIONLAB_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(inspect_server, "PATIENCE", PATIENCE)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")

    def command(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run(["inspect", *arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return command


def process(
    *arguments: str, stdin: bytes = b"", **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sessionlab", "inspect", *arguments],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", **environ},
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
    )


# -- a cookie -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([COOKIE, "--secret", SECRET], Exit.OK, "✓ valid"),
        ([COOKIE, "--secret", OTHER], Exit.CHECK_FAILED, "✗ invalid"),
        ([COOKIE], Exit.OK, "? unverified"),
        (["theme=dark"], Exit.OK, "○ unsigned"),
        (["connect.sid=hello"], Exit.CHECK_FAILED, "✗ invalid"),
        (["Set-Cookie: a=b; SameSite=None"], Exit.CHECK_FAILED, "SameSite=None"),
    ],
)
def test_the_exit_code_goes_with_the_verdict(
    inspect: Inspect, arguments: list[str], code: Exit, words: str
) -> None:
    found, out, err = inspect(*arguments)
    assert (found, err) == (code, "")
    assert words in out


def test_a_valid_cookie_shows_its_parts_and_that_it_is_no_secret(inspect: Inspect) -> None:
    _, out, _ = inspect(COOKIE, "--secret", SECRET)
    assert ID in out
    assert sign(ID, SECRET).rpartition(".")[2] in out
    assert "192 bits" in out
    assert "HMAC-SHA256" in out
    assert "Signed, not encrypted: anyone can read this." in out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "nothing to inspect"),
        ("hello", "no cookie in this text"),
        ("http://127.0.0.1:3000", "use --url"),
        ("curl http://127.0.0.1:3000", "sends no cookie"),
        ("curl -b jar.txt http://127.0.0.1:3000", "jar.txt"),
    ],
)
def test_a_text_without_a_cookie_is_wrong_use(inspect: Inspect, text: str, words: str) -> None:
    code, out, err = inspect(text)
    assert (code, out) == (Exit.USAGE, "")
    assert words in err
    assert err.count("\n") == 1


def test_the_language_can_be_chosen_in_both_places(inspect: Inspect) -> None:
    assert "유효함" in inspect(COOKIE, "--secret", SECRET, "--lang", "ko")[1]
    assert run(["--lang", "ko", "inspect", ""]) == Exit.USAGE
    assert inspect(COOKIE, "--lang", "xx")[0] == Exit.USAGE


# -- secrets --------------------------------------------------------------------------------------


def test_the_secret_that_fits_is_named_and_none_is_shown(
    inspect: Inspect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secrets.txt"
    file.write_text(f"\n{OTHER}\r\n{SECRET}\n", encoding="utf-8")
    cases = [
        (["--secret", SECRET], "--secret made this signature"),
        (["--secret", OTHER, "--secret", SECRET], "--secret number 2 made"),
        (["--secret-file", str(file)], f"line 3 of {file} made"),
        (["--secret", OTHER, "--secret-file", str(file)], f"line 3 of {file} made"),
    ]
    for arguments, words in cases:
        code, out, err = inspect(COOKIE, *arguments)
        assert code == Exit.OK
        assert words in out
        assert SECRET not in out + err
        assert OTHER not in out + err
    monkeypatch.setenv("SESSIONLAB_SECRET", SECRET)
    assert "SESSIONLAB_SECRET made this signature" in inspect(COOKIE)[1]


def test_a_file_without_secrets_is_wrong_use(inspect: Inspect, tmp_path: Path) -> None:
    empty, octets = tmp_path / "empty", tmp_path / "octets"
    empty.write_bytes(b"\n\n")
    octets.write_bytes(b"\xff\xfe\x00")
    for file, words in (
        (empty, "holds no secret"),
        (octets, "no UTF-8 text"),
        (tmp_path / "missing", "No such file"),
        (tmp_path, "directory"),
    ):
        code, out, err = inspect(COOKIE, "--secret-file", str(file))
        assert (code, out) == (Exit.USAGE, "")
        assert words in err


def test_an_empty_secret_is_a_variable_that_is_not_set(inspect: Inspect) -> None:
    code, _, err = inspect(COOKIE, "--secret", "")
    assert code == Exit.USAGE
    assert "is the variable behind it set?" in err


def test_a_secret_without_a_cookie_is_wrong_use(inspect: Inspect) -> None:
    assert inspect("--secret", SECRET)[0] == Exit.USAGE


# -- standard input -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "octets",
    [
        COOKIE.encode(),
        f"Cookie: {COOKIE}\r\n".encode(),
        b"\xef\xbb\xbf" + COOKIE.encode(),
        COOKIE.encode("utf-16"),
    ],
)
def test_standard_input_is_read(inspect: Inspect, octets: bytes) -> None:
    code, out, _ = inspect("-", "--secret", SECRET, stdin=octets)
    assert code == Exit.OK
    assert "✓ valid" in out


def test_input_that_is_not_utf8_is_read_and_said(inspect: Inspect) -> None:
    code, out, _ = inspect("-", stdin=b"a=\xff\xfe\x1b[31m")
    assert code == Exit.OK
    assert "no UTF-8" in out
    assert "⟨ESC⟩[31m" in out


def test_a_megabyte_is_read_and_more_than_any_request_is_not(inspect: Inspect) -> None:
    code, out, _ = inspect("-", "--secret", SECRET, stdin=b"connect.sid=s%3A" + b"x" * 2**20)
    assert code == Exit.CHECK_FAILED
    assert len(out) < 20_000
    code, out, err = inspect("-", stdin=b"a" * (LARGEST_INPUT + 1))
    assert (code, out) == (Exit.USAGE, "")
    assert "longer than" in err


# -- JSON -----------------------------------------------------------------------------------------


def test_json_has_everything_in_codes(inspect: Inspect) -> None:
    code, out, _ = inspect(f"{COOKIE}%3D", "--secret", SECRET, "--json")
    (cookie,) = json.loads(out)["cookies"]
    assert code == Exit.CHECK_FAILED
    assert (cookie["name"], cookie["status"], cookie["secret"]) == ("connect.sid", "invalid", None)
    assert [problem["code"] for problem in cookie["problems"]] == ["signature-padded"]
    assert cookie["repaired"] == COOKIE.partition("=")[2]
    assert [part["role"] for part in cookie["parts"]] == ["prefix", "id", "signature"]
    assert SECRET not in out


def test_json_of_a_text_without_a_cookie_says_so(inspect: Inspect) -> None:
    code, out, err = inspect("hello", "--json")
    assert (code, err) == (Exit.USAGE, "")
    data = json.loads(out)
    assert (data["cookies"], data["problems"][0]["code"]) == ([], "no-cookie-found")


def test_nothing_hostile_leaves_the_process() -> None:
    evil = "\x1b]0;x\x07\x9b31m\u202e\x7f[red]x[/red]"
    pairs = (
        f"Cookie: {evil}={evil}; connect.sid=s:{evil}.{evil}; session={evil}; session.sig={evil}"
    )
    for arguments in (["-"], ["-", "--json"], ["-", "--secret", evil], ["-", "--lang", "ko"]):
        done = process(*arguments, stdin=pairs.encode() + b"\xff\x80", FORCE_COLOR="1")
        shown = done.stdout.decode("utf-8")
        assert done.returncode in (Exit.OK, Exit.CHECK_FAILED), done.stderr
        bare = SEEN.sub("", shown)
        assert [each for each in bare if each != "\n" and not each.isprintable()] == []
        assert done.stderr == b""


# -- a running server -----------------------------------------------------------------------------

STATE: dict[str, Any] = {
    "options": {"name": "connect.sid", "secrets": 1, "cookie": {"path": "/"}},
    "store": {
        "kind": "MemoryStore",
        "connected": True,
        "size": 1,
        "records": [
            {
                "id": ID,
                "record": '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,'
                '"path":"/"},"user":"alice"}',
                "expires": None,
            }
        ],
        "next": None,
    },
}
STATE_TEXT = json.dumps(STATE).encode()
asked: list[str] = []
"""The paths that `serving` was asked for."""


@contextmanager
def serving(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A server that answers everything alike; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def listening(answer: bytes) -> Iterator[str]:
    """A socket that answers one connection with these octets, or with silence; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = []

        def accept() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            done.append(connection)
            if answer:
                connection.recv(65536)
                connection.sendall(answer)
                connection.close()

        thread = Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        for connection in done:
            connection.close()


def test_without_a_target_the_server_is_asked(inspect: Inspect) -> None:
    with serving(200, STATE_TEXT) as url:
        code, out, err = inspect("--url", url)
        assert (code, err) == (Exit.OK, "")
        for words in (ID, "alice", "Path=/; HttpOnly", "connect.sid", "never shown"):
            assert words in out
        assert inspect("--url", url.removeprefix("http://"))[0] == Exit.OK
        code, out, _ = inspect("--url", f"{url}/anything", "--json")
        assert (code, json.loads(out)) == (Exit.OK, {"url": url, **STATE})


def test_a_real_server_is_understood(inspect: Inspect) -> None:
    from werkzeug.test import Client

    from sessionlab.core.options import SessionOptions
    from sessionlab.page.eventlog import EventLog
    from sessionlab.page.guard import HostGuard
    from sessionlab.page.site import make_site

    site = make_site(SessionOptions(secrets=[SECRET]), HostGuard("127.0.0.1", 80), EventLog())
    client = Client(site)
    client.get("/session", base_url="http://127.0.0.1/")
    near = {"REMOTE_ADDR": "127.0.0.1"}
    state = client.get("/_sessionlab/state", base_url="http://127.0.0.1/", environ_overrides=near)
    with serving(200, state.data) as url:
        code, out, _ = inspect("--url", url)
    assert code == Exit.OK
    assert "Sessions in MemoryStore: 1" in out


def test_a_store_of_many_sessions_is_read_page_by_page(inspect: Inspect) -> None:
    more = {**STATE, "store": {**STATE["store"], "next": "100:an id & more"}}
    with serving(200, json.dumps(more).encode()) as url:
        _, out, _ = inspect("--url", url)
        assert "sessionlab inspect --after '100:an id & more'" in out
        asked.clear()
        for after in ("100:an id & more", "\udcff"):
            assert inspect("--url", url, "--after", after)[0] == Exit.OK
    pages = ("100%3Aan%20id%20%26%20more", "%FF")
    assert asked == [f"/_sessionlab/state?limit=100&after={page}" for page in pages]


def test_without_a_server_it_says_how_to_start_one(inspect: Inspect) -> None:
    code, out, err = inspect("--url", f"http://127.0.0.1:{free_port()}")
    assert (code, out) == (Exit.OUTSIDE, "")
    assert "sessionlab serve" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"not here"),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b'{"options":{},"store":{"records":[{"id":1}]}}'),
        (200, b'{"options":{},"store":{"records":[{"id":"a","record":"b","expires":"x"}]}}'),
        (200, b'{"options":{},"store":{"broken":[{"id":"a"}]}}'),
        (200, b'{"options":{},"store":{"broken":{}}}'),
        (200, b"[" * 100_000),
        (500, STATE_TEXT),
        (302, b""),
    ],
)
def test_another_server_is_named_as_such(inspect: Inspect, status: int, body: bytes) -> None:
    with serving(status, body, Location="http://evil.example/", Server="nginx\x1b[31m") as url:
        code, out, err = inspect("--url", url)
    assert (code, out) == (Exit.OUTSIDE, "")
    assert "no sessionlab server" in err
    assert f"HTTP {status}" in err
    assert "\x1b" not in err


def test_a_server_that_does_not_speak_http_is_named_as_such(inspect: Inspect) -> None:
    with listening(b"SSH-2.0-OpenSSH\r\n") as url:
        code, _, err = inspect("--url", url)
    assert code == Exit.OUTSIDE
    assert "no sessionlab server" in err


def test_silence_is_waited_for_no_longer_than_the_patience(
    inspect: Inspect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspect_server, "PATIENCE", 0.2)
    with listening(b"") as url:
        code, _, err = inspect("--url", url)
    assert code == Exit.OUTSIDE
    assert "no answer in" in err


def test_a_state_that_breaks_off_is_not_shown(inspect: Inspect) -> None:
    with listening(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + STATE_TEXT) as url:
        code, out, err = inspect("--url", url)
    assert (code, out) == (Exit.OUTSIDE, "")
    assert "no answer in" in err


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "http://", "http://user@127.0.0.1", "http://x:99999", "http://[", "http://a b"],
)
def test_an_invalid_url_is_wrong_use(inspect: Inspect, url: str) -> None:
    code, out, err = inspect("--url", url)
    assert (code, out) == (Exit.USAGE, "")
    assert "is no URL" in err


# -- what it costs --------------------------------------------------------------------------------


def modules_of(*arguments: str) -> set[str]:
    """The modules that are imported by a run of the command."""
    program = (
        "import sys\n"
        "from sessionlab.cli import run\n"
        f"run({['inspect', *arguments]!r})\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_a_cookie_costs_no_import_that_it_does_not_need() -> None:
    found = modules_of(COOKIE, "--secret", SECRET)
    heavy = {
        "werkzeug", "http.client", "logging", "email", "importlib.metadata", "asyncio", "ssl",
        "sessionlab.core.jar", "sessionlab.core.record", "sessionlab.core.events",
        "sessionlab.session", "sessionlab.demo", "sessionlab.page", "sessionlab.decode.curl",
        "sessionlab.cli.inspect_server", "rich.table", "rich.panel", "rich.markdown",
    }  # fmt: skip
    assert "rich.console" in found
    assert sorted(heavy & found) == []


def test_json_costs_no_rich() -> None:
    assert "rich.console" not in modules_of(COOKIE, "--json")
