"""Both at once on one session, and what Python can do about it that Express can not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from sessionlab import Record, SessionMiddleware, SessionOptions, get_session
from sessionlab.core.safeguards import Safeguards
from sessionlab.session.clock import now_ms
from sessionlab.session.stores.url import open_store
from sessionlab.stage.server import LoopbackServer

from .dialogues import ALICE, SEEN
from .flask_app import flask_app
from .sites import OPTIONS, Site, World
from .visitor import Visitor


def assert_whole(world: World) -> None:
    """Every record in Redis is one, to both sides."""
    for text in world.records().values():
        assert isinstance(json.loads(text)["cookie"], dict)
        Record.from_text(text).load()


# -- at once ---------------------------------------------------------------------------------


def test_fifty_requests_at_once_on_one_session_never_meet_a_broken_record(world: World) -> None:
    """The last writer wins, as in Express alone; but every answer and every record is whole."""
    alice = Visitor(world.now)
    sites = [world.site("express"), world.site("python")]
    alice.ask(sites[0], "POST /login", ALICE)
    lines = ["POST /count", "GET /me", "POST /cart", "PUT /data", "POST /save"]

    def visit(number: int) -> tuple[int, str]:
        browser = Visitor(world.now)
        browser.hold(f"s:{alice.signed}")
        body = {f"key{number}": "세션" * number} if number % 5 in (2, 3) else None
        answer = browser.ask(sites[number % 2], lines[number % 5], body)
        return answer.status, json.loads(answer.body)["user"]

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(visit, range(50))) == {(200, "alice")}
    assert_whole(world)
    for site in sites:
        assert json.loads(alice.ask(site, "GET /me").body)["user"] == "alice"


def test_ten_visitors_who_change_sides_with_each_request_lose_nothing(world: World) -> None:
    sites = [world.site("express"), world.site("python")]

    def ten_visits(number: int) -> str:
        browser = Visitor(world.now)
        for turn in range(10):
            last = browser.ask(sites[(number + turn) % 2], "POST /count").body
        return last

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(ten_visits, range(10))) == {'{"count":10}'}
    assert len(world.records()) == 10


def test_logins_and_logouts_at_once_leave_no_record_behind(world: World) -> None:
    sites = [world.site("express"), world.site("python")]

    def come_and_go(number: int) -> list[int]:
        browser, other = Visitor(world.now), sites[number % 2]
        lines = ["POST /login", "GET /me", "POST /login", "GET /me", "POST /logout", "GET /me"]
        return [
            browser.ask(site, line, ALICE).status
            for line, site in zip(lines, [sites[0], other] * 3, strict=True)
        ]

    with ThreadPoolExecutor(10) as pool:
        for statuses in pool.map(come_and_go, range(20)):
            assert statuses == [200, 200, 200, 200, 200, 401]
    assert world.records() == {}


# -- the safeguards, with an Express that knows nothing of them ------------------------------


@contextmanager
def python_with(world: World, **safeguards: Any) -> Iterator[LoopbackServer]:
    """The Flask application with safeguards."""
    with world.flask(safeguarded(safeguards)) as site:
        yield site


@contextmanager
def interrupted(
    world: World, meanwhile: Callable[[], Any], **safeguards: Any
) -> Iterator[LoopbackServer]:
    """A Python application whose request is slow: meanwhile, something else happens."""

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        session = get_session(environ)
        assert session is not None
        meanwhile()
        session["python"] = True
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]

    options = replace(safeguarded(safeguards), store=world.store())
    app = SessionMiddleware(application, options, clock=world.now, on_error=lambda *error: None)
    with LoopbackServer(app) as site:
        yield site


def safeguarded(safeguards: dict[str, Any]) -> SessionOptions:
    return replace(SessionOptions.from_express(OPTIONS), safeguards=Safeguards(**safeguards))


@pytest.mark.parametrize(
    ("safeguards", "status"), [({}, 200), ({"no_resurrection": True}, 401)]
)  # fmt: skip
def test_what_express_logged_out_a_slow_request_in_python_brings_back_unless_told(
    world: World, visitor: Visitor, safeguards: dict[str, Any], status: int
) -> None:
    express = world.site("express")
    visitor.ask(express, "POST /login", ALICE)
    log_out = lambda: visitor.ask(express, "POST /logout")  # noqa: E731
    with interrupted(world, log_out, **safeguards) as python:
        visitor.ask(python, "GET /")
    assert visitor.ask(express, "GET /me").status == status
    assert_whole(world)


@pytest.mark.parametrize(
    ("safeguards", "body"),
    [
        ({}, '{"user":"alice","python":true}'),
        ({"on_conflict": "merge"}, '{"user":"alice","count":1,"python":true}'),
        ({"on_conflict": "report"}, '{"user":"alice","count":1}'),
    ],
)
def test_what_express_wrote_meanwhile_is_lost_unless_told(
    world: World, visitor: Visitor, safeguards: dict[str, Any], body: str
) -> None:
    express = world.site("express")
    visitor.ask(express, "POST /login", ALICE)
    with interrupted(world, lambda: visitor.ask(express, "POST /count"), **safeguards) as python:
        visitor.ask(python, "GET /")
    assert visitor.ask(express, "GET /data").body == body
    assert_whole(world)


def test_the_beginning_of_a_session_passes_through_express_unharmed(
    world: World, visitor: Visitor
) -> None:
    """Express sees the key of the absolute timeout, keeps it, and can not prolong it."""
    express = world.site("express")
    with python_with(world, absolute_timeout=7200) as python:
        visitor.ask(python, "POST /login", ALICE)
        began = f'"$created":{world.now()}'
        assert visitor.ask(express, "GET /data").body == f'{{"user":"alice",{began}}}'
        for _ in range(3):
            world.advance(2000)
            assert visitor.ask(express, "POST /count").status == 200
            assert began in next(iter(world.records().values()))
        assert visitor.ask(python, "GET /me").status == 200
        world.advance(1200)
        assert visitor.ask(python, "GET /me").status == 401
        assert visitor.ask(express, "GET /me").status == 401, "ended in Redis, so here, too"


def test_a_session_that_express_began_has_no_absolute_timeout(
    world: World, visitor: Visitor
) -> None:
    express = world.site("express")
    visitor.ask(express, "POST /login", ALICE)
    with python_with(world, absolute_timeout=60) as python:
        world.advance(3000)
        assert visitor.ask(python, "GET /me").body == SEEN


def test_logged_out_in_python_the_cookie_can_be_cleared_for_both(
    world: World, visitor: Visitor
) -> None:
    visitor.ask(world.site("express"), "POST /login", ALICE)
    with python_with(world, clear_cookie=True) as python:
        assert visitor.ask(python, "POST /logout").set_cookie
    assert visitor.signed is None


def test_a_touch_that_renews_the_record_saves_express_from_deleting_a_live_session(
    world: World, visitor: Visitor
) -> None:
    """Without ``refresh_on_touch`` this ends as the dialogue of the three clocks does."""
    rolling = {**OPTIONS, "rolling": True}
    express = world.site("express", {"rolling": True})
    store = open_store(f"{world.url}?refresh_on_touch=true", clock=world.now)
    options = replace(SessionOptions.from_express(rolling), store=store)
    with world.flask(options) as python:
        visitor.ask(express, "POST /login", ALICE)
        for _ in range(2):
            world.advance(2000)
            assert visitor.ask(python, "GET /me").status == 200
        assert visitor.ask(express, "POST /save").status == 200
        assert visitor.ask(python, "GET /me").status == 200


# -- by the real clock -----------------------------------------------------------------------


def test_with_real_clocks_both_give_a_session_the_same_time_to_live(
    world: World,
) -> None:
    store = open_store(world.url)
    options = replace(SessionOptions.from_express(OPTIONS), store=store)
    with (
        world.another_express({}) as express,
        LoopbackServer(flask_app(options, now_ms)) as python,
    ):
        for here, there in ((express, python), (python, express)):
            assert_hour(world, here, there)


def assert_hour(world: World, here: Site, there: Site) -> None:
    alice = Visitor(now_ms)
    before = now_ms()
    alice.ask(here, "POST /login", ALICE)
    assert alice.ask(there, "POST /count").status == 200
    after = now_ms()
    record = Record.from_text(world.records()[alice.session_id])
    assert isinstance(record.expires, int)
    assert before <= record.expires - 3_600_000 <= after
    # EX takes whole seconds, rounded up.
    asked = now_ms()
    left = world.seconds_left(alice.session_id) * 1000
    assert record.expires - 1 <= now_ms() + left
    assert asked + left <= record.expires + 1000 + (now_ms() - before)
