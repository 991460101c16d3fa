"""Choosing lanes and making them from options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sessionlab.core.options import CookieOptions
from sessionlab.course.choose import check_step, chosen_lanes
from sessionlab.course.errors import LessonError, LessonProblem
from sessionlab.course.lesson import Lesson
from sessionlab.course.loader import load

from .support import VALID, shipped, write

Problem = LessonProblem


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return load(write(tmp_path))


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (None, ["plain", "session"]),
        ("session", ["session"]),
        ("session,plain", ["session", "plain"]),
        (" plain , plain", ["plain"]),
    ],
)
def test_lanes_are_played_in_the_order_asked_for(
    lesson: Lesson, names: str | None, ids: list[str]
) -> None:
    assert [it.lane.id for it in chosen_lanes(lesson, names, [])] == ids


def test_combinations_are_made_in_the_order_of_the_options(lesson: Lesson) -> None:
    lanes = chosen_lanes(lesson, None, ["resave=true,false", "rolling=true,false"])
    titles = [
        "resave=true rolling=true",
        "resave=true rolling=false",
        "resave=false rolling=true",
        "resave=false rolling=false",
    ]
    assert [it.lane.id for it in lanes] == titles
    assert [it.title for it in lanes] == [{"en": title, "ko": title} for title in titles]
    options = [(it.lane.options.resave, it.lane.options.rolling) for it in lanes]
    assert options == [(True, True), (True, False), (False, True), (False, False)]


def test_a_varied_lane_plays_the_part_of_the_one_it_was_made_from(lesson: Lesson) -> None:
    (lane,) = chosen_lanes(lesson, None, ["rolling=true"])
    assert (lane.lane.plays, lane.lane.base) == ("session", "/session")
    assert lane.lane.options.secrets == ("keyboard cat",), "what is not varied stays"
    assert lane.lane.settings["express"]["rolling"] is True
    assert "rolling" not in shipped("session").lanes[0].express, "the lesson's lane is untouched"


@pytest.mark.parametrize(
    ("variation", "read"),
    [
        ("cookie.maxAge=5000", lambda options: options.cookie.max_age == 5),
        ("cookie.maxAge=null", lambda options: options.cookie.max_age is None),
        ("cookie.sameSite=lax", lambda options: options.cookie.same_site == "lax"),
        ('cookie.sameSite="lax"', lambda options: options.cookie.same_site == "lax"),
        ("cookie.path=/x", lambda options: options.cookie.path == "/x"),
        ("unset=destroy", lambda options: options.unset == "destroy"),
        ("name=sid", lambda options: options.name == "sid"),
    ],
)
def test_values_are_json_or_else_text(lesson: Lesson, variation: str, read: Any) -> None:
    (lane,) = chosen_lanes(lesson, None, [variation])
    assert isinstance(lane.lane.options.cookie, CookieOptions)
    assert read(lane.lane.options)


def test_a_nested_option_leaves_its_neighbours(lesson: Lesson) -> None:
    (lane,) = chosen_lanes(lesson, "session", ["cookie.httpOnly=false"])
    cookie = lane.lane.options.cookie
    assert isinstance(cookie, CookieOptions)
    assert (cookie.max_age, cookie.http_only) == (60, False)


def test_a_value_given_twice_is_one_lane(lesson: Lesson) -> None:
    assert len(chosen_lanes(lesson, None, ["rolling=true,true"])) == 1


@pytest.mark.parametrize(
    ("names", "variations", "problem", "evidence"),
    [
        ("sesion", [], Problem.NO_SUCH_LANE, {"nearest": "session"}),
        ("", [], Problem.NO_SUCH_LANE, {"found": "", "valid": "plain, session"}),
        ("plain,x", [], Problem.NO_SUCH_LANE, {"found": "x"}),
        (None, ["rolling"], Problem.VARY_NO_VALUES, {"found": "rolling"}),
        (None, ["rolling="], Problem.VARY_NO_VALUES, {}),
        (None, ["=true"], Problem.VARY_NO_VALUES, {}),
        (None, ["rolling=true", "rolling=false"], Problem.VARY_TWICE, {"key": "rolling"}),
        (None, ["roling=true"], Problem.VARY_REFUSED, {"found": "roling=true"}),
        (None, ["save_uninitialized=true"], Problem.VARY_REFUSED, {}),
        (None, ["cookie.maxAge=soon"], Problem.VARY_REFUSED, {}),
        ("plain", ["rolling=true"], Problem.VARY_NO_LANE, {"lesson": "sample"}),
        ("plain,session", ["rolling=true"], Problem.VARY_SEVERAL_LANES, {}),
    ],
)
def test_what_can_not_be_played_is_told(
    lesson: Lesson,
    names: str | None,
    variations: list[str],
    problem: LessonProblem,
    evidence: dict[str, str],
) -> None:
    with pytest.raises(LessonError) as caught:
        chosen_lanes(lesson, names, variations)
    assert caught.value.problem is problem
    assert evidence.items() <= caught.value.evidence.items()
    assert str(caught.value), "the sentence has all its fields"


def test_a_refused_option_names_the_nearest(lesson: Lesson) -> None:
    with pytest.raises(LessonError, match="saveUninitialized"):
        chosen_lanes(lesson, None, ["save_uninitialized=true"])


@pytest.mark.parametrize("step", [0, -1, 3])
def test_a_step_that_is_not_there_is_told(lesson: Lesson, step: int) -> None:
    with pytest.raises(LessonError) as caught:
        check_step(lesson, step)
    assert caught.value.evidence == {"found": step, "last": 2}


@pytest.mark.parametrize("step", [None, 1, 2])
def test_a_step_that_is_there_is_fine(lesson: Lesson, step: int | None) -> None:
    check_step(lesson, step)


def test_an_express_table_keeps_what_json_can_not_hold(tmp_path: Path) -> None:
    text = VALID.replace("maxAge = 60000", "expires = 2030-01-01T00:00:00Z")
    lane = load(write(tmp_path, text)).lanes[1]
    assert lane.lane.settings["express"]["cookie"]["expires"] == "2030-01-01 00:00:00+00:00"
    (varied,) = chosen_lanes(load(tmp_path / "07-sample"), None, ["rolling=true"])
    assert varied.lane.options.cookie.expires.year == 2030  # type: ignore[union-attr]
