"""Events and transcripts: one record for every reader, the same after its way through JSON."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.decide import ReadFacts, decide_read
from sessionlab.core.events import ACTORS, Actor, Event, Kind, Transcript

NAMES = st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
VERDICTS = st.none() | st.builds(ReadFacts, *[st.booleans()] * 5).map(
    lambda facts: decide_read(facts).to_json()
)
EVENTS = st.builds(
    Event,
    seq=st.integers(1),
    at=st.integers(0),
    step=st.integers(0),
    lane=NAMES,
    kind=st.sampled_from(Kind),
    data=st.dictionaries(NAMES, JSON, max_size=3),
    verdict=VERDICTS,
)
TRANSCRIPTS = st.builds(
    Transcript,
    lesson=NAMES,
    lane=NAMES,
    options=st.dictionaries(NAMES, JSON, max_size=3),
    events=st.lists(EVENTS, max_size=4).map(tuple),
)


@given(EVENTS)
def test_an_event_is_the_same_after_its_way_through_json(event: Event) -> None:
    assert Event.from_json(json.loads(json.dumps(event.to_json()))) == event


@given(TRANSCRIPTS)
def test_a_transcript_is_the_same_after_its_way_through_json(transcript: Transcript) -> None:
    assert Transcript.from_json(json.loads(json.dumps(transcript.to_json()))) == transcript


EVENT = Event(
    seq=1,
    at=1_767_225_600_000,
    step=2,
    lane="session",
    kind=Kind.COOKIE_READ,
    data={"name": "connect.sid", "raw": None},
    verdict=decide_read(ReadFacts(True, True, False, False, False)).to_json(),
)


def test_the_keys_stand_in_reading_order_and_the_actor_among_them() -> None:
    raw = EVENT.to_json()
    assert list(raw) == ["seq", "at", "step", "lane", "actor", "kind", "verdict", "data"]
    assert (raw["actor"], raw["kind"]) == ("server", "cookie-read")
    assert raw["verdict"]["reason"] == "no-cookie"


@pytest.mark.parametrize("made", [EVENT, Transcript("lesson", "lane", {}, (EVENT,))])
def test_what_happened_can_not_be_changed(made: Any) -> None:
    for field in fields(made):
        with pytest.raises(FrozenInstanceError):
            setattr(made, field.name, None)
    assert not hasattr(made, "__dict__")


@pytest.mark.parametrize(
    ("change", "error"),
    [({"kind": "no-such-kind"}, ValueError), ({"kind": None}, ValueError), ("seq", KeyError)],
)
def test_what_is_no_event_is_refused(change: Any, error: type[Exception]) -> None:
    raw = EVENT.to_json()
    if isinstance(change, dict):
        raw |= change
    else:
        del raw[change]
    with pytest.raises(error):
        Event.from_json(raw)


def test_every_kind_has_an_actor_and_every_actor_a_kind() -> None:
    assert set(ACTORS) == set(Kind)
    assert set(ACTORS.values()) == set(Actor)


def test_the_docstring_lists_every_kind_with_its_actor() -> None:
    listed = {
        line[:17].strip(): line[17:25].strip()
        for line in (Kind.__doc__ or "").splitlines()
        for line in [line.removeprefix("    ")]
        if line[:1].isalpha() and line[16:17] == " " and not line.startswith(("kind ", "Every"))
    }
    assert listed == {kind.value: actor.value for kind, actor in ACTORS.items()}


def test_the_events_of_a_kind_in_order_of_one_step_or_of_all() -> None:
    def event(seq: int, step: int, kind: Kind) -> Event:
        return Event(seq=seq, at=0, step=step, lane="a", kind=kind, data={})

    events = (
        event(1, 1, Kind.REQUEST),
        event(2, 1, Kind.STORE),
        event(3, 2, Kind.STORE),
        event(4, 2, Kind.STORE),
        event(5, 0, Kind.STORE),
    )
    transcript = Transcript("lesson", "a", {}, events)
    assert [event.seq for event in transcript.of(Kind.STORE)] == [2, 3, 4, 5]
    assert [event.seq for event in transcript.of(Kind.STORE, 2)] == [3, 4]
    assert [event.seq for event in transcript.of(Kind.STORE, 0)] == [5]
    assert list(transcript.of(Kind.EDIT)) == []
