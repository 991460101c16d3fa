"""A logout with ``clear_cookie`` takes the cookie out of the browser, whoever set its Domain."""

from __future__ import annotations

from typing import Any

import pytest
from publicsuffixlist import PublicSuffixList

from sessionlab import CookieOptions
from sessionlab.core.jar import Jar, RequestContext, SetOutcome
from sessionlab.core.safeguards import Safeguards

from .visiting import Answer, Environ, Site, by_path, session_of

pytestmark = pytest.mark.filterwarnings("error")

HOST = "https://www.example.org"
SUFFIXES = PublicSuffixList()


class Browser:
    """Visits a site with a real jar."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.jar = Jar(lambda host: str(SUFFIXES.publicsuffix(host)))

    def visit(self, path: str) -> tuple[Answer, list[SetOutcome]]:
        """One request; the answer, and what its Set-Cookie lines did to the jar."""
        context, now = RequestContext(HOST + path), self.site.clock()
        header = self.jar.select(context, now).header
        answer = self.site.visit(path, header or None, base_url=HOST + "/")
        return answer, [self.jar.set(line, context, now).outcome for line in answer.set_cookies]


def login(environ: Environ) -> None:
    session_of(environ)["user"] = "alice"


def login_for_the_domain(environ: Environ) -> None:
    login(environ)
    session_of(environ).cookie.domain = "example.org"


def login_for_the_domain_and_a_path(environ: Environ) -> None:
    login_for_the_domain(environ)
    session_of(environ).cookie.path = "/app"


def logout(environ: Environ) -> None:
    session_of(environ).destroy()


def unset(environ: Environ) -> None:
    environ["sessionlab.session"] = None


def move_and_logout(environ: Environ) -> None:
    session_of(environ).cookie.domain = "elsewhere.example.org"
    session_of(environ).destroy()


def wide(environ: Environ) -> CookieOptions:
    return CookieOptions(domain="example.org", path="/app")


# what sets the Domain, the options, the login, the logout, the Domain and Path to clear
CLEARED: dict[str, tuple[dict[str, Any], Any, Any, str]] = {
    "the options": (
        {"cookie": CookieOptions(domain="example.org", path="/app")},
        *(login, logout),
        "; Domain=example.org; Path=/app",
    ),
    "the options, for each request": (
        {"cookie": wide},
        *(login, logout),
        "; Domain=example.org; Path=/app",
    ),
    "the application at login": (
        {},
        *(login_for_the_domain, logout),
        "; Domain=example.org; Path=/",
    ),
    "the application at login, with a Path": (
        {},
        *(login_for_the_domain_and_a_path, logout),
        "; Domain=example.org; Path=/app",
    ),
    "the application at login, and the logout only unsets": (
        {},
        *(login_for_the_domain, unset),
        "; Domain=example.org; Path=/",
    ),
    "the application at login, and another Domain at logout": (
        {},
        *(login_for_the_domain, move_and_logout),
        "; Domain=example.org; Path=/",
    ),
    "nothing": ({}, login, logout, "; Path=/"),
}


@pytest.mark.parametrize(("options", "enter", "leave", "where"), CLEARED.values(), ids=CLEARED)
def test_the_cleared_cookie_is_the_one_that_the_browser_has(
    options: dict[str, Any], enter: Any, leave: Any, where: str
) -> None:
    site = Site(by_path(app=by_name(enter, leave)), safeguards=CLEARS, **options)
    browser = Browser(site)
    _, stored = browser.visit("/app/enter")
    assert stored == [SetOutcome.STORED]
    answer, cleared = browser.visit("/app/leave")
    assert answer.set_cookies == [
        f"connect.sid={where}; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly"
    ]
    assert cleared == [SetOutcome.DELETED]
    assert list(browser.jar) == []


CLEARS = Safeguards(clear_cookie=True)


def by_name(enter: Any, leave: Any) -> Any:
    return lambda environ: (enter if environ["PATH_INFO"] == "/app/enter" else leave)(environ)
