"""What the lessons say, held against what really happens: every claim is replayed."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from sessionlab.core.events import (
    KINDS,
    BrowserClosed,
    CookieStored,
    ErrorOccurred,
    RequestHeld,
    RequestResumed,
    TimePassed,
)
from sessionlab.core.jar.parse import MAX_PAIR
from sessionlab.course.answers import answer, broken_claims
from sessionlab.course.lesson import Claim, Prediction, ScoreClaim
from sessionlab.course.library import lesson_folders
from sessionlab.course.vary import varied
from sessionlab.render.catalogue import LANGUAGES
from sessionlab.stage.stage import replay
from sessionlab.transcript.measures import MEASURES, Span, measure
from sessionlab.transcript.scoreboard import ScoreRow, scoreboard

from .support import LESSON_IDS, replayed, replayed_anew, shipped

_NUMBERS_OF_STEPS = re.compile(
    r"\b[Ss]teps? [0-9]+(?: and [0-9]+)?|[0-9]+(?:, [0-9]+)?단계|--step [0-9]+|^[0-9]+\. ",
    re.MULTILINE,
)

every_lesson = pytest.mark.parametrize("lesson_id", LESSON_IDS)


@every_lesson
def test_every_claim_holds(lesson_id: str) -> None:
    assert list(broken_claims(shipped(lesson_id), replayed(lesson_id))) == []


@every_lesson
def test_two_replays_are_the_same_bytes(lesson_id: str) -> None:
    again = replayed_anew(lesson_id)
    one, other = (
        json.dumps([it.to_json() for it in transcripts])
        for transcripts in (replayed(lesson_id), again)
    )
    assert one == other


@every_lesson
def test_every_question_has_an_answer(lesson_id: str) -> None:
    lesson = shipped(lesson_id)
    lanes = [lane.lane.id for lane in lesson.lanes]
    for question in lesson.questions:
        right = answer(question, replayed(lesson_id))
        assert right is not None
        if question.lane is None:
            assert isinstance(right, list)
            assert 0 < len(right) < len(lanes), "asking for all or none teaches nothing"
            assert set(right) <= set(lanes)


@every_lesson
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_in_a_text_is_claimed_or_scripted(lesson_id: str, language: str) -> None:
    text = shipped(lesson_id).text(language)
    text = re.sub(
        r"(?i)\bsteps? [0-9]+(?: and [0-9]+)?|[0-9]+(?:, [0-9]+)?단계|--step [0-9]+", "", text
    )
    text = re.sub(r"(?m)^[0-9]+\. ", "", text)
    figures = set(re.findall(r"[0-9]+", text))
    toml = (lesson_folders()[lesson_id] / "lesson.toml").read_text(encoding="utf-8")
    toml = re.sub(r"#.*", "", toml)
    claimed = set(re.findall(r"[0-9]+", toml)) | {str(MAX_PAIR), "64"}  # Base64
    assert figures <= claimed, f"nothing backs {sorted(figures - claimed)}"


@every_lesson
def test_the_texts_of_a_lesson_are_built_alike(lesson_id: str) -> None:
    """Predict, observe, explain; and the command that plays the lesson."""
    lesson = shipped(lesson_id)
    texts = {language: lesson.text(language) for language in LANGUAGES}
    for language, headings in {
        "en": ["Predict", "Observe", "Explain"],
        "ko": ["예측하기", "관찰하기", "설명하기"],
    }.items():
        assert re.findall(r"(?m)^## (.*)$", texts[language]) == headings
        assert f"sessionlab compare {lesson_id}" in texts[language]
        assert texts[language].startswith("# ")
        assert texts[language].splitlines()[0] == f"# {lesson.title[language]}"


@every_lesson
def test_a_false_claim_does_not_hold(lesson_id: str) -> None:
    """The check can fail: every claim, turned into another, is found out."""
    lesson = shipped(lesson_id)
    transcripts = replayed(lesson_id)
    for claim in lesson.claims:
        false = replace(claim, value=_another(claim))
        broken = list(broken_claims(replace(lesson, claims=(false,)), transcripts))
        assert {it.lane for it in broken} == set(claim.lanes)
        assert {it.where for it in broken} == {claim.where}


def _another(claim: Claim | ScoreClaim) -> int | str | list[str]:
    if isinstance(claim.value, int):
        return claim.value + 1
    return claim.value + "!" if isinstance(claim.value, str) else [*claim.value, "more"]


def test_another_option_gives_another_answer() -> None:
    """There is no answer key: with rolling on, three visits get three Set-Cookie lines."""
    lesson = shipped("session")
    question = Prediction("set-cookies", Span(1, 3), "session", None, {})
    assert answer(question, replayed("session")) == 1
    (rolling,) = varied(lesson, ["rolling=true"])
    transcripts = replay(lesson.scenario((rolling,)))
    assert answer(replace(question, lane="rolling=true"), transcripts) == 3


def test_a_question_about_all_lanes_is_answered_with_those_in_which_it_is_so() -> None:
    question = Prediction("body", Span(4, 4), None, "1번 접속", {})
    assert answer(question, replayed("cookie-vs-session")) == ["signed", "session"]


def test_every_measure_measures_something_in_the_course() -> None:
    """A measure that no shipped lesson can answer is none."""
    found = {
        name
        for lesson_id in LESSON_IDS
        if not shipped(lesson_id).scenario().needs_outside
        for transcript in replayed(lesson_id)
        for name in MEASURES
        if measure(transcript, name, Span(1, len(shipped(lesson_id).steps)))
    }
    assert found == set(MEASURES)


# -- lesson 03: no winner by decree ----------------------------------------------------------


def test_every_design_loses_somewhere_and_none_everywhere() -> None:
    scores = scoreboard(replayed("cookie-vs-session"))
    assert [score.row for score in scores] == [row for row in ScoreRow if row != ScoreRow.SCALES]
    for lane in range(3):
        lost = [score.row for score in scores if score.cells[lane].loses]
        assert 0 < len(lost) < len(scores)


def test_both_cookie_designs_meet_the_browsers_limit_and_the_session_does_not() -> None:
    plain, signed, session = (
        [it.event.verdict.accepted for it in transcript.of(CookieStored, 8)]
        for transcript in replayed("cookie-vs-session")
    )
    assert plain == [False]
    assert signed == [False, True], "the seal alone is kept"
    assert session == [True]


def test_the_session_lane_tells_every_stage_of_a_request() -> None:
    session = replayed("cookie-vs-session")[2]
    elsewhere = {ErrorOccurred, TimePassed, BrowserClosed, RequestHeld, RequestResumed}
    assert {type(it.event) for it in session.entries} == set(KINDS.values()) - elsewhere
