"""IDs: short, told apart, and of one colour everywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.decide import Reason
from sessionlab.render.ids import IdColours, ids_of
from sessionlab.render.styles import ID_COLOURS
from tests.transcript.lane import Lane

LONG = "K2xFhV9pQmZ3nT7bWcYdRgLsJkAaE8Qw"


def test_a_long_id_is_shortened_and_a_short_one_is_not() -> None:
    ids = IdColours()
    assert ids.label(LONG).plain == "K2xF…8Qw"
    assert ids.label("12345678").plain == "12345678"
    assert ids.label(LONG, whole=True).plain == LONG


def test_an_id_keeps_its_colour_and_a_second_one_gets_another() -> None:
    ids = IdColours([LONG])
    before = ids.style(LONG)
    assert ids.style("another") != before
    assert ids.style(LONG) == before


def test_ids_with_the_same_ends_are_written_longer() -> None:
    other = LONG[:5] + "#" + LONG[6:]
    ids = IdColours([LONG, other])
    assert ids.label(LONG).plain == "K2xF…8Qw"
    assert ids.label(other).plain == "K2xFh…8Qw"


@given(st.lists(st.text("ab…", max_size=30), unique=True, max_size=12))
def test_no_two_ids_look_the_same_even_without_colour(found: list[str]) -> None:
    ids = IdColours(found)
    assert len({ids.label(one).plain for one in found}) == len(found)


def test_colours_begin_again_when_there_are_no_more() -> None:
    ids = IdColours(str(number) for number in range(len(ID_COLOURS) + 1))
    assert ids.style("0") == ids.style(str(len(ID_COLOURS)))


def test_an_id_is_made_visible() -> None:
    assert IdColours().label("a\x1b]0;b").plain == "a⟨ESC⟩]0;b"


def test_ids_are_found_wherever_events_name_them() -> None:
    lane = Lane().read(Reason.VALID_SIGNATURE, id="A").opened("B", True)
    lane.store("set", "B").snapshot({"C": "{}"}, {"D": "{}"}).request()
    lane.cookie(None, None, None)
    assert list(ids_of(entry.event for entry in lane.entries)) == ["A", "B", "B", "C", "D"]
