"""Every code of the inspector has its words in both languages, and no words lack a code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import sessionlab.decode.formats
import sessionlab.render
from sessionlab.decode import Code, Role, Severity, Status
from sessionlab.decode.formats import formats
from sessionlab.decode.problems import Problem
from sessionlab.render.catalogue import LANGUAGES

TEXT = Path(sessionlab.render.__file__).parent / "text"
SOURCES = [*Path(sessionlab.decode.formats.__file__).parents[1].rglob("*.py")]
NAMES = [each.NAME for each in formats()]


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
    assert sorted(found) == sorted(Code)
    for code in Code:
        allowed = [{"what", "change"}]
        if Problem(code).severity is Severity.NOTE:
            allowed.append({"what"})
        assert set(found[code]) in allowed, code


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_format_has_its_title_and_a_verdict_for_each_status_it_gives(language: str) -> None:
    found = table(language, "inspect")
    assert sorted(found["format"]) == sorted(found["verdict"]) == sorted(NAMES)
    assert sorted(found["status"]) == sorted(Status)
    assert sorted(found["role"]) == sorted(Role)
    for name in ("express-session", "cookie-session"):
        assert sorted(found["verdict"][name]) == ["invalid", "unverified", "valid"]
    assert sorted(found["verdict"]["plain"]) == ["unsigned", "unverified"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_note_that_is_made_has_its_words(language: str) -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    made = set(re.findall(r'Note\(\s*"([a-z0-9-]+)"', source))
    ids = set(re.findall(r'\("([a-z0-9-]+)", (?:_HEX|"[^"]*"), \d+\)', source))
    assert ids
    made |= {f"id-{kind}" for kind in ids | {"express", "uuid", "other"}}
    assert sorted(table(language, "inspect")["note"]) == sorted(made)


@pytest.mark.parametrize("text", sentences(table("ko", "problems")).values())
def test_korean_sentences_are_polite(text: str) -> None:
    assert re.search(r"(니다|십시오|\{[a-z]+\}|FILE|\.\.)\.?$", text), text
