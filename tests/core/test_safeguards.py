"""The opt-in safeguards: what they are given, and what they make of a conflict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.decide import ConflictFacts, Outcome, Reason, decide_conflict
from sessionlab.core.errors import OptionsError
from sessionlab.core.safeguards import (
    CREATED_KEY,
    OnConflict,
    Safeguards,
    check_prefix,
    merge,
)
from sessionlab.core.unset import UNSET

# a sentence, (there, may revive, merges, reports), the reason, the outcome
CONFLICTS: dict[str, tuple[ConflictFacts, Reason, Outcome]] = {
    "destroyed, and it may come back": (
        ConflictFacts(False, True, True, False), Reason.REVIVED, Outcome.SAVE
    ),
    "destroyed, and it stays so": (
        ConflictFacts(False, False, True, False), Reason.DESTROYED_MEANWHILE, Outcome.LEAVE
    ),
    "changed, and the last writer wins": (
        ConflictFacts(True, False, False, False), Reason.OVERWRITTEN, Outcome.SAVE
    ),
    "changed, and the two are merged": (
        ConflictFacts(True, False, True, False), Reason.MERGED, Outcome.SAVE
    ),
    "changed, and that is reported": (
        ConflictFacts(True, False, False, True), Reason.CONFLICT_REPORTED, Outcome.LEAVE
    ),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "reason", "outcome"), CONFLICTS.values(), ids=CONFLICTS)
def test_what_is_done_when_somebody_else_wrote_meanwhile(
    facts: ConflictFacts, reason: Reason, outcome: Outcome
) -> None:
    verdict = decide_conflict[facts]
    assert (verdict.reason, verdict.outcome) == (reason, outcome)


# a sentence, the base, mine, theirs, the three together
MERGES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "nobody changed anything": ({"a": 1}, {"a": 1}, {"a": 1}, {"a": 1}),
    "each added a key": ({}, {"a": 1}, {"b": 2}, {"b": 2, "a": 1}),
    "each changed another key": (
        {"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1, "b": 2}, {"a": 2, "b": 2}
    ),
    "both changed one key: mine": ({"a": 1}, {"a": 2}, {"a": 3}, {"a": 2}),
    "I deleted, they left it": ({"a": 1}, {}, {"a": 1}, {}),
    "I deleted, they changed it: mine": ({"a": 1}, {}, {"a": 2}, {}),
    "they deleted, I left it": ({"a": 1}, {"a": 1}, {}, {}),
    "they deleted, I changed it: mine": ({"a": 1}, {"a": 2}, {}, {"a": 2}),
    "true is not one": ({"a": 1}, {"a": True}, {"a": 1}, {"a": True}),
    "lists are taken whole": ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 3]}, {"a": [1, 2]}),
}  # fmt: skip


@pytest.mark.parametrize(("base", "mine", "theirs", "merged"), MERGES.values(), ids=MERGES)
def test_two_changes_are_joined_by_their_top_level_keys(
    base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any], merged: dict[str, Any]
) -> None:
    found = merge(base, mine, theirs)
    assert found == merged
    assert [type(value) for value in found.values()] == [type(value) for value in merged.values()]


DATA = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))


@given(base=DATA, mine=DATA, theirs=DATA)
def test_a_merge_is_a_merge(
    base: dict[str, int], mine: dict[str, int], theirs: dict[str, int]
) -> None:
    assert merge(base, base, theirs) == theirs, "who changed nothing adds nothing"
    assert merge(base, mine, base) == mine, "alone, mine is written as it is"
    for key in "abc":
        changed = mine.get(key) != base.get(key)
        kept = mine.get(key) if changed else theirs.get(key)
        assert merge(base, mine, theirs).get(key) == kept


def test_the_time_of_birth_has_its_place_in_the_record() -> None:
    """The records of one release are read by the next."""
    assert CREATED_KEY == "$created"


def test_all_safeguards_are_off_unless_asked_for() -> None:
    off = Safeguards()
    assert not off.guards_saving
    assert off == Safeguards(
        no_resurrection=False,
        on_conflict=OnConflict.OVERWRITE,
        absolute_timeout=None,
        clear_cookie=False,
        cache_headers=False,
        check_prefix=False,
    )


@pytest.mark.parametrize(
    ("given", "guards"),
    [
        ({"no_resurrection": True}, True),
        ({"on_conflict": OnConflict.MERGE}, True),
        ({"on_conflict": "report"}, True),
        ({"on_conflict": "overwrite"}, False),
        ({"clear_cookie": True, "cache_headers": True, "absolute_timeout": 5}, False),
    ],
)
def test_only_two_of_them_look_before_they_save(given: dict[str, Any], guards: bool) -> None:
    assert Safeguards(**given).guards_saving is guards


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "an unknown way out of a conflict": ("on_conflict", {"on_conflict": "ignore"}),
    "no time at all": ("absolute_timeout", {"absolute_timeout": 0}),
    "a time gone by": ("absolute_timeout", {"absolute_timeout": timedelta(seconds=-1)}),
    "no number": ("absolute_timeout", {"absolute_timeout": float("nan")}),
}


@pytest.mark.parametrize(("option", "given"), REFUSED.values(), ids=REFUSED)
def test_a_safeguard_that_can_not_be_meant_is_refused(option: str, given: dict[str, Any]) -> None:
    with pytest.raises(OptionsError) as caught:
        Safeguards(**given)
    assert caught.value.option == option


@pytest.mark.parametrize("timeout", [0.5, 60, timedelta(hours=12)])
def test_a_timeout_is_seconds_or_a_timedelta(timeout: Any) -> None:
    assert Safeguards(absolute_timeout=timeout).absolute_timeout == timeout


GOOD: dict[str, Any] = {"secure": True, "path": "/", "domain": UNSET}
# a sentence, name, what differs from a good __Host- cookie, the option at fault
PREFIXES: dict[str, tuple[str, dict[str, Any], str | None]] = {
    "as it should be": ("__Host-sid", {}, None),
    "a domain of None is none": ("__Host-sid", {"domain": None}, None),
    "an empty domain is none": ("__Host-sid", {"domain": ""}, None),
    "not secure": ("__Host-sid", {"secure": UNSET}, "secure"),
    "secure by circumstance": ("__Host-sid", {"secure": "auto"}, "secure"),
    "another path": ("__Host-sid", {"path": "/app"}, "path"),
    "no path": ("__Host-sid", {"path": UNSET}, "path"),
    "a domain": ("__Host-sid", {"domain": "a.b"}, "domain"),
    "in other letters": ("__hOsT-sid", {"domain": "a.b"}, "domain"),
    "secure alone is enough for __Secure-": ("__Secure-sid", {"path": "/a", "domain": "a.b"}, None),
    "__Secure- without secure": ("__SECURE-sid", {"secure": False}, "secure"),
    "no prefix, no promise": ("sid", {"secure": False, "path": "/a", "domain": "a.b"}, None),
    "a prefix that is none": ("__Hostsid", {"secure": False}, None),
}


@pytest.mark.parametrize(("name", "other", "fault"), PREFIXES.values(), ids=PREFIXES)
def test_a_prefix_is_a_promise(name: str, other: dict[str, Any], fault: str | None) -> None:
    if fault is None:
        check_prefix(name, **GOOD | other)
    else:
        with pytest.raises(OptionsError) as caught:
            check_prefix(name, **GOOD | other)
        assert caught.value.option == fault
        assert name in str(caught.value)
