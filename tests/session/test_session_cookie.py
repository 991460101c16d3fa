"""The cookie in a session's hand: read, assigned and deleted, in seconds and aware datetimes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab import UNSET, Cookie, CookieOptions
from sessionlab.core.record import CookieAttributes

from .visiting import START, Clock, Environ, Site, by_path, look, session_of

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)  # START
ATTRIBUTES = {
    "path": "/app",
    "domain": "example.org",
    "http_only": False,
    "secure": True,
    "same_site": "lax",
    "partitioned": True,
    "priority": "high",
}


def cookie_of(age: Any = None, expiry: Any = None, clock: Clock | None = None) -> Cookie:
    return Cookie(CookieAttributes(original_max_age=age), expiry, clock or Clock())


def test_a_cookie_begins_with_what_the_options_say() -> None:
    options = CookieOptions(max_age=60)
    age, expiry = options.expiry(START)
    cookie = Cookie(options.attributes(age, request_secure=False), expiry, Clock())
    assert (cookie.path, cookie.http_only) == ("/", True)
    assert (cookie.domain, cookie.secure, cookie.same_site) == (UNSET, UNSET, UNSET)
    assert (cookie.max_age, cookie.original_max_age) == (60, 60)
    assert cookie.expires == NEW_YEAR + timedelta(minutes=1)


@pytest.mark.parametrize(("name", "value"), ATTRIBUTES.items())
def test_an_attribute_is_read_assigned_and_deleted(name: str, value: Any) -> None:
    cookie = cookie_of()
    setattr(cookie, name, value)
    assert getattr(cookie, name) == value
    assert getattr(cookie.attributes, name) == value
    setattr(cookie, name, None)
    assert getattr(cookie, name) is None
    delattr(cookie, name)
    assert getattr(cookie, name) is UNSET


@pytest.mark.parametrize("name", [*ATTRIBUTES, "expires", "max_age", "original_max_age"])
def test_every_attribute_is_documented(name: str) -> None:
    assert getattr(Cookie, name).__doc__


def test_one_sessions_cookie_is_nobody_elses() -> None:
    shared = CookieAttributes()
    one, two = (Cookie(shared, None, Clock()) for _ in range(2))
    one.path = "/mine"
    one.max_age = 5
    assert (two.path, two.max_age, shared.path) == ("/", None, "/")


def test_a_name_that_is_no_attribute_is_refused() -> None:
    with pytest.raises(AttributeError):
        cookie_of().samesite = "lax"  # type: ignore[attr-defined]


# what is assigned to max_age, what is left then, in seconds
AGES: list[tuple[Any, Any]] = [
    (60, 60),
    (0.25, 0.25),
    (timedelta(minutes=2), 120),
    (0, 0),
    (-5, -5),
    (None, None),
    (UNSET, UNSET),
]


@pytest.mark.parametrize(("assigned", "left"), AGES)
def test_an_age_counts_from_now_and_is_the_original_one_then(assigned: Any, left: Any) -> None:
    clock = Clock()
    cookie = cookie_of(1000, START + 1000, clock)
    clock.advance(10)
    cookie.max_age = assigned
    assert (cookie.max_age, cookie.original_max_age) == (left, left)
    if left not in (None, UNSET):
        assert cookie.expires == NEW_YEAR + timedelta(seconds=10 + left)
        clock.advance(1)
        assert cookie.max_age == left - 1
    else:
        assert cookie.expires is left


# a moment that is assigned to expires, what is left then, in seconds
MOMENTS: list[tuple[Any, Any]] = [
    (NEW_YEAR + timedelta(minutes=1), 60),
    (NEW_YEAR - timedelta(minutes=1), -60),
    (datetime(2026, 1, 1, 9, 0, 5, tzinfo=timezone(timedelta(hours=9))), 5),
    (NEW_YEAR + timedelta(milliseconds=1, microseconds=999), 0.001),
    (None, None),
    (UNSET, UNSET),
]


@pytest.mark.parametrize(("moment", "left"), MOMENTS)
def test_a_moment_sets_the_original_age_to_what_is_left(moment: Any, left: Any) -> None:
    cookie = cookie_of(1000, START + 1000)
    cookie.expires = moment
    assert (cookie.max_age, cookie.original_max_age) == (left, left)


@pytest.mark.parametrize("name", ["expires", "max_age"])
def test_deleting_either_leaves_no_expiry_at_all(name: str) -> None:
    cookie = cookie_of(1000, START + 1000)
    delattr(cookie, name)
    assert (cookie.expires, cookie.max_age, cookie.original_max_age) == (UNSET, UNSET, UNSET)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("expires", datetime(2026, 1, 1), ValueError),
        ("expires", "2026-01-01", TypeError),
        ("expires", START, TypeError),
        ("max_age", "60", TypeError),
        ("max_age", True, TypeError),
        ("max_age", [60], TypeError),
    ],
)
def test_what_is_no_time_is_refused_and_changes_nothing(
    name: str, value: Any, error: type[Exception]
) -> None:
    cookie = cookie_of(1000, START + 1000)
    with pytest.raises(error, match=rf"cookie\.{name} "):
        setattr(cookie, name, value)
    assert (cookie.max_age, cookie.original_max_age) == (1, 1)


def test_touching_moves_the_expiry_to_the_original_age_from_now() -> None:
    clock = Clock()
    cookie = cookie_of(60_000, START + 60_000, clock)
    clock.advance(45)
    assert cookie.max_age == 15
    cookie.touch()
    assert (cookie.max_age, cookie.original_max_age) == (60, 60)


@pytest.mark.parametrize("age", [None, UNSET, False])
def test_touching_a_cookie_without_an_age_takes_its_expiry(age: Any) -> None:
    """As in Express, where an expiry without an originalMaxAge does not outlive a touch."""
    cookie = cookie_of(age, START + 1000)
    cookie.touch()
    assert cookie.expiry is age


def test_touching_a_fraction_of_a_millisecond_or_a_far_age_is_a_date_or_none() -> None:
    cookie = cookie_of(0.5, None)
    cookie.touch()
    assert cookie.expiry == START
    far = cookie_of(10**16, None)
    far.touch()
    assert far.expiry != far.expiry, "beyond the last date"


def test_the_original_age_can_be_assigned_without_moving_the_expiry() -> None:
    cookie = cookie_of(60_000, START + 60_000)
    cookie.original_max_age = 5
    assert (cookie.max_age, cookie.original_max_age) == (60, 5)
    cookie.original_max_age = timedelta(seconds=7)
    assert cookie.original_max_age == 7
    cookie.original_max_age = None
    cookie.touch()
    assert cookie.expires is None


# an expiry as records hold it: expires and max_age
EXPIRIES: dict[str, tuple[Any, Any, Any]] = {
    "none": (None, None, None),
    "absent": (UNSET, UNSET, UNSET),
    "false": (False, None, None),
    "the epoch": (0, datetime(1970, 1, 1, tzinfo=UTC), -START / 1000),
    "beyond what a datetime holds": (10**15, None, (10**15 - START) / 1000),
}


@pytest.mark.parametrize(("expiry", "expires", "max_age"), EXPIRIES.values(), ids=EXPIRIES)
def test_an_expiry_is_read_as_a_datetime_and_as_seconds(
    expiry: Any, expires: Any, max_age: Any
) -> None:
    cookie = cookie_of(None, expiry)
    assert cookie.expires == expires
    assert cookie.max_age == max_age


def test_an_invalid_date_is_no_moment() -> None:
    assert cookie_of(None, nan).expires is None


@given(st.integers(-(10**12), 10**12))
def test_whole_milliseconds_survive_being_seconds(ms: int) -> None:
    cookie = cookie_of()
    cookie.max_age = ms / 1000
    assert cookie.attributes.original_max_age == ms
    assert cookie.expiry == START + ms


def test_assigning_the_age_that_it_has_makes_no_attributes_of_its_own() -> None:
    cookie = cookie_of(60_000, START)
    shared = cookie.attributes
    cookie.max_age = 60
    assert cookie.expiry == START + 60_000
    assert cookie.attributes is shared


# ---- within a request


@pytest.mark.parametrize("seconds", [0.0005, 1e16], ids=["half a millisecond", "beyond all"])
def test_an_age_that_makes_no_whole_date_is_worked_out_for_each_session(seconds: float) -> None:
    site = Site(by_path(look=look), cookie=CookieOptions(max_age=seconds))
    answer = site.visit()
    if seconds < 1:
        assert "Expires=Thu, 01 Jan 2026 00:00:00 GMT" in answer.set_cookies[0]
    else:
        assert answer.set_cookies == [], "a date that there is not"
        assert len(site.late) == 1


def test_a_fixed_moment_is_one_age_for_each_session_by_when_it_begins() -> None:
    """Its first request sets the age to what is left; from then on it rolls, as in Express."""
    moment = NEW_YEAR + timedelta(hours=1)
    site = Site(by_path(look=look), cookie=CookieOptions(expires=moment))
    first = site.visit()
    assert "Expires=Thu, 01 Jan 2026 01:00:00 GMT" in first.set_cookies[0]
    site.clock.advance(600)
    second = site.visit()
    assert "Expires=Thu, 01 Jan 2026 01:00:00 GMT" in second.set_cookies[0]
    ages = [site.store.get(answer.session_id).attributes.original_max_age
            for answer in (first, second)]  # fmt: skip
    assert ages == [3_600_000, 3_000_000]
    assert "01:10:00" in site.visit("/", first.cookie).set_cookies[0]


@pytest.mark.parametrize("name", ["expires", "max_age"])
def test_an_expiry_taken_away_is_none_from_the_next_request_on(name: str) -> None:
    seen: list[Any] = []

    def take_away(environ: Environ) -> None:
        session = session_of(environ)
        session["a"] = 1
        delattr(session.cookie, name)

    def see(environ: Environ) -> None:
        seen.append(session_of(environ).cookie.expires)

    site = Site(by_path(take=take_away, see=see), cookie=CookieOptions(max_age=60))
    answer = site.visit("/take")
    assert "Expires" not in answer.set_cookies[0]
    assert '"expires"' not in site.store.get(answer.session_id).text
    site.visit("/see", answer.cookie)
    assert seen == [None]


def test_changing_the_age_alone_is_no_change_but_reaches_the_store() -> None:
    def act(environ: Environ) -> None:
        session_of(environ).cookie.max_age = 60

    site = Site(by_path(act=act, look=look), cookie=CookieOptions(max_age=5))
    first = site.visit()
    site.store.asked.clear()
    answer = site.visit("/act", first.cookie)
    assert answer.set_cookies == []
    assert site.store.operations == ["get", "touch"]
    site.clock.advance(59)
    assert site.visit("/look", first.cookie).body == b"{'n': 1}"


def test_a_changed_attribute_is_sent_and_stored_and_wins_over_the_options() -> None:
    def act(environ: Environ) -> None:
        session = session_of(environ)
        session["a"] = 1
        session.cookie.same_site = "strict"
        del session.cookie.path

    site = Site(by_path(act=act, look=look), rolling=True)
    answer = site.visit("/act")
    (line,) = answer.set_cookies
    assert line.endswith("; HttpOnly; SameSite=Strict")
    assert "Path" not in line
    assert '"sameSite":"strict"' in site.store.get(answer.session_id).text
    (line,) = site.visit("/look", answer.cookie).set_cookies
    assert line.endswith("; Path=/; HttpOnly; SameSite=Strict"), "a record without path has /"


def test_the_expiry_is_cut_to_whole_seconds_on_the_wire_alone() -> None:
    def act(environ: Environ) -> None:
        session_of(environ)["a"] = 1

    site = Site(by_path(act=act), cookie=CookieOptions(max_age=1.999))
    answer = site.visit("/act")
    assert "; Expires=Thu, 01 Jan 2026 00:00:01 GMT;" in answer.set_cookies[0]
    assert '"expires":"2026-01-01T00:00:01.999Z"' in site.store.get(answer.session_id).text
