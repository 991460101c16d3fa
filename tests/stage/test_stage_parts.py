"""The clock, the IDs and the edits: the small parts of the stage."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.wire import Signer, decode_component, encode_component
from sessionlab.core.wire.sealed import decode_session, encode_session
from sessionlab.stage.clock import START, ManualClock
from sessionlab.stage.edits import edited
from sessionlab.stage.ids import SeededIds
from sessionlab.stage.scenario import ChangeData, ChangeId, SetValue

ids = st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=1)
json_values = st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=8))
objects = st.dictionaries(st.text(min_size=1, max_size=8), json_values, max_size=4)


def test_the_clock_begins_with_2026_and_stands_still() -> None:
    clock = ManualClock()
    assert clock() == clock() == START == 1_767_225_600_000


def test_the_clock_moves_in_seconds_and_tells_milliseconds() -> None:
    clock = ManualClock(1000)
    clock.advance(1.5)
    assert clock() == 2500


def test_the_clock_does_not_run_backwards() -> None:
    clock = ManualClock()
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
    assert clock() == START


def test_ids_look_like_the_real_ones_and_differ() -> None:
    new_id = SeededIds("lesson/lane")
    made = [new_id({}) for _ in range(1000)]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32}", it) for it in made)
    assert len(set(made)) == 1000


def test_a_seed_gives_the_same_ids_again_and_another_seed_others() -> None:
    first, again, other = (SeededIds(seed) for seed in ("a", "a", "b"))
    made = [first() for _ in range(20)]
    assert made == [again() for _ in range(20)]
    assert not set(made) & {other() for _ in range(20)}


@given(st.text(), st.text())
def test_a_value_is_replaced_whatever_it_was(before: str, after: str) -> None:
    assert edited(before, SetValue("c", after)) == after


@given(objects, objects)
def test_changed_data_is_the_old_data_with_the_change_in_it(
    before: dict[str, Any], change: dict[str, Any]
) -> None:
    after = edited(encode_session(before), ChangeData("c", change))
    assert decode_session(after) == {**before, **change}


@given(ids, ids)
def test_a_changed_id_keeps_the_old_signature_which_fits_no_more(before: str, after: str) -> None:
    signer = Signer(("secret",))
    value = encode_component("s:" + signer.sign(before))
    forged = decode_component(edited(value, ChangeId("c", after)))
    assert forged.startswith(f"s:{after}.")
    assert forged.rpartition(".")[2] == signer.sign(before).rpartition(".")[2]
    assert (signer.match(forged[2:]) == 0) is (before == after)


@pytest.mark.parametrize(
    ("value", "edit"),
    [
        ("", ChangeData("c", {"a": 1})),
        ("not base64 of JSON", ChangeData("c", {"a": 1})),
        ("WzFd", ChangeData("c", {"a": 1})),  # [1]
        ("", ChangeId("c", "x")),
        ("count", ChangeId("c", "x")),
        ("s:id-without-signature", ChangeId("c", "x")),
        ("id.signature", ChangeId("c", "x")),
        ("s%3Aid.sig%", ChangeId("c", "x")),  # can not be decoded
    ],
)
def test_what_can_not_be_edited_in_this_way_is_refused(value: str, edit: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the caller makes the message
        edited(value, edit)


def test_a_signed_value_is_edited_percent_encoded_or_not() -> None:
    assert edited("s:old.sig", ChangeId("c", "new")) == "s%3Anew.sig"
    assert edited("s%3Aold.sig", ChangeId("c", "new")) == "s%3Anew.sig"
