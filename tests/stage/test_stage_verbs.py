"""Every verb of a step over real HTTP, what is recorded of it, and that it stays the same."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Event as Signal
from typing import Any, TypeVar

import pytest

from sessionlab.core.decide import Reason, Verdict
from sessionlab.core.entries import Transcript
from sessionlab.core.events import (
    CookieEdited,
    CookiesCopied,
    CookieStored,
    Event,
    RequestSent,
    ResponseReceived,
    SentCookie,
    ServerRestarted,
    StoreDecided,
    StoreSnapshot,
    WithheldCookie,
)
from sessionlab.core.jar.codes import Refusal, SetOutcome, Withheld
from sessionlab.core.jar.cookie import CookieOrigin
from sessionlab.http.client import send
from sessionlab.stage import browsers
from sessionlab.stage.clock import START
from sessionlab.stage.errors import StageError, StageProblem
from sessionlab.stage.scenario import ChangeData, ChangeId, Request, Scenario, SetValue, Step
from sessionlab.stage.stage import replay
from tests import PATIENCE

from .support import Shelf, Text, lane, make_counter

Play = Callable[..., Transcript]
E = TypeVar("E", bound=Event)
VISIT = Request("GET", "{base}")


def events(transcript: Transcript, kind: type[E], step: int | None = None) -> list[E]:
    return [entry.event for entry in transcript.of(kind, step)]


def bodies(transcript: Transcript, step: int | None = None) -> list[str]:
    return [it.body for it in events(transcript, ResponseReceived, step)]


def requests(transcript: Transcript, step: int | None = None) -> list[RequestSent]:
    return events(transcript, RequestSent, step)


def test_a_client_keeps_its_cookies_and_another_has_its_own(play: Play) -> None:
    transcript = play(
        {"client": "alice", "request": VISIT},
        {"client": "alice", "request": VISIT},
        {"client": "bob", "request": VISIT},
    )
    assert bodies(transcript) == ["1번 접속", "2번 접속", "1번 접속"]


def test_a_step_is_told_in_the_order_in_which_it_happened(play: Play) -> None:
    transcript = play(
        {"client": "alice", "request": VISIT},
        {
            "client": "bob",
            "copy": "alice",
            "advance": 60,
            "restart": True,
            "edits": {"one": SetValue("count", "7")},
            "request": VISIT,
        },
    )
    assert [it.event.kind for it in transcript.entries if it.step == 2] == [
        "advance",
        "restart",
        "copy",
        "edit",
        "request",
        "session-open",
        "response",
        "cookie-stored",
        "snapshot",
    ]
    assert [it.seq for it in transcript.entries] == list(range(1, len(transcript.entries) + 1))
    assert {it.lane for it in transcript.entries} == {"one"}


def test_the_same_script_gives_the_same_bytes_whatever_the_port(play: Play) -> None:
    script = (
        {"client": "alice", "request": VISIT},
        {"client": "alice", "request": VISIT, "restart": True, "advance": 1},
    )
    first, second = (json.dumps(play(*script).to_json()) for _ in range(2))
    assert first == second
    assert set(re.findall(r"(?:localhost|127[.0-9]+):[0-9]+", first)) == {"localhost:3000"}


def test_a_transcript_survives_json(play: Play) -> None:
    transcript = play({"request": VISIT})
    assert Transcript.from_json(json.loads(json.dumps(transcript.to_json()))) == transcript


def test_lanes_are_played_in_their_order_and_share_nothing() -> None:
    lanes = (lane("a", "/session"), lane("b", "/session"), lane("c", "/cookie"))
    scenario = Scenario("lesson", lanes, (Step(1, request=VISIT),))
    begun: list[str] = []
    transcripts = replay(scenario, on_step=lambda lane, step: begun.append(lane.id))
    assert [it.lane for it in transcripts] == ["a", "b", "c"] == begun
    assert [requests(it)[0].path for it in transcripts] == ["/session", "/session", "/cookie"]
    assert [bodies(it) for it in transcripts] == [["1번 접속"]] * 3
    one, other, *_ = (set(it.after) for t in transcripts for it in events(t, StoreSnapshot))
    assert not one & other, "IDs are seeded by the lane"


def test_a_request_can_be_repeated(play: Play) -> None:
    transcript = play({"request": VISIT, "repeat": 3})
    assert bodies(transcript, 1) == ["1번 접속", "2번 접속", "3번 접속"]
    assert len(events(transcript, StoreSnapshot)) == 1


def test_a_client_without_cookies_sends_none_and_keeps_none(play: Play) -> None:
    transcript = play(
        {"request": VISIT},
        {"request": VISIT, "cookies": False, "repeat": 2},
        {"request": VISIT},
    )
    assert bodies(transcript) == ["1번 접속", "1번 접속", "1번 접속", "2번 접속"]
    assert all(it.cookie_header is None for it in requests(transcript, 2))
    assert not events(transcript, CookieStored, 2)


def test_an_edited_and_a_copied_cookie_say_so_until_the_server_replaces_them(play: Play) -> None:
    transcript = play(
        {"client": "alice", "request": VISIT},
        {"client": "alice", "edits": {"one": SetValue("count", "999")}, "request": VISIT},
        {"client": "bob", "copy": "alice", "request": VISIT},
        {"client": "alice", "request": VISIT},
    )
    assert [it.cookies for it in requests(transcript)] == [
        (),
        (SentCookie("count", "999", CookieOrigin.EDITED),),
        (SentCookie("count", "1000", CookieOrigin.COPIED),),
        (SentCookie("count", "1000", CookieOrigin.SERVER),),
    ]
    assert events(transcript, CookieEdited) == [CookieEdited("alice", "count", "1", "999")]
    assert events(transcript, CookiesCopied) == [CookiesCopied("alice", "bob", ("count",))]


def test_an_edit_is_that_of_the_lane_or_of_the_one_it_plays(play: Play) -> None:
    steps = (
        {"request": VISIT},
        {"edits": {"other": SetValue("count", "50")}, "request": VISIT},
    )
    assert bodies(play(*steps)) == ["1번 접속", "2번 접속"]
    varied = replace(lane("option=true"), plays="other")
    assert bodies(play(*steps, on=varied)) == ["1번 접속", "51번 접속"]


def test_a_varied_lane_may_lack_the_cookie_that_is_edited(play: Play) -> None:
    """Its options may be the reason; a lesson's own lane must have it."""
    varied = replace(lane("secure=true"), plays="one")
    transcript = play({"edits": {"one": SetValue("gone", "1")}, "request": VISIT}, on=varied)
    assert events(transcript, CookieEdited) == [CookieEdited("browser", "gone", None, None)]
    assert bodies(transcript) == ["1번 접속"]


@pytest.mark.parametrize(
    ("edit", "problem", "evidence"),
    [
        (SetValue("gone", "1"), StageProblem.NO_SUCH_COOKIE, {"there": "count"}),
        (ChangeData("count", {}), StageProblem.VALUE_NOT_SEALED, {"client": "browser"}),
        (ChangeId("count", "x"), StageProblem.VALUE_NOT_SIGNED, {"cookie": "count"}),
    ],
)
def test_an_edit_that_cannot_be_made_ends_the_play(
    play: Play, edit: Any, problem: StageProblem, evidence: dict[str, str]
) -> None:
    with pytest.raises(StageError) as caught:
        play({"request": VISIT}, {"edits": {"one": edit}})
    assert caught.value.problem is problem
    assert evidence.items() <= caught.value.evidence.items()


def test_a_refused_cookie_is_told_of_with_the_jars_reasons_and_not_sent(play: Play) -> None:
    line = "big=" + "x" * 5000
    transcript = play({"request": Request("GET", f"/set?{line}")}, {"request": VISIT})
    (stored,) = events(transcript, CookieStored, 1)
    assert stored.set_cookie == line
    assert not stored.verdict.accepted
    assert stored.verdict.reasons == (Refusal.TOO_LONG,)
    assert requests(transcript, 2)[0].cookies == ()


def test_a_stored_cookie_is_told_of_with_its_attributes(play: Play) -> None:
    transcript = play({"request": Request("GET", "/set?a=b;+Path=/;+HttpOnly")})
    (stored,) = events(transcript, CookieStored)
    assert (stored.name, stored.value) == ("a", "b")
    assert stored.attributes == {"path": "/", "httponly": None}
    assert (stored.verdict.accepted, stored.verdict.outcome) == (True, SetOutcome.STORED)


@pytest.mark.parametrize(
    ("line", "advance", "reason"),
    [
        ("a=b; Path=/elsewhere", 0, Withheld.OTHER_PATH),
        ("a=b; Path=/; Max-Age=60", 60, Withheld.EXPIRED),
    ],
)
def test_a_cookie_that_stays_behind_is_told_of_with_the_reason(
    play: Play, line: str, advance: float, reason: Withheld
) -> None:
    set_it = Request("GET", f"/set?{line.replace(' ', '+')}")
    transcript = play({"request": set_it}, {"request": VISIT, "advance": advance})
    (request,) = requests(transcript, 2)
    assert request.cookies == ()
    assert request.withheld == (WithheldCookie("a", "b", (reason,)),)


def test_time_passes_only_by_the_script(play: Play) -> None:
    transcript = play({"request": VISIT}, {"request": VISIT, "advance": 90})
    assert {it.at for it in transcript.entries if it.step == 1} == {START}
    assert {it.at for it in transcript.entries if it.step == 2} == {START + 90_000}


def test_bytes_are_those_of_the_header_lines_with_their_ends(play: Play) -> None:
    transcript = play({"request": VISIT}, {"request": VISIT})
    assert [it.cookie_bytes for it in requests(transcript)] == [0, len("Cookie: count=1\r\n")]
    response, _ = events(transcript, ResponseReceived)
    assert response.cookie_bytes == len("Set-Cookie: count=1\r\n")


def test_a_form_is_sent_url_encoded(play: Play) -> None:
    seen: list[tuple[str, str]] = []

    def make_app(backstage: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            length = int(environ["CONTENT_LENGTH"])
            seen.append((environ["CONTENT_TYPE"], environ["wsgi.input"].read(length).decode()))
            start_response("200 OK", [])
            return [b""]

        return app, None

    form = {"user": "앨리스", "text": "a b&c"}
    transcript = play({"request": Request("POST", "/", form)}, make_app=make_app)
    encoded = "user=%EC%95%A8%EB%A6%AC%EC%8A%A4&text=a+b%26c"
    assert seen == [("application/x-www-form-urlencoded", encoded)]
    assert requests(transcript)[0].body == encoded


def test_a_snapshot_shows_the_store_before_and_after_the_step(play: Play) -> None:
    transcript = play({"request": VISIT}, {"request": VISIT})
    first, second = events(transcript, StoreSnapshot)
    assert first.before == {}
    assert list(first.after.values()) == ['{"count":1}']
    assert second.before == first.after
    assert list(second.after.values()) == ['{"count":1}', '{"count":2}']


def test_a_lane_without_a_store_has_no_snapshots(play: Play) -> None:
    def make_app(backstage: Any) -> Any:
        return make_counter(backstage)[0], None

    transcript = play({"request": VISIT, "restart": True}, make_app=make_app)
    assert not events(transcript, StoreSnapshot)
    assert events(transcript, ServerRestarted) == [ServerRestarted(lost=0)]


def test_a_restart_loses_what_the_new_application_does_not_have(play: Play) -> None:
    kept = Text("{}")
    stores: list[Shelf] = []

    def make_app(backstage: Any) -> Any:
        app, shelf = make_counter(backstage)
        shelf.records["kept"] = kept
        stores.append(shelf)
        return app, shelf

    transcript = play({"request": VISIT, "repeat": 2}, {"restart": True}, make_app=make_app)
    assert len(stores) == 2
    assert events(transcript, ServerRestarted) == [ServerRestarted(lost=2)]
    (snapshot,) = events(transcript, StoreSnapshot, 2)
    assert len(snapshot.before) == 3
    assert snapshot.after == {"kept": "{}"}


def test_the_clients_go_on_with_their_cookies_after_a_restart(play: Play) -> None:
    transcript = play({"request": VISIT}, {"request": VISIT, "restart": True})
    assert bodies(transcript) == ["1번 접속", "2번 접속"]


def test_what_the_server_does_after_the_last_octet_stands_before_the_response(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's last event happens when the client has long had its answer."""
    answered = Signal()

    def and_then(*given: Any, **more: Any) -> Any:
        answer = send(*given, **more)
        answered.set()
        return answer

    monkeypatch.setattr(browsers, "send", and_then)
    decided = StoreDecided(Verdict.of(Reason.NEW_EMPTY_DROPPED, ()), None)

    def make_app(backstage: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Length", "2")])
            yield b"ok"
            answered.wait(PATIENCE)
            backstage.recorder.listener(environ, decided)

        return app, None

    kinds = [type(it.event) for it in play({"request": VISIT}, make_app=make_app).entries]
    assert kinds == [RequestSent, StoreDecided, ResponseReceived]


def test_a_server_that_does_not_answer_is_an_error_and_no_hang(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Signal()
    monkeypatch.setattr(browsers, "PATIENCE", 0.05)

    def make_app(backstage: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            gate.wait(PATIENCE)
            start_response("200 OK", [])
            return [b""]

        return app, None

    try:
        with pytest.raises(StageError) as caught:
            play({"request": VISIT}, make_app=make_app)
    finally:
        gate.set()
    assert caught.value.problem is StageProblem.SERVER_SILENT
    assert caught.value.evidence["request"] == "GET /app"


def test_an_answer_that_breaks_off_is_none(play: Play) -> None:
    def make_app(backstage: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Length", "100")])
            yield b"begun"
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)

        return app, None

    with pytest.raises(StageError, match="broke off") as caught:
        play({"request": VISIT}, make_app=make_app)
    assert caught.value.problem is StageProblem.SERVER_SILENT


def test_a_failing_application_is_an_answer_like_any_other(play: Play) -> None:
    def make_app(backstage: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            raise RuntimeError("broken")

        return app, None

    (response,) = events(play({"request": VISIT}, make_app=make_app), ResponseReceived)
    assert response.status == 500
