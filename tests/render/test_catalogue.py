"""The text catalogue: what it finds, and what stands for a sentence that is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessionlab.render import catalogue
from sessionlab.render.catalogue import Catalogue, language_of

FILES = {
    "en/told.toml": 'both = "in English"\nenglish = "only in English, {what}"\n[table]\nx = "y"\n',
    "ko/told.toml": 'both = "한국어로"\n',
}
spell_out = catalogue._spell_out


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """A Korean catalogue of two small files, as a user has it: nothing raises."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue, "_TEXT", tmp_path)
    monkeypatch.setattr(catalogue, "_topic", catalogue._topic.__wrapped__)
    monkeypatch.setattr(catalogue, "_spell_out", spell_out)
    return Catalogue("ko")


@pytest.mark.parametrize(
    ("key", "text", "is_there"),
    [
        ("told.both", "한국어로", True),
        ("told.english", "only in English, {what}", True),
        ("told.table.x", "y", True),
        ("told.table", "table", False),
        ("told.both.what", "both", False),
        ("told.reason.cookie-too-old", "cookie too old", False),
        ("told.verdict.my-format.valid", "valid", False),
        ("problems.seal-broken.what", "seal broken", False),
        ("told.a..b", "b", False),
        ("nowhere.a-code", "a code", False),
        ("../told.a-code", "a code", False),
    ],
)
def test_a_sentence_falls_back_to_english_and_then_to_its_code(
    told: Catalogue, key: str, text: str, is_there: bool
) -> None:
    assert told.text(key) == text
    assert told.has(key) is is_there


def test_the_fields_of_a_sentence_that_falls_back_are_filled_in(told: Catalogue) -> None:
    assert told.text("told.english", what="so") == "only in English, so"
    assert told.text("told.missing", what="so") == "missing"


def test_in_the_tests_a_missing_sentence_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"no sentence 'cli\.missing'"):
        Catalogue("en").text("cli.missing")


def test_a_language_that_is_not_there_is_an_error() -> None:
    with pytest.raises(LookupError, match="no language 'fr': there are en, ko"):
        Catalogue("fr")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "de_DE", "LC_MESSAGES": "KO"}, "ko"),
        ({"LC_ALL": "", "LANG": "ko"}, "ko"),
    ],
)
def test_the_locale_decides(environ: dict[str, str], language: str) -> None:
    assert language_of(environ) == language
