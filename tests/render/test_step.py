"""A step: beside each other or below each other, whole lines, the same question for every lane."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sessionlab.core.decide import Reason
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.render.compare import colours_of, render_comparison, render_step
from sessionlab.render.comparison import Comparison
from sessionlab.render.intro import Intro
from tests.transcript.lane import Lane, record, verdict

from .drawing import cells, drawn
from .views import view_of

EN = Catalogue("en")
ID = "K2xFhV9pQmZ3nT7bWcYdRgLsJkAaE8Qw"


def plain() -> Lane:
    return (
        Lane("plain")
        .request(path="/cookie")
        .response("1번 접속", "count=1; Path=/")
        .stored("count")
    )


def session(session_id: str = ID, lane: str = "session") -> Lane:
    made = Lane(lane).request(path="/session").read(Reason.NO_COOKIE).opened(session_id, True)
    made.store("set", session_id, record=record(count=1))
    made.response("1번 접속", f"connect.sid=s%3A{session_id}.q0V5hT; Path=/; HttpOnly")
    return made.stored("connect.sid").snapshot({}, {session_id: record(count=1)})


def labels(lines: list[str]) -> list[str]:
    """The labels of the rows, in order; the bars tell rows from everything else."""
    return [
        label
        for line in lines
        if "│" in line and (label := line.partition("│")[0].strip(" →←")) != ""
    ]


def test_beside_each_other_every_row_asks_every_lane() -> None:
    lines = drawn(render_step(view_of(plain(), session()), 1, EN), 120)
    assert lines[1].split() == ["│", "plain", "│", "session"]
    assert labels(lines) == [
        "request",
        "sends",
        "signature",
        "session ID",
        "asks store",
        "store",
        "answers",
        "sets",
        "browser",
    ]
    store = next(line for line in lines if "store  " in line and "count" in line)
    assert [part.strip() for part in store.split("│")] == [
        "store",
        "keeps nothing",
        "+ K2xF…8Qw  count 1",
    ]


def test_a_row_in_which_no_lane_has_anything_is_left_out() -> None:
    lines = drawn(render_step(view_of(plain(), plain()), 1, EN), 120)
    assert "session ID" not in labels(lines)
    assert "store" not in labels(lines)


def test_below_each_other_only_differences_are_shown() -> None:
    lines = drawn(render_step(view_of(plain(), session()), 1, EN), 80)
    assert [line.strip() for line in lines if "▸" in line] == [
        "▸ plain  this is plain",
        "▸ session  this is session",
    ]
    assert " The same in every lane: sends." in [line.rstrip() for line in lines]
    assert "sends" not in labels(lines)
    assert labels(lines).count("answers") == 2


def test_an_answer_is_shared_only_if_the_request_is() -> None:
    lines = drawn(render_step(view_of(session(ID, "a"), session("other-id-123", "b")), 1, EN), 80)
    assert labels(lines) == ["request", "answers"]
    assert not any("▸" in line for line in lines)


def test_random_ids_make_no_difference() -> None:
    one, other = session(ID, "a"), session("another-session-id", "b")
    lines = drawn(render_step(view_of(one, other), 1, EN), 80)
    alike = " ".join(line.strip() for line in lines if "│" not in line)
    assert "The same in every lane: sends, signature, session ID" in alike


def test_a_lane_alone_shows_all_its_rows_and_no_name() -> None:
    lines = drawn(render_step(view_of(session()), 1, EN), 80)
    assert not any("▸" in line for line in lines)
    assert labels(lines)[:4] == ["request", "sends", "signature", "session ID"]
    assert lines[-1].startswith(" ⇒ nothing") or lines[-1].startswith(" ⇒ ") or labels(lines)


def overlapping(lane: str, last: str) -> Lane:
    """A slow read beside a write; ``last``: what the slow one asks of the store in the end."""
    one, two = record(cart=["book"]), record(cart=["book", "pen"])
    made = Lane(lane).request(path="/session/slow").store("get", ID, found=True, record=one).hold()
    made.request(path="/session/cart").store("get", ID, found=True, record=one)
    made.store("set", ID, record=two).response("two").resume()
    made.store(last, ID, record=one).response("one")
    return made.snapshot({ID: one}, {ID: one if last == "set" else two})


@pytest.mark.parametrize("width", [120, 80])
def test_requests_that_overlap_are_shown_in_the_order_of_time(width: int) -> None:
    view = view_of(overlapping("writes", "set"), overlapping("touches", "touch"))
    lines = [line.rstrip() for line in drawn(render_step(view, 1, EN), width)]
    places = [
        lines.index(f" {EN.text(f'compare.passage.{passage}')}")
        for passage in ("begins", "meanwhile", "goes-on")
    ]
    assert places == sorted(places)
    begins, meanwhile, goes_on = (
        "\n".join(lines[place:end])
        for place, end in zip(places, [*places[1:], len(lines)], strict=True)
    )
    assert "/session/slow" in begins
    assert "answers" not in begins
    assert '["book"] → ["book","pen"]' in meanwhile
    assert "two" in meanwhile
    assert '["book","pen"] → ["book"]' in goes_on
    assert "touch K2xF…8Qw" in goes_on
    assert EN.text("compare.finding.wrote-nothing") in " ".join(goes_on.split())


def repeated(count: int) -> Lane:
    lane = Lane("bots")
    for number in range(count):
        lane.request(client="bot").response(f"answer {number + 1}")
    return lane.snapshot({}, {f"id-number-{number}": record() for number in range(count)})


def test_of_many_requests_the_first_and_the_last_are_shown() -> None:
    lines = [line.rstrip() for line in drawn(render_step(view_of(repeated(100)), 1, EN), 80)]
    assert " request 1 of 100" in lines
    assert " … 98 more requests …" in lines
    assert " request 100 of 100" in lines
    shown = [line.partition("│")[2].strip() for line in lines if "answers" in line]
    assert shown[:2] == ["200  answer 1", "200  answer 100"]
    assert shown[2].startswith("answer 1 → answer 2 → ")
    assert [line for line in lines if line.endswith("… → answer 100")]
    assert " ⇒ 100 requests leave 100 new records." in lines


def test_few_requests_are_all_shown_and_a_lane_with_fewer_says_so() -> None:
    view = view_of(repeated(3), repeated(1))
    lines = drawn(render_step(view, 1, EN), 120)
    assert [line.strip() for line in lines if line.startswith(" request ")] == [
        "request 1 of 3",
        "request 2 of 3",
        "request 3 of 3",
    ]
    requests = [line.split("│")[2].strip() for line in lines if "→ request" in line]
    assert requests == ["bot  GET /session", "no request", "no request"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_conclusion_says_a_refusal_and_a_reason_in_words(language: str) -> None:
    said = Catalogue(language)
    refused = Lane().request().response("", "n=x").stored("n", "refused", "too-long")
    merged = Lane().request().kept(verdict(Reason.MERGED), ID).response().snapshot({}, {})
    for lane, key in ((refused, "compare.refusal.too-long"), (merged, "reasons.reason.merged")):
        lines = drawn(render_step(view_of(lane), 1, said), 400)
        assert said.text(key) in lines[-1]


def test_lanes_that_show_the_same_share_a_conclusion_and_a_note_follows() -> None:
    view = view_of(plain(), session(), note="Mind the [red]cookie[/red].")
    lines = [line.rstrip() for line in drawn(render_step(view, 1, EN), 120)]
    assert lines[-2:] == [
        " ⇒ plain: the data itself goes to the browser: 29 bytes of Set-Cookie.",
        "   Mind the [red]cookie[/red].",
    ]
    shared = drawn(render_step(view_of(plain(), plain()), 1, EN), 120)
    assert shared[-1].startswith(" ⇒ in every lane: the data itself")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [50, 80, 100, 120, 160, 200])
@pytest.mark.parametrize("lanes", [1, 2, 3, 5])
def test_every_line_is_as_wide_as_the_console(lanes: int, width: int, language: str) -> None:
    made = [session(f"{number}-session-id-of-a-lane", f"lane {number}") for number in range(lanes)]
    view = view_of(*made)
    assert cells(drawn(render_comparison(view, Catalogue(language)), width)) == {width}


@pytest.mark.parametrize(("width", "whole"), [(80, False), (120, True)])
def test_ids_are_whole_where_there_is_room(width: int, whole: bool) -> None:
    text = "\n".join(drawn(render_step(view_of(session()), 1, EN), width))
    assert (ID in text) is whole


def test_a_wide_step_has_whole_ids_and_signatures_at_any_width() -> None:
    step = render_step(view_of(session(), plain()), 1, EN, wide=True)
    lines = drawn(step, 80)
    assert any(ID in line for line in lines)
    assert any("q0V5hT" in line for line in lines)


def test_colours_are_those_of_the_whole_comparison() -> None:
    first = session()
    first.at(2).request().read(Reason.NO_COOKIE).opened("second-id-of-the-lane", True)
    view = view_of(first)
    assert render_step(view, 2, EN).ids.style(ID) == colours_of(view).style(ID)
    assert colours_of(view).style(ID) != colours_of(view).style("second-id-of-the-lane")


def test_ids_take_colours_step_by_step_and_lane_by_lane() -> None:
    one, other = session("id-one-of-step-1", "a"), session("id-two-of-step-1", "b")
    one.at(2).read(Reason.NO_COOKIE).opened("id-three-of-step-2", True)
    ids = list(colours_of(view_of(one, other)))
    assert ids == ["id-one-of-step-1", "id-two-of-step-1", "id-three-of-step-2"]


def test_the_beginning_names_the_lanes_and_the_options_in_which_they_differ() -> None:
    shared, on, off = {"secret": "x"}, {"resave": True}, {"resave": False, "unset": "keep"}
    view = view_of(Lane("a"), Lane("b"), Lane("c"))
    lanes = tuple(
        replace(lane, transcript=replace(lane.transcript, options={"express": express}))
        for lane, express in zip(view.lanes, (shared | on, shared | off, {}), strict=True)
    )
    lines = [line.rstrip() for line in drawn(Intro(replace(view, lanes=lanes), EN), 80)]
    assert lines == [
        " A lesson",
        "   a  this is a  resave: true",
        '   b  this is b  resave: false  unset: "keep"',
        "   c  this is c",
    ]


def test_a_step_that_is_not_there_is_an_error_that_names_the_steps() -> None:
    with pytest.raises(LookupError, match=r"no step 7: there are \[1\]"):
        render_step(view_of(plain()), 7, EN)


def test_a_comparison_without_events_is_drawn_all_the_same() -> None:
    empty = Comparison("lesson", {"en": "Nothing"}, (), (), ())
    assert drawn(render_comparison(empty, EN), 80)[0].strip() == "Nothing"
