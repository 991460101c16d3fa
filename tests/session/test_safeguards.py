"""Saving with safeguards, over every store: before (express-session's way) and after."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab import Session, SessionConflict, SessionNotFound
from sessionlab.core.safeguards import Safeguards
from tests.session.overlapping import World
from tests.session.stores.bench import Bench, MemoryBench
from tests.session.visiting import LoggedStore, Site, doing

KEEPS = Safeguards(no_resurrection=True)
MERGES = Safeguards(on_conflict="merge")  # type: ignore[arg-type]
REPORTS = Safeguards(on_conflict="report")  # type: ignore[arg-type]


def change(**data: Any) -> Any:
    return lambda session: session.update(data)


# -- no resurrection -------------------------------------------------------------------------


def save_at_once(session: Session) -> None:
    session["note"] = 1
    session.save()


def save_and_change_again(session: Session) -> None:
    save_at_once(session)
    session["note"] = 2


WRITES = {
    "at the end of the request": change(note=1),
    "at once": save_at_once,
    "at once and at the end": save_and_change_again,
}
writes = pytest.mark.parametrize("slow", WRITES.values(), ids=WRITES)


@writes
def test_express_brings_back_what_a_logout_destroyed_meanwhile(bench: Bench, slow: Any) -> None:
    world = World(bench)
    world.overlap(slow, world.logout)
    assert world.who() == b"alice"
    assert len(bench.store) == 1


@writes
def test_without_resurrection_what_is_destroyed_stays_so(bench: Bench, slow: Any) -> None:
    world = World(bench, safeguards=KEEPS)
    world.overlap(slow, world.logout)
    assert world.data() is None
    assert world.who() == b"nobody"
    assert len(bench.store) == 0
    assert set(world.told) == {"destroyed-meanwhile"}
    assert world.site.late == []


@pytest.mark.parametrize(("safeguards", "left"), [(Safeguards(), 1), (KEEPS, 0)])
def test_a_slow_read_with_resave_is_a_write(bench: Bench, safeguards: Any, left: int) -> None:
    world = World(bench, safeguards=safeguards, resave=True)
    world.overlap(lambda session: None, world.logout)
    assert len(bench.store) == left


def test_a_slow_read_without_resave_revives_nothing_and_asks_for_nothing_but_a_touch(
    bench: Bench,
) -> None:
    world = World(bench, safeguards=KEEPS)
    world.overlap(lambda session: None, world.logout)
    assert len(bench.store) == 0
    assert world.told == []


def test_the_application_can_find_out_that_its_session_is_gone(bench: Bench) -> None:
    def save_and_look(session: Session) -> None:
        save_at_once(session)
        with pytest.raises(SessionNotFound):
            session.reload()

    world = World(bench, safeguards=KEEPS)
    world.overlap(save_and_look, world.logout)
    assert len(bench.store) == 0


def old_after_regenerate(session: Session) -> None:
    session.regenerate()
    session["note"] = 1
    session.save()


def old_after_destroy(session: Session) -> None:
    session.destroy()
    session.save()


@pytest.mark.parametrize("slow", [old_after_regenerate, old_after_destroy])
@pytest.mark.parametrize(("safeguards", "is_back"), [(Safeguards(), True), (KEEPS, False)])
def test_a_session_that_this_request_ended_itself_is_not_brought_back_by_its_old_object(
    bench: Bench, slow: Any, safeguards: Safeguards, is_back: bool
) -> None:
    world = World(bench, safeguards=safeguards)
    world.visit(slow)
    assert (world.data() is not None) is is_back


def test_what_begins_with_this_request_is_saved_as_ever(bench: Bench) -> None:
    def begin_again(session: Session) -> None:
        new = session.regenerate()
        for number in range(3):
            new["count"] = number
            new.save()

    world = World(bench, safeguards=KEEPS)
    world.cookie = world.visit(begin_again).cookie
    assert world.data() == {"count": 2}
    assert world.told == []


def test_where_a_merge_alone_is_asked_for_a_destroyed_record_comes_back_and_that_is_told(
    bench: Bench,
) -> None:
    world = World(bench, safeguards=MERGES)
    world.overlap(change(note=1), world.logout)
    assert world.data() == {"user": "alice", "note": 1}
    assert world.told == ["revived"]


def test_a_record_that_expired_meanwhile_is_one_that_is_gone(bench: Bench) -> None:
    from sessionlab import CookieOptions

    world = World(bench, safeguards=KEEPS, cookie=CookieOptions(max_age=60))
    world.overlap(change(note=1), lambda: world.advance(61))
    assert world.data() is None
    assert world.told == ["destroyed-meanwhile"]


# -- no lost update --------------------------------------------------------------------------


def drop(*keys: str) -> Any:
    return lambda session: [session.pop(key) for key in keys]


# what the slow request does, what the other one did meanwhile; the record without a safeguard,
# and merged.  It begins as {"user": "alice", "list": [1]}.
BEGIN = {"user": "alice", "list": [1]}
UPDATES: dict[str, tuple[Any, Any, dict[str, Any], dict[str, Any]]] = {
    "each adds a key": (
        change(mine=1), change(theirs=2), {**BEGIN, "mine": 1}, {**BEGIN, "theirs": 2, "mine": 1},
    ),
    "each changes another key": (
        change(user="bob"), change(list=[2]), {"user": "bob", "list": [1]},
        {"user": "bob", "list": [2]},
    ),
    "both change one key": (
        change(list=[1, 2]), change(list=[1, 3]), {"user": "alice", "list": [1, 2]},
        {"user": "alice", "list": [1, 2]},
    ),
    "the other deletes, this one changes something else": (
        change(mine=1), drop("user"), {**BEGIN, "mine": 1}, {"list": [1], "mine": 1},
    ),
    "this one deletes, the other changes something else": (
        drop("user"), change(theirs=2), {"list": [1]}, {"list": [1], "theirs": 2},
    ),
    "true in the place of one, deep inside": (
        change(list=[True]), change(theirs=2), {"user": "alice", "list": [True]},
        {"user": "alice", "list": [True], "theirs": 2},
    ),
    "keys that a record writes otherwise": (
        change(cookie={"a": 1}), change(**{"$cookie": 2}), {**BEGIN, "cookie": {"a": 1}},
        {**BEGIN, "cookie": {"a": 1}, "$cookie": 2},
    ),
}  # fmt: skip
updates = pytest.mark.parametrize(
    ("slow", "other", "overwritten", "merged"), UPDATES.values(), ids=UPDATES
)


@updates
def test_express_loses_the_update_of_whoever_saves_first(
    bench: Bench, slow: Any, other: Any, overwritten: Any, merged: Any
) -> None:
    world = World(bench)
    world.visit(change(list=[1]))
    world.overlap(slow, lambda: world.visit(other))
    assert world.data() == overwritten
    assert repr(world.data()) == repr(overwritten), "True is not 1"


@updates
def test_a_merge_keeps_what_both_changed(
    bench: Bench, slow: Any, other: Any, overwritten: Any, merged: Any
) -> None:
    world = World(bench, safeguards=MERGES)
    world.visit(change(list=[1]))
    world.overlap(slow, lambda: world.visit(other))
    found = world.data()
    assert found == merged
    assert {key: repr(value) for key, value in (found or {}).items()} == {
        key: repr(value) for key, value in merged.items()
    }
    assert world.told == ["merged"]


def test_what_was_merged_stays_through_every_later_save_of_the_request(bench: Bench) -> None:
    def save_twice(session: Session) -> None:
        session["mine"] = 1
        session.save()
        session["mine"] = 2
        session.save()
        session["last"] = 3

    world = World(bench, safeguards=MERGES)
    world.overlap(save_twice, lambda: world.visit(change(theirs=1)))
    assert world.data() == {"user": "alice", "theirs": 1, "mine": 2, "last": 3}
    assert world.told == ["merged"], "the later saves met nobody"


def test_others_may_come_between_two_saves_of_one_request(bench: Bench) -> None:
    def save_meet_save(session: Session) -> None:
        session["mine"] = 1
        session.save()
        world.visit(change(between=1))
        session["mine"] = 2
        session.save()
        world.visit(lambda other: other.pop("before"))
        session["mine"] = 3

    world = World(bench, safeguards=MERGES)
    world.overlap(save_meet_save, lambda: world.visit(change(before=1)))
    assert world.data() == {"user": "alice", "between": 1, "mine": 3}
    assert world.told == ["merged"] * 3


def test_a_conflict_is_reported_by_the_save_that_meets_it_and_nothing_is_written(
    bench: Bench,
) -> None:
    def save(session: Session) -> None:
        session["mine"] = 1
        with pytest.raises(SessionConflict):
            session.save()

    world = World(bench, safeguards=REPORTS)
    world.overlap(save, lambda: world.visit(change(theirs=2)))
    assert world.data() == {"user": "alice", "theirs": 2}
    assert world.told == ["conflict-reported"]
    assert world.site.late == [], "it was told already"


def test_after_a_reported_conflict_one_can_reload_and_try_again(bench: Bench) -> None:
    def try_again(session: Session) -> None:
        session["mine"] = 1
        with pytest.raises(SessionConflict):
            session.save()
        session = session.reload()
        session["mine"] = 1
        session.save()

    world = World(bench, safeguards=REPORTS)
    world.overlap(try_again, lambda: world.visit(change(theirs=2)))
    assert world.data() == {"user": "alice", "theirs": 2, "mine": 1}


def test_at_the_end_of_the_request_a_conflict_goes_to_on_error(bench: Bench) -> None:
    world = World(bench, safeguards=REPORTS)
    answer = world.overlap(change(mine=1), lambda: world.visit(change(theirs=2)))
    assert answer.status == "200 OK"
    assert world.data() == {"user": "alice", "theirs": 2}
    assert [type(error) for error in world.site.late] == [SessionConflict]


@pytest.mark.parametrize("safeguards", [MERGES, REPORTS, KEEPS])
def test_who_only_reads_meets_nobody(bench: Bench, safeguards: Safeguards) -> None:
    world = World(bench, safeguards=safeguards)
    world.overlap(lambda session: None, lambda: world.visit(change(theirs=2)))
    assert world.data() == {"user": "alice", "theirs": 2}
    assert world.told == []


@pytest.mark.parametrize("safeguards", [MERGES, REPORTS])
def test_who_wrote_the_same_meets_nobody(bench: Bench, safeguards: Safeguards) -> None:
    """The other's request saved the record as it was: nothing there is another's."""
    world = World(bench, safeguards=safeguards)
    world.overlap(change(mine=1), lambda: world.visit(lambda session: session.save()))
    assert world.data() == {"user": "alice", "mine": 1}
    assert world.told == []


def test_all_safeguards_together_keep_each_its_promise(bench: Bench) -> None:
    both = Safeguards(no_resurrection=True, on_conflict="merge")  # type: ignore[arg-type]
    world = World(bench, safeguards=both)
    world.overlap(change(mine=1), lambda: world.visit(change(theirs=2)))
    assert world.data() == {"user": "alice", "theirs": 2, "mine": 1}
    world.overlap(change(mine=2), world.logout)
    assert world.data() is None


# -- whatever happens ------------------------------------------------------------------------

KEYS = st.sampled_from("abcd")
CHANGES = st.dictionaries(KEYS, st.none() | st.integers(0, 3), max_size=3)


def apply(data: Any, changes: dict[str, int | None]) -> None:
    """None deletes."""
    for key, value in changes.items():
        if value is None:
            data.pop(key, None)
        else:
            data[key] = value


@given(begin=CHANGES, nested=st.lists(CHANGES, max_size=4))
def test_however_many_requests_are_nested_no_changed_key_is_lost(
    begin: dict[str, int | None], nested: list[dict[str, int | None]]
) -> None:
    """Each request is slow beside the next; the innermost is the first to save."""
    world = World(MemoryBench(), safeguards=MERGES)
    world.visit(lambda session: apply(session, begin))
    loaded = world.data()
    assert loaded is not None

    def visit(rest: list[dict[str, int | None]]) -> None:
        if rest:
            first, *others = rest
            before = world.slow, world.during  # the outer request's, which looks them up again
            world.overlap(lambda session: apply(session, first), lambda: visit(others))
            world.slow, world.during = before

    visit(nested)
    expected = dict(loaded)
    for changes in reversed(nested):
        for key, value in changes.items():
            if loaded.get(key) != value:
                apply(expected, {key: value})
    assert world.data() == expected


# -- express-session stays as it is ----------------------------------------------------------


def test_without_safeguards_nothing_is_looked_at_before_a_save() -> None:
    def change_twice(environ: Any) -> None:
        session = environ["sessionlab.session"]
        session["count"] = session.get("count", 0) + 1
        session.save()
        session["more"] = 1

    site = Site(doing(change_twice))
    cookie = site.visit().cookie
    assert isinstance(site.store, LoggedStore)
    assert site.store.operations == ["set", "set"]
    site.visit(cookie=cookie)
    assert site.store.operations == ["get", "set", "touch"]
