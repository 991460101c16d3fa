"""Stores that fail, lack touch, or are away."""

from collections.abc import Iterator
from itertools import product

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


def _fail(op: str, call: int = 1, code: str | None = None) -> Json:
    failure = {"op": op, "call": call, "message": f"{op} failed"}
    return failure | ({"code": code} if code else {})


HANDLERS: dict[str, list[Json]] = {
    "does nothing": [],
    "changes": [CHANGE],
    "saves unchanged": [["save"]],
    "changes, then saves": [CHANGE, ["save"]],
    "saves, then changes": [["save"], CHANGE],
    "saves a change twice": [CHANGE, ["save"], ["save"]],
    "reloads": [["reload"], SEE],
    "changes, then reloads": [CHANGE, ["reload"], SEE],
    "regenerates": [["regenerate"], SEE],
    "regenerates, then saves": [["regenerate"], ["save"]],
    "destroys": [["destroy"], SEE],
    "sets the session to null": [["unset", "null"]],
    "writes, then changes": [["write", "a"], CHANGE],
    "changes, then writes": [CHANGE, ["write", "a"]],
}
USES = {
    "get": ("does nothing", "changes", "reloads", "changes, then reloads"),
    "set": (
        "changes",
        "saves unchanged",
        "changes, then saves",
        "saves, then changes",
        "saves a change twice",
        "regenerates",
        "regenerates, then saves",
        "writes, then changes",
        "changes, then writes",
    ),
    "touch": ("does nothing", "saves unchanged", "changes, then saves", "reloads"),
    "destroy": ("regenerates", "regenerates, then saves", "destroys", "sets the session to null"),
}


def scenarios() -> Iterator[Scenario]:
    for op, handlers in USES.items():
        for handler, call in product(handlers, (1, 2)):
            for resave, unset in ((False, "keep"), (True, "keep"), (False, "destroy")):
                yield scenario(
                    f"{op} fails on call {call}, handler {handler} | "
                    f"resave={'on' if resave else 'off'} unset={unset}",
                    options(resave=resave, unset=unset),
                    known(*HANDLERS[handler]),
                    known(SEE),
                    store=seeded(stored(MINUTE), fail=[_fail(op, call)]),
                )
    yield from _new_visitors()
    yield from _codes()
    yield from _without_touch()
    yield from _away()
    yield from _second_store()


def _new_visitors() -> Iterator[Scenario]:
    for handler in ("does nothing", "changes", "changes, then saves", "regenerates"):
        for op, uninitialized in product(("set", "destroy"), (False, True)):
            yield scenario(
                f"{op} fails for a new visitor, handler {handler} | "
                f"saveUninitialized={'on' if uninitialized else 'off'}",
                options(saveUninitialized=uninitialized),
                step(*HANDLERS[handler]),
                step(SEE),
                store={"fail": [_fail(op)]},
            )


def _codes() -> Iterator[Scenario]:
    for code in ("ENOENT", "ECONNREFUSED"):
        for handler in ("does nothing", "changes", "reloads", "changes, then reloads"):
            yield scenario(
                f"get fails with {code}, handler {handler}",
                options(),
                known(*HANDLERS[handler]),
                store=seeded(fail=[_fail("get", 1, code)]),
            )
        yield scenario(
            f"get fails with {code} in a reload",
            options(),
            known(["reload"], SEE),
            store=seeded(fail=[_fail("get", 2, code)]),
        )
        for op, handler in (
            ("set", "changes"),
            ("touch", "does nothing"),
            ("destroy", "regenerates"),
        ):
            yield scenario(
                f"{op} fails with {code}",
                options(),
                known(*HANDLERS[handler]),
                store=seeded(fail=[_fail(op, 1, code)]),
            )
    yield scenario(
        "get, set, touch and destroy all fail",
        options(unset="destroy"),
        known(SEE),
        known(SEE),
        known(CHANGE),
        known(["unset", "null"]),
        store=seeded(
            fail=[_fail("get"), _fail("touch"), _fail("set"), _fail("destroy"), _fail("destroy", 2)]
        ),
    )
    yield scenario(
        "set fails and the cookie is invalid: both errors, in their order",
        options(cookie={"domain": "a b"}),
        step(CHANGE),
        store={"fail": [_fail("set")]},
    )
    yield scenario(
        "the handler throws and set fails",
        options(),
        known(CHANGE, ["throw", "handler failed"]),
        store=seeded(fail=[_fail("set")]),
    )


def _without_touch() -> Iterator[Scenario]:
    for handler, actions in HANDLERS.items():
        for resave, rolling in ((False, False), (True, False), (False, True)):
            yield scenario(
                f"a store without touch, handler {handler} | "
                f"resave={'on' if resave else 'off'} rolling={'on' if rolling else 'off'}",
                options(resave=resave, rolling=rolling),
                known(*actions, advance=1000),
                known(SEE),
                store=seeded(stored(MINUTE), touch=False),
            )


def _away() -> Iterator[Scenario]:
    table: dict[str, list[Json]] = {
        "looks": [SEE],
        "sets a value": [CHANGE],
        "writes": [["write", "a"]],
        "sets the session to null": [["unset", "null"], SEE],
    }
    for handler, actions in table.items():
        for unset in ("keep", "destroy"):
            yield scenario(
                f"store disconnected, handler {handler} | unset={unset}",
                options(unset=unset),
                known(*actions, connection="disconnect"),
                known(SEE, connection="connect"),
                store=seeded(),
            )
    during: dict[str, list[Json]] = {
        "then does nothing": [],
        "then changes": [CHANGE],
        "then saves": [CHANGE, ["save"]],
        "then regenerates": [["regenerate"], CHANGE],
        "then destroys": [["destroy"]],
        "and connects again, then changes": [["connection", "connect"], CHANGE],
    }
    for what, actions in during.items():
        yield scenario(
            f"store disconnects during a request, handler {what}",
            options(),
            known(["connection", "disconnect"], *actions),
            known(SEE),
            known(SEE, connection="connect"),
            store=seeded(),
        )
    yield scenario(
        "store connects without having been away",
        options(),
        known(SEE, connection="connect"),
        store=seeded(),
    )


def _second_store() -> Iterator[Scenario]:
    swap = ["use-store", "second"]
    table: dict[str, list[Json]] = {
        "saves": [CHANGE, swap, ["save"]],
        "changes": [CHANGE, swap],
        "does nothing": [swap],
        "reloads": [swap, ["reload"]],
        "destroys": [swap, ["destroy"]],
        "sets the session to null": [swap, ["unset", "null"]],
        "swaps it back and saves": [swap, ["use-store", "first"], ["save"]],
    }
    for what, actions in table.items():
        yield scenario(
            f"another store is put into the request, handler {what}",
            options(unset="destroy"),
            known(*actions, SEE),
            known(SEE),
            store={"seed": [[KNOWN, stored()]]},
        )
