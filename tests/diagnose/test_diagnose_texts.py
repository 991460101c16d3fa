"""Every code has its words in both languages, and there are no words without a code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import sessionlab.render
from sessionlab.core.jar import Relation, SetOutcome
from sessionlab.diagnose.address import AddressFault
from sessionlab.diagnose.ask import Trouble
from sessionlab.diagnose.causes import MENDS, Cause, Weight
from sessionlab.diagnose.find import find_causes
from sessionlab.diagnose.lines import Note
from sessionlab.diagnose.observe import VisitEnding
from sessionlab.render.catalogue import LANGUAGES

from .test_diagnose_causes import CASES

TEXT = Path(sessionlab.render.__file__).parent / "text"


def topic(language: str) -> dict[str, Any]:
    return tomllib.loads((TEXT / language / "explain.toml").read_text(encoding="utf-8"))


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


def test_both_languages_have_the_same_sentences_with_the_same_fields() -> None:
    english, korean = (sentences(topic(language)) for language in LANGUAGES)
    assert list(english) == list(korean)
    assert [key for key in english if fields(english[key]) != fields(korean[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table", "known"),
    [
        ("address", AddressFault),
        ("trouble", Trouble),
        ("note", Note),
        ("ending", VisitEnding),
        ("outcome", SetOutcome),
        ("relation", Relation),
        ("finding", Cause),
    ],
)
def test_a_table_has_exactly_the_codes(language: str, table: str, known: Any) -> None:
    assert sorted(topic(language)[table]) == sorted(each.value for each in known)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", Cause)
def test_every_cause_says_what_to_change_and_a_mend_has_a_sentence_before_it(
    language: str, cause: Cause
) -> None:
    found = topic(language)["finding"][cause]
    if cause.weight in (Weight.CAUSE, Weight.POSSIBLE):
        assert set(found) == {"what", "change"}
    if cause in MENDS:
        assert found["change"].endswith((":", ".", "=True)."))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_seen_fills_every_field_of_its_sentences(language: str) -> None:
    found = topic(language)["finding"]
    for case in CASES.values():
        for finding in find_causes(case.seen):
            for text in found[finding.cause].values():
                assert text.format(**finding.evidence)


@pytest.mark.parametrize(("key", "text"), sentences(topic("ko")).items())
def test_korean_sentences_are_polite(key: str, text: str) -> None:
    if key.startswith(("finding.", "note.", "barred.", "visit.", "result.")):
        assert re.search(r"(니다|십시오)(\([^()]*\))?\.$|개\.$|:$", text), text
