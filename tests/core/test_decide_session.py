"""The decisions about a session on the server, against express-session's own conditions.

The conditions are written down here a second time, as the formulas of its source, and compared
over all combinations of facts that can occur.
"""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab.core.decide import (
    CookieFacts,
    LoadFacts,
    Outcome,
    ReadFacts,
    Reason,
    StoreFacts,
    decide_cookie,
    decide_load,
    decide_read,
    decide_store,
)

from .fact_spaces import DECISIONS

# ---- express-session 1.19.0, index.js, in its own words


def session_of_the_request(f: ReadFacts) -> Outcome:
    """The middleware's head and getcookie()."""
    if not f.store_connected or not f.path_matches:
        return Outcome.NO_SESSION
    session_id = f.cookie_present and f.cookie_signed and f.signature_fits and f.has_id
    return Outcome.LOOK_UP if session_id else Outcome.NEW


def should_set_cookie(f: CookieFacts) -> bool:
    if not f.id_is_text:
        return False
    if not f.id_from_browser:
        return f.save_uninitialized or f.modified
    return f.rolling or (f.has_expiry and f.modified)


def on_headers(f: CookieFacts) -> bool:
    if not f.session_present or not should_set_cookie(f):
        return False
    return not (f.cookie_secure and not f.request_secure)


def should_destroy(f: StoreFacts) -> bool:
    return f.has_id and f.unset_destroys and not f.session_present


def should_save(f: StoreFacts) -> bool:
    if not f.id_is_text:
        return False
    if not f.save_uninitialized and not f.ever_saved and not f.id_from_browser:
        return f.modified
    return not f.saved_as_it_is


def should_touch(f: StoreFacts) -> bool:
    return f.id_is_text and f.id_from_browser and not should_save(f)


def end(f: StoreFacts) -> Outcome:
    if should_destroy(f):
        return Outcome.DESTROY
    if not f.session_present:
        return Outcome.LEAVE
    if should_save(f):
        return Outcome.SAVE
    return Outcome.TOUCH if f.store_can_touch and should_touch(f) else Outcome.LEAVE


# ---- all combinations


def test_the_request_is_read_as_express_session_reads_it() -> None:
    for facts in DECISIONS["read"].every():
        assert decide_read[facts].outcome is session_of_the_request(facts), facts


def test_the_cookie_is_sent_when_express_session_sends_it() -> None:
    for facts in DECISIONS["cookie"].every():
        if not facts.clears_cookie:
            expected = Outcome.SEND if on_headers(facts) else Outcome.WITHHOLD
            assert decide_cookie[facts].outcome is expected, facts


def test_the_safeguard_that_clears_the_cookie_concerns_only_a_session_that_is_gone() -> None:
    for facts in DECISIONS["cookie"].every():
        if facts.clears_cookie:
            without = decide_cookie[facts._replace(clears_cookie=False)]
            found = decide_cookie[facts]
            assert (found.outcome is Outcome.CLEAR) is not facts.session_present
            assert not facts.session_present or found.reason is without.reason


def test_the_store_is_settled_as_express_session_settles_it() -> None:
    compared = 0
    for facts in DECISIONS["store"].every():
        if facts.saved_as_it_is and not facts.ever_saved:
            continue  # nothing can be as it was saved that never was
        assert decide_store[facts].outcome is end(facts), facts
        compared += 1
    assert compared == 3 * 2 ** (len(StoreFacts._fields) - 2)


# ---- situations by name: facts that are not named are false

READ: dict[str, tuple[ReadFacts, Reason]] = {
    "the store is away": (
        ReadFacts(False, True, True, True, True, True),
        Reason.STORE_DISCONNECTED,
    ),
    "another path": (ReadFacts(True, False, True, True, True, True), Reason.PATH_OUTSIDE),
    "a first visit": (ReadFacts(True, True, False, False, False, False), Reason.NO_COOKIE),
    "a cookie of somebody else": (
        ReadFacts(True, True, True, False, True, True),
        Reason.NOT_SIGNED,
    ),
    "an edited cookie": (ReadFacts(True, True, True, True, False, False), Reason.BAD_SIGNATURE),
    "a cookie of ours": (ReadFacts(True, True, True, True, True, True), Reason.VALID_SIGNATURE),
    "a signature of nothing": (ReadFacts(True, True, True, True, True, False), Reason.EMPTY_ID),
}

LOAD: dict[str, tuple[LoadFacts, Reason]] = {
    "the store knows it": (LoadFacts(True, False), Reason.RECORD_FOUND),
    "the store does not": (LoadFacts(False, False), Reason.UNKNOWN_ID),
    "too old": (LoadFacts(True, True), Reason.OUTLIVED),
}

COOKIE: dict[str, tuple[dict[str, bool], Reason]] = {
    "logged out": ({}, Reason.NO_SESSION_NO_COOKIE),
    "logged out, and the cookie goes": ({"clears_cookie": True}, Reason.COOKIE_CLEARED),
    "an ID that is no text": ({"session_present": True}, Reason.ID_NOT_TEXT_NO_COOKIE),
    "a visitor who leaves nothing": (
        {"session_present": True, "id_is_text": True},
        Reason.NEW_UNINITIALIZED,
    ),
    "a visitor whose session holds something": (
        {"session_present": True, "id_is_text": True, "modified": True},
        Reason.NEW_MODIFIED_SENT,
    ),
    "a visitor who leaves nothing, kept all the same": (
        {"session_present": True, "id_is_text": True, "save_uninitialized": True},
        Reason.NEW_EMPTY_SENT,
    ),
    "a secure cookie that would go over http": (
        {"session_present": True, "id_is_text": True, "modified": True, "cookie_secure": True},
        Reason.SECURE_OVER_HTTP,
    ),
    "a second visit": (
        {"session_present": True, "id_is_text": True, "id_from_browser": True, "modified": True},
        Reason.BROWSER_HAS_IT,
    ),
    "a second visit while rolling": (
        {"session_present": True, "id_is_text": True, "id_from_browser": True, "rolling": True},
        Reason.ROLLING_SENT,
    ),
    "a change to a session with an expiry": (
        {
            "session_present": True,
            "id_is_text": True,
            "id_from_browser": True,
            "has_expiry": True,
            "modified": True,
        },
        Reason.EXPIRY_MOVED,
    ),
    "a look at a session with an expiry": (
        {"session_present": True, "id_is_text": True, "id_from_browser": True, "has_expiry": True},
        Reason.NOTHING_CHANGED,
    ),
}

THERE = {"session_present": True, "has_id": True, "id_is_text": True}
KNOWN = THERE | {"id_from_browser": True}
LOADED = KNOWN | {"ever_saved": True, "saved_as_it_is": True}
STORE: dict[str, tuple[dict[str, bool], Reason]] = {
    "unset, and the record stays": ({"has_id": True}, Reason.UNSET_KEPT),
    "unset, and the record goes": (
        {"has_id": True, "unset_destroys": True},
        Reason.UNSET_DESTROYED,
    ),
    "unset without an ID": ({"unset_destroys": True}, Reason.UNSET_NO_ID),
    "an ID that is no text": ({"session_present": True, "has_id": True}, Reason.ID_NOT_TEXT),
    "new and changed": (THERE | {"modified": True}, Reason.NEW_MODIFIED),
    "new and empty": (THERE, Reason.NEW_EMPTY_DROPPED),
    "new, empty and kept": (THERE | {"save_uninitialized": True}, Reason.NEW_EMPTY),
    "new and saved by hand": (
        THERE | {"ever_saved": True, "saved_as_it_is": True, "modified": True},
        Reason.SAVED_ALREADY,
    ),
    "new, saved by hand and then changed": (
        THERE | {"ever_saved": True, "modified": True},
        Reason.NEW_MODIFIED,
    ),
    "begun anew for a known visitor": (
        THERE | {"ever_saved": True, "modified": True, "resave": True},
        Reason.NEW_MODIFIED,
    ),
    "looked at, resave off": (LOADED | {"store_can_touch": True}, Reason.UNMODIFIED_TOUCHED),
    "looked at, a store that can not touch": (LOADED, Reason.UNMODIFIED_NO_TOUCH),
    "changed, resave off": (
        KNOWN | {"ever_saved": True, "modified": True, "store_can_touch": True},
        Reason.MODIFIED,
    ),
    "looked at, resave on": (KNOWN | {"resave": True, "store_can_touch": True}, Reason.RESAVED),
    "changed, resave on": (KNOWN | {"resave": True, "modified": True}, Reason.MODIFIED),
    "the request's ID set back to the browser's": (KNOWN, Reason.ID_REUSED),
}


@pytest.mark.parametrize(("facts", "reason"), READ.values(), ids=READ)
def test_why_a_request_is_read_so(facts: ReadFacts, reason: Reason) -> None:
    assert decide_read[facts].reason is reason


@pytest.mark.parametrize(("facts", "reason"), LOAD.values(), ids=LOAD)
def test_why_a_record_is_the_session_or_not(facts: LoadFacts, reason: Reason) -> None:
    assert decide_load[facts].reason is reason


def situation(facts: Any, named: dict[str, bool]) -> Any:
    return facts(**dict.fromkeys(facts._fields, False) | named)


@pytest.mark.parametrize(("named", "reason"), COOKIE.values(), ids=COOKIE)
def test_why_a_cookie_is_sent_or_not(named: dict[str, bool], reason: Reason) -> None:
    assert decide_cookie[situation(CookieFacts, named)].reason is reason


@pytest.mark.parametrize(("named", "reason"), STORE.values(), ids=STORE)
def test_why_the_store_is_asked_or_not(named: dict[str, bool], reason: Reason) -> None:
    assert decide_store[situation(StoreFacts, named)].reason is reason


def test_every_reason_of_these_moments_has_a_situation_by_name() -> None:
    tables: dict[str, Any] = {"read": READ, "load": LOAD, "cookie": COOKIE, "store": STORE}
    for name, table in tables.items():
        decision = DECISIONS[name]
        reachable = {decision.decide[facts].reason for facts in decision.every()}
        assert {reason for _, reason in table.values()} == reachable, name
