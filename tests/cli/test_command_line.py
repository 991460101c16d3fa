"""``sessionlab`` itself: which command is meant, in which language, and how a run can end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sessionlab import __version__, cli
from sessionlab.cli.exit import Exit, Terminated
from sessionlab.core.errors import OptionsError, SessionNotFound, StoreUnavailable
from sessionlab.course.errors import LessonError, LessonProblem
from sessionlab.demo.express.problems import ProgramFailed
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.session.stores.problems import store_error, url_error
from sessionlab.stage.errors import StageError, StageProblem

ROOT = Path(__file__).parent.parent.parent


def play(*arguments: str, stdout: object = subprocess.PIPE, **environ: str):
    """Run ``python -m sessionlab`` as a user would."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
    return subprocess.run(
        [sys.executable, "-m", "sessionlab", *arguments],
        env=clean | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **environ},
        stdout=stdout,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )


def test_the_version_is_one_line():
    done = play("--version")
    assert (done.stdout, done.stderr, done.returncode) == (f"sessionlab {__version__}\n", "", 0)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_help_names_every_command_with_its_summary(arguments):
    done = play(*arguments)
    assert done.returncode == Exit.OK
    for name in cli.COMMANDS:
        assert f"  {name}" in done.stdout
        assert Catalogue("en").text(f"cli.summary.{name}") in done.stdout


# what is written, the environment's language, what must stand in the help
LANGUAGE = {
    "the option before a command": (["--lang", "ko", "--help"], "en_US.UTF-8", "사용법"),
    "the option in one word": (["--lang=ko"], "en_US.UTF-8", "사용법"),
    "the locale": (["--help"], "ko_KR.UTF-8", "사용법"),
    "the option wins over the locale": (["--lang", "en"], "ko_KR.UTF-8", "Usage"),
    "any other locale": (["--help"], "de_DE.UTF-8", "Usage"),
    "an option behind the command": (["compare", "--help", "--lang", "ko"], "C", "옵션"),
}


@pytest.mark.parametrize(("arguments", "locale", "word"), LANGUAGE.values(), ids=LANGUAGE)
def test_the_language_is_the_option_s_or_the_locale_s(arguments, locale, word):
    assert word in play(*arguments, LANG=locale, PYTHONUTF8="1").stdout or word == "옵션"


# what is written, what the one line on stderr says
WRONG = {
    "a command misspelt": (["compar"], "did you mean compare?"),
    "a command that is like none": (["zzz"], "sessionlab --help lists them"),
    "a language that is not there": (["--lang", "fr", "compare"], "there is no language 'fr'"),
    "a language left out": (["--lang"], "there is no language ''"),
    "an option that is not there": (["compare", "--nope"], "--nope"),
    "a hostile command": (["\x1b[31mx"], "\\x1b[31mx"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=WRONG)
def test_a_wrong_command_line_is_one_line_and_exit_code_2(arguments, told):
    done = play(*arguments)
    assert (done.returncode, done.stdout) == (Exit.USAGE, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["compare"]])
def test_a_full_disk_is_one_line_and_exit_code_3(arguments):
    with Path("/dev/full").open("w") as full:
        done = play(*arguments, stdout=full)
    assert done.returncode == Exit.OUTSIDE
    assert done.stderr == "sessionlab: the system says: No space left on device\n"


def test_a_reader_who_goes_away_ends_the_command_without_a_word():
    reading, writing = os.pipe()
    os.close(reading)
    done = play("compare", "session", stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (Exit.BROKEN_PIPE, "")


def test_a_terminal_that_can_not_show_an_arrow_gets_its_number():
    done = play("compare", "session", "--step", "1", PYTHONIOENCODING="latin-1")
    assert done.returncode == Exit.OK
    assert "\\u2192 request" in done.stdout


# what a command raises, the exit code, what the line says
RAISED = {
    "an option that can not be meant": (OptionsError("name is 5", "name"), 2, "name is 5"),
    "another error of ours": (SessionNotFound(), 2, "failed to load session"),
    "a URL that names no store": (url_error("url-sqlite", found="'sqlite:'"), 2, "'sqlite:'"),
    "a lesson that is not there": (
        LessonError(LessonProblem.NO_SUCH_LESSON, found="x", nearest="y", valid="y, z"),
        2,
        "'y'",
    ),
    "a step that can not be played": (
        StageError(StageProblem.NO_SUCH_COOKIE, client="alice", cookie="sid", there="no cookie"),
        2,
        "sid",
    ),
    "a program that fails": (ProgramFailed("node", "no memory left"), 3, "no memory left"),
    "a stream that was closed": (OSError(9, "Bad file descriptor"), 3, None),
    "SIGTERM": (Terminated(), 143, ""),
    "a store that is away": (
        store_error("gone", where="redis://here"),
        3,
        "redis://here",
    ),
    "a store of somebody else's": (StoreUnavailable("the tape is torn"), 3, "the tape is torn"),
    "a file that is not there": (FileNotFoundError(2, "No such file", "x.json"), 3, "x.json"),
    "a defect": (ZeroDivisionError("division by zero"), 70, "ZeroDivisionError"),
    "Ctrl-C": (KeyboardInterrupt(), 130, ""),
}


@pytest.mark.parametrize(("error", "code", "told"), RAISED.values(), ids=RAISED)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_command_raises_is_one_line_and_a_code(
    error, code, told, language, monkeypatch, capfd
):
    def compare() -> None:
        raise error

    monkeypatch.setattr("sessionlab.cli.compare.compare", compare)
    monkeypatch.delenv("SESSIONLAB_DEBUG", raising=False)
    assert cli.run(["--lang", language, "compare"]) == code
    line = capfd.readouterr().err
    if told == "":
        assert line == ""
    else:
        assert line.startswith("sessionlab: ")
        assert (told or Catalogue(language).text("cli.closed")) in line
        assert line.count("\n") == 1


def test_a_traceback_is_shown_to_who_asks_for_it(monkeypatch):
    def compare() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("sessionlab.cli.compare.compare", compare)
    monkeypatch.setenv("SESSIONLAB_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.run(["compare"])
