"""Every code has its words in both languages, and there are no words without a code."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import sessionlab.render
from sessionlab.core.decide.codes import Outcome, Question, Reason
from sessionlab.core.events import Failed
from sessionlab.core.jar.codes import Refusal, SetOutcome, Withheld
from sessionlab.core.jar.cookie import CookieOrigin
from sessionlab.render.catalogue import LANGUAGES
from sessionlab.render.rows import ROWS
from sessionlab.transcript.findings import Code
from sessionlab.transcript.scoreboard import ScoreCode, ScoreRow

TEXT = Path(sessionlab.render.__file__).parent / "text"
WORDS = {
    ("reasons", "outcome"): Outcome,
    ("reasons", "outcome-short"): Outcome,
    ("reasons", "question"): Question,
    ("reasons", "reason"): Reason,
    ("reasons", "short"): Reason,
    ("compare", "row"): ROWS,
    ("compare", "nothing"): ROWS,
    ("compare", "refusal"): Refusal,
    ("compare", "withheld"): Withheld,
    ("compare", "kept"): SetOutcome,
    ("compare", "finding"): Code,
    ("compare", "score"): ScoreRow,
    ("compare", "score-cell"): ScoreCode,
    ("compare", "error"): Failed,
    ("compare", "origin"): set(CookieOrigin) - {CookieOrigin.SERVER},
}


def table(language: str, topic: str) -> dict[str, Any]:
    return tomllib.loads((TEXT / language / f"{topic}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("topic", "name"), WORDS)
def test_a_table_has_exactly_the_codes(language: str, topic: str, name: str) -> None:
    assert sorted(table(language, topic)[name]) == sorted(str(code) for code in WORDS[topic, name])


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_are_questions_and_sentences_end(language: str) -> None:
    found = table(language, "reasons")
    assert [text for text in found["question"].values() if not text.endswith("?")] == []
    whole = [*found["reason"].values(), *found["outcome"].values()]
    assert [text for text in whole if not text.endswith(".")] == []


@pytest.mark.parametrize("text", table("ko", "reasons")["reason"].values())
def test_korean_reasons_are_polite_sentences(text: str) -> None:
    assert text.endswith("니다.")
