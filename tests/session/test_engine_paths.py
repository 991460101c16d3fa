"""Which requests have a session: those whose path begins with the cookie's.

The path is the raw one of the request line, as Express compares ``req.originalUrl``: mounts are
part of it, percent-encoding is not undone, and the query is not looked at.
"""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import EnvironBuilder

from sessionlab import CookieOptions, get_session

from .visiting import Environ, Site, count, doing, receive, respond

pytestmark = pytest.mark.filterwarnings("error")


def has_session(environ: Environ) -> bool:
    return get_session(environ) is not None


# cookie.path, the environ, whether there is a session
PATHS: dict[str, tuple[str | None, Environ, bool]] = {
    "the root covers everything": ("/", {"PATH_INFO": "/any/where"}, True),
    "the path itself": ("/foo/bar", {"PATH_INFO": "/foo/bar"}, True),
    "what lies below it": ("/foo/bar", {"PATH_INFO": "/foo/bar/baz"}, True),
    "a plain prefix, not a folder": ("/foo/bar", {"PATH_INFO": "/foo/barbaz"}, True),
    "what lies above it": ("/foo/bar", {"PATH_INFO": "/foo"}, False),
    "somewhere else": ("/foo/bar", {"PATH_INFO": "/other/foo/bar"}, False),
    "letters differ": ("/foo", {"PATH_INFO": "/Foo"}, False),
    "a slash at its end counts": ("/foo/", {"PATH_INFO": "/foo"}, False),
    "an empty path is the root": ("", {"PATH_INFO": "/foo"}, True),
    "no path is the root": (None, {"PATH_INFO": "/foo"}, True),
    "a path without a slash matches nothing": ("foo", {"PATH_INFO": "/foo"}, False),
    "a mount is part of the path": ("/app", {"SCRIPT_NAME": "/app", "PATH_INFO": "/x"}, True),
    "a mount's own root": ("/app", {"SCRIPT_NAME": "/app", "PATH_INFO": ""}, True),
    "a mount's own root, everything covered": ("/", {"SCRIPT_NAME": "/app", "PATH_INFO": ""}, True),
    "the rest of the path is not all": ("/x", {"SCRIPT_NAME": "/app", "PATH_INFO": "/x"}, False),
    "no path at all is the root": ("/", {"PATH_INFO": ""}, True),
    "the query is not looked at": (
        "/foo",
        {"PATH_INFO": "/", "QUERY_STRING": "/foo"},
        False,
    ),
    "the request line wins": ("/raw", {"REQUEST_URI": "/raw/x?a=b", "PATH_INFO": "/y"}, True),
    "its query is cut off": ("/a?b", {"REQUEST_URI": "/a?b", "PATH_INFO": "/a"}, False),
    "its fragment, too": ("/a#b", {"REQUEST_URI": "/a#b", "PATH_INFO": "/a"}, False),
    "the other name of the request line": ("/raw", {"RAW_URI": "/raw/x", "PATH_INFO": "/y"}, True),
    "both: REQUEST_URI": (
        "/raw",
        {"REQUEST_URI": "/raw", "RAW_URI": "/other", "PATH_INFO": "/y"},
        True,
    ),
    "a request line with a host": (
        "/raw",
        {"REQUEST_URI": "http://example.org/raw?x", "PATH_INFO": "/y"},
        True,
    ),
    "a host alone": ("/", {"REQUEST_URI": "http://example.org", "PATH_INFO": ""}, True),
    "two slashes are no host": (
        "/example.org",
        {"REQUEST_URI": "//example.org/x", "PATH_INFO": "/y"},
        False,
    ),
    "a host alone is the root and nothing else": (
        "/x",
        {"REQUEST_URI": "http://example.org", "PATH_INFO": "/x"},
        False,
    ),
    "a query alone": ("/", {"REQUEST_URI": "?x", "PATH_INFO": ""}, True),
    "an asterisk is no path": ("/", {"REQUEST_URI": "*", "PATH_INFO": ""}, False),
    "percent-encoding is compared as it stands": (
        "/a%20b",
        {"REQUEST_URI": "/a%20b/c", "PATH_INFO": "/a b/c"},
        True,
    ),
    "and is not undone": ("/a b", {"REQUEST_URI": "/a%20b/c", "PATH_INFO": "/a b/c"}, False),
    "an encoded slash is none": (
        "/a/b",
        {"REQUEST_URI": "/a%2Fb", "PATH_INFO": "/a/b"},
        False,
    ),
    "without a request line it is encoded anew": ("/a%20b", {"PATH_INFO": "/a b"}, True),
    "octets beyond ASCII, too": (
        "/%ED%95%9C",
        {"PATH_INFO": "/한".encode().decode("latin-1")},
        True,
    ),
    "marks that browsers leave are left": ("/a;b=c,d", {"PATH_INFO": "/a;b=c,d"}, True),
}


@pytest.mark.filterwarnings("ignore:'PATH_INFO' does not start with a slash")
@pytest.mark.filterwarnings("ignore:'SCRIPT_NAME' and 'PATH_INFO'")
@pytest.mark.parametrize(("path", "environ", "covered"), PATHS.values(), ids=PATHS)
def test_a_request_has_a_session_if_its_path_begins_with_the_cookies(
    path: str | None, environ: Environ, covered: bool
) -> None:
    site = Site(doing(has_session), cookie=CookieOptions(path=path))
    made = EnvironBuilder("/").get_environ()
    del made["REQUEST_URI"], made["RAW_URI"]
    assert receive(site.middleware, made | environ).body == str(covered).encode()


def test_outside_the_path_nothing_is_read_saved_or_sent() -> None:
    site = Site(doing(has_session), cookie=CookieOptions(path="/app"), save_uninitialized=True)
    cookie = site.visit("/app").cookie
    site.store.asked.clear()
    answer = site.visit("/", cookie)
    assert answer.body == b"False"
    assert answer.set_cookies == []
    assert site.store.operations == []


def test_the_path_may_depend_on_the_request() -> None:
    site = Site(
        doing(has_session),
        cookie=lambda environ: CookieOptions(path=f"/{environ['HTTP_HOST']}"),
    )
    assert site.visit("/one/x", environ={"HTTP_HOST": "one"}).body == b"True"
    assert site.visit("/one/x", environ={"HTTP_HOST": "two"}).body == b"False"


def test_a_request_whose_cookie_has_no_path_is_covered() -> None:
    site = Site(doing(has_session), cookie=lambda environ: CookieOptions(path=None))
    assert site.visit("/any/where").body == b"True"


def test_a_mounted_application_keeps_to_its_mount() -> None:
    site = Site(doing(count), cookie=CookieOptions(path="/shop"))

    def elsewhere(environ: Environ, start_response: Any) -> list[bytes]:
        return respond(start_response, "elsewhere")

    site.application = DispatcherMiddleware(elsewhere, {"/shop": site.application})
    first = site.visit("/shop/cart")
    assert first.body == b"1"
    assert "; Path=/shop;" in first.set_cookies[0]
    assert site.visit("/shop", first.cookie).body == b"2"
    assert site.visit("/", first.cookie).body == b"elsewhere"


def test_a_prefix_that_a_proxy_took_away_is_no_part_of_the_request_line() -> None:
    """As in Express: what the proxy asked for is compared, not what the browser asked for."""
    site = Site(doing(has_session), cookie=CookieOptions(path="/shop"))
    site.application = ProxyFix(site.application, x_prefix=1)
    assert site.visit("/cart", headers={"X-Forwarded-Prefix": "/shop"}).body == b"False"
    assert site.visit("/shop/cart").body == b"True"
