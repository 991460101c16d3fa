"""Requests that overlap, servers that take turns, a browser that is closed."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from sessionlab.core.events import Kind, Transcript
from sessionlab.replay.errors import ReplayError
from sessionlab.replay.gate import Gate
from sessionlab.replay.scenario import Meanwhile, Request, ServerKind

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
        self._listener(environ, Kind.SESSION_OPEN, None, {"id": "cart", "new": False})
        _, verb, *item = environ["PATH_INFO"].split("/")
        if verb == "fail":
            raise RuntimeError("broken")
        if verb == "add":
            loaded += item[0]
            self._shelf.records["cart"] = Text(loaded)
            self._listener(environ, Kind.STORE, None, {"op": "set", "id": "cart"})
        start_response("200 OK", [("Set-Cookie", f"last={loaded}")])
        return [loaded.encode()]


def make_shop(lane: Any, clock: Any, genid: Any, listener: Any) -> Any:
    shelf = Shelf()
    return Shop(listener, shelf), shelf


def add(item: str) -> Request:
    return Request("POST", f"/add/{item}")


def kinds(transcript: Transcript, step: int) -> list[str]:
    return [event.kind.value for event in transcript.events if event.step == step]


def answers(transcript: Transcript) -> list[str]:
    return [event.data["body"] for event in transcript.of(Kind.RESPONSE)]


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
    for kind in (Kind.HOLD, Kind.RESUME):
        (event,) = transcript.of(kind)
        assert event.data == {"client": "browser", "method": "POST", "path": "/add/a"}


def test_the_held_request_sends_the_cookies_that_it_had_when_it_began(play: Play) -> None:
    step = {"request": add("b"), "meanwhile": (Meanwhile("browser", add("c")),)}
    transcript = play({"request": add("a")}, step, make_app=make_shop)
    sent = [event.data["cookies"][0]["value"] for event in transcript.of(Kind.REQUEST, 2)]
    assert sent == ["a", "a"]
    kept = [event.data["value"] for event in transcript.of(Kind.COOKIE_STORED, 2)]
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
    def make_app(*given: Any) -> Any:
        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            start_response("200 OK", [])
            return [environ["PATH_INFO"].encode()]

        return app, None

    step = {"request": add("a"), "meanwhile": (Meanwhile("bob", add("b")),)}
    transcript = play(step, make_app=make_app)
    assert answers(transcript) == ["/add/a", "/add/b"]
    assert not {"hold", "resume"} & set(kinds(transcript, 1))


def test_a_held_request_that_fails_is_an_answer_like_any_other(play: Play) -> None:
    step = {"request": Request("GET", "/fail"), "meanwhile": (Meanwhile("bob", add("b")),)}
    transcript = play(step, make_app=make_shop)
    assert [event.data["status"] for event in transcript.of(Kind.RESPONSE)] == [200, 500]


def test_an_error_in_between_lets_the_held_request_go(play: Play) -> None:
    ended: list[str] = []

    def make_app(lane: Any, clock: Any, genid: Any, listener: Any) -> Any:
        shop, shelf = make_shop(lane, clock, genid, listener)

        def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if environ["PATH_INFO"] == "/no-http":
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            body = shop(environ, start_response)
            ended.append(environ["PATH_INFO"])
            return body

        return app, shelf

    broken = Meanwhile("bob", Request("GET", "/no-http"))
    with pytest.raises(ReplayError):
        play({"request": add("a"), "meanwhile": (broken,)}, make_app=make_app)
    assert "/add/a" in ended


def test_the_same_overlap_gives_the_same_bytes(play: Play) -> None:
    step = {"request": add("a"), "meanwhile": (Meanwhile("bob", add("b")),), "repeat": 5}
    first, second = (json.dumps(play(step, make_app=make_shop).to_json()) for _ in range(2))
    assert first == second


def test_a_gate_that_nobody_opens_is_an_error_and_no_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionlab.replay.gate.PATIENCE", 0.01)
    with pytest.raises(TimeoutError):
        Gate().pass_by()
    with pytest.raises(TimeoutError):
        Gate().wait()


# -- several servers -------------------------------------------------------------------------


def served_by(transcript: Transcript) -> list[int | None]:
    return [event.data["server"] for event in transcript.of(Kind.REQUEST)]


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
    assert [event.data["server"] for event in transcript.of(Kind.SNAPSHOT)] == [None]


def test_each_server_has_its_own_store_and_its_own_snapshot(play: Play) -> None:
    transcript = play({"request": VISIT, "repeat": 3}, on=TWO)
    shown = {
        event.data["server"]: (len(event.data["before"]), len(event.data["after"]))
        for event in transcript.of(Kind.SNAPSHOT)
    }
    assert shown == {1: (0, 2), 2: (0, 1)}


def test_servers_that_share_a_store_have_one_snapshot(play: Play) -> None:
    shared = Shelf()

    def make_app(lane: Any, clock: Any, genid: Any, listener: Any) -> Any:
        return Shop(listener, shared), shared

    transcript = play({"request": add("a"), "repeat": 2}, on=TWO, make_app=make_app)
    (snapshot,) = transcript.of(Kind.SNAPSHOT)
    assert snapshot.data == {"before": {}, "after": {"cart": "aa"}, "server": None}


@pytest.mark.parametrize(
    ("server", "lost", "left"), [(1, 1, [0, 1]), (2, 1, [1, 0]), (None, 2, [0, 0])]
)
def test_one_server_is_started_anew_or_all(
    play: Play, server: int | None, lost: int, left: list[int]
) -> None:
    transcript = play({"request": VISIT, "repeat": 2}, {"restart": True, "server": server}, on=TWO)
    (restart,) = transcript.of(Kind.RESTART)
    assert restart.data == {"lost": lost, "server": server}
    assert [len(event.data["after"]) for event in transcript.of(Kind.SNAPSHOT, 2)] == left


def test_what_comes_in_between_may_be_answered_by_another_server(play: Play) -> None:
    step = {
        "request": add("a"),
        "server": 2,
        "meanwhile": (Meanwhile("bob", add("b"), 1), Meanwhile("bob", add("c"), 2)),
    }
    transcript = play(step, on=TWO, make_app=make_shop)
    assert served_by(transcript) == [2, 1, 2]
    assert answers(transcript) == ["b", "c", "a"]


def test_a_server_that_can_not_be_started_ends_the_others(play: Play) -> None:
    started: list[Any] = []

    def make_app(lane: Any, clock: Any, genid: Any, listener: Any) -> Any:
        if started:
            raise OSError("no port")
        started.append(listener)
        return make_shop(lane, clock, genid, listener)

    with pytest.raises(OSError, match="no port"):
        play({"request": VISIT}, on=TWO, make_app=make_app)


# -- a browser is closed ---------------------------------------------------------------------


def test_a_closed_browser_keeps_only_the_cookies_with_an_expiry(play: Play) -> None:
    transcript = play(
        {"request": Request("GET", "/set?stays=1;+Max-Age=60")},
        {"request": Request("GET", "/set?goes=1")},
        {"client": "bob", "request": VISIT},
        {"close": True, "request": VISIT},
        {"client": "bob", "request": VISIT},
    )
    (close,) = transcript.of(Kind.CLOSE)
    assert close.data == {"client": "browser", "names": ["goes"]}
    assert close.step == 4
    *_, alice, bob = transcript.of(Kind.REQUEST)
    assert [cookie["name"] for cookie in alice.data["cookies"]] == ["stays"]
    assert [cookie["name"] for cookie in bob.data["cookies"]] == ["count"]
