"""Requests that overlap, servers that take turns, a browser that is closed."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable
from threading import Event as Signal
from typing import Any

import pytest

from sessionlab.core.entries import Transcript
from sessionlab.core.events import (
    BrowserClosed,
    CookieStored,
    RequestHeld,
    RequestResumed,
    RequestSent,
    ResponseReceived,
    ServerKind,
    ServerRestarted,
    SessionOpened,
    StoreAsked,
    StoreOp,
    StoreSnapshot,
)
from sessionlab.demo.handlers import read_answer
from sessionlab.http.client import send
from sessionlab.stage import browsers
from sessionlab.stage.applications import Application, Backstage
from sessionlab.stage.errors import StageError
from sessionlab.stage.gate import Gate
from sessionlab.stage.scenario import Meanwhile, Request
from sessionlab.stage.server import LoopbackServer
from sessionlab.stage.stage import open_stage
from tests import PATIENCE

from .support import Shelf, Text, lane

Play = Callable[..., Transcript]
VISIT = Request("GET", "{base}")
TWO = lane(servers=(ServerKind.PYTHON, ServerKind.PYTHON))


class Shop:
    """An application with one record: ``/read`` shows it, ``/add/X`` loads, adds X and saves."""

    def __init__(self, listener: Callable[..., None], shelf: Shelf) -> None:
        self._listener = listener
        self._shelf = shelf

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        loaded = self._shelf.records.get("cart", Text("")).text
        self._listener(environ, SessionOpened(None, "cart", new=False))
        _, verb, *item = environ["PATH_INFO"].split("/")
        if verb == "fail":
            raise RuntimeError("broken")
        if verb == "add":
            loaded += item[0]
            self._shelf.records["cart"] = Text(loaded)
            self._listener(environ, StoreAsked(StoreOp.SET, "cart", loaded, None, None))
        start_response("200 OK", [("Set-Cookie", f"last={loaded}")])
        return [loaded.encode()]


def make_shop(backstage: Backstage) -> tuple[Shop, Shelf]:
    shelf = Shelf()
    return Shop(backstage.recorder.listener, shelf), shelf


def add(item: str) -> Request:
    return Request("POST", f"/add/{item}")


def kinds(transcript: Transcript, step: int) -> list[str]:
    return [it.event.kind for it in transcript.entries if it.step == step]


def answers(transcript: Transcript) -> list[str]:
    return [it.event.body for it in transcript.of(ResponseReceived)]


def test_a_held_request_has_loaded_and_not_yet_begun_when_the_others_are_answered(
    play: Play,
) -> None:
    step = {"request": add("a"), "meanwhile": (Meanwhile("bob", add("b")),)}
    transcript = play(step, {"request": Request("GET", "/read")}, make_app=make_shop)
    assert kinds(transcript, 1) == [
        "request",
        "session-open",
        "hold",
        "request",
        "session-open",
        "store",
        "response",
        "cookie-stored",
        "resume",
        "store",
        "response",
        "cookie-stored",
        "snapshot",
    ]
    assert answers(transcript) == ["b", "a", "a"], "b is lost"
    (held,), (resumed,) = transcript.of(RequestHeld), transcript.of(RequestResumed)
    assert held.event == RequestHeld("browser", "POST", "/add/a")
    assert resumed.event == RequestResumed("browser", "POST", "/add/a")


def test_the_held_request_sends_the_cookies_that_it_had_when_it_began(play: Play) -> None:
    step = {"request": add("b"), "meanwhile": (Meanwhile("browser", add("c")),)}
    transcript = play({"request": add("a")}, step, make_app=make_shop)
    sent = [it.event.cookies[0].value for it in transcript.of(RequestSent, 2)]
    assert sent == ["a", "a"]
    kept = [it.event.value for it in transcript.of(CookieStored, 2)]
    assert kept == ["ac", "ab"]


def test_several_requests_may_come_in_between_and_each_repetition_is_held(play: Play) -> None:
    step = {
        "request": Request("GET", "/read"),
        "repeat": 2,
        "meanwhile": (Meanwhile("bob", add("x")), Meanwhile("eve", add("y"))),
    }
    transcript = play(step, make_app=make_shop)
    assert answers(transcript) == ["x", "xy", "", "xyx", "xyxy", "xy"]


def test_a_request_that_opens_no_session_is_answered_first(play: Play) -> None:
    def make_app(backstage: Backstage) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [])
            return [environ["PATH_INFO"].encode()]

        return app, None

    step = {"request": add("a"), "meanwhile": (Meanwhile("bob", add("b")),)}
    transcript = play(step, make_app=make_app)
    assert answers(transcript) == ["/add/a", "/add/b"]
    assert not {"hold", "resume"} & set(kinds(transcript, 1))


def test_what_is_not_held_is_over_before_the_others_are_sent_and_so_are_these(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server may be busy with a request when its answer has long been read."""
    answered = Signal()
    over = StoreAsked(StoreOp.SET, "cart", None, None, None)

    def and_then(*given: Any, **more: Any) -> Any:
        answered.clear()
        answer = send(*given, **more)
        answered.set()
        return answer

    monkeypatch.setattr(browsers, "send", and_then)

    def make_app(backstage: Backstage) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [("Content-Length", "2")])
            yield b"ok"
            answered.wait(PATIENCE)
            backstage.recorder.listener(environ, over)

        return app, None

    step = {"request": add("a"), "meanwhile": (Meanwhile("bob", add("b")),)}
    assert kinds(play(step, make_app=make_app), 1) == ["request", "store", "response"] * 2


def test_a_held_request_that_fails_is_an_answer_like_any_other(play: Play) -> None:
    step = {"request": Request("GET", "/fail"), "meanwhile": (Meanwhile("bob", add("b")),)}
    transcript = play(step, make_app=make_shop)
    assert [it.event.status for it in transcript.of(ResponseReceived)] == [200, 500]


def test_an_error_in_between_lets_the_held_request_go(play: Play) -> None:
    ended: list[str] = []

    def make_app(backstage: Backstage) -> Any:
        shop, shelf = make_shop(backstage)

        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if environ["PATH_INFO"] == "/no-http":
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            body = shop(environ, start_response)
            ended.append(environ["PATH_INFO"])
            return body

        return app, shelf

    broken = Meanwhile("bob", Request("GET", "/no-http"))
    with pytest.raises(StageError):
        play({"request": add("a"), "meanwhile": (broken,)}, make_app=make_app)
    assert "/add/a" in ended


def test_the_same_overlap_gives_the_same_bytes(play: Play) -> None:
    step = {"request": add("a"), "meanwhile": (Meanwhile("bob", add("b")),), "repeat": 5}
    first, second = (json.dumps(play(step, make_app=make_shop).to_json()) for _ in range(2))
    assert first == second


def test_a_gate_that_nobody_opens_is_an_error_and_no_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionlab.stage.gate.PATIENCE", 0.01)
    with pytest.raises(TimeoutError):
        Gate().pass_by()
    with pytest.raises(TimeoutError):
        Gate().wait()


# -- several servers -------------------------------------------------------------------------


def served_by(transcript: Transcript) -> list[int | None]:
    return [it.event.server for it in transcript.of(RequestSent)]


def test_requests_go_to_the_servers_in_turn_unless_one_is_named(play: Play) -> None:
    transcript = play(
        {"request": VISIT, "repeat": 3},
        {"request": VISIT, "server": 1},
        {"request": VISIT},
        on=TWO,
    )
    assert served_by(transcript) == [1, 2, 1, 1, 2]


def test_a_server_alone_has_no_number(play: Play) -> None:
    transcript = play({"request": VISIT, "restart": True})
    assert served_by(transcript) == [None]
    assert [it.event.server for it in transcript.of(StoreSnapshot)] == [None]


def test_each_server_has_its_own_store_and_its_own_snapshot(play: Play) -> None:
    transcript = play({"request": VISIT, "repeat": 3}, on=TWO)
    shown = {
        it.event.server: (len(it.event.before), len(it.event.after))
        for it in transcript.of(StoreSnapshot)
    }
    assert shown == {1: (0, 2), 2: (0, 1)}


def test_servers_that_share_a_store_have_one_snapshot(play: Play) -> None:
    shared = Shelf()

    def make_app(backstage: Backstage) -> Any:
        return Shop(backstage.recorder.listener, shared), shared

    transcript = play({"request": add("a"), "repeat": 2}, on=TWO, make_app=make_app)
    (snapshot,) = transcript.of(StoreSnapshot)
    assert snapshot.event == StoreSnapshot({}, {"cart": "aa"})


@pytest.mark.parametrize(
    ("server", "lost", "left"), [(1, 1, [0, 1]), (2, 1, [1, 0]), (None, 2, [0, 0])]
)
def test_one_server_is_started_anew_or_all(
    play: Play, server: int | None, lost: int, left: list[int]
) -> None:
    transcript = play({"request": VISIT, "repeat": 2}, {"restart": True, "server": server}, on=TWO)
    (restart,) = transcript.of(ServerRestarted)
    assert restart.event == ServerRestarted(lost, server)
    assert [len(it.event.after) for it in transcript.of(StoreSnapshot, 2)] == left


def test_what_comes_in_between_may_be_answered_by_another_server(play: Play) -> None:
    step = {
        "request": add("a"),
        "server": 2,
        "meanwhile": (Meanwhile("bob", add("b"), 1), Meanwhile("bob", add("c"), 2)),
    }
    transcript = play(step, on=TWO, make_app=make_shop)
    assert served_by(transcript) == [2, 1, 2]
    assert answers(transcript) == ["b", "c", "a"]


def test_a_server_that_cannot_be_started_ends_the_others() -> None:
    started: list[LoopbackServer] = []

    def start(backstage: Backstage) -> LoopbackServer:
        if started:
            raise OSError("no port")
        started.append(LoopbackServer(*make_shop(backstage)))
        return started[0]

    kinds = {ServerKind.PYTHON: Application(start, read_answer)}
    with pytest.raises(OSError, match="no port"), open_stage(TWO, applications=kinds):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(started[0].address, timeout=1)


# -- a browser is closed ---------------------------------------------------------------------


def test_a_closed_browser_keeps_only_the_cookies_with_an_expiry(play: Play) -> None:
    transcript = play(
        {"request": Request("GET", "/set?stays=1;+Max-Age=60")},
        {"request": Request("GET", "/set?goes=1")},
        {"client": "bob", "request": VISIT},
        {"close": True, "request": VISIT},
        {"client": "bob", "request": VISIT},
    )
    (close,) = transcript.of(BrowserClosed)
    assert close.event == BrowserClosed("browser", ("goes",))
    assert close.step == 4
    *_, alice, bob = transcript.of(RequestSent)
    assert [cookie.name for cookie in alice.event.cookies] == ["stays"]
    assert [cookie.name for cookie in bob.event.cookies] == ["count"]
