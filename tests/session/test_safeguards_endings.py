"""How sessions end with safeguards: timeouts, logins, cleared cookies, caches, names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sessionlab import CookieOptions, OptionsError, Session, SessionOptions
from sessionlab.core.safeguards import OnConflict, Safeguards
from sessionlab.session.cache_headers import keep_out_of_shared_caches
from tests.session.overlapping import World, rewritten
from tests.session.stores.bench import Bench, MemoryBench
from tests.session.visiting import SECRET, Environ, Site, by_path, count, doing, id_of, respond

HOUR = 3600
EPOCH = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"


# -- absolute timeout ------------------------------------------------------------------------


def active_for(world: World, visits: int, seconds: float) -> list[bytes]:
    """Who the visitor is, asked again and again."""
    found = []
    for _ in range(visits):
        world.advance(seconds)
        found.append(world.who())
    return found


IDLE = CookieOptions(max_age=HOUR)


@pytest.mark.parametrize("rolling", [False, True])
def test_with_an_idle_timeout_alone_a_busy_session_never_ends(bench: Bench, rolling: bool) -> None:
    world = World(bench, cookie=IDLE, rolling=rolling)
    assert active_for(world, 24, HOUR / 2) == [b"alice"] * 24


def test_an_absolute_timeout_ends_it_however_busy_it_is(bench: Bench) -> None:
    world = World(bench, cookie=IDLE, safeguards=Safeguards(absolute_timeout=4 * HOUR))
    assert active_for(world, 9, HOUR / 2) == [b"alice"] * 7 + [b"nobody"] * 2
    assert len(bench.store) == 0, "it is destroyed"


def test_the_idle_timeout_still_ends_an_idle_one(bench: Bench) -> None:
    world = World(bench, cookie=IDLE, safeguards=Safeguards(absolute_timeout=4 * HOUR))
    assert active_for(world, 1, HOUR) == [b"nobody"]


@pytest.mark.parametrize(("seconds", "who"), [(4 * HOUR - 0.001, b"alice"), (4 * HOUR, b"nobody")])
def test_it_is_over_at_the_very_millisecond(bench: Bench, seconds: float, who: bytes) -> None:
    world = World(bench, safeguards=Safeguards(absolute_timeout=4 * HOUR))
    assert active_for(world, 1, seconds) == [who]


def test_what_follows_is_a_new_session_under_a_new_id(bench: Bench) -> None:
    world = World(bench, safeguards=Safeguards(absolute_timeout=HOUR))
    world.advance(HOUR)
    answer = world.visit(lambda session: session.update(user="bob"))
    assert answer.session_id != world.session_id
    assert world.data() is None
    world.cookie = answer.cookie
    assert active_for(world, 1, HOUR / 2) == [b"bob"]


def test_the_beginning_is_kept_where_express_rewrites_the_record(bench: Bench) -> None:
    """For Express it is data like any other: it stays in what Express writes."""
    world = World(bench, safeguards=Safeguards(absolute_timeout=HOUR))
    world.advance(HOUR / 2)
    record = bench.store.get(world.session_id)
    assert record is not None
    assert json.loads(record.text)["$created"] == bench.now - HOUR / 2 * 1000
    bench.store.set(world.session_id, rewritten(record, count=7))
    assert world.who() == b"alice"
    assert active_for(world, 1, HOUR / 2) == [b"nobody"]


def test_the_application_never_sees_it(bench: Bench) -> None:
    world = World(bench, safeguards=Safeguards(absolute_timeout=HOUR))
    seen: list[dict[str, Any]] = []
    world.visit(lambda session: seen.append(dict(session)))
    world.visit(lambda session: seen.append(dict(session.reload())))
    assert seen == [{"user": "alice"}] * 2


def test_a_session_that_express_began_is_timed_from_its_first_visit_here(bench: Bench) -> None:
    world = World(bench)
    old = world.cookie
    world.advance(10 * HOUR)
    timed = World(bench, safeguards=Safeguards(absolute_timeout=HOUR))
    timed.cookie = old
    timed.site.clock.advance(10 * HOUR)
    assert active_for(timed, 2, HOUR / 2) == [b"alice", b"alice"]
    assert active_for(timed, 1, HOUR / 2) == [b"nobody"]


@pytest.mark.parametrize("created", ["soon", None, True, [1], 1.5, -1])
def test_a_beginning_that_is_none_counts_from_now_or_is_long_over(
    bench: Bench, created: object
) -> None:
    world = World(bench, safeguards=Safeguards(absolute_timeout=HOUR))
    record = bench.store.get(world.session_id)
    assert record is not None
    bench.store.set(world.session_id, rewritten(record, **{"$created": created}))
    assert world.who() == (b"nobody" if created == -1 else b"alice")


def test_a_visitor_who_leaves_nothing_gets_nothing(bench: Bench) -> None:
    """The beginning alone is no reason to keep a session."""
    site = Site(
        doing(lambda environ: None), store=bench.store, safeguards=Safeguards(absolute_timeout=HOUR)
    )
    assert site.visit().set_cookies == []
    assert len(bench.store) == 0


def test_a_login_with_a_new_id_begins_anew(bench: Bench) -> None:
    world = World(bench, safeguards=Safeguards(absolute_timeout=HOUR))
    world.advance(HOUR / 2)
    world.cookie = world.visit(lambda session: session.regenerate(keep_data=True)).cookie
    assert active_for(world, 1, HOUR / 2) == [b"alice"]
    assert active_for(world, 1, HOUR / 2) == [b"nobody"]


# -- regenerate that keeps the data ----------------------------------------------------------


@pytest.mark.parametrize(
    ("keep_data", "left"), [(False, {}), (True, {"user": "alice", "cart": ["book"]})]
)
def test_a_login_may_keep_the_cart(bench: Bench, keep_data: bool, left: dict[str, Any]) -> None:
    world = World(bench)
    world.visit(lambda session: session.update(cart=["book"]))
    old = world.cookie
    answer = world.visit(lambda session: session.regenerate(keep_data=keep_data))
    world.cookie = answer.cookie
    assert id_of(world.cookie) != id_of(old)
    assert world.data() == left
    assert len(bench.store) == 1, "the old record is gone"
    world.cookie = old
    assert world.who() == b"nobody"


def test_what_is_kept_is_what_the_session_holds_now_and_no_copy_of_it(bench: Bench) -> None:
    def log_in(session: Session) -> None:
        session["cart"] = ["book"]
        new = session.regenerate(keep_data=True)
        assert new == {"user": "alice", "cart": ["book"]}
        new["user"] = "bob"
        assert session["user"] == "alice"

    world = World(bench)
    world.cookie = world.visit(log_in).cookie
    assert world.data() == {"user": "bob", "cart": ["book"]}


# -- the browser's cookie is cleared ---------------------------------------------------------

CLEARS = Safeguards(clear_cookie=True)
# a sentence, name, cookie options, the line that takes the cookie away
CLEARED: dict[str, tuple[str, CookieOptions, str]] = {
    "as it comes": (
        "connect.sid", CookieOptions(), f"connect.sid=; Path=/; {EPOCH}; HttpOnly",
    ),
    "with a domain and a path": (
        "sid", CookieOptions(domain="example.com", path="/app"),
        f"sid=; Domain=example.com; Path=/app; {EPOCH}; HttpOnly",
    ),
    "with an age": ("sid", CookieOptions(max_age=60), f"sid=; Path=/; {EPOCH}; HttpOnly"),
    "for scripts": ("sid", CookieOptions(http_only=False), f"sid=; Path=/; {EPOCH}"),
    "with everything": (
        "__Secure-sid",
        CookieOptions(
            domain="a.b", path="/", secure=True, partitioned=True, priority="high",
            same_site="none",
        ),
        f"__Secure-sid=; Domain=a.b; Path=/; {EPOCH}; HttpOnly; Secure; Partitioned;"
        " Priority=High; SameSite=None",
    ),
}  # fmt: skip
HTTPS = {"base_url": "https://example.com"}


def leaving(environ: Environ) -> object:
    return environ["sessionlab.session"].destroy()


def unsetting(environ: Environ) -> None:
    environ["sessionlab.session"] = None


def door(**options: Any) -> Site:
    """A site with two ways out; everything else counts."""
    return Site(by_path(destroy=leaving, unset=unsetting, app=_app), **options)


def _app(environ: Environ) -> object:
    parts = environ["PATH_INFO"].split("/")
    return {"destroy": leaving, "unset": unsetting}.get(parts[-1], count)(environ)


@pytest.mark.parametrize("way", ["destroy", "unset"])
@pytest.mark.parametrize(("name", "cookie", "line"), CLEARED.values(), ids=CLEARED)
def test_the_cookie_goes_with_the_session_by_its_own_name_domain_and_path(
    name: str, cookie: CookieOptions, line: str, way: str
) -> None:
    site = door(name=name, cookie=cookie, safeguards=CLEARS)
    sent = site.visit("/app", **HTTPS).cookie
    assert site.visit(f"/app/{way}", sent, **HTTPS).set_cookies == [line]


@pytest.mark.parametrize("way", ["destroy", "unset"])
def test_express_leaves_the_cookie_where_it_is(way: str) -> None:
    site = door()
    cookie = site.visit().cookie
    assert site.visit(f"/{way}", cookie).set_cookies == []


@pytest.mark.parametrize(
    ("cookie", "lines"),
    [
        (None, 0),
        ("other=1", 0),
        ("connect.sid=", 1),
        ("connect.sid=nonsense", 1),
        ("connect.sid=s%3Aid.forged", 1),
    ],
)
def test_only_a_cookie_that_came_is_taken_away_whatever_it_was_worth(
    cookie: str | None, lines: int
) -> None:
    site = door(safeguards=CLEARS)
    assert len(site.visit("/destroy", cookie).set_cookies) == lines


def test_who_logs_out_and_in_again_in_one_request_gets_one_cookie_the_new_one() -> None:
    def again(environ: Environ) -> None:
        environ["sessionlab.session"].regenerate()["user"] = "bob"

    site = Site(by_path(again=again), safeguards=CLEARS)
    first = site.visit().cookie
    (line,) = site.visit("/again", first).set_cookies
    assert line.startswith("connect.sid=s%3A")


def test_a_store_that_is_away_logs_nobody_out() -> None:
    site = door(safeguards=CLEARS)
    cookie = site.visit().cookie
    site.store.connected = False
    assert site.visit("/unset", cookie).set_cookies == []


# -- shared caches ---------------------------------------------------------------------------

PRIVATE, VARY = ("Cache-Control", "private"), ("Vary", "Cookie")
# a sentence, the headers of the application, what becomes of them
HEADERS: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]]]] = {
    "nothing was said": ([], [PRIVATE, VARY]),
    "other headers stay as they are": (
        [("X-A", "1"), ("ETag", '"a"')], [("X-A", "1"), ("ETag", '"a"'), PRIVATE, VARY],
    ),
    "public": ([("Cache-Control", "public, max-age=60")], [PRIVATE, VARY]),
    "an age alone": ([("cache-control", "max-age=60")], [PRIVATE, VARY]),
    "private already": (
        [("Cache-Control", "private, max-age=60")],
        [("Cache-Control", "private, max-age=60"), VARY],
    ),
    "stricter already": ([("CACHE-CONTROL", "No-Store")], [("CACHE-CONTROL", "No-Store"), VARY]),
    "private in one of two": (
        [("Cache-Control", "max-age=60"), ("Cache-Control", "private")], [PRIVATE, VARY],
    ),
    "it varies by something else": (
        [("Vary", "Accept")], [("Vary", "Accept"), PRIVATE, VARY],
    ),
    "it varies by the cookie, too": (
        [("vary", "Accept, cookie")], [("vary", "Accept, cookie"), PRIVATE],
    ),
    "it varies by everything": ([("Vary", "*")], [("Vary", "*"), PRIVATE]),
    "private in quotes is another thing": (
        [("Cache-Control", 'private="x"')], [PRIVATE, VARY],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("headers", "kept"), HEADERS.values(), ids=HEADERS)
def test_a_response_that_sets_a_cookie_stays_out_of_shared_caches(
    headers: list[tuple[str, str]], kept: list[tuple[str, str]]
) -> None:
    given = list(headers)
    assert keep_out_of_shared_caches(headers) == kept
    assert headers == given, "the application's list is its own"


def cacheable(environ: Environ, start_response: Any) -> list[bytes]:
    count(environ)

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, ("Cache-Control", "public, max-age=60")], *more)

    return respond(start)


def caching(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [it for it in headers if it[0] in ("Cache-Control", "Vary")]


def test_that_is_so_only_where_a_cookie_is_set_and_it_is_asked_for() -> None:
    express = Site(cacheable)
    assert caching(express.visit().headers) == [("Cache-Control", "public, max-age=60")]
    site = Site(cacheable, safeguards=Safeguards(cache_headers=True))
    first = site.visit()
    assert caching(first.headers) == [PRIVATE, VARY]
    assert caching(site.visit(cookie=first.cookie).headers) == [
        ("Cache-Control", "public, max-age=60")
    ]


def test_a_cookie_that_is_taken_away_is_kept_out_of_caches_as_well() -> None:
    site = door(safeguards=Safeguards(clear_cookie=True, cache_headers=True))
    assert caching(site.visit("/destroy", site.visit().cookie).headers) == [PRIVATE, VARY]


# -- names that promise something ------------------------------------------------------------

SECURE = CookieOptions(secure=True)
# a sentence, the name, the cookie, the option at fault
PROMISES: dict[str, tuple[str, Any, str | None]] = {
    "kept": ("__Host-sid", SECURE, None),
    "no promise": ("sid", CookieOptions(domain="a.b"), None),
    "not secure": ("__Host-sid", CookieOptions(), "secure"),
    "secure sometimes": ("__Secure-sid", CookieOptions(secure="auto"), "secure"),
    "another path": ("__Host-sid", CookieOptions(secure=True, path="/app"), "path"),
    "a domain": ("__Host-sid", CookieOptions(secure=True, domain="a.b"), "domain"),
    "a domain, which __Secure- allows": (
        "__Secure-sid", CookieOptions(secure=True, domain="a.b"), None,
    ),
    "a function, which only a request can ask": ("__Host-sid", lambda environ: SECURE, None),
}  # fmt: skip


@pytest.mark.parametrize(("name", "cookie", "fault"), PROMISES.values(), ids=PROMISES)
def test_a_name_that_promises_something_is_held_to_it_when_the_options_are_made(
    name: str, cookie: Any, fault: str | None
) -> None:
    SessionOptions(secrets=SECRET, name=name, cookie=cookie)  # Express would not mind
    guarded = Safeguards(check_prefix=True)
    if fault is None:
        SessionOptions(secrets=SECRET, name=name, cookie=cookie, safeguards=guarded)
    else:
        with pytest.raises(OptionsError) as caught:
            SessionOptions(secrets=SECRET, name=name, cookie=cookie, safeguards=guarded)
        assert caught.value.option == fault


# -- everything at once ----------------------------------------------------------------------


def test_hardened_switches_everything_on() -> None:
    options = SessionOptions.hardened(SECRET)
    assert options.safeguards == Safeguards(
        no_resurrection=True,
        on_conflict=OnConflict.MERGE,
        absolute_timeout=12 * HOUR,
        clear_cookie=True,
        cache_headers=True,
        check_prefix=True,
    )
    assert (options.name, options.rolling, options.unset) == ("__Host-sid", True, "destroy")
    assert (options.resave, options.save_uninitialized) == (False, False)


def test_what_is_given_wins_over_what_is_hardened() -> None:
    own = CookieOptions(secure=True, max_age=60)
    options = SessionOptions.hardened(["new", "old"], cookie=own, rolling=False)
    assert (options.secrets, options.cookie, options.rolling) == (("new", "old"), own, False)
    with pytest.raises(OptionsError, match="secure=True"):
        SessionOptions.hardened(SECRET, cookie=CookieOptions())


def test_a_hardened_site_from_the_login_to_the_logout() -> None:
    bench = MemoryBench()
    hardened = SessionOptions.hardened(SECRET)
    given = ("name", "unset", "rolling", "cookie", "safeguards")
    site = Site(
        by_path(out=leaving),
        store=bench.store,
        **{name: getattr(hardened, name) for name in given},
    )
    first = site.visit("/in", **HTTPS)
    (line,) = first.set_cookies
    assert line.startswith("__Host-sid=s%3A")
    assert line.endswith("; HttpOnly; Secure; SameSite=Lax")
    assert caching(first.headers) == [PRIVATE, VARY]
    assert site.visit("/in", first.cookie, **HTTPS).body == b"2"
    out = site.visit("/out", first.cookie, **HTTPS)
    assert out.set_cookies == [f"__Host-sid=; Path=/; {EPOCH}; HttpOnly; Secure; SameSite=Lax"]
    assert len(bench.store) == 0
    assert site.visit("/in", first.cookie, **HTTPS).body == b"1"


def test_a_hardened_site_over_http_keeps_nothing_in_the_browser() -> None:
    hardened = SessionOptions.hardened(SECRET)
    site = Site(
        doing(count), name=hardened.name, cookie=hardened.cookie, safeguards=hardened.safeguards
    )
    assert site.visit().set_cookies == []
