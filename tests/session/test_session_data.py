"""A session is a dict: every key is free, and a change is another JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab import MemoryStore, Record
from sessionlab.core.wire import sign

from .visiting import (
    SECRET,
    Clock,
    Environ,
    LoggedStore,
    Site,
    TextStore,
    by_path,
    count,
    doing,
    look,
    session_of,
)

pytestmark = pytest.mark.filterwarnings("error")


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


EDITED = (
    '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"},'
    '"a":{"b":[1]},"c":2}'
)
# one record as several programs may have written it
WRITERS = {
    "us": EDITED,
    "one with blanks": json.dumps(json.loads(EDITED), indent=1),
    "one with its cookie last": '{"a": {"b": [1]}, "c": 2, "cookie": {}}',
    "one with other numbers": '{"cookie":{},"a":{"b":[1.0]},"c":2e0}',
}


@pytest.mark.parametrize(("edit", "changed"), EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("text", WRITERS.values(), ids=WRITERS)
def test_a_change_is_another_json_whoever_wrote_the_record(
    text: str, edit: Any, changed: bool
) -> None:
    app = by_path(edit=lambda environ: edit(session_of(environ)))
    cookie = f"connect.sid=s:{sign('the-id', SECRET)}"
    for store in (TextStore({"the-id": text}), LoggedStore(Clock(), {"the-id": text})):
        Site(app, store=store).visit("/edit", cookie)
        assert store.operations[-1] == ("set" if changed else "touch")


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

    site = Site(by_path(out=lambda environ: session_of(environ).destroy()), store=Least())
    cookie = site.visit().cookie
    assert site.visit(cookie=cookie).body == b"2"
    site.visit("/out", cookie)
    assert site.visit(cookie=cookie).body == b"1"


def test_the_memory_store_is_the_middlewares_own_if_none_is_given() -> None:
    one, two = (Site(doing(count), store=None) for _ in range(2))
    assert isinstance(one.store, MemoryStore)
    assert one.store is not two.store
