"""Which cookies go when there are too many."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from sessionlab.core.jar import Jar, JarVerdict, Limits, Priority, RequestContext

from .support import DAY, NOW, suffixes

PAGE = RequestContext("https://a.test/")
SMALL = Limits(
    site=10,
    site_kept=7,
    protected_low=1,
    protected_medium=2,
    protected_high=4,
    partition=3,
    partition_octets=40,
    jar=12,
    jar_kept=9,
)


def _fill(jar: Jar, lines: list[str], context: RequestContext = PAGE) -> JarVerdict:
    """Set one line a millisecond; the last verdict."""
    for moment, line in enumerate(lines):
        verdict = jar.set(line, context, NOW + moment)
    return verdict


def test_the_181st_cookie_of_a_site_makes_room_down_to_150() -> None:
    jar = Jar(suffixes())
    assert _fill(jar, [f"c{number}=1" for number in range(180)]).evicted == ()
    verdict = jar.set("c180=1", PAGE, NOW + 180)
    assert len(jar) == 150
    assert [cookie.name for cookie in verdict.evicted] == [f"c{number}" for number in range(31)]
    assert "evicted-others" in verdict.warnings
    assert verdict.evidence["evicted"] == "31"


def test_what_was_sent_lately_stays() -> None:
    jar = Jar(suffixes(), SMALL)
    _fill(jar, ["used=1; Path=/used", *(f"c{number}=1" for number in range(9))])
    jar.select(RequestContext("https://a.test/used"), NOW + 1000)
    jar.set("last=1", PAGE, NOW + 2000)
    # All ten were sent, so all are equally fresh, and the oldest goes first.
    assert "used" not in {cookie.name for cookie in jar}
    jar = Jar(suffixes(), SMALL)
    _fill(jar, ["used=1; Path=/used", *(f"c{number}=1; Path=/x" for number in range(9))])
    jar.select(RequestContext("https://a.test/used"), NOW + 1000)
    jar.set("last=1", PAGE, NOW + 2000)
    assert "used" in {cookie.name for cookie in jar}


def test_setting_anew_counts_as_use() -> None:
    jar = Jar(suffixes(), SMALL)
    _fill(jar, [f"c{number}=1" for number in range(10)])
    jar.set("c0=2", PAGE, NOW + 100)
    jar.set("last=1", PAGE, NOW + 200)
    assert [cookie.name for cookie in jar][:2] == ["c0", "c5"]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        # Low goes first, whatever its age, until its quota; then medium without Secure.
        (["l=1; Priority=Low"] * 4 + ["m=1"] * 7, {"l": 1, "m": 6}),
        (["l=1; Priority=Low"] + ["m=1"] * 10, {"l": 1, "m": 6}),
        (["h=1; Priority=High"] * 5 + ["l=1; Priority=Low"] * 6, {"h": 5, "l": 2}),
        (["m=1; Secure"] * 5 + ["m=1"] * 6, {"m secure": 5, "m": 2}),
        (["l=1; Priority=Low; Secure"] * 5 + ["l=1; Priority=Low"] * 6, {"l secure": 5, "l": 2}),
        (["l=1; Priority=Low; Secure"] * 11, {"l secure": 7}),
        (["m=1; Secure"] * 11, {"m secure": 7}),
        (["h=1; Priority=High; Secure"] * 11, {"h secure": 7}),
        (["h=1; Priority=High"] * 11, {"h": 7}),
        (["m=1; Secure"] * 5 + ["h=1; Priority=High"] * 6, {"m secure": 3, "h": 4}),
        # The protected number counts the Secure cookies, too.
        (
            ["h=1; Priority=High; Secure"] * 6 + ["h=1; Priority=High"] * 5,
            {"h secure": 6, "h": 1},
        ),
    ],
)
def test_priority_then_secure_then_age_decide(lines: list[str], left: dict[str, int]) -> None:
    jar = Jar(suffixes(), SMALL)
    _fill(jar, [f"{number}{line}" for number, line in enumerate(lines)])
    found = Counter(
        cookie.name.lstrip("0123456789") + (" secure" if cookie.secure else "") for cookie in jar
    )
    assert dict(found) == left


def test_expired_cookies_make_room_by_themselves() -> None:
    jar = Jar(suffixes(), SMALL)
    _fill(jar, [f"c{number}=1; Max-Age=1" for number in range(10)])
    verdict = jar.set("last=1", PAGE, NOW + 5000)
    assert verdict.evicted == ()
    assert [cookie.name for cookie in jar] == ["last"]


def _embedded(url: str) -> RequestContext:
    return RequestContext(url, top_level=False, top_level_url="https://b.test/")


def test_a_partition_holds_so_many_cookies_of_a_site() -> None:
    jar = Jar(suffixes(), SMALL)
    jar.set("outside=1", PAGE, NOW)
    lines = [f"c{number}=1; Secure; SameSite=None; Partitioned" for number in range(4)]
    verdict = _fill(jar, lines, _embedded(PAGE.url))
    assert [cookie.name for cookie in verdict.evicted] == ["c0"]
    assert [cookie.name for cookie in jar] == ["outside", "c1", "c2", "c3"]


def test_a_partition_holds_so_many_octets_of_a_site() -> None:
    jar = Jar(suffixes(), SMALL)
    lines = [f"c{number}={'x' * 18}; Secure; SameSite=None; Partitioned" for number in range(3)]
    verdict = _fill(jar, lines, _embedded(PAGE.url))
    assert [cookie.name for cookie in verdict.evicted] == ["c0"]


def _fill_sites(jar: Jar, count: int) -> None:
    for number in range(count):
        secure = "; Secure" if number % 2 else ""
        context = RequestContext(f"https://a{number}.test/")
        jar.set(f"c{number}=1{secure}", context, NOW + number)


def test_a_full_jar_drops_what_was_not_used_for_30_days() -> None:
    jar = Jar(suffixes(), SMALL)
    _fill_sites(jar, 12)
    verdict = jar.set("last=1", PAGE, NOW + 31 * DAY)
    # 13 down to 9: the oldest without Secure.
    assert [cookie.name for cookie in verdict.evicted] == ["c0", "c2", "c4", "c6"]
    assert len(jar) == 9


def test_expired_cookies_of_any_site_make_room_in_a_full_jar() -> None:
    jar = Jar(suffixes(), SMALL)
    for number in range(12):
        age = "; Max-Age=1" if number % 2 else ""
        jar.set(f"c=1{age}", RequestContext(f"https://a{number}.test/"), NOW)
    assert jar.set("last=1", PAGE, NOW + 31 * DAY).evicted == ()
    assert len(jar) == 7


def test_secure_cookies_go_when_no_others_are_left() -> None:
    jar = Jar(suffixes(), replace(SMALL, jar_kept=4))
    _fill_sites(jar, 12)
    verdict = jar.set("last=1", PAGE, NOW + 31 * DAY)
    names = [cookie.name for cookie in verdict.evicted]
    assert names == ["c0", "c2", "c4", "c6", "c8", "c10", "c1", "c3", "c5"]


@pytest.mark.parametrize(("later", "gone"), [(30 * DAY, 0), (30 * DAY + 1, 1), (29 * DAY, 0)])
def test_a_full_jar_keeps_what_is_in_use(later: int, gone: int) -> None:
    jar = Jar(suffixes(), SMALL)
    _fill_sites(jar, 12)
    assert len(jar.set("last=1", PAGE, NOW + later).evicted) == gone
    assert len(jar) == 13 - gone


def test_partitioned_cookies_take_no_room_of_the_others() -> None:
    jar = Jar(suffixes(), SMALL)
    jar.set("apart=1; Secure; SameSite=None; Partitioned", _embedded(PAGE.url), NOW)
    assert _fill(jar, [f"c{number}=1" for number in range(10)]).evicted == ()
    assert len(jar) == 11
    everywhere = Jar(suffixes(), SMALL)
    everywhere.set("apart=1; Secure; SameSite=None; Partitioned", _embedded(PAGE.url), NOW)
    _fill_sites(everywhere, 11)
    assert everywhere.set("last=1", PAGE, NOW + 31 * DAY).evicted == ()
    assert len(everywhere) == 13


def test_partitioned_cookies_do_not_fill_the_jar() -> None:
    jar = Jar(suffixes(), SMALL)
    for number in range(13):
        context = _embedded(f"https://a{number}.test/")
        jar.set("c=1; Secure; SameSite=None; Partitioned", context, NOW)
    assert jar.set("last=1", PAGE, NOW + 31 * DAY).evicted == ()
    assert len(jar) == 14


def test_the_default_limits_are_chromiums() -> None:
    limits = Limits()
    assert [limits.protected(priority) for priority in Priority] == [30, 50, 70]
    assert (limits.site, limits.site_kept, limits.jar, limits.jar_kept) == (180, 150, 3300, 3000)
    assert (limits.partition, limits.partition_octets) == (180, 10_240)
    assert limits.protected_after == 30 * DAY
