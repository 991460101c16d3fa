"""A format is added by adding one file; its sentences may come later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.copies import Copy

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
def copy(tmp_path: Path) -> Copy:
    """The package, with one file more."""
    made = Copy(tmp_path)
    made.write("sessionlab/decode/formats/ticket.py", FORMAT)
    return made


@pytest.mark.parametrize("text", ["seat=tkt-123-3", "tkt-123-3", "my seat (tkt-123-3) is mine"])
def test_it_is_found_and_read_however_it_is_given(copy: Copy, text: str) -> None:
    (reading,) = json.loads(copy.run("inspect", text, "--json"))["cookies"]
    assert (reading["format"], reading["status"]) == ("train-ticket", "valid")
    assert [(part["role"], part["text"]) for part in reading["parts"]] == [
        ("data", "123"),
        ("check-digit", "3"),
    ]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_without_sentences_its_codes_are_shown(copy: Copy, language: str) -> None:
    out = copy.run("inspect", "seat=tkt-12-3", "--lang", language, code=1)
    for words in ("train ticket", "check digit wrong", "small number", "ticket number"):
        assert words in out
    assert "⇒" not in out  # nothing is claimed that no sentence says


def test_its_sentences_are_shown_where_they_are(copy: Copy) -> None:
    texts = "sessionlab/render/text/en/problems.toml"
    words = '\n[check-digit-wrong]\nwhat = "The check digit {found} is wrong."\n'
    copy.write(texts, (copy.folder / texts).read_text(encoding="utf-8") + words)
    for language in ("en", "ko"):
        out = copy.run("inspect", "seat=tkt-12-3", "--lang", language, code=1)
        assert "The check digit 3 is wrong." in out
