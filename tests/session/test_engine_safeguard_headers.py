"""The safeguards that a browser or a cache sees: cookies taken away, responses kept out."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab import CookieOptions, SessionOptions
from sessionlab.core.safeguards import Safeguards

from .visiting import Environ, Site, by_path, doing, look, session_of

pytestmark = pytest.mark.filterwarnings("error")


OFF = Safeguards()


def put(environ: Environ) -> None:
    session_of(environ)["a"] = 1


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
