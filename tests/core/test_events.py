"""Events and transcripts: one record for every reader, the same after its way through JSON."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.decide import ReadFacts, Verdict, decide_read
from sessionlab.core.entries import FORMAT, Entry, Transcript
from sessionlab.core.event_json import field_types
from sessionlab.core.events import (
    KINDS,
    Actor,
    CookieEdited,
    CookieRead,
    Event,
    RequestHeld,
    RequestResumed,
    StoreAsked,
    StoreOp,
    TimePassed,
)

NAMES = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any values of a field's type."""
    if isinstance(hint, UnionType):
        return st.one_of(*map(values, get_args(hint)))
    outer, inner = get_origin(hint), get_args(hint)
    if outer is tuple:
        return st.lists(values(inner[0]), max_size=2).map(tuple)
    if outer is not None:
        return st.dictionaries(NAMES, values(inner[1]), max_size=2)
    if hint is Verdict:
        return st.builds(ReadFacts, *[st.booleans()] * 6).map(lambda facts: decide_read[facts])
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    simple = {
        str: NAMES,
        bool: st.booleans(),
        int: st.integers(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        type(None): st.none(),
    }
    return simple[hint] if hint in simple else made(hint)


def made(kind: type) -> st.SearchStrategy[Any]:
    types = field_types(kind)
    return st.builds(kind, **{field.name: values(types[field.name]) for field in fields(kind)})


ENTRIES = st.builds(
    Entry,
    seq=st.integers(1),
    at=st.integers(0),
    step=st.integers(0),
    lane=NAMES,
    event=st.sampled_from(sorted(KINDS)).flatmap(lambda code: made(KINDS[code])),
)
TRANSCRIPTS = st.builds(
    Transcript,
    lesson=NAMES,
    lane=NAMES,
    options=st.dictionaries(NAMES, JSON, max_size=3),
    entries=st.lists(ENTRIES, max_size=4).map(tuple),
)


@given(ENTRIES)
def test_an_entry_is_the_same_after_its_way_through_json(entry: Entry[Event]) -> None:
    again = Entry.from_json(json.loads(json.dumps(entry.to_json())))
    assert again == entry
    assert type(again.event) is type(entry.event)


@given(TRANSCRIPTS)
def test_a_transcript_is_the_same_after_its_way_through_json(transcript: Transcript) -> None:
    assert Transcript.from_json(json.loads(json.dumps(transcript.to_json()))) == transcript


READ = CookieRead(
    decide_read[ReadFacts(True, True, False, False, False, False)],
    name="connect.sid", raw=None, id=None, signature=None, secret=None,
)  # fmt: skip
ENTRY = Entry(seq=1, at=1_767_225_600_000, step=2, lane="session", event=READ)


def test_the_keys_stand_in_reading_order_and_the_verdict_beside_the_data() -> None:
    assert ENTRY.to_json() == {
        "seq": 1,
        "at": 1_767_225_600_000,
        "step": 2,
        "lane": "session",
        "actor": "server",
        "kind": "cookie-read",
        "verdict": {
            "outcome": "new",
            "reason": "no-cookie",
            "checks": [
                {"question": "store-connected", "answer": True},
                {"question": "path-matches", "answer": True},
                {"question": "cookie-present", "answer": False},
            ],
        },
        "data": {
            "name": "connect.sid",
            "raw": None,
            "id": None,
            "signature": None,
            "secret": None,
        },
    }
    keys = ["seq", "at", "step", "lane", "actor", "kind", "verdict", "data"]
    assert list(ENTRY.to_json()) == keys


@pytest.mark.parametrize("made", [READ, ENTRY, Transcript("lesson", "lane", {}, (ENTRY,))])
def test_what_happened_cannot_be_changed(made: Any) -> None:
    for field in fields(made):
        with pytest.raises(FrozenInstanceError):
            setattr(made, field.name, None)


# what is wrong, the change to the JSON of an entry (None: the key is missing), the error
REFUSED: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "no such kind": ({"kind": "no-such-kind"}, KeyError),
    "no kind": ({"kind": None}, KeyError),
    "no number": ({"seq": ...}, KeyError),
    "a field is missing": ({"data": {}}, KeyError),
    "a field too many": ({"data": {**ENTRY.to_json()["data"], "more": 1}}, ValueError),
    "a field of another type": ({"data": {**ENTRY.to_json()["data"], "name": 1}}, TypeError),
    "no such reason": (
        {"verdict": {"outcome": "new", "reason": "no-such-reason", "checks": []}},
        ValueError,
    ),
    "no verdict": ({"verdict": None}, TypeError),
}


@pytest.mark.parametrize(("change", "error"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_entry_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    raw = {k: v for k, v in {**ENTRY.to_json(), **change}.items() if v is not ...}
    with pytest.raises(error):
        Entry.from_json(raw)


def test_a_whole_number_of_seconds_stays_one() -> None:
    entry = Entry(1, 0, 1, "lane", TimePassed(60))
    assert Entry.from_json(entry.to_json()) == entry


def test_events_of_two_kinds_are_never_equal() -> None:
    assert RequestHeld("alice", "GET", "/") == RequestHeld("alice", "GET", "/")
    assert RequestHeld("alice", "GET", "/") != RequestResumed("alice", "GET", "/")


def test_an_event_prints_as_it_is_made() -> None:
    assert repr(TimePassed(60)) == "TimePassed(seconds=60)"


def test_a_transcript_of_another_format_is_refused() -> None:
    raw = Transcript("lesson", "lane", {}, ()).to_json()
    assert raw["format"] == FORMAT
    with pytest.raises(ValueError, match="format 2: this reads 1"):
        Transcript.from_json({**raw, "format": 2})


def test_every_kind_has_a_code_of_its_own_and_every_actor_a_kind() -> None:
    assert len(KINDS) == len(Event.__subclasses__())
    assert {kind.actor for kind in KINDS.values()} == set(Actor)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_is_documented(kind: type[Event]) -> None:
    assert kind.__doc__
    assert not kind.__doc__.startswith(f"{kind.__name__}(")


def test_the_entries_of_a_kind_in_order_of_one_step_or_of_all() -> None:
    def entry(seq: int, step: int, event: Event) -> Entry[Event]:
        return Entry(seq, 0, step, "a", event)

    asked = StoreAsked(StoreOp.GET, "id", None, False, None)
    entries = (
        entry(1, 1, READ),
        entry(2, 1, asked),
        entry(3, 2, asked),
        entry(4, 2, asked),
        entry(5, 0, asked),
    )
    transcript = Transcript("lesson", "a", {}, entries)
    assert [it.seq for it in transcript.of(StoreAsked)] == [2, 3, 4, 5]
    assert [it.seq for it in transcript.of(StoreAsked, 2)] == [3, 4]
    assert [it.seq for it in transcript.of(StoreAsked, 0)] == [5]
    assert list(transcript.of(CookieEdited)) == []
