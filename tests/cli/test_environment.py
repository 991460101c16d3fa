"""Commands in this process, with streams, a clock and variables of the test's own."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessionlab import cli
from sessionlab.cli import COMMANDS, run
from sessionlab.cli.environment import Environment
from sessionlab.cli.exit import Exit
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.session.stores.sqlite import SQLiteStore
from tests.session.stores.conformance import record_of

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
PLAIN = {"LANG": "C.UTF-8", "COLUMNS": "100"}
LINE = ["a=1; Path=/; SameSite=Lax", "http://localhost:3000/"]


def play(
    *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] = PLAIN, now: int = NOW
) -> tuple[int, str, str]:
    """Run a command line; return its exit code and what it wrote to stdout and stderr."""
    out, err = StringIO(), StringIO()
    env = Environment(
        stdin=TextIOWrapper(BytesIO(stdin)),
        stdout=out,
        stderr=err,
        environ=environ,
        now=lambda: now,
    )
    return run(list(arguments), env), out.getvalue(), err.getvalue()


# what is typed, the exit code, what stdout has, what stderr has
PLAYED: dict[str, tuple[list[str], int, str, str]] = {
    "the version": (["--version"], 0, "sessionlab ", ""),
    "the help": (["--help"], 0, "Usage: sessionlab", ""),
    "a command's help": (["compare", "--help"], 0, "--export FILE", ""),
    "the lessons": (["compare"], 0, "cookie-vs-session", ""),
    "a lesson": (["compare", "session", "--step", "1"], 0, "1번 접속", ""),
    "a lesson as JSON": (["compare", "session", "--json"], 0, '"lesson": "session"', ""),
    "a cookie": (["inspect", "a=1"], 0, "○ unsigned", ""),
    "a cookie as JSON": (["inspect", "a=1", "--json"], 0, '"status": "unsigned"', ""),
    "no cookie": (["inspect", "hello"], 2, "", "sessionlab: "),
    "a line": (["explain", *LINE], 0, "Stored, and sent", ""),
    "a line as JSON": (["explain", *LINE, "--json"], 0, '"outcome": "stored"', ""),
    "no URL": (["explain", "a=1"], 2, "", "sessionlab: a=1: which URL"),
    "a store": (["prune", "--store", "sqlite:{folder}/x.db"], 0, "removed: 0", ""),
    "no store": (["prune", "--store", "sqlite:{folder}/y.db"], 3, "", "there is no database"),
    "no command": (["compar"], 2, "", "did you mean compare?"),
    "no option": (["compare", "--nope"], 2, "", "sessionlab: No such option"),
}


@pytest.mark.parametrize(("arguments", "code", "out", "err"), PLAYED.values(), ids=PLAYED)
def test_what_a_command_writes_goes_to_the_streams_it_was_given(
    arguments: list[str],
    code: int,
    out: str,
    err: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    SQLiteStore(tmp_path / "x.db").close()
    found = play(*(argument.format(folder=tmp_path) for argument in arguments))
    assert found[0] == code
    for written, expected in zip(found[1:], (out, err), strict=True):
        assert (expected in written) if expected else written == ""
    assert capfd.readouterr() == ("", "")


def test_input_comes_from_the_stream_it_was_given() -> None:
    assert '"name": "a"' in play("inspect", "-", "--json", stdin=b"a=1")[1]
    assert '"name": "a"' in play("explain", "-", LINE[1], "--json", stdin=b"a=1\n")[1]


def test_variables_come_from_the_environment_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSIONLAB_SECRET", "another one")
    cookie = "connect.sid=s%3Aabc.abc"
    for environ, names in ((PLAIN, []), ({**PLAIN, "SESSIONLAB_SECRET": "x"}, 1)):
        found = json.loads(play("inspect", cookie, "--json", environ=environ)[1])["secrets"]
        assert found == (names and ["SESSIONLAB_SECRET"])
    wide, narrow = (
        play("explain", *LINE, environ={**PLAIN, "COLUMNS": columns})[1]
        for columns in ("120", "60")
    )
    assert max(map(len, wide.splitlines())) == 120
    assert max(map(len, narrow.splitlines())) == 60


def test_the_time_comes_from_the_clock_it_was_given(tmp_path: Path) -> None:
    expires = "Set-Cookie: a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT"
    for now, inspected, explained in (
        (NOW - 1, "The browser keeps it until 2026-01-01", "✓ stored"),
        (NOW + 1, "The browser deletes it at once", "✗ not kept"),
    ):
        assert inspected in play("inspect", expires, now=now)[1]
        assert explained in play("explain", expires, LINE[1], now=now)[1]
    path = tmp_path / "sessions.db"
    store = SQLiteStore(path, clock=lambda: NOW - 1000)
    store.set("id", record_of(expires=NOW))
    store.close()
    for now, count in ((NOW - 1, 0), (NOW + 1, 1)):
        out = play("prune", "--store", f"sqlite:{path}", "--json", now=now)[1]
        assert json.loads(out) == {"removed": count}


# -- the language ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["compare"],
        ["compare", "session", "--step", "1"],
        ["compare", "sesion"],
        ["inspect", "a=1"],
        ["inspect", "hello"],
        ["explain", *LINE],
        ["explain", "a=1"],
        ["prune", "--store", "memory:"],
        ["serve", "--nope"],
        *([name, "--help"] for name in COMMANDS),
    ],
    ids=" ".join,
)
def test_the_language_means_the_same_wherever_it_stands(arguments: list[str]) -> None:
    korean = play("--lang", "ko", *arguments)
    assert re.search("[가-힣]", korean[1] + korean[2])
    assert play(*arguments, "--lang", "ko") == korean
    assert play(*arguments, "--lang=ko") == korean
    assert play("--lang", "en", *arguments, "--lang", "ko") == korean, "the last one counts"
    assert play(*arguments, environ={**PLAIN, "LANG": "ko_KR.UTF-8"}) == korean
    assert play(*arguments) != korean


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_language_is_the_same_complaint_everywhere(name: str) -> None:
    said = f"sessionlab: {Catalogue('en').text('cli.unknown-language', found='fr')}\n"
    for arguments in (["--lang", "fr", name], [name, "--lang", "fr"], [name, "--lang=fr"]):
        assert play(*arguments) == (Exit.USAGE, "", said)


def test_behind_a_double_dash_it_is_an_argument_like_any_other() -> None:
    code, _, err = play("inspect", "--", "--lang")
    assert code == Exit.USAGE
    assert Catalogue("en").text("problems.no-cookie-found.what") in err


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_a_sentence_for_every_option(name: str, language: str) -> None:
    """Also for ``--lang``, which no command declares."""
    _, out, _ = play(name, "--help", "--lang", language)
    words = "".join(out.split())
    table, about = COMMANDS[name]
    say = Catalogue(language).text
    assert "".join(say("cli.lang").split()) in words
    assert "".join(say(about).split()) in words
    options = re.findall(r"^  (?:-\w, )?--([a-z-]+)", out, re.MULTILINE)
    for option in set(options) - {"help", "lang"}:
        assert "".join(say(f"{table}.{option}").split()) in words


# -- JSON and complaints ---------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(VALUES, st.sampled_from([None, 2]))
@example({"\x7f": "\x9b\u202e"}, None)
def test_json_has_no_character_that_a_terminal_obeys(value: Any, indent: int | None) -> None:
    out = StringIO()
    Environment(stdout=out).write_json(value, indent=indent)
    text = out.getvalue().removesuffix("\n")
    assert json.loads(text) == value
    assert text.isascii()
    assert all(each.isprintable() or (each == "\n" and indent) for each in text)


EVIL = "\x1b]0;x\x07\x9b31m\u202e\x7f"


@pytest.mark.parametrize(
    "arguments",
    [
        [EVIL],
        ["--lang", EVIL],
        ["compare", EVIL],
        ["compare", "session", "--export", EVIL],
        ["compare", f"--{EVIL}"],
        ["inspect", "a=1", "--secret-file", EVIL],
        ["explain", "a=1", EVIL],
        ["prune", "--store", EVIL],
        ["serve", "--config", EVIL],
    ],
)
def test_a_complaint_shows_what_was_typed_and_obeys_none_of_it(arguments: list[str]) -> None:
    code, out, err = play(*arguments)
    assert (code, out) == (Exit.USAGE, "")
    assert err.startswith("sessionlab: ")
    assert err.endswith("\n")
    assert all(each.isprintable() for each in err[:-1])


# -- the frame is the only way out -----------------------------------------------------------

HELD = {"sys.stdin", "sys.stdout", "sys.stderr", "os.environ", "time.time", "print", "input"}


def test_no_command_reaches_for_a_stream_a_variable_or_the_clock() -> None:
    found = {
        f"{path.name}: {ast.unparse(node)}"
        for path in Path(cli.__file__).parent.glob("*.py")
        if path.name != "environment.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in HELD)
        or (
            isinstance(node, ast.ImportFrom)
            and node.module == "time"
            and node.names[0].name != "monotonic"
        )
    }
    assert found == set()
