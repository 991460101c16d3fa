"""The decisions about a session sealed in its cookie, against cookie-session's own conditions."""

from __future__ import annotations

import pytest

from sessionlab.core.decide import (
    OpenFacts,
    Outcome,
    Reason,
    SealFacts,
    decide_open,
    decide_seal,
)

from .fact_spaces import DECISIONS

# ---- cookie-session 2.x and the cookies package, in their own words


def try_get_session(f: OpenFacts) -> bool:
    """cookies.get(name), which asks for the seal, and Session.deserialize."""
    value = f.cookie_present and f.seal_present and f.seal_fits
    return value and f.data_readable


def set_headers(f: SealFacts) -> Outcome:
    if not f.accessed:  # sess === undefined
        return Outcome.WITHHOLD
    if f.unset:  # sess === false
        return Outcome.CLEAR
    is_new, is_populated, is_changed = not f.was_there, f.has_data, f.changed
    return (
        Outcome.SEND if (not is_new or is_populated) and is_changed else Outcome.WITHHOLD
    )  # fmt: skip


def test_a_session_is_opened_when_cookie_session_opens_it() -> None:
    for facts in DECISIONS["open"].every():
        expected = Outcome.OPEN if try_get_session(facts) else Outcome.NEW
        assert decide_open[facts].outcome is expected, facts


def test_a_cookie_is_sealed_when_cookie_session_seals_it() -> None:
    for facts in DECISIONS["seal"].every():
        if not facts.was_there and not facts.changed:
            continue  # a new session has no earlier JSON to be equal to
        assert decide_seal[facts].outcome is set_headers(facts), facts


OPEN = {
    "a first visit": (OpenFacts(False, False, False, False), Reason.SEALED_NO_COOKIE),
    "the seal stripped": (OpenFacts(True, False, False, True), Reason.SEALED_WITHOUT_SEAL),
    "an edited cookie": (OpenFacts(True, True, False, True), Reason.SEALED_BAD_SEAL),
    "sealed, but no JSON": (OpenFacts(True, True, True, False), Reason.SEALED_UNREADABLE),
    "as it was sent": (OpenFacts(True, True, True, True), Reason.SEALED_OPENED),
}

SEAL = {
    "nobody asked for it": (SealFacts(False, False, True, True, True), Reason.SEALED_NOT_ACCESSED),
    "set to none": (SealFacts(True, True, True, False, True), Reason.SEALED_UNSET),
    "new and still empty": (SealFacts(True, False, False, False, True), Reason.SEALED_NEW_EMPTY),
    "new, with data": (SealFacts(True, False, False, True, True), Reason.SEALED_SENT),
    "read, not changed": (SealFacts(True, False, True, True, False), Reason.SEALED_UNCHANGED),
    "changed": (SealFacts(True, False, True, True, True), Reason.SEALED_SENT),
    "emptied": (SealFacts(True, False, True, False, True), Reason.SEALED_SENT),
}


@pytest.mark.parametrize(("facts", "reason"), OPEN.values(), ids=OPEN)
def test_why_a_sealed_cookie_is_opened_or_not(facts: OpenFacts, reason: Reason) -> None:
    assert decide_open[facts].reason is reason


@pytest.mark.parametrize(("facts", "reason"), SEAL.values(), ids=SEAL)
def test_why_a_sealed_cookie_is_sent_or_not(facts: SealFacts, reason: Reason) -> None:
    assert decide_seal[facts].reason is reason
