"""What a session can be asked: save, reload, touch, regenerate, destroy; and that it is a dict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab import (
    CookieOptions,
    MemoryStore,
    Record,
    Session,
    SessionNotFound,
    get_session,
)

from .visiting import Clock, Environ, LoggedStore, Site, by_path, count, doing, look

pytestmark = pytest.mark.filterwarnings("error")


def session_of(environ: Environ) -> Session:
    session = get_session(environ)
    assert session is not None
    return session


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


class Failing(LoggedStore):
    fails = ""

    def _check(self, operation: str) -> None:
        if operation == self.fails:
            raise ConnectionError(operation)

    def get(self, session_id: str) -> Record | None:
        self._check("get")
        return super().get(session_id)

    def set(self, session_id: str, record: Record) -> None:
        self._check("set")
        super().set(session_id, record)

    def destroy(self, session_id: str) -> None:
        self._check("destroy")
        super().destroy(session_id)


@pytest.mark.parametrize(
    ("call", "operation"),
    [("save", "set"), ("reload", "get"), ("regenerate", "destroy"), ("destroy", "destroy")],
)
def test_a_call_raises_what_the_store_raises(call: str, operation: str) -> None:
    def act(environ: Environ) -> None:
        site.store.fails = operation
        with pytest.raises(ConnectionError, match=operation):
            getattr(session_of(environ), call)()
        site.store.fails = ""

    site = Site(by_path(act=act), store=Failing(Clock()))
    cookie = site.visit().cookie
    assert site.visit("/act", cookie).status == "200 OK"
    assert site.late == []


def test_a_save_that_failed_still_counts_as_one() -> None:
    def act(environ: Environ) -> None:
        session_of(environ)["a"] = 1
        site.store.fails = "set"
        with pytest.raises(ConnectionError):
            save(environ)
        site.store.fails = ""

    site = Site(by_path(act=act), store=Failing(Clock()))
    cookie = site.visit().cookie
    site.store.asked.clear()
    site.visit("/act", cookie)
    assert site.store.operations == ["get", "touch"]


def test_regenerate_gives_a_new_session_even_if_the_old_could_not_be_destroyed() -> None:
    def act(environ: Environ) -> None:
        old = session_of(environ)
        site.store.fails = "destroy"
        with pytest.raises(ConnectionError):
            old.regenerate()
        assert session_of(environ).id != old.id

    site = Site(doing(act), store=Failing(Clock()))
    site.visit()


# ---- a dict whose keys are all free

NAMES = ["id", "cookie", "$cookie", "save", "touch", "get", "items", "__class__", "__proto__", "0"]


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_data_and_replaces_nothing_of_the_session(name: str) -> None:
    def put(environ: Environ) -> None:
        session = session_of(environ)
        before = session.id, session.cookie
        session[name] = "data"
        assert (session.id, session.cookie) == before
        session.save()

    def take(environ: Environ) -> object:
        session = session_of(environ)
        assert session.id != "data"
        assert isinstance(session.items(), type({}.items()))
        return session[name]

    site = Site(by_path(put=put, take=take))
    cookie = site.visit("/put").cookie
    assert site.visit("/take", cookie).body == b"data"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text('aé한\n"'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab$"), inner, max_size=3),
    max_leaves=6,
)


@given(data=st.dictionaries(st.text("abcookie$", max_size=7), JSON, max_size=4))
def test_data_comes_back_as_it_was_put(data: dict[str, Any]) -> None:
    seen: list[Any] = []
    site = Site(
        by_path(
            put=lambda environ: session_of(environ).update(data, _=1),
            take=lambda environ: seen.append(dict(session_of(environ))),
        )
    )
    site.visit("/take", site.visit("/put").cookie)
    assert seen == [data | {"_": 1}]


def test_what_json_makes_other_of_is_so_from_the_next_request_on() -> None:
    def put(environ: Environ) -> object:
        session = session_of(environ)
        session["pair"] = (1, 2)
        session[5] = "five"  # type: ignore[index]
        return session["pair"]

    site = Site(by_path(put=put, look=look))
    answer = site.visit("/put")
    assert answer.body == b"(1, 2)"
    assert site.visit("/look", answer.cookie).body == b"{'5': 'five', 'pair': [1, 2]}"


# what the application does to {"a": {"b": [1]}, "c": 2}: whether that is a change
EDITS: dict[str, tuple[Any, bool]] = {
    "nothing": (lambda s: None, False),
    "an equal value": (lambda s: s.update(c=2), False),
    "an equal value, made anew": (lambda s: s.update(a={"b": [1]}), False),
    "there and back": (lambda s: (s.update(d=1), s.pop("d")), False),
    "another value": (lambda s: s.update(c=3), True),
    "deep inside": (lambda s: s["a"]["b"].append(2), True),
    "another order": (lambda s: s.update(a=s.pop("a")), True),
    "true for one": (lambda s: s.update(c=True), True),
    "a key with None": (lambda s: s.update(d=None), True),
    "the cookie's age alone": (lambda s: setattr(s.cookie, "max_age", 5), False),
}


@pytest.mark.parametrize(("edit", "changed"), EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("foreign", [False, True], ids=["our text", "another program's text"])
def test_a_change_is_another_json(edit: Any, changed: bool, foreign: bool) -> None:
    app = by_path(
        put=lambda environ: session_of(environ).update(a={"b": [1]}, c=2),
        edit=lambda environ: edit(session_of(environ)),
    )
    site = Site(app)
    answer = site.visit("/put")
    if foreign:
        spaced = json.dumps(json.loads(site.store.get(answer.session_id).text), indent=1)
        site = Site(app, store=LoggedStore(Clock(), {answer.session_id: spaced}))
    site.store.asked.clear()
    site.visit("/edit", answer.cookie)
    assert site.store.operations == ["get", "set" if changed else "touch"]


def test_a_session_prints_its_data_but_not_its_id() -> None:
    def act(environ: Environ) -> str:
        session = session_of(environ)
        count(environ)
        assert session.id not in repr(session)
        assert session.id not in str(session)
        return repr(session)

    assert Site(doing(act)).visit().body == b"<Session {'n': 1}>"


def test_an_id_never_changes() -> None:
    def act(environ: Environ) -> None:
        with pytest.raises(AttributeError):
            session_of(environ).id = "another"  # type: ignore[misc]

    Site(doing(act)).visit()


def test_nothing_but_the_four_operations_makes_a_store() -> None:
    class Least:
        """No subclass of Store, and no more than the contract asks."""

        can_touch = False
        connected = True

        def __init__(self) -> None:
            self.records: dict[str, Record] = {}
            self.get = self.records.get
            self.set = self.records.__setitem__

        def destroy(self, session_id: str) -> None:
            self.records.pop(session_id, None)

    site = Site(by_path(out=destroy), store=Least())
    cookie = site.visit().cookie
    assert site.visit(cookie=cookie).body == b"2"
    site.visit("/out", cookie)
    assert site.visit(cookie=cookie).body == b"1"


def test_the_memory_store_is_the_middlewares_own_if_none_is_given() -> None:
    one, two = (Site(doing(count), store=None) for _ in range(2))
    assert isinstance(one.store, MemoryStore)
    assert one.store is not two.store
