"""A lane played a step at a time, by whoever has steps to play: a script, a learner, an attack."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import ExitStack

import pytest

from sessionlab.core.entries import Entry, Transcript
from sessionlab.core.events import (
    CookieEdited,
    CookieRead,
    Event,
    Purpose,
    RequestHeld,
    RequestSent,
    ResponseReceived,
    ServerKind,
    ServerRestarted,
    SessionOpened,
    StoreAsked,
    StoreSnapshot,
)
from sessionlab.core.options import CookieOptions, SessionOptions
from sessionlab.demo.login import AtLogin
from sessionlab.stage.clock import START
from sessionlab.stage.errors import StageError
from sessionlab.stage.scenario import (
    ChangeId,
    Lane,
    Meanwhile,
    Request,
    Scenario,
    SetValue,
    Step,
    StoreKind,
)
from sessionlab.stage.stage import Stage, open_stage, replay

from .support import applications, make_counter
from .support import lane as counter_lane

VISIT = Request("GET", "{base}", purpose=Purpose.VISIT)
LOGIN = Request("POST", "{base}/login", {"user": "alice"}, Purpose.LOGIN)
LOGOUT = Request("POST", "{base}/logout", purpose=Purpose.LOGOUT)
WHO = Request("GET", "{base}/me", purpose=Purpose.WHO)


def demo(base: str = "/session", id_: str = "demo", **more: object) -> Lane:
    """A lane of the demo."""
    options = SessionOptions(secrets="keyboard cat", cookie=CookieOptions(max_age=3600))
    return Lane(id_, id_, base, options, {"base": base}, **more)  # type: ignore[arg-type]


def answers(entries: Iterable[Entry[Event]]) -> list[ResponseReceived]:
    return [it.event for it in entries if isinstance(it.event, ResponseReceived)]


LANES = (
    demo("/cookie", "plain"),
    demo("/signed-cookie", "signed"),
    demo("/session", "session", login=AtLogin.KEEP_ID),
    demo(id_="two", servers=(ServerKind.PYTHON,) * 2, store=StoreKind.SQLITE),
)
STEPS = (
    Step(1, "alice", VISIT, repeat=2),
    Step(2, "alice", LOGIN),
    Step(3, "mallory", WHO, copy="alice", advance=60),
    Step(4, "alice", VISIT, meanwhile=(Meanwhile("alice", LOGIN),)),
    Step(5, "alice", VISIT, restart=True, edits={"plain": SetValue("count", "999")}),
    Step(6, "mallory", WHO, close=True),
)


@pytest.mark.parametrize("lane", LANES, ids=lambda lane: lane.id)
def test_a_script_gives_the_same_transcript_whole_or_step_by_step(lane: Lane) -> None:
    (whole,) = replay(Scenario("lesson", (lane,), STEPS))
    with open_stage(lane, lesson="lesson") as stage:
        played = [entry for step in STEPS for entry in stage.play(step)]
        assert stage.transcript == whole
    assert tuple(played) == whole.entries, "each step gives its own entries"


def test_a_held_request_has_read_its_session_and_nothing_more() -> None:
    step = Step(2, "alice", VISIT, meanwhile=(Meanwhile("bob", WHO),))
    with open_stage(demo()) as stage:
        stage.play(Step(1, "alice", VISIT))
        kinds = [type(it.event) for it in stage.play(step)]
    held = kinds.index(RequestHeld)
    assert kinds[:held] == [RequestSent, CookieRead, StoreAsked, SessionOpened]


@pytest.mark.parametrize(
    ("store", "counts", "lost"),
    [(StoreKind.MEMORY, [1, 1, 1], 2), (StoreKind.SQLITE, [1, 2, 3], 0)],
)
def test_servers_share_a_file_that_outlives_them_or_have_a_memory_each(
    store: StoreKind, counts: list[int], lost: int
) -> None:
    lane = demo(store=store, servers=(ServerKind.PYTHON,) * 2)
    with open_stage(lane) as stage:
        played = stage.play(Step(1, request=VISIT)) + stage.play(Step(2, request=VISIT))
        played += stage.play(Step(3, request=VISIT, restart=True))
    assert [it.count for it in answers(played)] == counts
    assert [it.event.lost for it in stage.transcript.of(ServerRestarted)] == [lost]


def test_a_design_without_a_store_shows_none() -> None:
    with open_stage(demo("/cookie")) as stage:
        assert StoreSnapshot not in {type(it.event) for it in stage.play(Step(1, request=VISIT))}


def test_what_answered_is_recorded_where_servers_differ() -> None:
    step = Step(1, request=VISIT, repeat=2)
    for servers, software in (
        ((ServerKind.EXPRESS, ServerKind.PYTHON), [ServerKind.EXPRESS, ServerKind.PYTHON]),
        ((ServerKind.EXPRESS, ServerKind.EXPRESS), [None, None]),
    ):
        with open_stage(
            counter_lane(servers=servers), applications=applications(make_counter)
        ) as stage:
            stage.play(step)
            sent = [it.event for it in stage.transcript.of(RequestSent)]
        assert [it.software for it in sent] == software
        assert {it.purpose for it in sent} == {Purpose.VISIT}


def test_a_step_gives_what_happened_in_it_and_nothing_before() -> None:
    with open_stage(demo()) as stage:
        stage.play(Step(1, "alice", VISIT))
        entries = stage.play(Step(2, "alice", VISIT))
        assert {entry.step for entry in entries} == {2}
        assert isinstance(entries[0].event, RequestSent)
        assert isinstance(entries[-1].event, StoreSnapshot)
        assert stage.play(Step(3))[0].event == StoreSnapshot(*[entries[-1].event.after] * 2)


def test_any_step_may_follow_those_of_the_script() -> None:
    """An attack, tried by hand after the script: a forged ID, a stolen cookie."""
    with open_stage(demo()) as stage:
        for step in STEPS[:2]:
            stage.play(step)
        forged = Step(7, "alice", WHO, edits={"demo": ChangeId("connect.sid", "x" * 32)})
        assert [it.known for it in answers(stage.play(forged))] == [False]
        stage.play(Step(8, "bob", LOGIN))
        assert [it.known for it in answers(stage.play(Step(9, "eve", WHO, copy="bob")))] == [True]


def test_a_step_that_cannot_be_carried_out_does_not_end_the_play() -> None:
    with open_stage(demo()) as stage:
        stage.play(Step(1, "alice", VISIT))
        with pytest.raises(StageError):
            stage.play(Step(2, "alice", VISIT, edits={"demo": SetValue("no-such-cookie", "")}))
        (answer,) = answers(stage.play(Step(2, "alice", VISIT)))
        assert answer.count == 2


def test_lanes_may_be_open_beside_each_other_and_do_not_see_each_other() -> None:
    alone = []
    for lane in LANES:
        with open_stage(lane) as stage:
            alone.append(_played(stage))
    with ExitStack() as open_lanes:
        stages = [open_lanes.enter_context(open_stage(lane)) for lane in LANES]
        for step in STEPS:
            for stage in stages:
                stage.play(step)
        assert [stage.transcript for stage in stages] == alone


def _played(stage: Stage) -> Transcript:
    for step in STEPS:
        stage.play(step)
    return stage.transcript


def test_time_passes_in_one_lane_alone() -> None:
    with open_stage(demo()) as one, open_stage(demo()) as other:
        for stage in (one, other):
            stage.play(Step(1, "alice", VISIT))
        (expired,) = answers(one.play(Step(2, "alice", VISIT, advance=3600)))
        (fresh,) = answers(other.play(Step(2, "alice", VISIT)))
        assert (expired.count, fresh.count) == (1, 2)
        assert {entry.at for entry in other.transcript.entries} == {START}


def test_an_edit_is_made_in_the_lane_that_it_names() -> None:
    step = Step(2, "alice", VISIT, edits={"plain": SetValue("count", "41")})
    counts = []
    for lane in LANES[:3]:
        with open_stage(lane) as stage:
            stage.play(Step(1, "alice", VISIT))
            entries = stage.play(step)
            counts += [it.count for it in answers(entries)]
            edited = any(isinstance(it.event, CookieEdited) for it in entries)
            assert edited == (lane.id == "plain")
    assert counts == [42, 2, 2]


@pytest.mark.parametrize("base", ["/cookie", "/signed-cookie", "/session"])
def test_answers_are_read_by_what_the_request_is_for(base: str) -> None:
    peek = Request("GET", "{base}/peek")
    requests = (VISIT, WHO, LOGIN, WHO, VISIT, peek, LOGOUT, WHO, VISIT)
    with open_stage(demo(base)) as stage:
        played = [answers(stage.play(Step(n, request=it))) for n, it in enumerate(requests, 1)]
    assert [(it.known, it.count) for (it,) in played] == [
        (False, 1),
        (False, None),
        (None, None),
        (True, None),
        (True, 2),
        (None, None),  # nobody says what it is for
        (None, None),
        (False, None),
        (False, 1),
    ]


def test_an_answer_that_is_an_error_shows_nothing() -> None:
    lost = (Request("GET", "{base}/nowhere", purpose=it) for it in (Purpose.VISIT, Purpose.WHO))
    with open_stage(demo()) as stage:
        for number, request in enumerate(lost):
            (answer,) = answers(stage.play(Step(number, request=request)))
            assert (answer.status, answer.known, answer.count) == (404, None, None)


def test_a_lane_that_is_closed_has_no_server_any_more() -> None:
    with open_stage(counter_lane(), applications=applications(make_counter)) as stage:
        address = stage._fleet.destination(None).server.address
        socket.create_connection(address, timeout=5).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)


@pytest.mark.parametrize(
    "lane",
    [demo(store=StoreKind.REDIS), demo(servers=(ServerKind.EXPRESS,))],
    ids=["a store in Redis", "Express"],
)
def test_what_is_needed_from_outside_must_be_there(lane: Lane) -> None:
    with pytest.raises(ValueError, match="Redis"), open_stage(lane):
        pass
