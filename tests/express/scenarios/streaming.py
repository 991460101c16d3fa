"""Two moments: the headers go out with the first octet, the session is saved at the end."""

from collections.abc import Iterator

from .building import (
    CHANGE,
    KNOWN,
    MINUTE,
    SEE,
    Json,
    Scenario,
    known,
    options,
    scenario,
    seeded,
    step,
    stored,
)

A = ["write", "a"]
B = ["write", "b"]
END = ["end", "."]

STREAMS: dict[str, list[Json]] = {
    "writes": [A],
    "changes, writes": [CHANGE, A],
    "writes, changes": [A, CHANGE],
    "writes, changes, writes": [A, CHANGE, B],
    "changes, writes, changes": [CHANGE, A, ["set", ["num"], 3]],
    "changes, writes, changes back": [CHANGE, A, ["delete", ["num"]]],
    "writes, saves": [A, ["save"]],
    "writes, changes, saves": [A, CHANGE, ["save"]],
    "saves a change, writes": [CHANGE, ["save"], A],
    "writes, regenerates": [A, ["regenerate"], SEE],
    "writes, regenerates, sets": [A, ["regenerate"], ["set", ["user"], "Ann"]],
    "regenerates, writes": [["regenerate"], A],
    "regenerates, writes, regenerates": [["regenerate"], A, ["regenerate"]],
    "writes, destroys": [A, ["destroy"]],
    "destroys, writes": [["destroy"], A],
    "changes, writes, destroys": [CHANGE, A, ["destroy"]],
    "writes, reloads": [A, ["reload"]],
    "changes, writes, reloads": [CHANGE, A, ["reload"], SEE],
    "writes, touches": [A, ["touch"]],
    "writes, changes maxAge": [A, ["cookie", "maxAge", 5000]],
    "changes maxAge, writes": [["cookie", "maxAge", 5000], A],
    "changes both, writes, changes maxAge": [
        CHANGE,
        ["cookie", "maxAge", 5000],
        A,
        ["cookie", "maxAge", 9000],
    ],
    "changes, writes, waits": [CHANGE, A, ["advance", 1500]],
    "writes, changes the domain": [CHANGE, A, ["cookie", "domain", "example.com"]],
    "writes, is changed outside": [A, ["outside-set", KNOWN, stored(data='"by":"other"')]],
    "writes, is destroyed outside": [A, ["outside-destroy", KNOWN]],
    "writes, is set to null": [A, ["unset", "null"]],
    "is set to null, writes": [["unset", "null"], A],
    "writes, ids another": [A, ["session-id", "other"], CHANGE],
    "ends at once": [END],
    "changes, ends, changes again": [CHANGE, END, ["set", ["num"], 9]],
    "ends, then changes": [END, CHANGE],
    "ends, then saves": [END, CHANGE, ["save"]],
    "writes an empty text, changes": [["write", ""], CHANGE],
    "writes Korean": [CHANGE, ["write", "한"], ["end", "글"]],
}


def scenarios() -> Iterator[Scenario]:
    for what, actions in STREAMS.items():
        for label, express in {
            "plain": options(),
            "expiring and rolling": options(rolling=True, cookie={"maxAge": MINUTE}),
        }.items():
            max_age = MINUTE if "expiring" in label else None
            yield scenario(
                f"stream: a known visitor's handler {what} | {label}",
                express,
                known(*actions),
                step(SEE, advance=100),
                store=seeded(stored(max_age)),
            )
            yield scenario(
                f"stream: a new visitor's handler {what} | {label}",
                express,
                step(*actions),
                step(SEE, advance=100),
            )
    yield from _framing()
    yield from _own_cookies()
    yield from _throwing()


def _framing() -> Iterator[Scenario]:
    length = ["header", "Content-Length", "5"]
    for what, method, actions in (
        ("HEAD", "HEAD", [CHANGE, ["end", "hello"]]),
        ("HEAD with Content-Length", "HEAD", [CHANGE, length, ["end", "hello"]]),
        ("HEAD, nothing written", "HEAD", [CHANGE, ["end", ""]]),
        ("POST", "POST", [CHANGE, ["end", "hello"]]),
        ("DELETE", "DELETE", [CHANGE, ["end", "hello"]]),
        ("OPTIONS", "OPTIONS", [CHANGE, ["end", "hello"]]),
        ("Content-Length", "GET", [CHANGE, length, ["end", "hello"]]),
        ("Content-Length, changed after writing", "GET", [length, ["write", "hell"], CHANGE]),
        ("Content-Length, all written, then changed", "GET", [length, ["write", "hello"], CHANGE]),
        ("another number, changed after writing", "GET", [["header", "X-N", "1"], A, CHANGE, B]),
        ("Content-Length of one octet", "GET", [["header", "Content-Length", "1"], CHANGE, END]),
        ("Content-Length 0", "GET", [["header", "Content-Length", "0"], CHANGE, ["end", ""]]),
        ("status 204", "GET", [["status", 204], CHANGE, ["end", ""]]),
        ("status 304", "GET", [["status", 304], CHANGE, ["end", ""]]),
        ("a redirect", "GET", [["status", 302], ["header", "Location", "/"], CHANGE, END]),
        ("status 404", "GET", [["status", 404], CHANGE, END]),
        ("status 500", "GET", [["status", 500], CHANGE, END]),
        ("status 404, unchanged", "GET", [["status", 404], END]),
        ("the headers written by hand", "GET", [CHANGE, ["write-head", 201, {"X-A": "1"}], END]),
    ):
        if what == "Content-Length, changed after writing":
            actions = [*actions, ["end", "o"]]
        elif what == "Content-Length, all written, then changed":
            actions = [*actions, ["end", ""]]
        for who in ("new", "known"):
            first = step if who == "new" else known
            yield scenario(
                f"framing: {what}, {who} visitor",
                options(rolling=True),
                first(*actions, method=method),
                step(SEE),
                store=seeded(),
            )


def _own_cookies() -> Iterator[Scenario]:
    handlers: dict[str, list[Json]] = {
        "changes": [CHANGE],
        "does nothing": [],
        "destroys": [["destroy"]],
        "regenerates": [["regenerate"]],
    }
    table: dict[str, list[Json]] = {
        "one cookie": [["header", "Set-Cookie", "a=1"]],
        "a list of cookies": [["header", "Set-Cookie", ["a=1; Path=/", "b=2"]]],
        "a cookie of the session's name": [["header", "Set-Cookie", "connect.sid=mine"]],
        "the session's name twice": [
            ["header", "Set-Cookie", ["connect.sid=mine", "connect.sid=mine2; Path=/x"]]
        ],
        "an empty list": [["header", "Set-Cookie", []]],
        "a deletion of the session's cookie": [
            ["header", "Set-Cookie", "connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]
        ],
        "the header's name in lower case": [["header", "set-cookie", "a=1"]],
        "one cookie by hand": [["write-head", 200, {"Set-Cookie": "a=1"}]],
    }
    for what, actions in table.items():
        for handler, before in handlers.items():
            yield scenario(
                f"own cookies: {what}, handler {handler}",
                options(cookie={"maxAge": MINUTE}),
                known(*before, *actions),
                step(SEE),
                store=seeded(stored(MINUTE)),
            )


def _throwing() -> Iterator[Scenario]:
    throw = ["throw", "handler failed"]
    table: dict[str, list[Json]] = {
        "at once": [throw],
        "after a change": [CHANGE, throw],
        "after a saved change": [CHANGE, ["save"], throw],
        "after a regenerate": [["regenerate"], throw],
        "after a destroy": [["destroy"], throw],
        "after unsetting": [["unset", "null"], throw],
        "after writing": [A, CHANGE, throw],
        "after the end": [END, throw],
        "setting maxAge to a text": [["cookie", "maxAge", "5000"]],
        "setting maxAge to true": [["cookie", "maxAge", True]],
        "setting maxAge to a list": [CHANGE, ["cookie", "maxAge", [1]]],
        "reading a session that is gone": [["unset", "null"], CHANGE],
    }
    for what, actions in table.items():
        for who in ("new", "known"):
            first = step if who == "new" else known
            yield scenario(
                f"throws: {what}, {who} visitor",
                options(unset="destroy"),
                first(*actions),
                step(SEE),
                store=seeded(),
            )
