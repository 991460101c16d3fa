"""Scripts played over real HTTP: every verb, what is recorded of it, and that it stays the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from sessionlab.core.events import Kind, Transcript
from sessionlab.replay import browser
from sessionlab.replay.clock import START
from sessionlab.replay.errors import ReplayError, ReplayProblem
from sessionlab.replay.exchange import exchange
from sessionlab.replay.runner import replay
from sessionlab.replay.scenario import ChangeData, ChangeId, Request, Scenario, SetValue, Step
from tests import PATIENCE

from .support import Shelf, Text, lane, make_counter, opened

Play = Callable[..., Transcript]
VISIT = Request("GET", "{base}")


def bodies(transcript: Transcript, step: int | None = None) -> list[str]:
    return [event.data["body"] for event in transcript.of(Kind.RESPONSE, step)]


def requests(transcript: Transcript, step: int | None = None) -> list[dict[str, Any]]:
    return [dict(event.data) for event in transcript.of(Kind.REQUEST, step)]


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
    assert [event.kind.value for event in transcript.events if event.step == 2] == [
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
    assert [event.seq for event in transcript.events] == list(range(1, len(transcript.events) + 1))
    assert {event.lane for event in transcript.events} == {"one"}


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
    scenario = Scenario("lesson", (lane("a", "/x"), lane("b", "/y")), (Step(1, request=VISIT),))
    told: list[str] = []
    one, other = replay(scenario, opened(make_counter), lambda lane, step: told.append(lane.id))
    assert (one.lane, other.lane) == ("a", "b") == tuple(told)
    assert [requests(it)[0]["path"] for it in (one, other)] == ["/x", "/y"]
    assert bodies(one) == bodies(other) == ["1번 접속"]
    records = [set(next(iter(it.of(Kind.SNAPSHOT))).data["after"]) for it in (one, other)]
    assert not records[0] & records[1], "IDs are seeded by the lane"


def test_a_request_can_be_repeated(play: Play) -> None:
    transcript = play({"request": VISIT, "repeat": 3})
    assert bodies(transcript, 1) == ["1번 접속", "2번 접속", "3번 접속"]
    assert len(list(transcript.of(Kind.SNAPSHOT))) == 1


def test_a_client_without_cookies_sends_none_and_keeps_none(play: Play) -> None:
    transcript = play(
        {"request": VISIT},
        {"request": VISIT, "cookies": False, "repeat": 2},
        {"request": VISIT},
    )
    assert bodies(transcript) == ["1번 접속", "1번 접속", "1번 접속", "2번 접속"]
    assert all(it["cookie_header"] is None for it in requests(transcript, 2))
    assert not list(transcript.of(Kind.COOKIE_STORED, 2))


def test_an_edited_and_a_copied_cookie_say_so_until_the_server_replaces_them(play: Play) -> None:
    transcript = play(
        {"client": "alice", "request": VISIT},
        {"client": "alice", "edits": {"one": SetValue("count", "999")}, "request": VISIT},
        {"client": "bob", "copy": "alice", "request": VISIT},
        {"client": "alice", "request": VISIT},
    )
    assert [it["cookies"] for it in requests(transcript)] == [
        [],
        [{"name": "count", "value": "999", "origin": "edited"}],
        [{"name": "count", "value": "1000", "origin": "copied"}],
        [{"name": "count", "value": "1000", "origin": "server"}],
    ]
    edit = next(iter(transcript.of(Kind.EDIT)))
    assert edit.data == {"client": "alice", "name": "count", "before": "1", "after": "999"}
    copy = next(iter(transcript.of(Kind.COPY)))
    assert copy.data == {"source": "alice", "client": "bob", "names": ["count"]}


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
    (edit,) = transcript.of(Kind.EDIT)
    assert edit.data == {"client": "browser", "name": "gone", "before": None, "after": None}
    assert bodies(transcript) == ["1번 접속"]


@pytest.mark.parametrize(
    ("edit", "problem", "evidence"),
    [
        (SetValue("gone", "1"), ReplayProblem.NO_SUCH_COOKIE, {"there": "count"}),
        (ChangeData("count", {}), ReplayProblem.VALUE_NOT_SEALED, {"client": "browser"}),
        (ChangeId("count", "x"), ReplayProblem.VALUE_NOT_SIGNED, {"cookie": "count"}),
    ],
)
def test_an_edit_that_can_not_be_done_ends_the_replay(
    play: Play, edit: Any, problem: ReplayProblem, evidence: dict[str, str]
) -> None:
    with pytest.raises(ReplayError) as caught:
        play({"request": VISIT}, {"edits": {"one": edit}})
    assert caught.value.problem is problem
    assert evidence.items() <= caught.value.evidence.items()


def test_a_refused_cookie_is_told_of_with_the_jars_reasons_and_not_sent(play: Play) -> None:
    line = "big=" + "x" * 5000
    transcript = play({"request": Request("GET", f"/set?{line}")}, {"request": VISIT})
    (stored,) = transcript.of(Kind.COOKIE_STORED, 1)
    assert stored.data["set_cookie"] == line
    assert stored.verdict is not None
    assert stored.verdict["accepted"] is False
    assert stored.verdict["reasons"] == ["too-long"]
    assert requests(transcript, 2)[0]["cookies"] == []


def test_a_stored_cookie_is_told_of_with_its_attributes(play: Play) -> None:
    transcript = play({"request": Request("GET", "/set?a=b;+Path=/;+HttpOnly")})
    (stored,) = transcript.of(Kind.COOKIE_STORED)
    assert stored.data["name"] == "a"
    assert stored.data["value"] == "b"
    assert stored.data["attributes"] == {"path": "/", "httponly": None}
    assert stored.verdict is not None
    assert (stored.verdict["accepted"], stored.verdict["outcome"]) == (True, "stored")


@pytest.mark.parametrize(
    ("line", "advance", "reason"),
    [
        ("a=b; Path=/elsewhere", 0, "other-path"),
        ("a=b; Path=/; Max-Age=60", 60, "expired"),
    ],
)
def test_a_cookie_that_stays_behind_is_told_of_with_the_reason(
    play: Play, line: str, advance: float, reason: str
) -> None:
    set_it = Request("GET", f"/set?{line.replace(' ', '+')}")
    transcript = play({"request": set_it}, {"request": VISIT, "advance": advance})
    (request,) = requests(transcript, 2)
    assert request["cookies"] == []
    assert request["withheld"] == [{"name": "a", "value": "b", "reasons": [reason]}]


def test_time_passes_only_by_the_script(play: Play) -> None:
    transcript = play({"request": VISIT}, {"request": VISIT, "advance": 90})
    assert {event.at for event in transcript.events if event.step == 1} == {START}
    assert {event.at for event in transcript.events if event.step == 2} == {START + 90_000}


def test_bytes_are_those_of_the_header_lines_with_their_ends(play: Play) -> None:
    transcript = play({"request": VISIT}, {"request": VISIT})
    assert [it["cookie_bytes"] for it in requests(transcript)] == [0, len("Cookie: count=1\r\n")]
    (response, _) = transcript.of(Kind.RESPONSE)
    assert response.data["cookie_bytes"] == len("Set-Cookie: count=1\r\n")


def test_a_form_is_sent_url_encoded(play: Play) -> None:
    seen: list[tuple[str, str]] = []

    def make_app(lane: Any, clock: Any, genid: Any, listener: Any) -> Any:
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
    assert requests(transcript)[0]["body"] == encoded


def test_a_snapshot_shows_the_store_before_and_after_the_step(play: Play) -> None:
    transcript = play({"request": VISIT}, {"request": VISIT})
    first, second = (event.data for event in transcript.of(Kind.SNAPSHOT))
    assert first["before"] == {}
    assert list(first["after"].values()) == ['{"count":1}']
    assert second["before"] == first["after"]
    assert list(second["after"].values()) == ['{"count":1}', '{"count":2}']


def test_a_lane_without_a_store_has_no_snapshots(play: Play) -> None:
    def make_app(*given: Any) -> Any:
        return make_counter(*given)[0], None

    transcript = play({"request": VISIT, "restart": True}, make_app=make_app)
    assert not list(transcript.of(Kind.SNAPSHOT))
    assert next(iter(transcript.of(Kind.RESTART))).data == {"lost": 0, "server": None}


def test_a_restart_loses_what_the_new_application_does_not_have(play: Play) -> None:
    kept = Text("{}")
    stores: list[Shelf] = []

    def make_app(*given: Any) -> Any:
        app, shelf = make_counter(*given)
        shelf.records["kept"] = kept
        stores.append(shelf)
        return app, shelf

    transcript = play({"request": VISIT, "repeat": 2}, {"restart": True}, make_app=make_app)
    assert len(stores) == 2
    assert next(iter(transcript.of(Kind.RESTART))).data == {"lost": 2, "server": None}
    (snapshot,) = transcript.of(Kind.SNAPSHOT, 2)
    assert len(snapshot.data["before"]) == 3
    assert snapshot.data["after"] == {"kept": "{}"}


def test_the_clients_go_on_with_their_cookies_after_a_restart(play: Play) -> None:
    transcript = play({"request": VISIT}, {"request": VISIT, "restart": True})
    assert bodies(transcript) == ["1번 접속", "2번 접속"]


def test_what_the_server_does_after_the_last_octet_stands_before_the_response(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's last event happens when the client has long had its answer."""
    answered = Event()

    def and_then(*given: Any, **more: Any) -> Any:
        response = exchange(*given, **more)
        answered.set()
        return response

    monkeypatch.setattr(browser, "exchange", and_then)

    def make_app(lane: Any, clock: Any, genid: Any, listener: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Length", "2")])
            yield b"ok"
            answered.wait(PATIENCE)
            listener(environ, Kind.STORE_DECIDED, None, {"id": None})

        return app, None

    kinds = [event.kind for event in play({"request": VISIT}, make_app=make_app).events]
    assert kinds == [Kind.REQUEST, Kind.STORE_DECIDED, Kind.RESPONSE]


def test_a_server_that_does_not_answer_is_an_error_and_no_hang(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Event()
    monkeypatch.setattr(browser, "PATIENCE", 0.05)

    def make_app(*given: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            gate.wait(PATIENCE)
            start_response("200 OK", [])
            return [b""]

        return app, None

    try:
        with pytest.raises(ReplayError) as caught:
            play({"request": VISIT}, make_app=make_app)
    finally:
        gate.set()
    assert caught.value.problem is ReplayProblem.SERVER_SILENT
    assert caught.value.evidence["request"] == "GET /app"


def test_a_failing_application_is_an_answer_like_any_other(play: Play) -> None:
    def make_app(*given: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            raise RuntimeError("broken")

        return app, None

    (response,) = play({"request": VISIT}, make_app=make_app).of(Kind.RESPONSE)
    assert response.data["status"] == 500
