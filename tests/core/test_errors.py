"""Errors: one base, evidence in attributes, and no secret in any message."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import sessionlab.core.errors as errors_module
from sessionlab.core.errors import (
    CookieError,
    NotASession,
    OptionsError,
    RecordError,
    SessionConflict,
    SessionDataError,
    SessionlabError,
    SessionNotFound,
    StoreError,
    StoreUnavailable,
    StoreURLError,
)
from sessionlab.core.options import CookieOptions, SessionOptions
from sessionlab.core.record import Record
from sessionlab.core.unset import UNSET, Unset
from sessionlab.core.wire.cookie_text import serialize_pair

# an error, the builtin that it also is, so that who does not know ours still catches it
ERRORS: dict[type[SessionlabError], tuple[SessionlabError, type[Exception]]] = {
    SessionlabError: (SessionlabError("no session"), Exception),
    OptionsError: (OptionsError("a secret is empty", "secrets"), ValueError),
    CookieError: (CookieError("path", "/;"), ValueError),
    SessionDataError: (SessionDataError("not JSON"), TypeError),
    RecordError: (RecordError("no record", "{"), ValueError),
    StoreError: (StoreError("no answer"), Exception),
    StoreUnavailable: (StoreUnavailable("no answer"), StoreError),
    StoreURLError: (StoreURLError("no such store", "scheme"), OptionsError),
    SessionNotFound: (SessionNotFound(), LookupError),
    SessionConflict: (SessionConflict(), RuntimeError),
    NotASession: (NotASession([]), TypeError),
}


def test_no_error_is_left_out_of_these_tests() -> None:
    public = [
        found
        for name, found in vars(errors_module).items()
        if isinstance(found, type) and issubclass(found, Exception) and not name.startswith("_")
    ]
    assert set(public) == set(ERRORS)


@pytest.mark.parametrize(("error", "builtin"), ERRORS.values(), ids=lambda e: type(e).__name__)
def test_an_error_is_one_of_ours_and_of_its_builtin(
    error: SessionlabError, builtin: type[Exception]
) -> None:
    assert isinstance(error, SessionlabError)
    assert isinstance(error, builtin)
    assert str(error)


@pytest.mark.parametrize(
    ("error", "evidence"),
    [
        (OptionsError("unknown", "cookie.max"), {"option": "cookie.max"}),
        (CookieError("priority", 5), {"part": "priority", "found": 5}),
        (RecordError("none", '{"a":'), {"record": '{"a":'}),
        (StoreError("full"), {"code": "failed", "fields": {}}),
        (StoreError("full", "disk-full", path="x"), {"code": "disk-full", "fields": {"path": "x"}}),
        (
            StoreURLError("no", "scheme", found="ftp"),
            {"option": "store", "code": "scheme", "fields": {"found": "ftp"}},
        ),
    ],
    ids=lambda found: type(found).__name__,
)
def test_the_evidence_stands_in_attributes(error: Exception, evidence: dict[str, Any]) -> None:
    assert {name: getattr(error, name) for name in evidence} == evidence


# Express's own words where it has some: applications look for them
WORDS = [
    (OptionsError("a secret is empty", "secrets"), "a secret is empty"),
    (CookieError("name", "a b"), "argument name is invalid: 'a b'"),
    (CookieError("val", "s:id"), "argument val is invalid"),
    (CookieError("domain", 5), "option domain is invalid: 5"),
    (RecordError("the record is no JSON", "{"), "the record is no JSON"),
    (StoreError("no answer", "away"), "no answer"),
    (StoreURLError("no such store", "scheme"), "no such store"),
    (SessionNotFound(), "failed to load session"),
]


@pytest.mark.parametrize(("error", "words"), WORDS, ids=lambda found: type(found).__name__)
def test_an_error_says_what_it_was_told_to(error: Exception, words: str) -> None:
    assert str(error) == words


def test_a_conflict_names_both_ways_out() -> None:
    assert "reload it" in str(SessionConflict())
    assert 'on_conflict="merge"' in str(SessionConflict())


def test_what_stood_in_the_place_of_the_session_is_named_by_its_type_alone() -> None:
    message = str(NotASession({"user": "alice", "card": "4111"}))
    assert message.startswith("the session was replaced by dict: change the session itself")
    assert message.endswith("or set it to None to unset it")
    assert "alice" not in message


SECRET = "correct-horse-battery-staple"
ID = "K2xFzQ0a7vG1dWm4tYb9Lc3pRs5uXe8h"


def broken_record() -> None:
    Record.from_text(f'{{"cookie":{{}},"token":"{SECRET}"').load()


def cookie_value_that_can_not_be_written() -> None:
    serialize_pair("connect.sid", f"s:{ID}\ud800.{SECRET}")


# what fails, and must not say with which secret, ID or data
FAILURES: dict[str, Any] = {
    "an ID that no cookie can hold": cookie_value_that_can_not_be_written,
    "a broken record": broken_record,
    "a record without a cookie": lambda: Record.from_text(f'{{"token":"{SECRET}"}}'),
    "a secret of a wrong type": lambda: SessionOptions(secrets=[[SECRET]]),
    "a secret in an object": lambda: SessionOptions.from_express({"secret": {"key": SECRET}}),
    "a secret in a list in a list": lambda: SessionOptions.from_express({"secret": [[SECRET]]}),
    "a secret and another fault": lambda: SessionOptions(secrets=SECRET, unset="gone"),
    "a secret beside an unknown name": lambda: SessionOptions.from_express(
        {"secret": SECRET, "secrets": SECRET}
    ),
    "a secret within cookie": lambda: SessionOptions.from_express(
        {"secret": "x", "cookie": {"secret": SECRET}}
    ),
}


@pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
def test_no_message_holds_a_secret_an_id_or_data(fail: Any) -> None:
    with pytest.raises(SessionlabError) as caught:
        fail()
    assert SECRET not in str(caught.value)
    assert ID not in str(caught.value)


def test_options_do_not_print_their_secrets() -> None:
    options = SessionOptions(secrets=[SECRET], cookie=CookieOptions(domain="example.org"))
    assert "example.org" in repr(options)
    assert SECRET not in repr(options)


def test_unset_is_one_thing_that_is_false_and_prints_its_name() -> None:
    assert not UNSET
    assert repr(UNSET) == "UNSET"
    assert Unset("UNSET") is UNSET
    assert pickle.loads(pickle.dumps(UNSET)) is UNSET
