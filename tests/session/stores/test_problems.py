"""Each trouble of a store has its sentences, and none has a place for an ID."""

from string import Formatter

import pytest

from sessionlab.core.errors import StoreError, StoreUnavailable, StoreURLError
from sessionlab.render.catalogue import Catalogue
from sessionlab.session.stores.problems import SENTENCES, store_error, url_error

FIELDS = {"where", "what", "seconds", "found", "known", "near", "valid", "option"}


def fields_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("code", SENTENCES)
def test_a_sentence_has_a_translation_with_the_same_fields(code: str) -> None:
    korean = Catalogue("ko").text(f"store.error.{code}")
    assert fields_of(korean) == fields_of(SENTENCES[code]) <= FIELDS


@pytest.mark.parametrize("code", SENTENCES)
def test_an_error_carries_its_code_and_fields(code: str) -> None:
    fields = dict.fromkeys(fields_of(SENTENCES[code]), "<it>")
    if code.startswith("url-") or code == "no-redis":
        error: StoreError | StoreURLError = url_error(code, **fields)
        assert isinstance(error, StoreURLError)
    else:
        error = store_error(code, **fields)
        assert isinstance(error, StoreError)
    assert (error.code, error.fields) == (code, fields)
    assert str(error) == SENTENCES[code].format(**fields)


def test_what_may_pass_by_itself_is_unavailable() -> None:
    fields = dict.fromkeys(FIELDS, "<it>")
    passing = {
        code for code in SENTENCES if isinstance(store_error(code, **fields), StoreUnavailable)
    }
    assert passing == {
        *("locked", "gone", "slow", "loading", "no-primary", "cluster-down"),
        *("replica", "not-saving", "too-busy"),
    }
