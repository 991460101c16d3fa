"""The cookie's attributes: in the options, and assigned by the handler."""

from collections.abc import Iterator

from .building import (
    CHANGE,
    INFINITY,
    MINUTE,
    NAN,
    NOW,
    SEE,
    UNDEFINED,
    Json,
    Scenario,
    date,
    iso,
    known,
    options,
    scenario,
    seeded,
    step,
    stored,
)

LABEL = "x" * 63

# attribute -> what it may be given -> the value; for the options and for the handler alike
VALUES: dict[str, dict[str, Json]] = {
    "domain": {
        "example.com": "example.com",
        ".example.com": ".example.com",
        "EXAMPLE.com": "EXAMPLE.com",
        "localhost": "localhost",
        "127.0.0.1": "127.0.0.1",
        "a label of 63": f"{LABEL}.com",
        "a label of 64": f"{LABEL}x.com",
        "two dots": "a..b",
        "a trailing dot": "example.com.",
        "an underscore": "a_b.com",
        "a leading hyphen": "-a.com",
        "a space": "bad domain",
        "a semicolon": "example.com;x",
        "a line break": "example.com\r\nX: 1",
        "a final line feed": "example.com\n",
        "Korean": "한글.kr",
        "a Kelvin sign": "\u212aexample.com",
        "a port": "example.com:80",
        "an empty text": "",
        "null": None,
        "undefined": UNDEFINED,
    },
    "sameSite": {
        "true": True,
        "false": False,
        "lax": "lax",
        "LAX": "LAX",
        "strict": "strict",
        "Strict": "Strict",
        "none": "none",
        "None": "None",
        "invalid": "invalid",
        "a space after": "lax ",
        "an empty text": "",
        "0": 0,
        "null": None,
        "undefined": UNDEFINED,
    },
    "secure": {"false": False, "null": None, "undefined": UNDEFINED, "true": True},
    "httpOnly": {"false": False, "null": None, "undefined": UNDEFINED, "true": True},
    "partitioned": {"true": True, "false": False, "null": None, "undefined": UNDEFINED},
    "priority": {
        "low": "low",
        "Medium": "Medium",
        "HIGH": "HIGH",
        "urgent": "urgent",
        "an empty text": "",
        "null": None,
        "undefined": UNDEFINED,
    },
    "maxAge": {
        "a minute": MINUTE,
        "a year": 31_536_000_000,
        "1999": 1999,
        "1000": 1000,
        "999": 999,
        "499": 499,
        "1": 1,
        "0": 0,
        "-0": -0.0,
        "-1": -1,
        "minus a minute": -MINUTE,
        "1.5": 1.5,
        "0.4": 0.4,
        "-0.5": -0.5,
        "past the last Date": 8.64e15,
        "the last Date": 8.64e15 - NOW,
        "before the first Date": -8.64e15 - NOW - 1,
        "a year of five digits": 253_402_300_800_000,
        "Infinity": INFINITY,
        "NaN": NAN,
        "null": None,
        "undefined": UNDEFINED,
    },
    "expires": {
        "in a minute": date(MINUTE),
        "at a half second": date(1499),
        "now": date(0),
        "a minute ago": date(-MINUTE),
        "at the epoch": {"$date": 0},
        "before the epoch": {"$date": -1},
        "in the last year of four digits": {"$date": 253_402_300_799_999},
        "null": None,
        "undefined": UNDEFINED,
    },
    "originalMaxAge": {
        "a minute": MINUTE,
        "0": 0,
        "1.5": 1.5,
        "null": None,
        "undefined": UNDEFINED,
    },
}
PATHS: dict[str, Json] = {
    "/app": "/app",
    "an empty text": "",
    "null": None,
    "undefined": UNDEFINED,
    "a space": "/a b",
    "an equals sign": "/a=b",
    "a semicolon": "/a;b",
    "an angle bracket": "/a<b",
    "a tab": "/a\tb",
    "a tilde": "/~ann",
    "DEL": "/a\x7f",
    "Korean": "/세션",
    "no slash": "app",
    "a final line feed": "/app\n",
}


def scenarios() -> Iterator[Scenario]:
    yield from _in_options()
    yield from _orders()
    yield from _assigned()
    yield from _stored_wins()


def _in_options() -> Iterator[Scenario]:
    for attribute, values in VALUES.items():
        for what, value in values.items():
            cookie = {attribute: value}
            yield scenario(
                f"options.cookie.{attribute}: {what}",
                options(cookie=cookie),
                step(CHANGE, SEE),
                step(SEE, ["set", ["num"], 3], advance=400),
                step(SEE, advance=400),
            )
    yield scenario(
        "options.cookie.maxAge: expires at the very ms, not a ms before",
        options(cookie={"maxAge": 1000}),
        step(CHANGE),
        step(SEE, advance=999),
        step(SEE, advance=1000),
    )


def _orders() -> Iterator[Scenario]:
    """Options that mean something together, or in the order in which they are written."""
    everything = {
        "sameSite": "none",
        "path": "/",
        "domain": "example.com",
        "httpOnly": True,
        "secure": True,
        "expires": date(MINUTE),
        "priority": "high",
        "partitioned": True,
    }
    table: dict[str, Json] = {
        "nothing": {},
        "null": None,
        "every attribute, over TLS": everything,
        "expires, then maxAge": {"expires": date(5000), "maxAge": MINUTE},
        "maxAge, then expires": {"maxAge": MINUTE, "expires": date(5000)},
        "maxAge, then expires null": {"maxAge": MINUTE, "expires": None},
        "expires, then maxAge null": {"expires": date(5000), "maxAge": None},
        "originalMaxAge, then maxAge": {"originalMaxAge": 5000, "maxAge": MINUTE},
        "maxAge, then originalMaxAge": {"maxAge": MINUTE, "originalMaxAge": 5000},
        "maxAge, then originalMaxAge null": {"maxAge": MINUTE, "originalMaxAge": None},
        "sameSite none without secure": {"sameSite": "none"},
        "partitioned without secure": {"partitioned": True, "sameSite": "none"},
        "secure auto": {"secure": "auto"},
        "sameSite auto": {"sameSite": "auto"},
        "secure and sameSite auto": {"secure": "auto", "sameSite": "auto"},
        "attributes that it does not know": {"maxage": 5, "HttpOnly": False, "signed": 1, "foo": 2},
        "a data attribute": {"data": {"path": "/x"}},
        "two wrong attributes: domain is named": {"domain": "a b", "priority": "x"},
        "two wrong attributes: priority is named": {"priority": "x", "sameSite": "x"},
    }
    for what, cookie in table.items():
        for tls in (False, True):
            if tls and what not in (
                "every attribute, over TLS",
                "secure auto",
                "sameSite auto",
                "secure and sameSite auto",
            ):
                continue
            yield scenario(
                f"options.cookie: {what}{' (tls)' if tls else ''}",
                options(cookie=cookie),
                step(CHANGE, SEE, tls=tls),
                step(SEE, ["set", ["num"], 3], tls=tls, advance=400),
                step(SEE, tls=not tls),
            )


def _assigned() -> Iterator[Scenario]:
    for attribute, values in [*VALUES.items(), ("path", PATHS)]:
        for what, value in values.items():
            action = ["cookie", attribute, value]
            yield scenario(
                f"a new session's cookie.{attribute} assigned: {what}",
                options(),
                step(CHANGE, action, SEE),
                step(SEE, url="/app"),
            )
            yield scenario(
                f"a known session's cookie.{attribute} assigned: {what}",
                options(rolling=True),
                known(action, SEE),
                step(SEE, advance=400),
                store=seeded(stored(MINUTE)),
            )
    together: dict[str, list[Json]] = {
        "maxAge, then expires null": [["cookie", "maxAge", 5000], ["cookie", "expires", None]],
        "expires, then the clock runs": [["cookie", "expires", date(5000)], ["advance", 2000]],
        "maxAge, then the clock runs": [["cookie", "maxAge", 5000], ["advance", 2000]],
        "the clock runs, then maxAge": [["advance", 2000], ["cookie", "maxAge", 5000]],
        "maxAge, then originalMaxAge": [
            ["cookie", "maxAge", 5000],
            ["cookie", "originalMaxAge", 9000],
        ],
        "originalMaxAge, then maxAge": [
            ["cookie", "originalMaxAge", 9000],
            ["cookie", "maxAge", 5000],
        ],
        "maxAge, then touch after a second": [
            ["cookie", "maxAge", 5000],
            ["advance", 1000],
            ["touch"],
        ],
        "expires, then touch after a second": [
            ["cookie", "expires", date(5000)],
            ["advance", 1000],
            ["touch"],
        ],
        "maxAge on a session then regenerated": [["cookie", "maxAge", 5000], ["regenerate"]],
        "maxAge after regenerate": [["regenerate"], ["cookie", "maxAge", 5000]],
        "maxAge, then reload": [["cookie", "maxAge", 5000], ["reload"]],
        "maxAge, saved, then reload": [["cookie", "maxAge", 5000], ["save"], ["reload"]],
        "secure, which then holds the cookie back": [["cookie", "secure", True]],
        "path and domain": [
            ["cookie", "path", "/app"],
            ["cookie", "domain", "example.com"],
        ],
    }
    for what, actions in together.items():
        for data, before in {"changed": [CHANGE], "as before": []}.items():
            yield scenario(
                f"cookie assigned, data {data}: {what}",
                options(cookie={"maxAge": MINUTE}),
                known(*before, *actions, SEE),
                step(SEE, url="/app", advance=1000),
                step(SEE, url="/app", advance=5000),
                store=seeded(stored(MINUTE)),
            )


def _stored_wins() -> Iterator[Scenario]:
    """Options that changed after a session was stored."""
    text = (
        f'{{"cookie":{{"originalMaxAge":{MINUTE},"partitioned":true,"priority":"low",'
        f'"expires":"{iso(MINUTE)}","secure":false,"httpOnly":false,"domain":"old.example",'
        f'"path":"/","sameSite":"strict"}},"num":1}}'
    )
    handlers: dict[str, list[Json]] = {
        "does nothing": [],
        "changes": [CHANGE],
        "regenerates": [["regenerate"]],
    }
    for what, cookie in {
        "another domain": {"domain": "new.example"},
        "another maxAge": {"maxAge": 5000},
        "no maxAge": {},
        "secure": {"secure": True},
        "everything else": {"sameSite": "lax", "priority": "high", "httpOnly": True},
    }.items():
        for handler, actions in handlers.items():
            yield scenario(
                f"stored attributes against options with {what}, handler {handler}",
                options(cookie=cookie),
                known(*actions, SEE),
                step(SEE),
                store=seeded(text),
            )
