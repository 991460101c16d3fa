"""Both languages say the same things."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import sessionlab.render
from sessionlab.render.catalogue import LANGUAGES
from sessionlab.session.stores.problems import SENTENCES

TEXT = Path(sessionlab.render.__file__).parent / "text"
TOPICS = sorted({path.stem for path in TEXT.rglob("*.toml")})


@cache
def sentences(language: str, topic: str) -> dict[str, str]:
    """Every sentence of a topic by its dotted key."""
    return _flat(tomllib.loads((TEXT / language / f"{topic}.toml").read_text(encoding="utf-8")))


def _flat(table: dict[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        found |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return found


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_are_two_languages() -> None:
    assert sorted(path.name for path in TEXT.iterdir() if path.is_dir()) == ["en", "ko"]
    assert sorted(LANGUAGES) == ["en", "ko"]


IN_THE_CODE = {"store": {f"error.{code}": sentence for code, sentence in SENTENCES.items()}}
"""The English of the stores' errors: a library's errors speak English by themselves."""


@pytest.mark.parametrize("topic", TOPICS)
def test_both_have_the_same_sentences_with_the_same_fields(topic: str) -> None:
    english = sentences("en", topic) | IN_THE_CODE.get(topic, {})
    korean = sentences("ko", topic)
    assert english.keys() == korean.keys()
    assert [key for key in english if _fields(english[key]) != _fields(korean[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_sentence_is_one(topic: str, language: str) -> None:
    found = sentences(language, topic)
    assert found
    assert [key for key, text in found.items() if not str(text).strip()] == []
    assert {type(text) for text in found.values()} == {str}
