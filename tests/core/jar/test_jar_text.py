"""Every code of the jar has its sentences, in each language, and they fit the evidence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest

import sessionlab.render
from sessionlab.core.jar import (
    Refusal,
    RequestContext,
    SendWarning,
    SetOutcome,
    SetWarning,
    Withheld,
)
from sessionlab.render.catalogue import LANGUAGES, Catalogue

from .support import NOW, new_jar

_TABLES: list[tuple[str, type[StrEnum]]] = [
    ("outcome", SetOutcome),
    ("refusal.short", Refusal),
    ("refusal.reason", Refusal),
    ("set-warning.reason", SetWarning),
    ("withheld.short", Withheld),
    ("withheld.reason", Withheld),
    ("send-warning.reason", SendWarning),
]
_FIXES: list[tuple[str, type[StrEnum]]] = [
    ("refusal.fix", Refusal),
    ("set-warning.fix", SetWarning),
    ("withheld.fix", Withheld),
    ("send-warning.fix", SendWarning),
]


def _table(language: str, name: str) -> dict[str, str]:
    text = Path(sessionlab.render.__file__).parent / "text" / language / "jar.toml"
    found = tomllib.loads(text.read_text(encoding="utf-8"))
    for part in name.split("."):
        found = found[part]
    return found


def _values(codes: Iterable[StrEnum]) -> set[str]:
    return {code.value for code in codes}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("table", "codes"), _TABLES)
def test_every_code_has_its_sentence_and_no_sentence_is_left_over(
    language: str, table: str, codes: type[StrEnum]
) -> None:
    assert set(_table(language, table)) == _values(codes)
    for code in codes:
        assert Catalogue(language).text(f"jar.{table}.{code}").strip()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("table", "codes"), _FIXES)
def test_every_advice_belongs_to_a_code(language: str, table: str, codes: type[StrEnum]) -> None:
    assert set(_table(language, table)) <= _values(codes)
    assert set(_table(language, table)) == set(_table("en", table))


def test_every_refusal_says_what_to_change() -> None:
    assert set(_table("en", "refusal.fix")) == _values(Refusal)


def _fields(sentence: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(sentence) if field is not None}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("table", "codes"), _TABLES + _FIXES)
def test_a_sentence_mentions_only_what_the_verdict_knows(
    language: str, table: str, codes: type[StrEnum]
) -> None:
    jar, context = new_jar(), RequestContext("https://a.test/")
    verdict = jar.set("a=1", context, NOW)
    (sent,) = jar.select(context, NOW).verdicts
    known = verdict.evidence if codes in (Refusal, SetWarning, SetOutcome) else sent.evidence
    for code, sentence in _table(language, table).items():
        fields = _fields(sentence)
        assert fields <= set(known), code
        assert fields == _fields(_table("en", table)[code]), code


def test_the_evidence_is_what_was_read_and_asked() -> None:
    jar = new_jar()
    context = RequestContext(
        "http://www.a.test/x?q", "POST", initiator="https://b.test/y", top_level=False
    )
    line = "sid=été; Domain=.b.test; Path=z; Expires=x; Max-Age=1.5; SameSite=Foo; Foo; Bar; foo=1"
    assert jar.set(line, context, NOW).evidence == {
        "scheme": "http",
        "host": "www.a.test",
        "request_path": "/x",
        "method": "POST",
        "site": "http://a.test",
        "initiator": "https://b.test/y",
        "top_site": "https://b.test",
        "name": "sid",
        "size": "6",
        "domain": ".b.test",
        "path": "z",
        "expires": "x",
        "max_age": "1.5",
        "same_site": "Foo",
        "unknown": "foo, bar",
        "evicted": "0",
    }


def test_the_evidence_of_a_cookie_is_where_it_lives() -> None:
    jar, context = new_jar(), RequestContext("https://www.a.test/x")
    jar.set("sid=1; Domain=a.test; Path=/; Secure; Partitioned", context, NOW)
    (verdict,) = jar.select(context, NOW).verdicts
    assert verdict.evidence == {
        "scheme": "https",
        "host": "www.a.test",
        "request_path": "/x",
        "method": "GET",
        "site": "https://a.test",
        "initiator": "",
        "top_site": "https://a.test",
        "name": "sid",
        "domain": "a.test",
        "path": "/",
        "partition": "https://a.test",
    }


def test_a_hostile_line_is_text_in_the_evidence() -> None:
    verdict = new_jar().set("{host}=1; Domain={scheme}", RequestContext("https://a.test/"), NOW)
    sentence = Catalogue("en").text("jar.refusal.reason.domain-mismatch", **verdict.evidence)
    assert "Domain={scheme} does not cover" in sentence
