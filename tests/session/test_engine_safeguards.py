"""The opt-in safeguards at work, each beside what express-session does without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sessionlab import CookieOptions, MemoryStore, Record, SessionOptions, get_session
from sessionlab.core.errors import SessionConflict
from sessionlab.core.events import Kind
from sessionlab.core.record import dump_data
from sessionlab.core.safeguards import OnConflict, Safeguards
from sessionlab.session.stores.base import Swap

from .visiting import Clock, Environ, Site, by_path, doing, look

pytestmark = pytest.mark.filterwarnings("error")


def session_of(environ: Environ) -> Any:
    session = get_session(environ)
    assert session is not None
    return session


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

    def listen(self, environ: Environ, kind: Kind, verdict: Any, data: Any) -> None:
        if kind is Kind.STORE_DECIDED:
            self.told.append(verdict.reason.value)

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

    def listen(environ: Environ, kind: Kind, verdict: Any, data: Any) -> None:
        if kind is Kind.SESSION_OPEN:
            told.append((verdict and verdict.reason.value, data["new"]))

    site = ageing(listener=listen)
    cookie = site.visit("/put").cookie
    site.visit("/look", cookie)
    site.clock.advance(3600)
    site.visit("/look", cookie)
    assert told == [(None, True), ("record-found", False), ("outlived", True)]


# ---- the browser's cookie goes with the session


def destroy(environ: Environ) -> None:
    session_of(environ).destroy()


def unset(environ: Environ) -> None:
    environ["sessionlab.session"] = None


def nothing(environ: Environ) -> None:
    pass


WIDE = CookieOptions(domain="example.org", path="/", max_age=60, secure=True, same_site="lax")


@pytest.mark.parametrize("lint", [True, False], ids=["in chunks", "as a list"])
@pytest.mark.parametrize("act", [destroy, unset])
def test_a_logout_takes_the_cookie_away_with_the_domain_and_path_that_it_has(
    act: Any, lint: bool
) -> None:
    site = Site(
        by_path(put=put, act=act), lint=lint, cookie=WIDE, safeguards=Safeguards(clear_cookie=True)
    )
    https = {"base_url": "https://example.org/"}
    cookie = site.visit("/put", **https).cookie  # type: ignore[arg-type]
    (line,) = site.visit("/act", cookie, **https).set_cookies  # type: ignore[arg-type]
    assert line == (
        "connect.sid=; Domain=example.org; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
        "HttpOnly; Secure; SameSite=Lax"
    )


# safeguards, what the application does, whether the browser sent a cookie: cookies sent
CLEARED: dict[str, tuple[Safeguards, Any, bool, int]] = {
    "a logout": (Safeguards(clear_cookie=True), destroy, True, 1),
    "a logout without a cookie": (Safeguards(clear_cookie=True), destroy, False, 0),
    "a look": (Safeguards(clear_cookie=True), nothing, True, 0),
    "a logout, as in Express": (OFF, destroy, True, 0),
}


@pytest.mark.parametrize(("guards", "act", "sent", "cookies"), CLEARED.values(), ids=CLEARED)
def test_only_a_session_that_is_gone_takes_a_cookie_with_it(
    guards: Safeguards, act: Any, sent: bool, cookies: int
) -> None:
    site = Site(doing(act), safeguards=guards)
    answer = site.visit(cookie="connect.sid=whatever-it-is" if sent else None)
    assert len(answer.set_cookies) == cookies


# ---- caches

# what the application says of caches, what is said with a Set-Cookie
CACHING: dict[str, tuple[list[tuple[str, str]], dict[str, str]]] = {
    "nothing": ([], {"Cache-Control": "private", "Vary": "Cookie"}),
    "public is taken back": (
        [("Cache-Control", "public, max-age=60")],
        {"Cache-Control": "private", "Vary": "Cookie"},
    ),
    "an age alone is not private": (
        [("cache-control", "max-age=60")],
        {"Cache-Control": "private", "Vary": "Cookie"},
    ),
    "stricter stays": (
        [("Cache-Control", "no-store")],
        {"Cache-Control": "no-store", "Vary": "Cookie"},
    ),
    "private stays as it is": (
        [("Cache-Control", "Private, max-age=60")],
        {"Cache-Control": "Private, max-age=60", "Vary": "Cookie"},
    ),
    "another Vary stays beside ours": (
        [("Vary", "Accept")],
        {"Cache-Control": "private", "Vary": "Accept,Cookie"},
    ),
    "a Vary that is wide enough": (
        [("vary", "Accept, cookie")],
        {"Cache-Control": "private", "Vary": "Accept, cookie"},
    ),
    "a Vary on everything": ([("Vary", "*")], {"Cache-Control": "private", "Vary": "*"}),
}


def said(headers: list[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        if name.title() in ("Cache-Control", "Vary"):
            found.setdefault(name.title(), []).append(value)
    return {name: ",".join(values) for name, values in found.items()}


def caching(headers: list[tuple[str, str]], guards: Safeguards) -> Site:
    def app(environ: Environ, start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/put":
            put(environ)
        start_response("200 OK", [("Content-Type", "text/plain"), *headers])
        return [b""]

    return Site(app, safeguards=guards)


@pytest.mark.parametrize(("headers", "expected"), CACHING.values(), ids=CACHING)
def test_a_response_with_a_session_cookie_is_kept_out_of_shared_caches(
    headers: list[tuple[str, str]], expected: dict[str, str]
) -> None:
    site = caching(headers, Safeguards(cache_headers=True))
    assert said(site.visit("/put").headers) == expected
    assert said(site.visit("/").headers) == said(headers), "without one, nothing is added"


@pytest.mark.parametrize("headers", [headers for headers, _ in CACHING.values()], ids=CACHING)
def test_without_it_caches_are_the_applications_business_as_in_express(
    headers: list[tuple[str, str]],
) -> None:
    assert said(caching(headers, OFF).visit("/put").headers) == said(headers)


# ---- all of them


def test_the_hardened_options_work_together() -> None:
    options = SessionOptions.hardened("keyboard cat")
    given = {
        name: getattr(options, name)
        for name in ("name", "unset", "rolling", "cookie", "safeguards")
    }
    site = Site(by_path(put=put, look=look, out=destroy), **given)
    https: Any = {"base_url": "https://localhost/"}
    first = site.visit("/put", **https)
    (line,) = first.set_cookies
    assert line.startswith("__Host-sid=s%3A")
    assert "; Path=/; Expires=Thu, 01 Jan 2026 00:30:00 GMT; HttpOnly; Secure; SameSite=Lax" in line
    assert said(first.headers) == {"Cache-Control": "private", "Vary": "Cookie"}
    site.clock.advance(1000)
    (line,) = site.visit("/look", first.cookie, **https).set_cookies
    assert "Expires=Thu, 01 Jan 2026 00:46:40 GMT" in line, "rolling"
    (line,) = site.visit("/out", first.cookie, **https).set_cookies
    assert line.startswith("__Host-sid=;")
    assert len(site.store) == 0
    assert site.visit("/look", **https).set_cookies == []
