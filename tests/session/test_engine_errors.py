"""What goes wrong, and who is told: before the headers the caller, afterwards ``on_error``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from sessionlab import (
    CookieError,
    CookieOptions,
    NotASession,
    RecordError,
    SessionDataError,
    SessionMiddleware,
    SessionOptions,
    get_session,
)
from sessionlab.core.safeguards import Safeguards

from .visiting import (
    SECRET,
    Answer,
    Clock,
    Environ,
    FailingStore,
    LoggedStore,
    Site,
    by_path,
    count,
    doing,
    id_of,
    look,
    receive,
)

pytestmark = pytest.mark.filterwarnings("error")


def signed_cookie() -> str:
    return Site(doing(count)).visit().cookie


# ---- before the application


def test_a_store_that_can_not_be_read_is_an_error_before_the_application_is_called() -> None:
    called: list[Environ] = []
    site = Site(doing(called.append), store=FailingStore("get"))
    with pytest.raises(ConnectionError, match="get of sess:"):
        site.visit(cookie=signed_cookie())
    assert called == []
    assert site.late == []


def test_who_brings_no_cookie_does_not_notice_that_the_store_can_not_be_read() -> None:
    site = Site(doing(count), store=FailingStore("get"))
    assert site.visit().body == b"1"


def test_a_record_that_is_not_there_after_all_is_no_error() -> None:
    """FileNotFoundError is ENOENT, which a store of files may raise."""
    site = Site(doing(count), store=FailingStore("get", error=FileNotFoundError))
    answer = site.visit(cookie=signed_cookie())
    assert answer.body == b"1"
    assert answer.set_cookies != []


@pytest.mark.parametrize("text", ["no JSON", '{"n":1}', '{"cookie":{},"n":'])
def test_a_record_that_is_none_is_an_error_before_the_application_is_called(text: str) -> None:
    cookie = signed_cookie()
    called: list[Environ] = []
    site = Site(doing(called.append), store=LoggedStore(Clock(), {id_of(cookie): text}))
    with pytest.raises(RecordError):
        site.visit(cookie=cookie)
    assert called == []


# ---- after the headers

# which operation fails, options, where the visitor goes, what was asked of the store
LATE: dict[str, tuple[str, dict[str, Any], str, bytes]] = {
    "saving": ("set", {}, "/", b"2"),
    "touching": ("touch", {}, "/look", b"{'n': 1}"),
    "destroying": ("destroy", {"unset": "destroy"}, "/unset", b"None"),
}


def unset(environ: Environ) -> None:
    environ["sessionlab.session"] = None


@pytest.mark.parametrize("lint", [True, False], ids=["in chunks", "as a list"])
@pytest.mark.parametrize(("operation", "options", "path", "body"), LATE.values(), ids=LATE)
def test_a_store_that_fails_at_the_end_spoils_no_response_and_is_reported(
    operation: str, options: dict[str, Any], path: str, body: bytes, lint: bool
) -> None:
    store = FailingStore()
    site = Site(by_path(look=look, unset=unset), lint=lint, store=store, **options)
    cookie = site.visit().cookie
    store.fails = (operation,)
    answer = site.visit(path, cookie)
    assert (answer.status, answer.body) == ("200 OK", body)
    (error,) = site.late
    assert isinstance(error, ConnectionError)


def test_the_hook_is_given_the_error_and_the_request() -> None:
    told: list[tuple[BaseException, str]] = []
    site = Site(
        doing(count),
        store=FailingStore("set"),
        on_error=lambda error, environ: told.append((error, environ["PATH_INFO"])),
    )
    answer = site.visit("/some/where")
    assert answer.set_cookies != [], "a failed save does not keep the cookie back"
    ((error, path),) = told
    assert (type(error), path) == (ConnectionError, "/some/where")


# what makes a cookie that can not be written, as an option and as a change by the application
STRANGE: dict[str, tuple[str, Any]] = {
    "domain": ("domain", "not a domain"),
    "path": ("path", "/\x00"),
    "priority": ("priority", "highest"),
    "same site": ("same_site", "laxer"),
}


@pytest.mark.parametrize("lint", [True, False], ids=["in chunks", "as a list"])
@pytest.mark.parametrize(("name", "value"), STRANGE.values(), ids=STRANGE)
def test_a_cookie_that_can_not_be_written_is_left_out_and_reported(
    name: str, value: Any, lint: bool
) -> None:
    def spoil(environ: Environ) -> None:
        count(environ)
        session = get_session(environ)
        assert session is not None
        setattr(session.cookie, name, value)

    site = Site(doing(spoil), lint=lint)
    answer = site.visit()
    assert (answer.status, answer.set_cookies) == ("200 OK", [])
    (error,) = site.late
    assert isinstance(error, CookieError)
    assert len(site.store) == 1, "the session is saved all the same"


@pytest.mark.parametrize("name", ["a b", "a;b", "naïve", "a=b"])
def test_a_name_that_can_not_be_written_is_reported_with_each_cookie(name: str) -> None:
    site = Site(doing(count), name=name)
    assert site.visit().set_cookies == []
    assert [type(error) for error in site.late] == [CookieError]


def test_a_cookie_to_be_cleared_that_can_not_be_written_is_reported_like_any_other() -> None:
    site = Site(
        doing(unset),
        cookie=CookieOptions(domain="not a domain"),
        safeguards=Safeguards(clear_cookie=True),
    )
    answer = site.visit(cookie="connect.sid=anything")
    assert (answer.status, answer.set_cookies) == ("200 OK", [])
    assert [type(error) for error in site.late] == [CookieError]


# ---- data that is none


def spoil_data(environ: Environ) -> None:
    session = get_session(environ)
    assert session is not None
    session["when"] = object()


@pytest.mark.parametrize("lint", [True, False], ids=["in chunks", "as a list"])
def test_data_that_is_no_json_is_an_error_while_the_response_can_still_be_another(
    lint: bool,
) -> None:
    site = Site(doing(spoil_data), lint=lint)
    with pytest.raises(SessionDataError, match="object is not JSON serializable"):
        site.visit()
    assert site.store.operations == []


def test_data_that_is_no_json_after_the_headers_is_reported() -> None:
    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"out"
        spoil_data(environ)

    site = Site(app)
    assert site.visit().body == b"out"
    assert [type(error) for error in site.late] == [SessionDataError]
    assert site.store.operations == []


@pytest.mark.parametrize("lint", [True, False], ids=["in chunks", "as a list"])
@pytest.mark.parametrize("thing", [{}, {"user": "alice"}, "text", 5, False])
def test_a_session_replaced_by_something_else_is_an_error(lint: bool, thing: Any) -> None:
    def replace(environ: Environ) -> None:
        environ["sessionlab.session"] = thing

    site = Site(doing(replace), lint=lint)
    with pytest.raises(NotASession, match=type(thing).__name__):
        site.visit()


def test_a_stream_whose_session_is_something_else_is_an_error_before_its_headers() -> None:
    def app(environ: Environ, start_response: Any) -> Iterator[bytes]:
        environ["sessionlab.session"] = {}
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"never seen"

    site = Site(app)
    site.application = site.middleware
    answer = Answer()
    with pytest.raises(NotASession):
        receive(site.application, EnvironBuilder("/").get_environ(), answer)
    assert (answer.status, answer.chunks) == ("", [])


# ---- the log


def site_without_a_hook(store: FailingStore) -> Any:
    return SessionMiddleware(
        by_path(look=look, unset=unset),
        SessionOptions(secrets=SECRET, store=store, unset="destroy"),
        clock=Clock(),
    )


@pytest.mark.parametrize(
    ("operation", "path", "where"),
    [("set", "/", "save"), ("touch", "/look", "touch"), ("destroy", "/unset", "destroy")],
)
def test_without_a_hook_the_log_says_what_failed_and_never_for_whom(
    operation: str, path: str, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = FailingStore()
    middleware = site_without_a_hook(store)
    environ = EnvironBuilder("/").get_environ()
    cookie = receive(middleware, environ).cookie
    store.fails = (operation,)
    caplog.set_level(logging.DEBUG)
    environ = EnvironBuilder(path).get_environ() | {"HTTP_COOKIE": cookie}
    receive(middleware, environ)
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("sessionlab", "ERROR")
    assert record.getMessage() == f"session: {where} failed after the headers: ConnectionError"
    assert record.exc_info is None


def test_a_disconnected_store_means_no_session_and_no_error() -> None:
    site = Site(by_path(look=look), save_uninitialized=True)
    cookie = site.visit().cookie
    site.store.asked.clear()
    site.store.connected = False
    answer = site.visit("/look", cookie)
    assert (answer.body, answer.set_cookies) == (b"None", [])
    assert site.store.operations == []
    site.store.connected = True
    assert site.visit("/look", cookie).body == b"{'n': 1}", "and then it is all there again"
