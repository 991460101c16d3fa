"""Every scenario, played against sessionlab, ends as it was recorded with express-session 1.19.0.

Status, body, Set-Cookie lines, the store's operations and records octet for octet, errors and
what a handler sees. What is meant to differ stands in differences.py, and is asserted too.
"""

import pytest

from .differences import DIFFERENCES, difference_of, look_up
from .generate_scenarios import scenarios_text
from .player import SHAPES, play
from .recordings import read, read_text
from .values import Json, in_python

SCENARIOS: dict[str, Json] = {one["name"]: one for one in read("scenarios.json.gz")}
RECORDINGS: dict[str, Json] = {one["name"]: one for one in read("recording.json.gz")}
ALIKE = [name for name in SCENARIOS if difference_of(name) is None]
DIFFERENT = [name for name in SCENARIOS if difference_of(name) is not None]


@pytest.mark.parametrize("name", ALIKE)
def test_sessionlab_does_what_express_session_does(name: str) -> None:
    expected = in_python(RECORDINGS[name])
    for shape in SHAPES:
        assert play(SCENARIOS[name], RECORDINGS[name], shape) == expected, shape


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_listed_difference_is_one_and_does_what_it_says(name: str) -> None:
    difference = difference_of(name)
    assert difference is not None
    played = play(SCENARIOS[name], RECORDINGS[name])
    assert played != in_python(RECORDINGS[name]), "no difference any more: take it off the list"
    for path, value in difference.instead.items():
        if path == "refused":
            assert value in played[path]
        else:
            assert look_up(played, path) == value, path


@pytest.mark.parametrize("key", DIFFERENCES)
def test_a_listed_difference_names_a_scenario(key: str) -> None:
    assert any(difference_of(name) is DIFFERENCES[key] for name in DIFFERENT)


def test_there_are_enough_scenarios_and_few_differences() -> None:
    assert len(SCENARIOS) == len(RECORDINGS) >= 1300
    assert len(DIFFERENT) < len(SCENARIOS) / 20


def test_the_scenarios_are_what_their_families_make() -> None:
    assert scenarios_text() == read_text("scenarios.json.gz")
