"""``sessionlab serve`` as a process: what it prints, what it answers, how it ends."""

from __future__ import annotations

import http.client
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer
from typing import IO, Any

import pytest

from sessionlab.cli import run
from sessionlab.core.entries import Entry
from sessionlab.core.events import Event, RequestSent, ResponseReceived
from sessionlab.core.options import NoticeCode
from sessionlab.page.server import DemoServer
from sessionlab.render.catalogue import Catalogue
from tests import PATIENCE

COMMAND = (sys.executable, "-m", "sessionlab", "serve")
ENGLISH = Catalogue("en").text


def environment(**more: str) -> dict[str, str]:
    """This process's environment without what would change output, its buffering or language."""
    ours = (
        "COLUMNS",
        "FORCE_COLOR",
        "LANG",
        "LC_ALL",
        "LC_MESSAGES",
        "NO_COLOR",
        "PYTHONUNBUFFERED",
        "SESSIONLAB_LANG",
        "TERM",
    )
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"LANG": "C.UTF-8", "PYTHONUTF8": "1"} | more


class Serve:
    """A running ``sessionlab serve`` on a free port; killed if the test leaves it running."""

    def __init__(self, *arguments: str, stdout: Any = subprocess.PIPE, **env: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "--port", "0", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=environment(**env),
        )
        self._killer = Timer(PATIENCE, self.process.kill)
        self._killer.start()
        self.port = 0

    def __enter__(self) -> Serve:
        return self

    def __exit__(self, *exc: object) -> None:
        self._killer.cancel()
        self.process.kill()
        self.process.communicate()

    @property
    def out(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout

    @property
    def err(self) -> IO[bytes]:
        assert self.process.stderr is not None
        return self.process.stderr

    def started(self, stream: IO[bytes] | None = None) -> list[str]:
        """Everything up to the last line of the start; notes the port."""
        lines: list[str] = []
        last = (ENGLISH("serve.started.stop"), Catalogue("ko").text("serve.started.stop"))
        while not lines or lines[-1] not in last:
            line = (stream or self.out).readline()
            assert line, f"it ended: {self.process.communicate()}"
            lines.append(line.decode().rstrip("\n"))
            if found := re.fullmatch(r"express server on port (\d+)", lines[-1]):
                self.port = int(found[1])
        return lines

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str, str]:
        """Status, body and Set-Cookie of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, body, response.headers.get("Set-Cookie", "")

    def block(self) -> list[str]:
        """The next block on stdout, up to its Set-Cookie row."""
        lines = [self.out.readline().decode().rstrip("\n")]
        while "no Set-Cookie" not in lines[-1] and "HttpOnly" not in lines[-1]:
            lines.append(self.out.readline().decode().rstrip("\n"))
            assert lines[-1], "it ended"
        return lines

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Signal it; return the exit code and what it still said."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, (out or b"").decode(), err.decode()


@pytest.fixture
def serve() -> Iterator[Serve]:
    with Serve("--secret", "keyboard cat") as running:
        yield running


Refused = Callable[..., tuple[int, str]]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Refused:
    """Runs a command line that must not start a server; returns the code and the one line."""

    def started(*arguments: object) -> None:
        raise AssertionError("it started")

    def run_refused(*arguments: str) -> tuple[int, str]:
        code = run(["serve", *arguments])
        out, complaint = capfd.readouterr()
        assert out == ""
        assert complaint.count("\n") == 1, complaint
        assert "Traceback" not in complaint
        return code, complaint

    monkeypatch.setattr(DemoServer, "run", started)
    monkeypatch.setenv("SESSIONLAB_LANG", "en")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return run_refused


def test_it_says_where_it_is_as_in_the_post_and_counts(serve: Serve) -> None:
    lines = serve.started()
    assert lines[0] == f"express server on port {serve.port}"
    assert f"http://localhost:{serve.port}/session " in lines[2]
    assert serve.ask("/session")[:2] == (200, "1번 접속")


def test_each_request_appears_as_it_happens(serve: Serve) -> None:
    serve.started()
    _, _, line = serve.ask("/session")
    first = serve.block()
    assert re.fullmatch(r"── 1  GET /session ─+ 200  1번 접속 ──", first[0])
    assert max(map(len, first)) <= 80
    serve.ask("/session", Cookie=line.partition(";")[0])
    second = serve.block()
    assert re.fullmatch(r"── 2  GET /session ─+ 200  2번 접속 ──", second[0])
    assert any("count 1 → 2" in row for row in second)


def test_the_options_of_the_command_line_reach_the_session() -> None:
    flags = (
        "--secret new --secret old --name sid --max-age 60 --path /session --domain lab.example "
        "--same-site lax --no-http-only --priority high --partitioned --secure auto --rolling "
        "--resave --save-uninitialized --unset destroy --no-proxy --store memory:"
    )
    with Serve(*flags.split()) as serve:
        serve.started()
        _, _, line = serve.ask("/session")
        assert line.startswith("sid=s%3A")
        for part in ("Domain=lab.example", "Path=/session", "Expires=", "Partitioned"):
            assert part in line
        assert "Priority=High" in line
        assert "SameSite=Lax" in line
        assert "HttpOnly" not in line
        assert "Secure" not in line
        state = json.loads(serve.ask("/_sessionlab/state")[1])
    assert state["options"] == {
        "name": "sid",
        "secrets": 2,
        "resave": True,
        "save_uninitialized": True,
        "rolling": True,
        "unset": "destroy",
        "trust_proxy": False,
        "genid": None,
        "cookie": {
            "path": "/session",
            "domain": "lab.example",
            "max_age": 60,
            "http_only": False,
            "secure": "auto",
            "same_site": "lax",
            "partitioned": True,
            "priority": "high",
        },
    }


def test_a_pasted_options_object_is_taken_and_the_command_line_stands_over_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "options.json"
    pasted = {
        "secret": ["a", "b"],
        "name": "pasted",
        "secure": True,
        "resave": "false",
        "cookie": {"maxAge": 60_000, "path": "/session"},
    }
    file.write_text(json.dumps(pasted), encoding="utf-8")
    with Serve("--config", str(file), "--name", "flag", "--path", "/") as serve:
        serve.started()
        options = json.loads(serve.ask("/_sessionlab/state")[1])["options"]
        _, _, complaints = serve.stop()
    assert options["name"] == "flag"
    assert options["secrets"] == 2
    assert options["save_uninitialized"]  # express-session's default
    assert (options["cookie"]["path"], options["cookie"]["max_age"]) == ("/", 60)
    assert "secure has no effect there" in complaints
    assert 'resave is "false"' in complaints
    assert "saveUninitialized is not given" in complaints


def test_every_notice_has_a_sentence() -> None:
    for language in ("en", "ko"):
        for code in NoticeCode:
            sentence = Catalogue(language).text(f"serve.notice.{code}", option="o", found="f")
            assert "o" in sentence


def test_without_options_the_defaults_are_the_safe_ones_and_the_secret_is_random() -> None:
    with Serve() as one, Serve() as other:
        assert ENGLISH("serve.started.secret") in one.started()
        other.started()
        options = json.loads(one.ask("/_sessionlab/state")[1])["options"]
        assert not options["resave"]
        assert not options["save_uninitialized"]
        cookie = one.ask("/session")[2].partition(";")[0]
        assert other.ask("/session", Cookie=cookie)[1] == "1번 접속"
        other.block()
        assert one.ask("/session", Cookie=cookie)[1] == "2번 접속"


def test_sessions_in_a_file_outlive_the_server_which_closes_it_in_order(tmp_path: Path) -> None:
    arguments = ("--secret", "keyboard cat", "--store", f"sqlite:{tmp_path / 'sessions.db'}")
    with Serve(*arguments) as serve:
        serve.started()
        answer, cookie = serve.ask("/session")[1:]
        assert answer == "1번 접속"
        serve.stop()
    assert [file.name for file in tmp_path.iterdir()] == ["sessions.db"]
    with Serve(*arguments) as serve:
        serve.started()
        assert serve.ask("/session", Cookie=cookie.partition(";")[0])[1] == "2번 접속"


def test_json_is_one_event_a_line_and_nothing_else_on_stdout() -> None:
    with Serve("--json", "--secret", "keyboard cat") as serve:
        serve.started(serve.err)
        serve.ask("/session")
        entries: list[Entry[Event]] = []
        while not entries or not isinstance(entries[-1].event, ResponseReceived):
            entries.append(Entry.from_json(json.loads(serve.out.readline())))
        code, rest, _ = serve.stop()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert isinstance(entries[0].event, RequestSent)
    assert entries[0].event.path == "/session"
    assert entries[-1].event.body == "1번 접속"
    assert (code, rest) == (143, "")


def test_no_json_line_has_a_character_that_a_terminal_obeys() -> None:
    with Serve("--json") as serve:
        serve.started(serve.err)
        serve.ask("/session", Cookie="a=\x9b31m\x7f\xe2\x80\xae")
        line = serve.out.readline().decode()
    assert json.loads(line)["data"]["cookie_header"] == "a=\x9b31m\x7f\xe2\x80\xae"
    assert line.isascii()
    assert line.removesuffix("\n").isprintable()


def test_quiet_says_where_it_is_and_no_more() -> None:
    with Serve("--quiet") as serve:
        line = serve.out.readline().decode()
        serve.port = int(line.split()[-1])
        assert serve.ask("/session")[0] == 200
        assert line == f"express server on port {serve.port}\n"
        assert serve.stop()[:2] == (143, "")


@pytest.mark.parametrize(
    ("arguments", "env"), [(("--lang", "ko"), {}), ((), {"LANG": "ko_KR.UTF-8"})]
)
def test_it_speaks_korean_where_that_is_asked_for(
    arguments: tuple[str, ...], env: dict[str, str]
) -> None:
    korean = Catalogue("ko").text
    with Serve(*arguments, **env) as serve:
        assert korean("serve.started.stop") in serve.started()
        serve.ask("/session")
        lines = [serve.out.readline().decode() for _ in range(3)]
        assert korean("compare.row.sends") in lines[1]
        code, _, said = serve.stop()
    assert (code, said) == (143, f"{korean('serve.stopped.terminated')}\n")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_help_names_every_option_in_the_reader_s_language(language: str) -> None:
    shown = subprocess.run(
        [*COMMAND[:-1], "--lang", language, "serve", "--help"],
        capture_output=True,
        env=environment(COLUMNS="200"),
        timeout=PATIENCE,
        check=True,
    ).stdout.decode()
    path = Path(__file__).parents[2] / "sessionlab/render/text" / language / "serve.toml"
    texts = tomllib.loads(path.read_text(encoding="utf-8"))
    squeezed = "".join(shown.split())
    for option, sentence in texts["option"].items():
        assert f"--{option}" in shown
        assert "".join(sentence.split()) in squeezed


@pytest.mark.parametrize(
    ("number", "code", "key"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_a_signal_ends_it_with_one_line_and_frees_the_port(
    serve: Serve, number: int, code: int, key: str
) -> None:
    serve.started()
    serve.ask("/session")
    serve.block()
    ended, out, err = serve.stop(number)
    assert (ended, out, err) == (code, "", f"{ENGLISH(f'serve.stopped.{key}')}\n")
    with socket.create_server(("127.0.0.1", serve.port)):
        pass


def test_a_signal_ends_it_while_a_client_holds_a_connection_open(serve: Serve) -> None:
    serve.started()
    with socket.create_connection(("127.0.0.1", serve.port), PATIENCE) as half:
        half.sendall(b"GET /session HTTP/1.1\r\nHost: ")
        assert serve.ask("/session")[1] == "1번 접속"
        serve.block()
        assert serve.stop(signal.SIGINT)[0] == 130


def test_it_ends_by_itself_when_nobody_reads_its_output_any_more() -> None:
    with Serve() as serve:
        first = serve.out.readline()  # as `head -1` does
        serve.out.close()
        assert serve.process.wait(PATIENCE) == 141
        assert first.startswith(b"express server on port")
        assert serve.err.read().decode() == f"{ENGLISH('serve.stopped.reader-gone')}\n"


def test_a_reader_that_stops_reading_does_not_keep_it_from_ending() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    try:
        while True:
            os.write(write_end, b"x" * 65536)
    except BlockingIOError:
        os.set_blocking(write_end, True)
    with os.fdopen(read_end, "rb"), Serve("--json", stdout=write_end) as serve:
        os.close(write_end)
        serve.started(serve.err)
        with socket.create_connection(("127.0.0.1", serve.port), PATIENCE) as stuck:
            stuck.sendall(f"GET / HTTP/1.1\r\nHost: localhost:{serve.port}\r\n\r\n".encode())
            serve.ask("/_sessionlab/nothing")  # by now the first request is being told
            assert serve.stop()[0] == 143


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_taken_port_is_one_line_and_exit_3(serve: Serve, language: str) -> None:
    serve.started()
    done = subprocess.run(
        [*COMMAND, "--port", str(serve.port), "--lang", language],
        capture_output=True,
        env=environment(),
        timeout=PATIENCE,
        check=False,
    )
    said = Catalogue(language).text("serve.error.port-taken", host="127.0.0.1", port=serve.port)
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.decode() == f"sessionlab: {said}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "part"),
    [
        (["--host", "192.0.2.1"], 3, "192.0.2.1 is no address of this machine"),
        (["--host", "no-such-host.invalid"], 3, "no-such-host.invalid"),
        (["--host", "a" * 300], 3, "is no address of this machine"),
        (["--port", "65536"], 2, "--port"),
        (["--port", "x"], 2, "--port"),
        (["--unset", "keeep"], 2, "--unset"),
        (["--secure", "yes"], 2, "--secure"),
        (["--no-such-option"], 2, "--no-such-option"),
        (["extra"], 2, "extra"),
        (["--secret", ""], 2, "a secret is empty"),
        (["--name", "a b"], 2, "argument name is invalid"),
        (["--name", "a\r\nSet-Cookie: b=c"], 2, "argument name is invalid"),
        (["--path", "/\r\nX: y"], 2, "option path is invalid"),
        (["--path", "/; Domain=evil.example"], 2, "option path is invalid"),
        (["--domain", "evil example"], 2, "option domain is invalid"),
        (["--max-age", "nan"], 2, "max"),
        (["--store", "nowhere:"], 2, "no store has the URL 'nowhere:'"),
        (["--store", "sqlite:"], 2, "names no file"),
        (["--store", "sqlite:no-such-folder/sessions.db"], 3, "the folder of"),
        (["--store", "redis://127.0.0.1:1"], 3, "127.0.0.1:1 does not answer"),
        (["--workers", "2"], 2, "--workers"),
        (["--config", "no-such-file.json"], 2, "no-such-file.json can not be read"),
        (["--config", "/"], 2, "/ can not be read"),
    ],
)
def test_what_can_not_be_meant_is_one_line_and_the_right_exit_code(
    refused: Refused, arguments: list[str], code: int, part: str
) -> None:
    ended, complaint = refused("--port", "0", *arguments)
    assert (ended, part in complaint) == (code, True), complaint


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('{"secret": "x",}', "is no JSON: line 1, column 16"),
        ("{secret: 'x'}", "is no JSON: line 1, column 2"),
        ("[]", "holds no object"),
        ('{"secret": "x", "saveUninitialised": true}', "did you mean saveUninitialized?"),
        ('{"secret": "x", "cookie": {"max_age": 5}}', "did you mean cookie.maxAge?"),
        ('{"secret": 5}', "secret is of type int"),
        ('{"secret": "x", "store": {}}', "choose the store with --store"),
        ('{"secret": "x", "genid": "uuid"}', "genid in"),
        ('{"secret": "x", "cookie": {"path": "/\\r\\nX: y"}}', "option path is invalid"),
        ("[" * 100_000, "can not be read"),
        ("\x00", "is no JSON"),
    ],
)
def test_a_file_that_holds_no_options_says_what_is_wrong(
    refused: Refused, tmp_path: Path, text: str, part: str
) -> None:
    file = tmp_path / "options.json"
    file.write_text(text, encoding="utf-8")
    code, complaint = refused("--config", str(file), "--port", "0")
    assert (code, part in complaint) == (2, True), complaint


def test_a_public_address_is_said_and_its_json_view_stays_closed_to_others() -> None:
    with Serve("--host", "0.0.0.0") as serve:
        assert ENGLISH("serve.started.public", host="0.0.0.0") in serve.started()
        assert serve.ask("/session", Host="lab.example")[0] == 200
        assert serve.ask("/_sessionlab/state")[0] == 200
        assert serve.ask("/_sessionlab/state", Host="lab.example")[0] == 421


def test_the_server_listens_on_127_0_0_1_alone_and_for_its_own_names(serve: Serve) -> None:
    serve.started()
    assert serve.ask("/session", Host="evil.example")[0] == 421
    assert serve.ask("/session", Host=f"localhost:{serve.port}")[0] == 200
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.2", serve.port))


@pytest.mark.parametrize("path", ["/console", "/session?__debugger__=yes&cmd=resource&f=style.css"])
def test_there_is_no_debugger(path: str) -> None:
    with Serve(FLASK_DEBUG="1", WERKZEUG_DEBUG_PIN="off") as serve:
        serve.started()
        _, body, _ = serve.ask(path)
        assert "debugger" not in body.lower()


def test_logs_hold_whole_ids_nowhere_at_80_columns(serve: Serve) -> None:
    serve.started()
    _, _, line = serve.ask("/session")
    session_id, _, signature = line.partition("s%3A")[2].partition(";")[0].partition(".")
    text = "\n".join(serve.block())
    assert session_id not in text
    assert signature not in text


def in_terminal(*arguments: str, columns: int, cookie: bytes) -> str:
    """What a terminal of that width is sent while one request with this cookie is made."""
    ours, theirs = pty.openpty()
    with Serve(*arguments, stdout=theirs, TERM="xterm-256color", COLUMNS=str(columns)) as serve:
        os.close(theirs)
        shown = b""
        stop = ENGLISH("serve.started.stop").encode()
        while stop not in shown:
            shown += os.read(ours, 65536)
        found = re.search(rb"on port (\d+)", shown)
        assert found is not None
        serve.port = int(found[1])
        head = f"GET /session HTTP/1.1\r\nHost: localhost:{serve.port}\r\nCookie: ".encode()
        with socket.create_connection(("127.0.0.1", serve.port), PATIENCE) as sender:
            sender.sendall(head + cookie + b"\r\n\r\n")
            while sender.recv(65536):
                pass
        while b"HttpOnly" not in shown:
            shown += os.read(ours, 65536)
        os.close(ours)
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [80, 200])
def test_a_terminal_gets_colours_and_nothing_that_a_cookie_sent(columns: int) -> None:
    hostile = b"\x1b[2J\x1b]52;c;aGk=\x07\xc2\x9b31m\xe2\x80\xae[bold]x"
    text = in_terminal(columns=columns, cookie=b"a=" + hostile + b"; connect.sid=" + hostile)
    assert "\x1b[" in text  # colours of ours
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert [c for c in plain if c not in "\n" and not c.isprintable()] == []
    assert "⟨ESC⟩[2J" in plain
    assert "[bold]x" in plain
    assert max(len(line) for line in plain.split("\n")) <= max(columns, 90)


CONTROLLED = 'exec 0<>"$TTY" 1>&0 2>&0; trap : INT; "$@"; echo "code $?"'
"""A shell that makes a terminal its own, as the one in a terminal window, and runs a command."""


def test_ctrl_c_in_a_terminal_leaves_the_prompt_on_a_line_of_its_own() -> None:
    ours, theirs = pty.openpty()
    shell = subprocess.Popen(
        ["/bin/sh", "-c", CONTROLLED, "sh", *COMMAND, "--port", "0"],
        env=environment(TERM="xterm", TTY=os.ttyname(theirs)),
        start_new_session=True,
    )
    killer = Timer(PATIENCE, os.killpg, (shell.pid, signal.SIGKILL))
    killer.start()
    shown = b""
    while ENGLISH("serve.started.stop").encode() not in shown:
        shown += os.read(ours, 65536)
    os.write(ours, b"\x03")
    while b"code " not in shown:
        shown += os.read(ours, 65536)
    shell.wait(PATIENCE)
    killer.cancel()
    os.close(ours)
    os.close(theirs)
    assert shown.decode().endswith(f"^C\r\n{ENGLISH('serve.stopped.interrupted')}\r\ncode 130\r\n")
