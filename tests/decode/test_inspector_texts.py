"""Every code of the inspector has its words in both languages, and no words lack a code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import sessionlab.render
from sessionlab.decode import Role, Severity, Status, inspect_text
from sessionlab.decode.formats import formats
from sessionlab.decode.problems import GradedCode
from sessionlab.render.catalogue import LANGUAGES

from .test_plain_cookies import OTHER, PLAIN
from .test_session_ids import IDS
from .vectors import KEYS, SEALED, SECRET, SIGNED

TEXT = Path(sessionlab.render.__file__).parent / "text"
FORMATS = formats()
CODES = [code for enum in GradedCode.__subclasses__() for code in enum]
READINGS = [
    reading
    for text in (
        *(f"connect.sid={value}" for value in SIGNED.values()),
        *(f"connect.sid=s:{session_id}.{'A' * 43}" for session_id, _, _ in IDS),
        *(f"Cookie: {header}" for header in SEALED.values()),
        *(f"token={value}" for value in ("", *PLAIN, *(value for value, _ in OTHER))),
    )
    for secrets in ([], [SECRET, *KEYS])
    for reading in inspect_text(text, secrets).cookies
]
"""A reading of each kind."""


def table(language: str, topic: str) -> dict[str, Any]:
    return tomllib.loads((TEXT / language / f"{topic}.toml").read_text(encoding="utf-8"))


def sentences(found: dict[str, Any], above: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in found.items():
        if isinstance(value, dict):
            flat |= sentences(value, f"{above}{key}.")
        else:
            flat[above + key] = value
    return flat


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("topic", ["inspect", "problems"])
def test_both_languages_have_the_same_sentences_with_the_same_fields(topic: str) -> None:
    english, korean = (sentences(table(language, topic)) for language in LANGUAGES)
    assert list(english) == list(korean)
    assert [key for key in english if fields(english[key]) != fields(korean[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_says_what_it_is_and_what_to_change(language: str) -> None:
    found = table(language, "problems")
    assert sorted(found) == sorted(CODES)
    for code in CODES:
        allowed = [{"what", "change"}]
        if code.severity is Severity.NOTE:
            allowed.append({"what"})
        assert set(found[code]) in allowed, code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_format_has_its_title_and_a_verdict_for_each_status_it_gives(language: str) -> None:
    found = table(language, "inspect")
    assert set(found["format"]) == set(found["verdict"]) == {each.name for each in FORMATS}
    assert sorted(found["status"]) == sorted(Status)
    assert sorted(found["role"]) == sorted(Role)
    verdicts = {(name, status) for name, table in found["verdict"].items() for status in table}
    assert verdicts == {(reading.format, reading.status) for reading in READINGS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_that_is_made_has_its_words(language: str) -> None:
    made = {part.note for reading in READINGS for part in reading.parts}
    assert sorted(table(language, "inspect")["note"]) == sorted(made)


@pytest.mark.parametrize("text", sentences(table("ko", "problems")).values())
def test_korean_sentences_are_polite(text: str) -> None:
    assert re.search(r"(니다|십시오|\{[a-z]+\}|FILE|\.\.)\.?$", text), text
