"""What a session can be asked: save, reload, touch, regenerate, destroy; and that it is a dict."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab import (
    CookieOptions,
    Record,
    SessionNotFound,
    get_session,
    session_from_record,
)

from .visiting import Environ, FailingStore, Site, by_path, doing, look, session_of

pytestmark = pytest.mark.filterwarnings("error")


def save(environ: Environ) -> None:
    session_of(environ).save()


def change_and_save(environ: Environ) -> None:
    session_of(environ)["a"] = 1
    save(environ)


def save_and_change(environ: Environ) -> None:
    save(environ)
    session_of(environ)["a"] = 1


def save_twice(environ: Environ) -> None:
    change_and_save(environ)
    save(environ)


def reload(environ: Environ) -> None:
    session_of(environ).reload()


def regenerate(environ: Environ) -> None:
    session_of(environ).regenerate()


def regenerate_and_save(environ: Environ) -> None:
    session_of(environ).regenerate().save()


def adopt_and_save(environ: Environ) -> None:
    session_from_record(environ, Record.from_text('{"cookie":{},"adopted":true}')).save()


def destroy(environ: Environ) -> None:
    session_of(environ).destroy()


def touch(environ: Environ) -> None:
    session_of(environ).touch()


# what the application does: what is asked of the store for a known visitor and for a new one
CALLS: dict[str, tuple[Any, list[str], list[str]]] = {
    "nothing": (look, ["touch"], []),
    "a save that changes nothing is followed by a touch": (save, ["set", "touch"], ["set"]),
    "a save is not repeated": (change_and_save, ["set", "touch"], ["set"]),
    "unless something changed since": (save_and_change, ["set", "set"], ["set", "set"]),
    "each save is done": (save_twice, ["set", "set", "touch"], ["set", "set"]),
    "a touch asks nothing of the store": (touch, ["touch"], []),
    "a new session is saved": (regenerate, ["destroy", "set"], ["destroy", "set"]),
    "and saved by hand, twice": (
        regenerate_and_save,
        ["destroy", "set", "set"],
        ["destroy", "set", "set"],
    ),
    "a session made of a record is saved by hand, and again": (
        adopt_and_save,
        ["set", "set"],
        ["set", "set"],
    ),
    "destroyed": (destroy, ["destroy"], ["destroy"]),
}


@pytest.mark.parametrize("lint", [True, False], ids=["in chunks", "as a list"])
@pytest.mark.parametrize(("act", "known", "new"), CALLS.values(), ids=CALLS)
def test_what_a_call_asks_of_the_store(
    act: Any, known: list[str], new: list[str], lint: bool
) -> None:
    site = Site(by_path(act=act), lint=lint)
    cookie = site.visit().cookie
    site.store.asked.clear()
    site.visit("/act", cookie)
    assert site.store.operations == ["get", *known]
    site.visit("/act")
    assert site.store.operations == new


def test_a_session_saved_by_hand_but_never_changed_is_kept_and_yet_not_sent() -> None:
    site = Site(doing(save))
    assert site.visit().set_cookies == []
    assert len(site.store) == 1


def test_a_save_is_done_at_once() -> None:
    def act(environ: Environ) -> str:
        session = session_of(environ)
        session["a"] = 1
        session.save()
        return str(site.store.get(session.id).data)

    site = Site(doing(act))
    assert site.visit().body == b'{"a":1}'


def test_reload_brings_what_another_request_wrote() -> None:
    def act(environ: Environ) -> str:
        old = session_of(environ)
        old["mine"] = True
        site.store.set(old.id, Record(old.cookie.attributes, None, '{"theirs":true}'))
        new = old.reload()
        assert get_session(environ) is new is not old
        assert new.id == old.id
        return str(dict(new))

    site = Site(by_path(act=act))
    assert site.visit("/act", site.visit().cookie).body == b"{'theirs': True}"


def test_a_record_that_changed_meanwhile_counts_as_modified_after_reload() -> None:
    def act(environ: Environ) -> None:
        session = session_of(environ)
        site.store.set(session.id, Record(session.cookie.attributes, None, '{"theirs":true}'))
        session.reload()
        site.store.asked.clear()

    site = Site(by_path(act=act))
    cookie = site.visit().cookie
    site.visit("/act", cookie)
    assert site.store.operations == ["set"]


def test_reloading_what_is_gone_is_an_error_and_the_session_stays() -> None:
    def act(environ: Environ) -> str:
        session = session_of(environ)
        site.store.destroy(session.id)
        with pytest.raises(SessionNotFound, match="failed to load session"):
            session.reload()
        assert get_session(environ) is session
        return str(dict(session))

    site = Site(by_path(act=act))
    assert site.visit("/act", site.visit().cookie).body == b"{'n': 1}"


def test_regenerate_begins_anew_with_another_id_even_if_nothing_is_put_into_it() -> None:
    def act(environ: Environ) -> None:
        old = session_of(environ)
        new = old.regenerate()
        assert get_session(environ) is new
        assert new == {}
        assert new.id != old.id
        assert environ["sessionlab.session_id"] == new.id

    site = Site(by_path(act=act, look=look))
    first = site.visit()
    second = site.visit("/act", first.cookie)
    assert second.session_id != first.session_id
    assert site.store.get(first.session_id) is None
    assert site.store.get(second.session_id).load() == {}
    assert site.visit("/look", first.cookie).set_cookies == []


def test_regenerate_may_keep_the_data() -> None:
    def act(environ: Environ) -> None:
        old = session_of(environ)
        new = old.regenerate(keep_data=True)
        assert new == old == {"n": 1}
        assert new.id != old.id

    site = Site(by_path(act=act))
    first = site.visit()
    second = site.visit("/act", first.cookie)
    assert site.store.get(first.session_id) is None
    assert site.store.get(second.session_id).load() == {"n": 1}


def test_regenerate_after_the_headers_loses_the_session_for_the_browser() -> None:
    def app(environ: Environ, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"out"
        session_of(environ).regenerate()["a"] = 1

    site = Site(app)
    answer = site.visit()
    assert answer.set_cookies == []
    assert [record.load() for record in site.store.all().values()] == [{"a": 1}]


def test_the_cookies_options_are_asked_for_again_when_a_session_begins_anew() -> None:
    asked: list[str] = []

    def of_request(environ: Environ) -> CookieOptions:
        asked.append(environ["PATH_INFO"])
        return CookieOptions(max_age=len(asked) * 100)

    site = Site(doing(regenerate), cookie=of_request)
    answer = site.visit()
    assert len(asked) == 3, "for the path, the first session and the second"
    record = site.store.get(answer.session_id)
    assert record.attributes.original_max_age == 300_000


def test_destroy_ends_the_session_but_leaves_the_browser_its_cookie() -> None:
    def act(environ: Environ) -> None:
        destroy(environ)
        assert get_session(environ) is None

    site = Site(by_path(act=act, look=look))
    cookie = site.visit().cookie
    answer = site.visit("/act", cookie)
    assert answer.set_cookies == []
    assert len(site.store) == 0
    assert site.visit("/look", cookie).body == b"{}"


def test_a_session_destroyed_and_unset_is_destroyed_twice() -> None:
    site = Site(by_path(act=destroy), unset="destroy")
    cookie = site.visit().cookie
    site.store.asked.clear()
    site.visit("/act", cookie)
    assert site.store.operations == ["get", "destroy", "destroy"]


@pytest.mark.parametrize(
    ("call", "operation"),
    [("save", "set"), ("reload", "get"), ("regenerate", "destroy"), ("destroy", "destroy")],
)
def test_a_call_raises_what_the_store_raises(call: str, operation: str) -> None:
    def act(environ: Environ) -> None:
        site.store.fails = (operation,)
        with pytest.raises(ConnectionError, match=operation):
            getattr(session_of(environ), call)()
        site.store.fails = ()

    site = Site(by_path(act=act), store=FailingStore())
    cookie = site.visit().cookie
    assert site.visit("/act", cookie).status == "200 OK"
    assert site.late == []


def test_a_save_that_failed_still_counts_as_one() -> None:
    def act(environ: Environ) -> None:
        session_of(environ)["a"] = 1
        site.store.fails = ("set",)
        with pytest.raises(ConnectionError):
            save(environ)
        site.store.fails = ()

    site = Site(by_path(act=act), store=FailingStore())
    cookie = site.visit().cookie
    site.store.asked.clear()
    site.visit("/act", cookie)
    assert site.store.operations == ["get", "touch"]


def test_regenerate_gives_a_new_session_even_if_the_old_could_not_be_destroyed() -> None:
    def act(environ: Environ) -> None:
        old = session_of(environ)
        site.store.fails = ("destroy",)
        with pytest.raises(ConnectionError):
            old.regenerate()
        assert session_of(environ).id != old.id

    site = Site(doing(act), store=FailingStore())
    site.visit()
