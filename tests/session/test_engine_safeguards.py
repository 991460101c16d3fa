"""The opt-in safeguards at work, each beside what express-session does without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sessionlab import CookieOptions, MemoryStore, Record, set_session
from sessionlab.core.errors import SessionConflict
from sessionlab.core.events import Event, SessionOpened, StoreDecided
from sessionlab.core.record import dump_data
from sessionlab.core.safeguards import OnConflict, Safeguards
from sessionlab.core.store import Swap
from sessionlab.core.wire import sign

from .visiting import (
    SECRET,
    START,
    Clock,
    Environ,
    LoggedStore,
    Site,
    TextStore,
    by_path,
    doing,
    look,
    session_of,
)

pytestmark = pytest.mark.filterwarnings("error")


class Shared:
    """One site, and what another request does to the record while ours is under way."""

    def __init__(self, safeguards: Safeguards, **options: Any) -> None:
        self.told: list[str] = []
        self.meanwhile: Any = None
        self.save_by_hand = False
        self.site = Site(
            by_path(begin=self.begin, change=self.change, look=look),
            safeguards=safeguards,
            listener=self.listen,
            store=MemoryStore(clock=Clock()),
            **options,
        )
        self.cookie = self.site.visit("/begin").cookie
        (self.session_id,) = self.site.store.all()

    def listen(self, environ: Environ, event: Event) -> None:
        if isinstance(event, StoreDecided):
            self.told.append(event.verdict.reason.value)

    def begin(self, environ: Environ) -> None:
        session_of(environ).update(a=1, b=1)

    def change(self, environ: Environ) -> None:
        """Our request changes ``a``; then the other one does what it does."""
        session = session_of(environ)
        session["a"] = 2
        if self.meanwhile is not None:
            self.meanwhile()
        if self.save_by_hand:
            session.save()

    def write(self, **data: Any) -> None:
        """The other request's save."""
        there = self.site.store.get(self.session_id)
        self.site.store.set(
            self.session_id,
            Record(there.attributes, there.expires, dump_data(data)),
        )

    def destroy(self) -> None:
        """The other request's logout."""
        self.site.store.destroy(self.session_id)

    def after(self) -> dict[str, Any] | None:
        """Our request; then what the record holds."""
        self.told.clear()
        self.site.visit("/change", self.cookie)
        record = self.site.store.get(self.session_id)
        return None if record is None else record.load()


OFF = Safeguards()
by_hand = pytest.mark.parametrize("save_by_hand", [False, True], ids=["at the end", "by hand"])


# ---- a record destroyed meanwhile


@by_hand
def test_a_logout_is_undone_by_a_request_under_way_as_in_express(save_by_hand: bool) -> None:
    shared = Shared(OFF)
    shared.meanwhile, shared.save_by_hand = shared.destroy, save_by_hand
    assert shared.after() == {"a": 2, "b": 1}


@by_hand
def test_a_logout_is_not_undone_with_no_resurrection(save_by_hand: bool) -> None:
    shared = Shared(Safeguards(no_resurrection=True))
    shared.meanwhile, shared.save_by_hand = shared.destroy, save_by_hand
    assert shared.after() is None
    assert "destroyed-meanwhile" in shared.told
    assert shared.site.late == []


def test_a_record_that_came_back_by_choice_is_told_of() -> None:
    shared = Shared(Safeguards(on_conflict=OnConflict.MERGE))
    shared.meanwhile = shared.destroy
    assert shared.after() == {"a": 2, "b": 1}
    assert shared.told == ["modified", "revived"]


def test_no_resurrection_stands_in_nobodys_way() -> None:
    shared = Shared(Safeguards(no_resurrection=True))
    assert shared.after() == {"a": 2, "b": 1}
    assert shared.after() == {"a": 2, "b": 1}
    assert shared.told == ["unmodified-touched"]


# ---- a record changed meanwhile

# on_conflict, what the record holds in the end, what is told
CONFLICTS: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "overwrite": (OnConflict.OVERWRITE, {"a": 2, "b": 1}, ["modified"]),
    "merge": ("merge", {"a": 2, "b": 2, "c": 3}, ["modified", "merged"]),
    "report": (OnConflict.REPORT, {"a": 1, "b": 2, "c": 3}, ["modified", "conflict-reported"]),
}


@pytest.mark.parametrize(("on_conflict", "held", "told"), CONFLICTS.values(), ids=CONFLICTS)
def test_two_requests_change_one_session(
    on_conflict: Any, held: dict[str, Any], told: list[str]
) -> None:
    shared = Shared(Safeguards(on_conflict=on_conflict))
    shared.meanwhile = lambda: shared.write(a=1, b=2, c=3)
    assert shared.after() == held
    assert shared.told == told
    reported = [SessionConflict] if on_conflict is OnConflict.REPORT else []
    assert [type(error) for error in shared.site.late] == reported


def test_a_conflict_of_a_save_by_hand_is_raised_to_the_application() -> None:
    shared = Shared(Safeguards(on_conflict=OnConflict.REPORT))
    shared.meanwhile = lambda: shared.write(a=3)
    shared.save_by_hand = True
    with pytest.raises(SessionConflict, match="reload it and try again"):
        shared.after()
    assert shared.site.store.get(shared.session_id).load() == {"a": 3}


def test_overwriting_with_no_resurrection_still_overwrites() -> None:
    shared = Shared(Safeguards(no_resurrection=True))
    shared.meanwhile = lambda: shared.write(c=3)
    assert shared.after() == {"a": 2, "b": 1}
    assert shared.told == ["modified", "overwritten"]


def test_after_reload_the_others_change_is_no_conflict() -> None:
    shared = Shared(Safeguards(on_conflict=OnConflict.REPORT))

    def act(environ: Environ) -> None:
        session = session_of(environ)
        shared.write(a=1, c=3)
        session.reload()["d"] = 4

    shared.site.middleware.app = doing(act)
    assert shared.after() == {"a": 1, "c": 3, "d": 4}
    assert shared.site.late == []


def test_a_key_that_the_other_deleted_stays_deleted() -> None:
    shared = Shared(Safeguards(on_conflict=OnConflict.MERGE))
    shared.meanwhile = lambda: shared.write(a=1)
    assert shared.after() == {"a": 2}


def test_what_was_merged_by_hand_is_not_lost_at_the_end() -> None:
    def act(environ: Environ) -> None:
        session = session_of(environ)
        session["a"] = 2
        shared.write(a=1, b=2, c=3)
        session.save()
        session["d"] = 4

    shared = Shared(Safeguards(on_conflict=OnConflict.MERGE))
    shared.site.middleware.app = doing(act)
    assert shared.after() == {"a": 2, "b": 2, "c": 3, "d": 4}
    assert shared.told == ["merged", "modified"]


@pytest.mark.parametrize("ending", ["destroy", "regenerate"])
@pytest.mark.parametrize("kept", [False, True], ids=["no resurrection", "as in express"])
def test_a_session_that_this_request_ended_can_be_put_back_but_not_its_record(
    ending: str, kept: bool
) -> None:
    def act(environ: Environ) -> None:
        session = session_of(environ)
        getattr(session, ending)()
        set_session(environ, session)
        session["c"] = 3

    guards = OFF if kept else Safeguards(no_resurrection=True)
    shared = Shared(guards)
    shared.site.middleware.app = doing(act)
    assert shared.after() == ({"a": 1, "b": 1, "c": 3} if kept else None)
    assert shared.site.late == []


def test_a_store_that_never_agrees_ends_in_a_conflict_and_not_in_a_loop() -> None:
    class Stubborn(MemoryStore):
        rounds = 0

        def swap(self, session_id: str, seen: str, record: Record) -> Swap:
            self.rounds += 1
            return Swap(False, Record(record.attributes, record.expires, f'{{"n":{self.rounds}}}'))

    shared = Shared(Safeguards(on_conflict=OnConflict.MERGE))
    store = Stubborn(clock=shared.site.clock, records={
        key: record.text for key, record in shared.site.store.all().items()
    })  # fmt: skip
    site = Site(
        by_path(change=shared.change),
        store=store,
        safeguards=Safeguards(on_conflict=OnConflict.MERGE),
    )
    site.visit("/change", shared.cookie)
    assert [type(error) for error in site.late] == [SessionConflict]
    assert store.rounds == 1000


# ---- an absolute timeout

HOUR = Safeguards(absolute_timeout=3600)


def put(environ: Environ) -> None:
    session_of(environ)["a"] = 1


def renew(environ: Environ) -> None:
    session_of(environ).regenerate(keep_data=True)


def ageing(**options: Any) -> Site:
    return Site(by_path(put=put, look=look, renew=renew), **{"safeguards": HOUR} | options)


@pytest.mark.parametrize("timeout", [3600, 3600.0, timedelta(hours=1)])
def test_a_session_ends_after_its_absolute_timeout_however_much_it_is_used(timeout: Any) -> None:
    site = ageing(
        safeguards=Safeguards(absolute_timeout=timeout), cookie=CookieOptions(max_age=120)
    )
    first = site.visit("/put")
    for _ in range(59):
        site.clock.advance(60)
        assert site.visit("/look", first.cookie).body == b"{'a': 1}"
    site.clock.advance(59.999)
    assert site.visit("/look", first.cookie).body == b"{'a': 1}"
    site.clock.advance(0.001)
    late = site.visit("/put", first.cookie)
    assert late.session_id != first.session_id
    assert list(site.store.all()) == [late.session_id]


def test_without_it_a_session_in_use_lives_for_ever_as_in_express() -> None:
    site = ageing(safeguards=OFF, cookie=CookieOptions(max_age=120))
    cookie = site.visit("/put").cookie
    for _ in range(100):
        site.clock.advance(119)
        assert site.visit("/look", cookie).body == b"{'a': 1}"


def test_the_time_of_birth_stands_in_the_record_and_the_application_does_not_see_it() -> None:
    site = ageing()
    answer = site.visit("/put")
    assert site.store.get(answer.session_id).load() == {"a": 1, "$created": site.clock.now}
    assert site.visit("/look", answer.cookie).body == b"{'a': 1}"


def test_looking_writes_nothing() -> None:
    site = ageing()
    answer = site.visit("/put")
    site.store.asked.clear()
    site.visit("/look", answer.cookie)
    assert site.store.operations == ["get", "touch"]


def test_looking_writes_nothing_wherever_the_time_of_birth_stands() -> None:
    """Express adds to the end of a record, and so does a merge."""
    text = f'{{"cookie":{{"expires":null}},"a":1,"$created":{START},"b":2}}'
    kept, read_anew = LoggedStore(Clock()), TextStore({"id": text})
    kept.set("id", Record.from_text(text))
    for store in (kept, read_anew):
        store.operations.clear()
        site = ageing(store=store, genid=lambda environ: "id")
        site.visit("/look", f"connect.sid=s:{sign('id', SECRET)}")
        assert "set" not in store.operations


def test_a_visitor_who_leaves_nothing_is_still_not_kept() -> None:
    site = ageing()
    answer = site.visit("/look")
    assert (answer.set_cookies, len(site.store)) == ([], 0)


def test_a_record_without_a_time_of_birth_is_born_when_it_is_first_seen() -> None:
    """One that Express or an earlier configuration wrote."""
    site = ageing(safeguards=OFF)
    cookie = site.visit("/put").cookie
    site.clock.advance(10_000)
    guarded = ageing(store=site.store)
    guarded.clock.now = site.clock.now
    assert guarded.visit("/look", cookie).body == b"{'a': 1}"
    guarded.clock.advance(3599)
    assert guarded.visit("/look", cookie).body == b"{'a': 1}"
    guarded.clock.advance(1)
    assert guarded.visit("/look", cookie).body == b"{}"


def test_a_new_id_is_a_new_life() -> None:
    site = ageing()
    cookie = site.visit("/put").cookie
    site.clock.advance(3000)
    cookie = site.visit("/renew", cookie).cookie
    site.clock.advance(3000)
    assert site.visit("/look", cookie).body == b"{'a': 1}"


def test_an_outlived_session_is_told_of() -> None:
    told: list[Any] = []

    def listen(environ: Environ, event: Event) -> None:
        if isinstance(event, SessionOpened):
            told.append((event.verdict and event.verdict.reason.value, event.new))

    site = ageing(listener=listen)
    cookie = site.visit("/put").cookie
    site.visit("/look", cookie)
    site.clock.advance(3600)
    site.visit("/look", cookie)
    assert told == [(None, True), ("record-found", False), ("outlived", True)]
