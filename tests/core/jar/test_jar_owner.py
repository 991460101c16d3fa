"""What a person does to a jar: edit, plant, remove, copy, close the browser."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from sessionlab.core.jar import CookieNotFound, CookieOrigin, Jar, RequestContext, StoredCookie

from .support import NOW, new_jar, suffixes

PAGE = RequestContext("https://www.a.test/")


def _set(jar: Jar, line: str, now: int = NOW) -> StoredCookie:
    cookie = jar.set(line, PAGE, now).cookie
    assert cookie is not None
    return cookie


def test_a_stored_cookie_is_frozen() -> None:
    cookie = _set(new_jar(), "a=1")
    with pytest.raises(FrozenInstanceError):
        cookie.value = "2"  # type: ignore[misc]


def test_an_edited_cookie_is_sent_with_its_new_value_in_its_old_place() -> None:
    jar = new_jar()
    cookie = _set(jar, "a=1; HttpOnly; Max-Age=60")
    _set(jar, "b=1")
    edited = jar.edit(cookie, "999")
    assert edited == replace(cookie, value="999", origin=CookieOrigin.EDITED)
    assert jar.select(PAGE, NOW).header == "a=999; b=1"
    assert len(jar) == 2
    assert jar.edit(cookie, "1000").value == "1000"


def test_a_server_that_sets_an_edited_cookie_anew_makes_it_its_own() -> None:
    jar = new_jar()
    jar.edit(_set(jar, "a=1"), "2")
    assert _set(jar, "a=3").origin is CookieOrigin.SERVER


def test_editing_what_is_not_there_names_the_cookie() -> None:
    jar = new_jar()
    cookie = _set(jar, "a=1")
    jar.remove(cookie)
    with pytest.raises(
        CookieNotFound, match=r"no cookie 'a' of www\.a\.test/ in this jar"
    ) as caught:
        jar.edit(cookie, "2")
    assert caught.value.key == cookie.key


@pytest.mark.parametrize("value", ["a;b", "a\r\nX: y", "\x00", "\x7f"])
def test_no_value_is_planted_that_would_break_the_header(value: str) -> None:
    jar = new_jar()
    cookie = _set(jar, "a=1")
    with pytest.raises(ValueError, match="no control characters"):
        jar.edit(cookie, value)
    with pytest.raises(ValueError, match="no control characters"):
        jar.put(replace(cookie, value=value), NOW)
    assert jar.select(PAGE, NOW).header == "a=1"


@pytest.mark.parametrize("name", ["a=b", "a;b", "a\n"])
def test_no_name_is_planted_that_would_be_read_as_another(name: str) -> None:
    jar = new_jar()
    with pytest.raises(ValueError, match="its name no '='"):
        jar.put(replace(_set(jar, "a=1"), name=name), NOW)


def test_a_planted_cookie_is_sent_and_asks_no_rule() -> None:
    jar = new_jar()
    cookie = replace(_set(jar, "a=1"), name="__Host-x", secure=False)
    jar.put(cookie, NOW)
    jar.put(cookie, NOW)
    assert jar.select(PAGE, NOW).header == "a=1; __Host-x=1"
    assert len(jar) == 2


def test_removing_what_is_not_there_is_no_error() -> None:
    jar = new_jar()
    cookie = _set(jar, "a=1")
    jar.remove(cookie)
    jar.remove(cookie)
    assert len(jar) == 0
    other = _set(jar, "b=1")
    jar.remove(cookie)
    assert list(jar) == [other]


def test_copies_go_to_another_client_and_are_marked() -> None:
    victim, attacker = new_jar(), Jar(suffixes())
    _set(victim, "sid=1; HttpOnly")
    _set(victim, "theme=dark")
    _set(victim, "old=1; Max-Age=1")
    copies = victim.copy_to(attacker, NOW + 1000)
    assert [(cookie.name, cookie.origin) for cookie in copies] == [
        ("sid", CookieOrigin.COPIED),
        ("theme", CookieOrigin.COPIED),
    ]
    assert tuple(attacker) == copies
    assert attacker.select(PAGE, NOW + 1000).header == "sid=1; theme=dark"
    assert {cookie.origin for cookie in victim} == {CookieOrigin.SERVER}


def test_a_copy_keeps_the_age_of_the_cookie_and_so_its_place_in_the_header() -> None:
    victim, attacker = new_jar(), new_jar()
    _set(attacker, "own=1", NOW + 10)
    _set(victim, "sid=1", NOW)
    victim.copy_to(attacker, NOW + 20)
    assert attacker.select(PAGE, NOW + 20).header == "sid=1; own=1"


def test_closing_the_browser_drops_what_has_no_expiry() -> None:
    jar = new_jar()
    _set(jar, "a=1; Max-Age=60")
    session = _set(jar, "b=1")
    assert jar.close_browser() == (session,)
    assert jar.select(PAGE, NOW).header == "a=1"
    assert len(jar) == 1


def test_purging_drops_what_has_expired() -> None:
    jar = new_jar()
    expired = _set(jar, "a=1; Max-Age=60")
    kept = _set(jar, "b=1; Max-Age=61")
    assert list(jar.cookies(NOW + 60_000)) == [kept]
    assert list(jar) == [expired, kept]
    assert jar.purge(NOW + 60_000) == (expired,)
    assert list(jar) == [kept]
