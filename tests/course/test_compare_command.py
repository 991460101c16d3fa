"""``sessionlab compare`` as a user runs it: a process of its own, its output and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tests
from sessionlab.cli.exit import Exit
from sessionlab.cli.progress import PATIENCE, Progress
from sessionlab.core.entries import Transcript
from sessionlab.render.catalogue import Catalogue

from .support import replayed, shipped

ROOT = Path(__file__).parents[2]


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The command's output as text, without colours, 170 cells wide."""
    return subprocess.run(
        [sys.executable, "-m", "sessionlab", "compare", *arguments],
        cwd=ROOT,
        env={**os.environ, "LANG": "en_US.UTF-8", "LC_ALL": "", "COLUMNS": "170", **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=tests.PATIENCE,
    )


def test_without_a_name_the_lessons_are_listed() -> None:
    done = run()
    assert done.returncode == Exit.OK
    assert [line.split(maxsplit=2) for line in done.stdout.splitlines()[:2]] == [
        ["03", "cookie-vs-session", "Data or a name tag?"],
        ["04", "session", "N번 접속: one address, two counters"],
    ]


def test_two_runs_print_the_same_bytes_and_nothing_on_stderr() -> None:
    one, other = (run("cookie-vs-session", "--wide") for _ in range(2))
    assert one.returncode == Exit.OK
    assert one.stdout == other.stdout
    assert one.stderr == other.stderr == ""
    assert "1000번 접속" in one.stdout


def test_json_has_the_transcripts_whole() -> None:
    done = run("cookie-vs-session", "--json")
    data = json.loads(done.stdout)
    assert (data["format"], data["lesson"]) == (1, "cookie-vs-session")
    assert [step["number"] for step in data["steps"]] == list(range(1, 12))
    for lane, transcript in zip(data["lanes"], replayed("cookie-vs-session"), strict=True):
        shared = {"format": data["format"], "lesson": data["lesson"]}
        read = Transcript.from_json({**shared, "lane": lane["id"], **lane})
        assert read == transcript
    rows = {score["row"]: score["cells"] for score in data["scores"]}
    assert [cell["code"] for cell in rows["changeable-by"]] == ["holder", "server", "server"]


def test_one_step_is_shown_after_the_whole_script_was_played() -> None:
    data = json.loads(run("session", "--step", "3", "--json").stdout)
    (lane,) = data["lanes"]
    assert {event["step"] for event in lane["events"]} == {3}
    assert "3번 접속" in run("session", "--step", "3").stdout


def test_lanes_are_chosen_and_ordered() -> None:
    data = json.loads(run("cookie-vs-session", "--lanes", "session,plain", "--json").stdout)
    assert [lane["id"] for lane in data["lanes"]] == ["session", "plain"]


def test_lanes_are_made_from_options() -> None:
    done = run("session", "--vary", "resave=true,false", "--vary", "rolling=true,false", "--json")
    lanes = json.loads(done.stdout)["lanes"]
    assert [lane["id"] for lane in lanes][1] == "resave=true rolling=false"
    sent = [
        sum(
            len(event["data"]["set_cookie"])
            for event in lane["events"]
            if event["kind"] == "response"
        )
        for lane in lanes
    ]
    assert sent == [5, 2, 5, 2], "rolling sends the cookie each time"


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [(("--lang", "ko"), {}), ((), {"LANG": "ko_KR.UTF-8"})],
)
def test_korean_is_chosen_by_option_or_locale(
    arguments: tuple[str, ...], environ: dict[str, str]
) -> None:
    assert "쿠키와 세션" in run(*arguments, **environ).stdout
    assert "앨리스가 처음 접속합니다" in run("session", *arguments, **environ).stdout
    assert "레슨" in run("--help", *arguments, **environ).stdout


@pytest.mark.parametrize(
    ("suffix", "begins"), [(".html", "<!doctype html>"), (".svg", "<svg"), (".txt", " N번")]
)
def test_a_file_is_written_instead_the_same_bytes_each_time(
    tmp_path: Path, suffix: str, begins: str
) -> None:
    files = [tmp_path / f"{name}{suffix}" for name in ("one", "other")]
    for file, columns in zip(files, ("40", "200"), strict=True):
        done = run("session", "--export", str(file), COLUMNS=columns)
        assert (done.returncode, done.stdout, done.stderr) == (Exit.OK, "", "")
    one, other = (file.read_text(encoding="utf-8") for file in files)
    assert one == other
    assert one.startswith(begins)
    assert "4번 접속" in one.replace("</i>", "").replace("</text>", "") or suffix != ".txt"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("cookie-vs-sesion",), "Did you mean 'cookie-vs-session'?"),
        (("session", "--lanes", "sesion"), "Did you mean 'session'?"),
        (("session", "--step", "6"), "its steps are 1 to 5"),
        (("session", "--step", "x"), "x"),
        (("session", "--vary", "rolling"), "resave=true,false"),
        (("session", "--vary", "rollin=true"), "did you mean rolling?"),
        (("session", "--lang", "fr"), "'fr'"),
        (("session", "--export", "a.pdf"), ".html, .svg"),
        (("session", "--nope"), "--nope"),
        (("a\x1b[31m",), r"\x1b[31m"),
    ],
)
def test_wrong_use_is_one_line_on_stderr_and_exit_code_2(
    arguments: tuple[str, ...], told: str
) -> None:
    done = run(*arguments)
    assert done.returncode == Exit.USAGE
    assert done.stdout == ""
    assert told in done.stderr
    assert done.stderr.startswith("sessionlab")
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


def test_a_file_that_can_not_be_written_is_no_traceback(tmp_path: Path) -> None:
    done = run("session", "--export", str(tmp_path / "nowhere" / "x.txt"))
    assert done.returncode == Exit.OUTSIDE
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1


# -- progress --------------------------------------------------------------------------------


class _Terminal:
    def __init__(self, *, real: bool) -> None:
        self.written = ""
        self._real = real

    def isatty(self) -> bool:
        return self._real

    def write(self, text: str) -> None:
        self.written += text

    def flush(self) -> None:
        pass


@pytest.mark.parametrize(
    ("terminal", "seconds", "shown"),
    [(True, PATIENCE, True), (True, PATIENCE - 0.01, False), (False, 60.0, False)],
)
def test_progress_is_shown_on_a_terminal_and_only_of_a_long_run(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, seconds: float, shown: bool
) -> None:
    now = [0.0]
    screen = _Terminal(real=terminal)
    monkeypatch.setattr("sessionlab.cli.progress.monotonic", lambda: now[0])
    scenario = shipped("session").scenario()
    with Progress(scenario, Catalogue("en"), screen) as progress:
        now[0] = seconds
        progress.tell(scenario.lanes[0], scenario.steps[0])
        progress.tell(scenario.lanes[0], scenario.steps[1])
    assert ("20 %  session, step 2" in screen.written) is shown
    assert screen.written.endswith("\r\x1b[K") is shown
