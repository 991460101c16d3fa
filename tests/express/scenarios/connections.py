"""Secure or not: TLS, proxies, X-Forwarded-Proto; and the path a session is for."""

from collections.abc import Iterator
from itertools import product

from .building import (
    CHANGE,
    MINUTE,
    SEE,
    UNDEFINED,
    Json,
    Scenario,
    known,
    options,
    scenario,
    seeded,
    step,
    stored,
)

FORWARDED: dict[str, str | None] = {
    "absent": None,
    "https": "https",
    "http": "http",
    "HTTPS": "HTTPS",
    "https first": "https, http",
    "http first": "http, https",
    "https without a space": "https,http",
    "a space before the comma": "https , http",
    "a comma first": ", https",
    "empty": "",
    "httpss": "httpss",
    "on": "on",
}
SECURE: dict[str, Json] = {
    "secure": {"secure": True},
    "auto": {"secure": "auto", "sameSite": "auto"},
    "insecure": {"secure": False},
}


def scenarios() -> Iterator[Scenario]:
    yield from _proxies()
    yield from _changing()
    yield from _paths()
    yield from _mounts()
    yield from _functions()
    yield from _nested()


def _headers(value: str | None) -> Json:
    return [] if value is None else [["X-Forwarded-Proto", value]]


def _proxies() -> Iterator[Scenario]:
    for (what, value), (kind, cookie) in product(FORWARDED.items(), SECURE.items()):
        if kind == "insecure" and what not in ("absent", "https"):
            continue
        for trust in (UNDEFINED, True, False):
            label = {None: "unset", True: "true", False: "false"}[
                None if trust is UNDEFINED else trust
            ]
            yield scenario(
                f"proxy {label}: X-Forwarded-Proto {what}, cookie {kind}",
                options(proxy=trust, cookie=cookie),
                step(CHANGE, SEE, headers=_headers(value)),
                step(SEE, ["set", ["num"], 3], headers=_headers(value)),
            )
    for what in ("absent", "https", "http", "https first", "http first", "HTTPS"):
        for kind in ("secure", "auto"):
            yield scenario(
                f"proxy unset, Express trusts its proxy: X-Forwarded-Proto {what}, cookie {kind}",
                options(cookie=SECURE[kind]),
                step(CHANGE, SEE, headers=_headers(FORWARDED[what])),
                step(SEE),
                trustProxy=True,
            )
    for trust, kind in product((UNDEFINED, True, False), SECURE):
        label = "unset" if trust is UNDEFINED else str(trust).lower()
        for what in ("absent", "http"):
            yield scenario(
                f"TLS, proxy {label}: X-Forwarded-Proto {what}, cookie {kind}",
                options(proxy=trust, cookie=SECURE[kind]),
                step(CHANGE, SEE, tls=True, headers=_headers(FORWARDED[what])),
                step(SEE, ["set", ["num"], 3], tls=True, headers=_headers(FORWARDED[what])),
            )
    for what in ("https", "absent"):
        yield scenario(
            f"proxy false, Express trusts its proxy: X-Forwarded-Proto {what}",
            options(proxy=False, cookie={"secure": True}),
            step(CHANGE, SEE, headers=_headers(FORWARDED[what])),
            trustProxy=True,
        )


def _changing() -> Iterator[Scenario]:
    """A browser that comes over TLS first and over http later, or the other way round."""
    https, http = _headers("https"), _headers("http")
    handlers: dict[str, list[Json]] = {
        "does nothing": [],
        "changes": [CHANGE],
        "regenerates": [["regenerate"]],
    }
    orders = {"https, then http": (https, http), "http, then https": (http, https)}
    for kind, (handler, actions) in product(SECURE, handlers.items()):
        for order, (first, then) in orders.items():
            yield scenario(
                f"scheme changes: {order}, cookie {kind}, handler {handler}",
                options(proxy=True, rolling=True, cookie=SECURE[kind]),
                step(["set", ["num"], 1], headers=first),
                step(*actions, SEE, headers=then),
                step(SEE, headers=first),
            )
    for kind in ("secure", "auto"):
        yield scenario(
            f"scheme http: every visit leaves a record, cookie {kind}",
            options(saveUninitialized=True, cookie=SECURE[kind]),
            *[step(["count"]) for _ in range(3)],
        )
    yield scenario(
        "a secure cookie over http is not touched by the headers, and the record is",
        options(rolling=True, cookie={"secure": True, "maxAge": MINUTE}),
        known(["write", "a"], ["advance", 1000], ["end", "b"]),
        store=seeded(stored(MINUTE).replace('"httpOnly"', '"secure":true,"httpOnly"')),
    )


def _paths() -> Iterator[Scenario]:
    for path, url in (
        ("/", "/anything"),
        ("/foo", "/foo"),
        ("/foo", "/foo/"),
        ("/foo", "/foo/bar"),
        ("/foo", "/foobar"),
        ("/foo", "/fo"),
        ("/foo", "/"),
        ("/foo", "/FOO"),
        ("/foo", "/bar/foo"),
        ("/foo", "/foo?x=1"),
        ("/foo", "/?/foo"),
        ("/foo", "/%66oo"),
        ("/foo", "//foo"),
        ("/foo", "/foo;v=1"),
        ("/foo", "/bar/../foo"),
        ("/foo", "/bar?/foo"),
        ("/foo", "//host/foo://x"),
        ("/foo", "http://localhost/foo"),
        ("/foo", "http://localhost/foo?x"),
        ("/foo", "http://localhost"),
        ("/foo", "/fo%6f"),
        ("/foo/", "/foo"),
        ("/foo/bar", "/foo/barbaz"),
        ("/foo bar", "/foo%20bar"),
        ("/foo%20bar", "/foo%20bar"),
        ("/foo?x", "/foo?x"),
        ("foo", "/foo"),
        ("", "/foo"),
        (None, "/foo"),
        (UNDEFINED, "/foo"),
        ("/", "/?"),
        ("/", "/a?b?c"),
        ("/", "/%"),
        ("/", "/%FF"),
    ):
        label = "undefined" if path is UNDEFINED else repr(path)
        yield scenario(
            f"path {label}: GET {url}",
            options(cookie={"path": path}, saveUninitialized=True),
            step(SEE, url=url),
            step(SEE, url=url),
        )
    yield scenario(
        "path outside: cookie sent all the same, session not seen, nothing asked of the store",
        options(cookie={"path": "/foo"}, unset="destroy"),
        known(SEE, ["unset", "null"], url="/bar"),
        store=seeded(),
    )


def _mounts() -> Iterator[Scenario]:
    for mount, path, url in (
        ("/admin", "/", "/admin"),
        ("/admin", "/", "/admin/users"),
        ("/admin", "/admin", "/admin/users"),
        ("/admin", "/admin/users", "/admin/users/1?x=2"),
        ("/admin", "/admin/users", "/admin"),
        ("/admin", "/users", "/admin/users"),
        ("/a/b", "/a", "/a/b/c"),
        ("/a/b", "/b", "/a/b/c"),
    ):
        yield scenario(
            f"mounted at {mount}, path {path}: GET {url}",
            options(cookie={"path": path}),
            step(CHANGE, SEE, url=url),
            step(SEE, url=url),
            mount=mount,
        )


def _functions() -> Iterator[Scenario]:
    table = {
        "/": {"maxAge": MINUTE},
        "/admin": {"path": "/admin", "sameSite": "strict"},
        "/short": {"maxAge": 1000, "path": "/"},
    }
    handlers: dict[str, list[Json]] = {"sets": [CHANGE], "regenerates": [["regenerate"]]}
    for url in ("/", "/admin/x", "/short", "/other"):
        for handler, actions in handlers.items():
            yield scenario(
                f"cookie as a function: GET {url}, handler {handler}",
                options(cookie={"$by-path": table}),
                step(*actions, SEE, url=url),
                step(SEE, url=url, advance=500),
                step(SEE, url="/short"),
            )
    yield scenario(
        "cookie as a function: a session is read under another path, with its own cookie",
        options(cookie={"$by-path": table}),
        step(CHANGE, url="/"),
        step(SEE, ["set", ["num"], 3], url="/admin"),
        step(["regenerate"], SEE, url="/admin"),
        step(SEE, url="/admin"),
    )
    yield scenario(
        "cookie as a function that gives secure: held back over http",
        options(cookie={"$by-path": {"/": {"secure": True}}}),
        step(CHANGE, SEE),
        step(CHANGE, SEE, tls=True),
    )
    yield scenario(
        "cookie as a function: an invalid sameSite",
        options(cookie={"$by-path": {"/": {"sameSite": "x"}}}),
        step(CHANGE, SEE),
    )


def _nested() -> Iterator[Scenario]:
    """Two session middlewares around one application, over one store."""
    inner = options(name="inner.sid", cookie={"maxAge": 5})
    for what, express, url in (
        ("the first one wins", options(), "/foo"),
        ("inside the first's path the first one wins", options(cookie={"path": "/foo"}), "/foo"),
        ("outside the first's path the second acts", options(cookie={"path": "/foo"}), "/bar"),
    ):
        yield scenario(
            f"two middlewares: {what}",
            express,
            step(CHANGE, SEE, url=url),
            step(SEE, url=url),
            inner=inner,
        )
    yield scenario(
        "two middlewares: the first one's store is away, the second acts",
        options(),
        known(CHANGE, SEE, connection="disconnect"),
        step(SEE),
        step(SEE, connection="connect"),
        store=seeded(),
        inner=inner,
    )
    yield scenario(
        "two middlewares: the second acts when the first's session is gone before it",
        options(unset="destroy"),
        known(["unset", "null"]),
        step(SEE),
        store=seeded(),
        inner=inner,
    )
