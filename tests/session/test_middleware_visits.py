"""What a visitor meets: the middleware from outside, with each kind of option."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab import CookieOptions, MemoryStore, SessionMiddleware, SessionOptions, get_session

from .visiting import (
    SECRET,
    START,
    Clock,
    Environ,
    LoggedStore,
    Site,
    by_path,
    count,
    doing,
    look,
    respond,
)

pytestmark = [
    pytest.mark.filterwarnings("error"),
    pytest.mark.parametrize("lint", [True, False], ids=["in chunks", "as a list"]),
]


def test_the_first_visit_sets_a_cookie_and_the_next_ones_are_counted(lint: bool) -> None:
    site = Site(doing(count), lint=lint)
    first = site.visit()
    assert first.body == b"1"
    (line,) = first.set_cookies
    assert line.startswith("connect.sid=s%3A")
    assert line.endswith("; Path=/; HttpOnly")
    assert site.visit(cookie=first.cookie).body == b"2"
    third = site.visit(cookie=first.cookie)
    assert third.body == b"3"
    assert third.set_cookies == [], "the browser has it until it is closed"


def test_two_visitors_are_two(lint: bool) -> None:
    site = Site(doing(count), lint=lint)
    alice, bob = site.visit().cookie, site.visit().cookie
    assert alice != bob
    assert [site.visit(cookie=cookie).body for cookie in (alice, alice, bob)] == [b"2", b"3", b"2"]


def test_the_record_is_what_express_session_writes(lint: bool) -> None:
    site = Site(doing(count), lint=lint)
    answer = site.visit()
    assert site.store.get(answer.session_id).text == (
        '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},"n":1}'
    )


# options, a first visit that leaves nothing: what is asked of the store, cookies sent
EMPTY: dict[str, tuple[dict[str, Any], list[str], int]] = {
    "nothing is kept of who leaves nothing": ({}, [], 0),
    "unless everything is kept": ({"save_uninitialized": True}, ["set"], 1),
    "rolling does not change that": ({"rolling": True}, [], 0),
    "resave does not change that": ({"resave": True}, [], 0),
    "a cookie with an age does not change that": ({"cookie": CookieOptions(max_age=60)}, [], 0),
}


@pytest.mark.parametrize(("options", "asked", "cookies"), EMPTY.values(), ids=EMPTY)
def test_a_visitor_who_leaves_nothing(
    lint: bool, options: dict[str, Any], asked: list[str], cookies: int
) -> None:
    site = Site(doing(look), lint=lint, **options)
    answer = site.visit()
    assert answer.body == b"{}"
    assert site.store.operations == asked
    assert len(answer.set_cookies) == cookies


AGED = CookieOptions(max_age=60)
# options, whether the visitor changes something: what is asked of the store, cookies sent
AGAIN: dict[str, tuple[dict[str, Any], bool, list[str], int]] = {
    "a look is a touch": ({}, False, ["get", "touch"], 0),
    "a change is saved": ({}, True, ["get", "set"], 0),
    "a look with resave is a save": ({"resave": True}, False, ["get", "set"], 0),
    "rolling sends the cookie for a look": ({"rolling": True}, False, ["get", "touch"], 1),
    "a change moves an expiry": ({"cookie": AGED}, True, ["get", "set"], 1),
    "a look moves it on the server alone": ({"cookie": AGED}, False, ["get", "touch"], 0),
}


@pytest.mark.parametrize(("options", "changes", "asked", "cookies"), AGAIN.values(), ids=AGAIN)
def test_a_visitor_who_is_known(
    lint: bool, options: dict[str, Any], changes: bool, asked: list[str], cookies: int
) -> None:
    site = Site(by_path(look=look), lint=lint, **options)
    cookie = site.visit().cookie
    site.store.asked.clear()
    answer = site.visit("/" if changes else "/look", cookie)
    assert site.store.operations == asked
    assert [line.partition(";")[0] for line in answer.set_cookies] == [cookie] * cookies


def test_a_store_that_can_not_touch_is_left_alone(lint: bool) -> None:
    class Plain(LoggedStore):
        can_touch = False

    site = Site(by_path(look=look), lint=lint, store=Plain(Clock()))
    cookie = site.visit().cookie
    site.store.asked.clear()
    site.visit("/look", cookie)
    assert site.store.operations == ["get"]


def test_an_expiry_moves_with_each_request_and_then_comes(lint: bool) -> None:
    site = Site(by_path(look=look), lint=lint, cookie=AGED)
    cookie = site.visit().cookie
    for _ in range(5):
        site.clock.advance(59)
        assert site.visit("/look", cookie).body == b"{'n': 1}"
    site.clock.advance(60)
    assert site.visit("/look", cookie).body == b"{}"


def test_the_cookie_and_the_record_have_one_expiry_the_one_of_the_headers(lint: bool) -> None:
    def app(environ: Environ, start_response: Any) -> Any:
        count(environ)
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"headers are out"
        site.clock.advance(30)

    site = Site(app, lint=lint, cookie=AGED, rolling=True)
    first = site.visit()
    assert "Expires=Thu, 01 Jan 2026 00:01:00 GMT" in first.set_cookies[0]
    assert site.store.get(first.session_id).expires == START + 60_000
    (line,) = site.visit(cookie=first.cookie).set_cookies
    assert "Expires=Thu, 01 Jan 2026 00:01:30 GMT" in line, "touched before it is sent"
    assert site.store.get(first.session_id).expires == START + 90_000


def test_the_applications_own_cookies_come_first_and_stay(lint: bool) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        count(environ)
        start_response(
            "200 OK",
            [("Content-Type", "text/plain"), ("Set-Cookie", "connect.sid=mine"), ("X-A", "b")],
        )
        return [b""]

    answer = Site(app, lint=lint).visit()
    mine, ours = answer.set_cookies
    assert mine == "connect.sid=mine"
    assert ours.startswith("connect.sid=s%3A")
    assert ("X-A", "b") in answer.headers


def test_the_list_of_headers_stays_the_applications(lint: bool) -> None:
    headers = [("Content-Type", "text/plain")]

    def app(environ: Any, start_response: Any) -> list[bytes]:
        count(environ)
        start_response("200 OK", headers)
        return [b""]

    site = Site(app, lint=lint)
    assert len(site.visit().set_cookies) == len(site.visit().set_cookies) == 1
    assert headers == [("Content-Type", "text/plain")]


def test_another_name_is_another_session(lint: bool) -> None:
    store = MemoryStore(clock=Clock())
    one, two = (Site(doing(count), lint=lint, name=name, store=store) for name in ("one", "two"))
    cookie = one.visit().cookie
    assert cookie.startswith("one=")
    assert two.visit(cookie=cookie).body == b"1"
    assert one.visit(cookie=f"two=x; {cookie}").body == b"2"


@pytest.mark.parametrize("name", ["a.b-c_9", "sess!on", "$id", "sid~"])
def test_a_name_may_be_any_token(lint: bool, name: str) -> None:
    site = Site(doing(count), lint=lint, name=name)
    cookie = site.visit().cookie
    assert cookie.startswith(f"{name}=s%3A")
    assert site.visit(cookie=cookie).body == b"2"
    assert site.visit(cookie=f"a=b; {cookie}; c=d").body == b"3", "wherever it stands"


def test_data_set_after_the_headers_is_saved_but_its_cookie_is_not_sent(lint: bool) -> None:
    made: list[Any] = []

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"headers are out"
        made.append(get_session(environ))
        made[0]["late"] = True

    site = Site(app, lint=lint)
    assert site.visit().set_cookies == []
    assert site.store.get(made[0].id).load() == {"late": True}


def test_a_middleware_needs_no_more_than_an_application_and_a_secret(lint: bool) -> None:
    middleware = SessionMiddleware(doing(count), SessionOptions(secrets=SECRET))
    assert isinstance(middleware.store, MemoryStore)
    assert middleware.options.name == "connect.sid"


def test_what_the_application_raises_passes_through_and_nothing_is_saved(lint: bool) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        count(environ)
        if environ["PATH_INFO"] == "/fail":
            raise ZeroDivisionError
        return respond(start_response)

    site = Site(app, lint=lint)
    with pytest.raises(ZeroDivisionError):
        site.visit("/fail")
    assert site.store.operations == []
