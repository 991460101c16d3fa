"""How an application reaches its session: from an environ, a Werkzeug or a Flask request."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import flask
import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

import sessionlab
from sessionlab import (
    CookieOptions,
    MemoryStore,
    NotASession,
    Record,
    Session,
    SessionlabError,
    SessionMiddleware,
    SessionOptions,
    get_session,
    new_session,
    session_from_record,
    set_session,
)

from .visiting import SECRET, Clock, Environ, Site, by_path, count, doing, look, receive

pytestmark = pytest.mark.filterwarnings("error")

RECORD = Record.from_text('{"cookie":{},"from":"a record"}')


# ---- frameworks


def test_a_werkzeug_request_has_the_session() -> None:
    @Request.application
    def app(request: Request) -> Response:
        session = get_session(request)
        assert session is not None
        session["n"] = session.get("n", 0) + 1
        return Response(f"visit {session['n']}")

    site = Site(app)  # type: ignore[arg-type]
    first = site.visit()
    assert first.body == b"visit 1"
    assert site.visit(cookie=first.cookie).body == b"visit 2"


def make_flask() -> flask.Flask:
    app = flask.Flask("tests")

    @app.get("/")
    def visit() -> str:
        session = get_session(flask.request)
        assert session is not None
        session["n"] = session.get("n", 0) + 1
        return f"visit {session['n']}"

    @app.post("/login")
    def login() -> str:
        session = get_session(flask.request)
        assert session is not None
        new = session.regenerate()
        assert get_session(flask.request) is new
        new["user"] = flask.request.form["name"]
        return "in"

    @app.get("/me")
    def me() -> str:
        return str(look(flask.request.environ))

    @app.get("/fail")
    def fail() -> str:
        count(flask.request.environ)
        raise ZeroDivisionError

    @app.get("/stream")
    def stream() -> Any:
        count(flask.request.environ)
        return flask.Response(flask.stream_with_context(iter(["a", "b"])))

    return app


def test_flask_applications_have_the_session() -> None:
    app = make_flask()
    app.wsgi_app = SessionMiddleware(app.wsgi_app, SessionOptions(secrets=SECRET))  # type: ignore[method-assign]
    client = app.test_client()
    assert client.get("/").text == "visit 1"
    assert client.get("/").text == "visit 2"
    before = client.get_cookie("connect.sid")
    assert client.post("/login", data={"name": "alice"}).text == "in"
    assert client.get("/me").text == "{'user': 'alice'}"
    assert client.get_cookie("connect.sid") != before
    assert client.get("/stream").text == "ab"
    assert client.get("/me").text == "{'user': 'alice', 'n': 1}"


def test_flasks_own_error_page_is_a_response_like_any_other() -> None:
    app = make_flask()
    app.logger.disabled = True
    site = Site(app.wsgi_app)
    answer = site.visit("/fail")
    assert answer.status == "500 INTERNAL SERVER ERROR"
    assert site.visit("/me", answer.cookie).body == b"{'n': 1}"


@pytest.mark.parametrize(
    "thing", [None, 5, "environ", SimpleNamespace(environ="no dict"), object()]
)
def test_what_has_no_environ_is_told_so(thing: Any) -> None:
    for ask in (get_session, new_session, lambda request: set_session(request, None)):
        with pytest.raises(TypeError, match=r"no WSGI environ in .*: give the environ"):
            ask(thing)


def test_anything_with_an_environ_is_a_request() -> None:
    seen: list[Any] = []

    def act(environ: Environ) -> None:
        seen.extend([get_session(SimpleNamespace(environ=environ)), get_session(environ)])

    Site(doing(act)).visit()
    assert seen[0] is seen[1] is not None


# ---- outside the middleware


@pytest.mark.parametrize(
    "ask",
    [
        get_session,
        new_session,
        lambda request: set_session(request, None),
        lambda request: session_from_record(request, RECORD),
    ],
    ids=["get_session", "new_session", "set_session", "session_from_record"],
)
def test_outside_the_middleware_the_error_says_what_to_do(ask: Any) -> None:
    with pytest.raises(SessionlabError, match="wrap the application in SessionMiddleware"):
        ask(EnvironBuilder("/").get_environ())


def test_where_there_is_no_session_none_can_begin() -> None:
    def act(environ: Environ) -> object:
        assert get_session(environ) is None
        return new_session(environ)

    with pytest.raises(SessionlabError, match="path lies below the cookie's"):
        Site(doing(act), cookie=CookieOptions(path="/elsewhere")).visit()


# ---- the environ, which an application may change


def test_the_environ_holds_session_id_and_store() -> None:
    seen: Environ = {}
    site = Site(doing(seen.update))
    site.visit()
    session = seen["sessionlab.session"]
    assert isinstance(session, Session)
    assert seen["sessionlab.session_id"] == session.id
    assert seen["sessionlab.store"] is site.store


def unset(environ: Environ) -> None:
    set_session(environ, None)
    assert get_session(environ) is None


def delete(environ: Environ) -> None:
    del environ["sessionlab.session"]
    assert get_session(environ) is None


def other_id(environ: Environ) -> None:
    environ["sessionlab.session_id"] = "chosen-by-the-application"


def no_text(environ: Environ) -> None:
    environ["sessionlab.session_id"] = 5


def no_id(environ: Environ) -> None:
    environ["sessionlab.session_id"] = ""
    unset(environ)


def swap(environ: Environ) -> None:
    session = get_session(environ)
    assert session is not None
    session["forgotten"] = True
    new_session(environ)["kept"] = True


def from_record(environ: Environ) -> None:
    session = get_session(environ)
    assert session is not None
    made = session_from_record(environ, RECORD)
    assert made == {"from": "a record"}
    assert made.id == session.id
    assert get_session(environ) is made


# a known visitor, what the application does, options: what is asked of the store, cookies sent
CHANGES: dict[str, tuple[Any, dict[str, Any], list[str], int]] = {
    "unset keeps the record": (unset, {}, [], 0),
    "unset may destroy it": (unset, {"unset": "destroy"}, ["destroy"], 0),
    "deleting is unsetting": (delete, {"unset": "destroy"}, ["destroy"], 0),
    "without an ID there is nothing to destroy": (no_id, {"unset": "destroy"}, [], 0),
    "another ID for the cookie: the browser gets none, for nothing changed": (
        other_id,
        {},
        [],
        0,
    ),
    "an ID that is no text is left alone": (no_text, {"resave": True}, [], 0),
    "another session is saved and sent": (swap, {}, ["set"], 1),
    "a record made the session is a change": (from_record, {}, ["set"], 0),
}


@pytest.mark.parametrize("lint", [True, False], ids=["in chunks", "as a list"])
@pytest.mark.parametrize(("act", "options", "asked", "cookies"), CHANGES.values(), ids=CHANGES)
def test_the_middleware_reads_the_environ_again_when_it_decides(
    act: Any, options: dict[str, Any], asked: list[str], cookies: int, lint: bool
) -> None:
    site = Site(by_path(act=act), lint=lint, **options)
    cookie = site.visit().cookie
    site.store.asked.clear()
    answer = site.visit("/act", cookie)
    assert site.store.operations == ["get", *asked]
    assert len(answer.set_cookies) == cookies


def test_an_unset_session_is_there_again_with_the_next_request() -> None:
    site = Site(by_path(unset=unset, look=look))
    cookie = site.visit().cookie
    site.visit("/unset", cookie)
    assert site.visit("/look", cookie).body == b"{'n': 1}"


def test_a_chosen_id_is_sent_while_the_record_keeps_its_own() -> None:
    """As in Express: the cookie is made of req.sessionID, the record of session.id."""

    def act(environ: Environ) -> None:
        count(environ)
        other_id(environ)

    answer = Site(doing(act)).visit()
    assert answer.session_id == "chosen-by-the-application"


def test_another_store_in_the_environ_is_the_one_that_is_saved_to() -> None:
    other = MemoryStore(clock=Clock())

    def act(environ: Environ) -> None:
        count(environ)
        environ["sessionlab.store"] = other

    site = Site(doing(act))
    answer = site.visit()
    assert list(other.all()) == [answer.session_id]
    assert len(site.store) == 0


@pytest.mark.parametrize("thing", [{}, {"a": 1}, [], 5, "text"])
def test_only_a_session_or_none_can_take_its_place(thing: Any) -> None:
    def act(environ: Environ) -> None:
        set_session(environ, thing)

    with pytest.raises(NotASession, match=f"replaced by {type(thing).__name__}"):
        Site(doing(act)).visit()


def test_a_session_can_be_put_back() -> None:
    def act(environ: Environ) -> None:
        session = get_session(environ)
        unset(environ)
        set_session(environ, session)
        count(environ)

    site = Site(by_path(act=act))
    cookie = site.visit().cookie
    assert site.visit("/act", cookie).body == b"None"
    assert site.visit(cookie=cookie).body == b"3"


# ---- one middleware within another


def nested(app: Any, *, outer: dict[str, Any], inner: dict[str, Any]) -> tuple[Site, Site]:
    within = Site(app, **inner)
    around = Site(within.application, **outer)
    return around, within


def test_a_second_middleware_has_nothing_to_add() -> None:
    around, within = nested(doing(count), outer={"name": "outer"}, inner={"name": "inner"})
    first = around.visit()
    assert first.cookie.startswith("outer=")
    assert around.visit(cookie=first.cookie).body == b"2"
    assert within.store.operations == []


def test_a_second_middleware_serves_where_the_first_does_not() -> None:
    around, _ = nested(
        doing(count),
        outer={"name": "outer", "cookie": CookieOptions(path="/outer")},
        inner={"name": "inner"},
    )
    assert around.visit("/outer/x").cookie.startswith("outer=")
    answer = around.visit("/x")
    assert answer.cookie.startswith("inner=")
    assert around.visit("/x", answer.cookie).body == b"2"


def test_two_middlewares_may_share_a_store() -> None:
    store = MemoryStore(clock=Clock())
    one, two = (Site(doing(count), store=store) for _ in range(2))
    cookie = one.visit().cookie
    assert two.visit(cookie=cookie).body == b"2"
    assert one.visit(cookie=cookie).body == b"3"


# ---- the library's face


def test_every_public_name_can_be_imported_and_is_listed() -> None:
    for name in sessionlab.__all__:
        assert getattr(sessionlab, name) is not None
        assert name in dir(sessionlab)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        sessionlab.nothing  # noqa: B018


def test_an_environ_is_enough_for_a_server_of_any_kind() -> None:
    """Only what PEP 3333 demands, and not even that."""
    middleware = SessionMiddleware(doing(count), SessionOptions(secrets=SECRET))
    assert receive(middleware, {"PATH_INFO": "/"}).body == b"1"
