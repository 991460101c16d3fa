"""A real Chromium stores and sends what the jar stores and sends.

Every case is played to both.  The few places where Chromium leaves the RFC and the jar does not
stand at the end, with what each of them does.
"""

from __future__ import annotations

import pytest

from .player import Player, Step

_HTTPS = "https://www.shop.test"
_HTTP = "http://www.shop.test"
_OTHER = "https://other.test/page"
_ALL_SAME_SITE = (
    "strict=1; SameSite=Strict; Path=/",
    "lax=1; SameSite=Lax; Path=/",
    "none=1; SameSite=None; Secure; Path=/",
    "unsaid=1; Path=/",
    "unknown=1; SameSite=Foo; Path=/",
)


def _there_and_back(origin: str, *lines: str) -> tuple[Step, ...]:
    """Cookies set by a page, and a second visit to it."""
    return (Step("visit", f"{origin}/dir/page", lines), Step("visit", f"{origin}/dir/page"))


def _returning(step: Step) -> tuple[Step, ...]:
    """All kinds of SameSite set on a visit, then another step to the same site."""
    return (Step("visit", f"{_HTTPS}/dir/page", _ALL_SAME_SITE), step)


_SAME_SITE = {
    "typed": Step("visit", f"{_HTTPS}/x"),
    "link from the site": Step("link", f"{_HTTPS}/x", page="https://api.shop.test/"),
    "link from elsewhere": Step("link", f"{_HTTPS}/x", page=_OTHER),
    "link from http to https": Step("link", f"{_HTTPS}/x", page="http://www.shop.test/"),
    "form from the site": Step("post", f"{_HTTPS}/x", page="https://api.shop.test/"),
    "form from elsewhere": Step("post", f"{_HTTPS}/x", page=_OTHER),
    "fetch from the site": Step("fetch", f"{_HTTPS}/x", page="https://api.shop.test/"),
    "fetch from elsewhere": Step("fetch", f"{_HTTPS}/x", page=_OTHER),
    "frame on the site": Step("frame", f"{_HTTPS}/x", page="https://api.shop.test/"),
    "frame elsewhere": Step("frame", f"{_HTTPS}/x", page=_OTHER),
    "script": Step("script", f"{_HTTPS}/x"),
}
_SETTING_FROM_ELSEWHERE = {
    kind: (
        Step(kind, f"{_HTTPS}/x", _ALL_SAME_SITE, page=_OTHER),
        Step("visit", f"{_HTTPS}/x"),
    )
    for kind in ("link", "post", "fetch", "frame")
}
_PREFIX_LINES = [
    "__Secure-a=1",
    "__Secure-a=1; Secure",
    "__SECURE-a=1",
    "__Host-a=1; Secure; Path=/",
    "__Host-a=1; Secure",
    "__Host-a=1; Secure; Path=/dir",
    "__Host-a=1; Path=/",
    "__Host-a=1; Secure; Path=/; Domain=www.shop.test",
    "__host-a=1; Secure; Path=/; Domain=",
    "__Http-a=1; Secure",
    "__Http-a=1; HttpOnly",
    "__Http-a=1; Secure; HttpOnly",
    "__Host-Http-a=1; Secure; HttpOnly; Path=/",
    "__Host-Http-a=1; Secure; Path=/",
    "__Host-Http-a=1; Secure; HttpOnly",
    "__Host-a",
    "=__Host-a=1",
    "=__Http-a=1",
    "__Hosta=1",
]
_CASES = {
    **{f"SameSite, {name}": _returning(step) for name, step in _SAME_SITE.items()},
    **{f"SameSite set by {kind}": steps for kind, steps in _SETTING_FROM_ELSEWHERE.items()},
    **{f"prefix {line}": _there_and_back(_HTTPS, line) for line in _PREFIX_LINES},
    "prefixes over http": _there_and_back(_HTTP, "__Secure-a=1; Secure", "__Host-b=1; Path=/"),
    "prefixes on loopback": _there_and_back(
        "http://localhost", "__Secure-a=1; Secure", "__Host-b=1; Secure; Path=/"
    ),
    "prefix by a script": (
        Step("script", f"{_HTTPS}/x", ("__Host-a=1; Secure; Path=/", "__Http-b=1; Secure")),
    ),
    "plain": _there_and_back(_HTTP, "a=1", "b=2", "a=1"),
    "Secure over http": _there_and_back(_HTTP, "a=1; Secure", "b=1"),
    "Secure on loopback": _there_and_back("http://localhost", "a=1; Secure"),
    "Secure not sent over http": (
        Step("visit", f"{_HTTPS}/x", ("a=1; Secure", "b=1")),
        Step("visit", f"{_HTTP}/x"),
    ),
    "http does not hide Secure": (
        Step("visit", f"{_HTTPS}/x", ("a=1; Secure; Path=/",)),
        Step("visit", f"{_HTTP}/x", ("a=2; Path=/", "a=3; Path=/x", "a=4; Domain=shop.test")),
        Step("visit", f"{_HTTPS}/x"),
    ),
    "HttpOnly and a script": (
        Step("visit", f"{_HTTPS}/x", ("a=1; HttpOnly", "b=1")),
        Step("script", f"{_HTTPS}/x", ("a=2", "c=1; HttpOnly", "d=1")),
        Step("visit", f"{_HTTPS}/x"),
    ),
    "None without Secure": _there_and_back(
        _HTTPS, "a=1; SameSite=None", "b=1; SameSite=none; secure"
    ),
    "Partitioned": (
        Step("visit", f"{_HTTPS}/x", ("own=1; Secure; SameSite=None; Partitioned",)),
        Step(
            "fetch",
            f"{_HTTPS}/x",
            ("part=1; Secure; SameSite=None; Partitioned", "all=1; Secure; SameSite=None"),
            page=_OTHER,
        ),
        Step("fetch", f"{_HTTPS}/x", page="https://sub.other.test/"),
        Step("fetch", f"{_HTTPS}/x", page="https://third.test/"),
        Step("visit", f"{_HTTPS}/x"),
    ),
    "Partitioned without Secure": _there_and_back(_HTTPS, "a=1; Partitioned"),
    "Domain": (
        Step(
            "visit",
            f"{_HTTPS}/x",
            (
                "a=1; Domain=shop.test",
                "b=1; Domain=.SHOP.test",
                "c=1; Domain=www.shop.test",
                "d=1; Domain=api.shop.test",
                "e=1; Domain=test",
                "f=1; Domain=.",
                "g=1; Domain=",
                "h=1; Domain=shop.test.",
                "i=1",
            ),
        ),
        Step("visit", f"{_HTTPS}/x"),
        Step("visit", "https://shop.test/x"),
        Step("visit", "https://x.www.shop.test/x"),
        Step("visit", "https://myshop.test/x"),
    ),
    "Domain that is a public suffix": (
        Step("visit", "https://me.github.io/x", ("a=1; Domain=github.io", "b=1")),
        Step("visit", "https://you.github.io/x"),
        Step("visit", "https://me.github.io/x"),
    ),
    "Domain of an address": _there_and_back(
        "http://127.0.0.1", "a=1; Domain=127.0.0.1", "b=1; Domain=0.0.1", "c=1; Domain=.127.0.0.1"
    ),
    "Domain of an IPv6 address": _there_and_back(
        "http://[::1]", "a=1; Domain=[::1]", "b=1; Domain=::1"
    ),
    "host with a final dot": (
        Step("visit", "https://www.shop.test./x", ("a=1; Domain=shop.test.", "b=1")),
        Step("visit", "https://www.shop.test./x"),
        Step("visit", f"{_HTTPS}/x"),
    ),
    "Path": (
        Step(
            "visit",
            f"{_HTTPS}/dir/page",
            (
                "a=1",
                "b=1; Path=/",
                "c=1; Path=/dir/",
                "d=1; Path=/di",
                "e=1; Path=x",
                "f=1; Path=/Dir",
            ),
        ),
        Step("visit", f"{_HTTPS}/dir/other"),
        Step("visit", f"{_HTTPS}/dir"),
        Step("visit", f"{_HTTPS}/directory"),
    ),
    "order": (
        Step("visit", f"{_HTTPS}/a/b/c", ("r=1; Path=/", "b=1; Path=/a/b", "a=1; Path=/a")),
        Step("visit", f"{_HTTPS}/a/b/c", ("s=1; Path=/", "c=1; Path=/a/b/c", "r=1; Path=/")),
        Step("visit", f"{_HTTPS}/a/b/c"),
    ),
    "nameless": _there_and_back(_HTTPS, "a", "=b", "c=1", "=", ""),
    "quotes and blanks": _there_and_back(_HTTPS, 'a="1 2"', "  b  =  2  ;x", "c=1=2", "d=1,2"),
    "TAB": _there_and_back(_HTTPS, "a=1\t2", "b\t=\t1", "c=1; Path=/\tx", "d=1; x=\ty"),
    "not ASCII": _there_and_back(_HTTPS, "a=\xc3\xa9", "\xed\x95\x9c=1"),
    "4096 bytes": _there_and_back(_HTTPS, "a=" + "1" * 4095),
    "4097 bytes": _there_and_back(_HTTPS, "a=" + "1" * 4096),
    "attribute of 1025 bytes": _there_and_back(
        _HTTPS, "a=1; Path=/" + "x" * 1024, "b=1; Path=/dir"
    ),
    "expiry": _there_and_back(
        _HTTPS,
        "a=1; Max-Age=60",
        "b=1; Max-Age=0",
        "c=1; Max-Age=60.5",
        "d=1; Max-Age=" + "9" * 30,
        "e=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "f=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "g=1; Expires=Fri, 31-Dec-99 23:59:59 GMT",
        "h=1; Expires=31 Dec 9999 23:59:59",
        "i=1; Expires=never",
    ),
    "deleting": (
        Step("visit", f"{_HTTPS}/x", ("a=1", "b=1; Domain=shop.test", "c=1")),
        Step("visit", f"{_HTTPS}/x", ("a=; Max-Age=0", "b=; Max-Age=0", "c=; Max-Age=0; Path=/y")),
        Step("visit", f"{_HTTPS}/x"),
    ),
    "181 cookies": (
        Step("visit", f"{_HTTPS}/x", tuple(f"c{number}=1; Path=/" for number in range(100))),
        Step("visit", f"{_HTTPS}/y", tuple(f"d{number}=1; Path=/" for number in range(80))),
        Step("visit", f"{_HTTPS}/y", ("last=1",)),
        Step("visit", f"{_HTTPS}/y"),
    ),
}


@pytest.mark.parametrize("steps", [pytest.param(steps, id=name) for name, steps in _CASES.items()])
def test_chromium_and_the_jar_send_the_same(player: Player, steps: tuple[Step, ...]) -> None:
    chromium, jar = player.play(steps)
    assert chromium == jar


@pytest.mark.parametrize(
    ("lines", "by_chromium", "by_jar"),
    [
        pytest.param(
            ("a=1", "b=1", "a=2"), "b=1; a=2", "a=2; b=1", id="a new value is a new cookie"
        ),
        pytest.param(
            ("a=1; Max-Age=0; Max-Age=x",), "a=1", "", id="an unreadable Max-Age undoes the first"
        ),
        pytest.param(
            ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=x",),
            "a=1",
            "",
            id="an unreadable Expires undoes the first",
        ),
        pytest.param(("=a=1",), "", "a=1", id="a nameless cookie with a = is refused"),
        pytest.param(
            ("a=1; Domain=shöp.test".encode().decode("latin-1"),),
            "a=1",
            "",
            id="a Domain beyond ASCII is encoded",
        ),
    ],
)
def test_where_chromium_leaves_the_rfc_the_jar_stays(
    player: Player, lines: tuple[str, ...], by_chromium: str, by_jar: str
) -> None:
    chromium, jar = player.play(_there_and_back("https://xn--shp-tna.test", *lines))
    assert (chromium[-1], jar[-1]) == (by_chromium, by_jar)
