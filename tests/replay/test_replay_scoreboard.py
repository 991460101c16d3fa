"""The scoreboard: read off events, and off nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from sessionlab.core.events import Event, Kind, Transcript
from sessionlab.core.score import ScoreCode, ScoreRow
from sessionlab.replay.scoreboard import scoreboard


class Story:
    """Builds a transcript, event by event."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.step = 0

    def add(self, kind: Kind, verdict: Any = None, **data: Any) -> None:
        number = len(self.events) + 1
        self.events.append(Event(number, 0, self.step, "lane", kind, data, verdict))

    def visit(
        self,
        answer: str,
        *cookies: tuple[str, str, str],
        client: str = "alice",
        path: str = "/app",
        body: str | None = None,
        sets: Sequence[tuple[str, str]] = (),
        accepted: bool = True,
        octets: tuple[int, int] = (0, 0),
        status: int = 200,
        server: int | None = None,
        meanwhile: Story | None = None,
    ) -> Story:
        """One step with one request; ``octets`` are those of Cookie and Set-Cookie.

        ``meanwhile``: what happens while the request is held.
        """
        self.step += 1
        sent = [{"name": n, "value": v, "origin": o} for n, v, o in cookies]
        self.add(
            Kind.REQUEST,
            client=client,
            method="GET",
            path=path,
            cookies=sent,
            body=body,
            cookie_bytes=octets[0],
            server=server,
        )
        if meanwhile is not None:
            self.add(Kind.HOLD)
            for event in meanwhile.events:
                self.add(event.kind, event.verdict, **event.data)
            self.add(Kind.RESUME)
        self.add(Kind.RESPONSE, body=answer, status=status, cookie_bytes=octets[1])
        for name, value in sets:
            self.add(Kind.COOKIE_STORED, {"accepted": accepted}, name=name, value=value)
        return self

    def restart(self) -> Story:
        self.step += 1
        self.add(Kind.RESTART, lost=0)
        self.step -= 1
        return self

    def store(
        self, op: str, session_id: str, record: str | None = None, found: bool | None = None
    ) -> Story:
        self.add(Kind.STORE, op=op, id=session_id, record=record, found=found, error=None)
        return self


def cell(story: Story, row: ScoreRow) -> tuple[ScoreCode, int | None]:
    """The code and the step that shows it."""
    transcript = Transcript("lesson", "lane", {}, tuple(story.events))
    found = {score.row: score.cells[0] for score in scoreboard([transcript])}
    if row not in found:
        return ScoreCode.NOT_SHOWN, None
    return found[row].code, found[row].step


SERVER, EDITED = "server", "edited"

CASES: list[tuple[str, ScoreRow, Story, ScoreCode, int | None]] = [
    (
        "data in a cookie can be read by its holder",
        ScoreRow.READABLE_BY,
        Story().visit("1번 접속", sets=[("count", "1")]),
        ScoreCode.HOLDER,
        1,
    ),
    (
        "a signed value that names no record is data, signed or not",
        ScoreRow.READABLE_BY,
        Story().visit("1번 접속", sets=[("role", "s%3Aadmin.c2ln")]),
        ScoreCode.HOLDER,
        1,
    ),
    (
        "an ID that names a record in the store says nothing",
        ScoreRow.READABLE_BY,
        Story().store("set", "abc").visit("1번 접속", sets=[("sid", "s%3Aabc.c2ln")]),
        ScoreCode.SERVER,
        1,
    ),
    (
        "a cookie that is only deleted shows nothing",
        ScoreRow.READABLE_BY,
        Story().visit("bye", sets=[("count", "")]),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "an edit that the counter goes on from was believed",
        ScoreRow.CHANGEABLE_BY,
        Story().visit("1번 접속").visit("1000번 접속", ("count", "999", EDITED)),
        ScoreCode.HOLDER,
        2,
    ),
    (
        "an edit after which the counter begins anew was noticed",
        ScoreRow.CHANGEABLE_BY,
        Story().visit("2번 접속").visit("1번 접속", ("count", "999", EDITED)),
        ScoreCode.SERVER,
        2,
    ),
    (
        "one edit that is believed outweighs one that is noticed",
        ScoreRow.CHANGEABLE_BY,
        Story().visit("1번 접속", ("a", "x", EDITED)).visit("9번 접속", ("a", "y", EDITED)),
        ScoreCode.HOLDER,
        2,
    ),
    (
        "no edit, no answer",
        ScoreRow.CHANGEABLE_BY,
        Story().visit("1번 접속").visit("2번 접속", ("count", "1", SERVER)),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "a cookie from before the logout that still counts can not be revoked",
        ScoreRow.REVOCABLE,
        Story()
        .visit("1번 접속", sets=[("count", "1")])
        .visit("bye", ("count", "1", SERVER), path="/app/logout")
        .visit("2번 접속", ("count", "1", SERVER), client="mallory"),
        ScoreCode.NO,
        3,
    ),
    (
        "a cookie from before the logout that begins anew was revoked",
        ScoreRow.REVOCABLE,
        Story()
        .visit("1번 접속", sets=[("sid", "x")])
        .visit("bye", ("sid", "x", SERVER), path="/app/logout")
        .visit("1번 접속", ("sid", "x", SERVER), client="mallory"),
        ScoreCode.YES,
        3,
    ),
    (
        "a cookie from after the logout says nothing about the logout",
        ScoreRow.REVOCABLE,
        Story()
        .visit("bye", ("count", "1", SERVER), path="/app/logout")
        .visit("1번 접속", sets=[("count", "5")])
        .visit("6번 접속", ("count", "5", SERVER)),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "who is counted on after a restart survived it",
        ScoreRow.SURVIVES_RESTART,
        Story().visit("1번 접속").restart().visit("2번 접속", ("count", "1", SERVER)),
        ScoreCode.ALL,
        2,
    ),
    (
        "who is counted from 1 after a restart is forgotten",
        ScoreRow.SURVIVES_RESTART,
        Story().visit("1번 접속").restart().visit("1번 접속", ("sid", "x", SERVER)),
        ScoreCode.NOTHING,
        2,
    ),
    (
        "a restart may take some and leave others",
        ScoreRow.SURVIVES_RESTART,
        Story()
        .visit("1번 접속", client="a")
        .visit("1번 접속", client="b")
        .restart()
        .visit("2번 접속", ("count", "1", SERVER), client="a")
        .visit("1번 접속", ("count", "x", SERVER), client="b"),
        ScoreCode.SOME,
        3,
    ),
    (
        "a stranger after a restart says nothing about it",
        ScoreRow.SURVIVES_RESTART,
        Story()
        .visit("1번 접속", client="a")
        .restart()
        .visit("1번 접속", ("count", "x", SERVER), client="new"),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does a visitor who never had a cookie",
        ScoreRow.SURVIVES_RESTART,
        Story().visit("1번 접속").restart().visit("1번 접속"),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "who is still known by name after the logout was not revoked",
        ScoreRow.REVOCABLE,
        Story()
        .visit("alice", sets=[("sid", "x")], path="/app/login")
        .visit("bye", ("sid", "x", SERVER), path="/app/logout")
        .visit("alice", ("sid", "x", SERVER), path="/app/me"),
        ScoreCode.NO,
        3,
    ),
    (
        "who is nobody after the logout was",
        ScoreRow.REVOCABLE,
        Story()
        .visit("alice", sets=[("sid", "x")], path="/app/login")
        .visit("bye", ("sid", "x", SERVER), path="/app/logout")
        .visit("nobody", ("sid", "x", SERVER), path="/app/me", status=401),
        ScoreCode.YES,
        3,
    ),
    (
        "a request that had begun before the logout says nothing about it",
        ScoreRow.REVOCABLE,
        Story()
        .visit("1번 접속", sets=[("sid", "x")])
        .visit(
            "2번 접속",
            ("sid", "x", SERVER),
            meanwhile=Story().visit("bye", ("sid", "x", SERVER), path="/app/logout"),
        ),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "who had logged in before a restart and is nobody after it is forgotten",
        ScoreRow.SURVIVES_RESTART,
        Story()
        .visit("alice", path="/app/login")
        .restart()
        .visit("nobody", ("sid", "x", SERVER), path="/app/me", status=401),
        ScoreCode.NOTHING,
        2,
    ),
    (
        "and who is known by name survived it",
        ScoreRow.SURVIVES_RESTART,
        Story()
        .visit("alice", path="/app/login")
        .restart()
        .visit("alice", ("sid", "x", SERVER), path="/app/me"),
        ScoreCode.ALL,
        2,
    ),
    (
        "who is counted on by another server can be served by several",
        ScoreRow.SCALES,
        Story().visit("1번 접속", server=1).visit("2번 접속", ("c", "1", SERVER), server=2),
        ScoreCode.YES,
        2,
    ),
    (
        "who is a stranger to another server can not",
        ScoreRow.SCALES,
        Story().visit("1번 접속", server=1).visit("1번 접속", ("c", "1", SERVER), server=2),
        ScoreCode.NO,
        2,
    ),
    (
        "the same server again says nothing of others",
        ScoreRow.SCALES,
        Story().visit("1번 접속", server=2).visit("2번 접속", ("c", "1", SERVER), server=2),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does a server alone",
        ScoreRow.SCALES,
        Story().visit("1번 접속").visit("2번 접속", ("c", "1", SERVER)),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does a visitor without a cookie",
        ScoreRow.SCALES,
        Story().visit("1번 접속", server=1).visit("1번 접속", server=2),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does what follows a restart",
        ScoreRow.SCALES,
        Story()
        .visit("1번 접속", server=1)
        .restart()
        .visit("1번 접속", ("c", "1", SERVER), server=2),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "nor does what follows a logout",
        ScoreRow.SCALES,
        Story()
        .visit("1번 접속", server=1)
        .visit("bye", path="/app/logout", server=1)
        .visit("nobody", ("c", "1", SERVER), path="/app/me", status=401, server=2),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "much data that the browser refuses is not held",
        ScoreRow.HOLDS_MUCH,
        Story().visit("ok", body="x" * 4097, sets=[("notes", "x")], accepted=False),
        ScoreCode.NO,
        1,
    ),
    (
        "much data that nobody refuses is held",
        ScoreRow.HOLDS_MUCH,
        Story().visit("ok", body="x" * 4097, sets=[("sid", "x")]),
        ScoreCode.YES,
        1,
    ),
    (
        "much data that no cookie leads back to is not shown to be held",
        ScoreRow.HOLDS_MUCH,
        Story().visit("ok", body="x" * 4097),
        ScoreCode.NOT_SHOWN,
        None,
    ),
    (
        "what fits into a cookie is not much",
        ScoreRow.HOLDS_MUCH,
        Story().visit("ok", body="x" * 4096, sets=[("notes", "x")]),
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
    transcripts = [Transcript("lesson", "lane", {}, tuple(it.events)) for it in stories]
    cells = next(score.cells for score in scoreboard(transcripts) if score.row is row)
    return [(it.amount, it.loses) for it in cells]


def test_wire_bytes_are_the_median_of_both_directions_where_a_cookie_was_sent() -> None:
    story = Story()
    for octets in [(0, 900), (10, 1), (20, 2), (30, 3), (0, 900)]:
        story.visit("", octets=octets)
    assert amounts(story, row=ScoreRow.WIRE_BYTES) == [(22, False)]


def test_the_bytes_of_a_held_request_are_its_own() -> None:
    story = Story().visit("", octets=(10, 1), meanwhile=Story().visit("", octets=(100, 5)))
    assert amounts(story, row=ScoreRow.WIRE_BYTES) == [(11, False)]
    assert amounts(Story().visit("", octets=(10, 1)), story, row=ScoreRow.WIRE_BYTES)[1] == (
        11,
        False,
    )


def test_server_bytes_are_the_median_of_the_records_written_with_their_ids() -> None:
    story = Story().visit("").store("set", "ab", "x" * 8).store("set", "ab", "x" * 98)
    story.store("set", "ab", "가")
    story.store("swap", "ab", "x" * 5000, False).store("swap", "ab", "x" * 5000, False)
    for op in ("get", "touch"):
        story.store(op, "ab", "x" * 5000).store(op, "ab", "x" * 5000)
    assert amounts(story, Story(), row=ScoreRow.SERVER_BYTES) == [(10, True), (0, False)]


def test_the_largest_number_loses_and_equal_numbers_lose_nothing() -> None:
    small, large = (Story().visit("", octets=(size, 0)) for size in (10, 20))
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
    answer = "1000번 접속" if code is ScoreCode.HOLDER else "1번 접속"
    story = Story().visit(answer, ("count", "999", EDITED))
    transcript = Transcript("lesson", "lane", {}, tuple(story.events))
    (score,) = (it for it in scoreboard([transcript]) if it.row is ScoreRow.CHANGEABLE_BY)
    assert (score.cells[0].code, score.cells[0].loses) == (code, loses)


def test_rows_that_nothing_shows_are_left_out() -> None:
    rows = [score.row for score in scoreboard([Transcript("lesson", "lane", {}, ())])]
    assert rows == [ScoreRow.WIRE_BYTES, ScoreRow.SERVER_BYTES]
