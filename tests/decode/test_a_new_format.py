"""A format is added by adding one file; its sentences may come later."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import sessionlab

PACKAGE = Path(sessionlab.__file__).parent
FORMAT = '''
"""A ticket: ``tkt-NUMBER-CHECK``, the check being the number's last digit."""

import re

from sessionlab.decode.formats import Format
from sessionlab.decode.problems import GradedCode, Problem, Severity
from sessionlab.decode.results import CookiePart, Reading, Role, Status

LOOK = "tkt-[0-9]{1,9}-[0-9]"


class TicketProblem(GradedCode):
    CHECK_WRONG = "check-digit-wrong"
    SMALL = "small-number", Severity.NOTE


def read(given, others, secrets):
    if not re.fullmatch(LOOK, given.raw):
        return None
    _, number, check = given.raw.split("-")
    parts = (
        CookiePart(Role.DATA, number, "ticket-number", {"length": len(number)}),
        CookiePart("check-digit", check, "ticket-check"),
    )
    right = number[-1] == check
    problems = [] if right else [Problem(TicketProblem.CHECK_WRONG, {"found": check})]
    if len(number) < 3:
        problems.append(Problem(TicketProblem.SMALL))
    status = Status.VALID if right else Status.INVALID
    return Reading(FORMAT.name, status, given, given.raw, parts, tuple(problems))


FORMAT = Format("train-ticket", rank=5, read=read, bare=LOOK, inside=LOOK)
'''


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package, with one file more."""
    copytree(PACKAGE, tmp_path / "sessionlab", ignore=ignore_patterns("__pycache__", "_lessons"))
    (tmp_path / "sessionlab/decode/formats/ticket.py").write_text(FORMAT, encoding="utf-8")
    return tmp_path


def inspect(root: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "sessionlab", "inspect", *arguments],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root), "COLUMNS": "100"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.mark.parametrize("text", ["seat=tkt-123-3", "tkt-123-3", "my seat (tkt-123-3) is mine"])
def test_it_is_found_and_read_however_it_is_given(copy: Path, text: str) -> None:
    code, out = inspect(copy, text, "--json")
    (reading,) = json.loads(out)["cookies"]
    assert (code, reading["format"], reading["status"]) == (0, "train-ticket", "valid")
    assert [(part["role"], part["text"]) for part in reading["parts"]] == [
        ("data", "123"),
        ("check-digit", "3"),
    ]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_without_sentences_its_codes_are_shown(copy: Path, language: str) -> None:
    code, out = inspect(copy, "seat=tkt-12-3", "--lang", language)
    assert code == 1
    for words in ("train ticket", "check digit wrong", "small number", "ticket number"):
        assert words in out
    assert "⇒" not in out  # nothing is claimed that no sentence says


def test_its_sentences_are_shown_where_they_are(copy: Path) -> None:
    texts = copy / "sessionlab/render/text/en"
    with (texts / "problems.toml").open("a", encoding="utf-8") as file:
        file.write('\n[check-digit-wrong]\nwhat = "The check digit {found} is wrong."\n')
    for language in ("en", "ko"):
        _, out = inspect(copy, "seat=tkt-12-3", "--lang", language)
        assert "The check digit 3 is wrong." in out
