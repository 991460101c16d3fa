"""The scoreboard: read off events, and off nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from sessionlab.core.events import Purpose
from sessionlab.transcript.scoreboard import Score, ScoreCell, ScoreCode, ScoreRow, scoreboard

from .lane import Lane, record

Sent = tuple[str, str, str]
"""A cookie that goes along: name, value, origin."""


class Story(Lane):
    """A lane told request by request, each of which is a step."""

    def __init__(self) -> None:
        super().__init__()
        self.step = 0

    def send(
        self,
        *cookies: Sent,
        sets: Sequence[tuple[str, str]] = (),
        accepted: bool = True,
        octets: tuple[int, int] = (0, 0),
        known: bool | None = None,
        count: int | None = None,
        meanwhile: Story | None = None,
        **more: Any,
    ) -> Story:
        """A request and its answer; ``octets`` are those of Cookie and Set-Cookie.

        ``meanwhile``: what happens while the request is held.
        """
        self.step += 1
        self.request(*cookies, cookie_bytes=octets[0], **more)
        if meanwhile is not None:
            self.hold()
            for entry in meanwhile.entries:
                self.add(entry.event)
            self.resume()
        self.response("", cookie_bytes=octets[1], known=known, count=count)
        for name, value in sets:
            self.stored(name, "stored" if accepted else "refused", value=value)
        return self

    def visit(self, count: int, *cookies: Sent, **more: Any) -> Story:
        """A visit that is counted; whoever is not known is counted from 1 again."""
        return self.send(*cookies, purpose=Purpose.VISIT, count=count, known=count > 1, **more)

    def who(self, known: bool, *cookies: Sent, **more: Any) -> Story:
        """A request that asks who is logged in."""
        return self.send(*cookies, purpose=Purpose.WHO, known=known, **more)

    def login(self, *cookies: Sent, **more: Any) -> Story:
        return self.send(*cookies, purpose=Purpose.LOGIN, **more)

    def logout(self, *cookies: Sent, **more: Any) -> Story:
        return self.send(*cookies, purpose=Purpose.LOGOUT, **more)

    def restarts(self) -> Story:
        """The server restarts, as the first thing of the next step."""
        return self.at(self.step + 1).restart(0).at(self.step - 1)


def cell(story: Story, row: ScoreRow) -> tuple[ScoreCode, int | None]:
    """The code and the step that shows it."""
    transcript = story.transcript()
    found = {score.row: score.cells[0] for score in scoreboard([transcript])}
    if row not in found:
        return ScoreCode.NOT_SHOWN, None
    return found[row].code, found[row].step


SERVER, EDITED = "server", "edited"

CASES: list[tuple[str, ScoreRow, Story, ScoreCode, int | None]] = [
    (
        "data in a cookie can be read by its holder",
        ScoreRow.READABLE_BY,
        Story().visit(1, sets=[("count", "1")]),
        ScoreCode.HOLDER,
        1,
    ),
    (
        "a signed value that names no record is data, signed or not",
        ScoreRow.READABLE_BY,
        Story().visit(1, sets=[("role", "s%3Aadmin.c2ln")]),
        ScoreCode.HOLDER,
        1,
    ),
    (
        "an ID that names a record in the store says nothing",
        ScoreRow.READABLE_BY,
        Story().store("set", "abc").visit(1, sets=[("sid", "s%3Aabc.c2ln")]),
        ScoreCode.SERVER,
        1,
    ),
    (
        "a cookie that is only deleted shows nothing",
        ScoreRow.READABLE_BY,
        Story().send(sets=[("count", "")]),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "an edit that the counter goes on from was believed",
        ScoreRow.CHANGEABLE_BY,
        Story().visit(1).visit(1000, ("count", "999", EDITED)),
        ScoreCode.HOLDER,
        2,
    ),
    (
        "an edit after which the counter begins anew was noticed",
        ScoreRow.CHANGEABLE_BY,
        Story().visit(2).visit(1, ("count", "999", EDITED)),
        ScoreCode.SERVER,
        2,
    ),
    (
        "one edit that is believed outweighs one that is noticed",
        ScoreRow.CHANGEABLE_BY,
        Story().visit(1, ("a", "x", EDITED)).visit(9, ("a", "y", EDITED)),
        ScoreCode.HOLDER,
        2,
    ),
    (
        "no edit, no answer",
        ScoreRow.CHANGEABLE_BY,
        Story().visit(1).visit(2, ("count", "1", SERVER)),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "a cookie from before the logout that still counts cannot be revoked",
        ScoreRow.REVOCABLE,
        Story()
        .visit(1, sets=[("count", "1")])
        .logout(("count", "1", SERVER))
        .visit(2, ("count", "1", SERVER), client="mallory"),
        ScoreCode.NO,
        3,
    ),
    (
        "a cookie from before the logout that begins anew was revoked",
        ScoreRow.REVOCABLE,
        Story()
        .visit(1, sets=[("sid", "x")])
        .logout(("sid", "x", SERVER))
        .visit(1, ("sid", "x", SERVER), client="mallory"),
        ScoreCode.YES,
        3,
    ),
    (
        "a cookie from after the logout says nothing about the logout",
        ScoreRow.REVOCABLE,
        Story()
        .logout(("count", "1", SERVER))
        .visit(1, sets=[("count", "5")])
        .visit(6, ("count", "5", SERVER)),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "a request that nobody declared a logout is none, whatever its path",
        ScoreRow.REVOCABLE,
        Story()
        .visit(1, sets=[("sid", "x")])
        .send(("sid", "x", SERVER), path="/app/logout")
        .visit(2, ("sid", "x", SERVER)),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "who is counted on after a restart survived it",
        ScoreRow.SURVIVES_RESTART,
        Story().visit(1).restarts().visit(2, ("count", "1", SERVER)),
        ScoreCode.ALL,
        2,
    ),
    (
        "who is counted from 1 after a restart is forgotten",
        ScoreRow.SURVIVES_RESTART,
        Story().visit(1).restarts().visit(1, ("sid", "x", SERVER)),
        ScoreCode.NOTHING,
        2,
    ),
    (
        "a restart may take some and leave others",
        ScoreRow.SURVIVES_RESTART,
        Story()
        .visit(1, client="a")
        .visit(1, client="b")
        .restarts()
        .visit(2, ("count", "1", SERVER), client="a")
        .visit(1, ("count", "x", SERVER), client="b"),
        ScoreCode.SOME,
        3,
    ),
    (
        "a stranger after a restart says nothing about it",
        ScoreRow.SURVIVES_RESTART,
        Story().visit(1, client="a").restarts().visit(1, ("count", "x", SERVER), client="new"),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does a visitor who never had a cookie",
        ScoreRow.SURVIVES_RESTART,
        Story().visit(1).restarts().visit(1),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "who is still known by name after the logout was not revoked",
        ScoreRow.REVOCABLE,
        Story()
        .login(sets=[("sid", "x")])
        .logout(("sid", "x", SERVER))
        .who(True, ("sid", "x", SERVER)),
        ScoreCode.NO,
        3,
    ),
    (
        "who is nobody after the logout was",
        ScoreRow.REVOCABLE,
        Story()
        .login(sets=[("sid", "x")])
        .logout(("sid", "x", SERVER))
        .who(False, ("sid", "x", SERVER)),
        ScoreCode.YES,
        3,
    ),
    (
        "a request that had begun before the logout says nothing about it",
        ScoreRow.REVOCABLE,
        Story()
        .visit(1, sets=[("sid", "x")])
        .visit(
            2,
            ("sid", "x", SERVER),
            meanwhile=Story().logout(("sid", "x", SERVER)),
        ),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "who had logged in before a restart and is nobody after it is forgotten",
        ScoreRow.SURVIVES_RESTART,
        Story().login().restarts().who(False, ("sid", "x", SERVER)),
        ScoreCode.NOTHING,
        2,
    ),
    (
        "and who is known by name survived it",
        ScoreRow.SURVIVES_RESTART,
        Story().login().restarts().who(True, ("sid", "x", SERVER)),
        ScoreCode.ALL,
        2,
    ),
    (
        "who is counted on by another server can be served by several",
        ScoreRow.SCALES,
        Story().visit(1, server=1).visit(2, ("c", "1", SERVER), server=2),
        ScoreCode.YES,
        2,
    ),
    (
        "who is a stranger to another server cannot",
        ScoreRow.SCALES,
        Story().visit(1, server=1).visit(1, ("c", "1", SERVER), server=2),
        ScoreCode.NO,
        2,
    ),
    (
        "the same server again says nothing of others",
        ScoreRow.SCALES,
        Story().visit(1, server=2).visit(2, ("c", "1", SERVER), server=2),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does a server alone",
        ScoreRow.SCALES,
        Story().visit(1).visit(2, ("c", "1", SERVER)),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does a visitor without a cookie",
        ScoreRow.SCALES,
        Story().visit(1, server=1).visit(1, server=2),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does what follows a restart",
        ScoreRow.SCALES,
        Story().visit(1, server=1).restarts().visit(1, ("c", "1", SERVER), server=2),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does what follows a logout",
        ScoreRow.SCALES,
        Story().visit(1, server=1).logout(server=1).who(False, ("c", "1", SERVER), server=2),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "much data that the browser refuses is not held",
        ScoreRow.HOLDS_MUCH,
        Story().send(body="x" * 4097, sets=[("notes", "x")], accepted=False),
        ScoreCode.NO,
        1,
    ),
    (
        "much data that nobody refuses is held",
        ScoreRow.HOLDS_MUCH,
        Story().send(body="x" * 4097, sets=[("sid", "x")]),
        ScoreCode.YES,
        1,
    ),
    (
        "much data that no cookie leads back to is not shown to be held",
        ScoreRow.HOLDS_MUCH,
        Story().send(body="x" * 4097),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "what fits into a cookie is not much",
        ScoreRow.HOLDS_MUCH,
        Story().send(body="x" * 4096, sets=[("notes", "x")]),
        ScoreCode.NOT_SHOWN,
        None,
    ),
]


@pytest.mark.parametrize(
    ("row", "story", "code", "step"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_row_is_read_off_the_events(
    row: ScoreRow, story: Story, code: ScoreCode, step: int | None
) -> None:
    assert cell(story, row) == (code, step)


def amounts(*stories: Story, row: ScoreRow) -> list[tuple[int | None, bool]]:
    transcripts = [it.transcript() for it in stories]
    cells = next(score.cells for score in scoreboard(transcripts) if score.row is row)
    return [(it.amount, it.loses) for it in cells]


def test_wire_bytes_are_the_median_of_both_directions_where_a_cookie_was_sent() -> None:
    story = Story()
    for octets in [(0, 900), (10, 1), (20, 2), (30, 3), (0, 900)]:
        story.send(octets=octets)
    assert amounts(story, row=ScoreRow.WIRE_BYTES) == [(22, False)]


def test_the_bytes_of_a_held_request_are_its_own() -> None:
    story = Story().send(octets=(10, 1), meanwhile=Story().send(octets=(100, 5)))
    assert amounts(story, row=ScoreRow.WIRE_BYTES) == [(11, False)]
    assert amounts(Story().send(octets=(10, 1)), story, row=ScoreRow.WIRE_BYTES)[1] == (
        11,
        False,
    )


def test_server_bytes_are_the_median_of_the_records_written_with_their_ids() -> None:
    story = Story().send()
    for text in ("x" * 8, "x" * 98, "가"):
        story.store("set", "ab", record=text)
    for _ in range(2):
        story.store("swap", "ab", record="x" * 5000, found=False)
    for op in ("get", "touch"):
        story.store(op, "ab", record="x" * 5000).store(op, "ab", record="x" * 5000)
    assert amounts(story, Story(), row=ScoreRow.SERVER_BYTES) == [(10, True), (0, False)]


def test_the_largest_number_loses_and_equal_numbers_lose_nothing() -> None:
    small, large = (Story().send(octets=(size, 0)) for size in (10, 20))
    assert amounts(small, large, row=ScoreRow.WIRE_BYTES) == [(10, False), (20, True)]
    assert amounts(large, large, row=ScoreRow.WIRE_BYTES) == [(20, False), (20, False)]


@pytest.mark.parametrize(
    ("code", "loses"),
    [
        (ScoreCode.HOLDER, True),
        (ScoreCode.SERVER, False),
    ],
)
def test_the_weaker_answer_loses(code: ScoreCode, loses: bool) -> None:
    story = Story().visit(1000 if code is ScoreCode.HOLDER else 1, ("count", "999", EDITED))
    transcript = story.transcript()
    (score,) = (it for it in scoreboard([transcript]) if it.row is ScoreRow.CHANGEABLE_BY)
    assert (score.cells[0].code, score.cells[0].loses) == (code, loses)


def test_rows_that_nothing_shows_are_left_out() -> None:
    rows = [score.row for score in scoreboard([Story().transcript()])]
    assert rows == [ScoreRow.WIRE_BYTES, ScoreRow.SERVER_BYTES]


# ---- a race


def raced(*, comes_back: bool, is_known: bool) -> Story:
    """A logout while a slow request is held, which may write the record again; then a visit."""
    one = record(user="alice")
    story = Story().login(sets=[("sid", "x")])
    story.at(2).request(("sid", "x", SERVER)).store("get", "A", found=True, record=one).hold()
    story.request(("sid", "x", SERVER), purpose=Purpose.LOGOUT).store("destroy", "A").response()
    story.resume()
    if comes_back:
        story.store("set", "A", record=one)
    story.response().snapshot({"A": one}, {"A": one} if comes_back else {})
    return story.who(is_known, ("sid", "x", SERVER))


@pytest.mark.parametrize(
    ("comes_back", "is_known", "code", "loses"),
    [
        (True, True, ScoreCode.RACE, True),
        (False, True, ScoreCode.NO, True),
        (False, False, ScoreCode.YES, False),
        (True, False, ScoreCode.YES, False),
    ],
)
def test_a_logout_that_only_a_race_undoes_is_told_apart(
    comes_back: bool, is_known: bool, code: ScoreCode, loses: bool
) -> None:
    transcript = raced(comes_back=comes_back, is_known=is_known).transcript()
    (score,) = (it for it in scoreboard([transcript]) if it.row is ScoreRow.REVOCABLE)
    assert score.cells == (ScoreCell(code, step=3, loses=loses),)


# ---- the vocabulary

CELL = ScoreCell(ScoreCode.BYTES, amount=120, step=3)


@pytest.mark.parametrize("codes", [ScoreRow, ScoreCode])
def test_codes_are_kebab_case_and_say_their_names(codes: Any) -> None:
    for code in codes:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.value)
        assert code.name == code.value.replace("-", "_").upper()


def test_a_cell_that_only_answers_has_no_amount_no_step_and_loses_nothing() -> None:
    assert ScoreCell(ScoreCode.YES) == ScoreCell(ScoreCode.YES, amount=None, step=None, loses=False)


@pytest.mark.parametrize("made", [CELL, Score(ScoreRow.WIRE_BYTES, (CELL, CELL))])
def test_what_was_computed_cannot_be_changed(made: Any) -> None:
    for field in fields(made):
        with pytest.raises(FrozenInstanceError):
            setattr(made, field.name, None)
    assert not hasattr(made, "__dict__")
