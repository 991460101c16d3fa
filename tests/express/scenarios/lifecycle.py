"""What is saved, touched, destroyed and sent: every handler under every combination of options."""

from collections.abc import Iterator
from itertools import product

from .building import (
    CHANGE,
    KNOWN,
    MINUTE,
    SEE,
    Json,
    Scenario,
    cookie_of,
    known,
    options,
    scenario,
    seeded,
    step,
    stored,
)

DATA = '"num":1,"user":{"name":"Ann","cookie":"x"},"list":[1,2]'
OUTSIDE = '"num":7,"by":"another"'

NEW_VISITOR: dict[str, list[Json]] = {
    "does nothing": [],
    "sets a value": [["set", ["num"], 1]],
    "sets a value and deletes it again": [["set", ["num"], 1], ["delete", ["num"]]],
    "saves without data": [["save"]],
    "sets, then saves": [["set", ["num"], 1], ["save"]],
    "saves, then sets": [["save"], ["set", ["num"], 1]],
    "sets, saves, then changes": [["set", ["num"], 1], ["save"], ["set", ["num"], 2]],
    "saves twice": [["save"], ["save"]],
    "sets, then saves twice": [["set", ["num"], 1], ["save"], ["save"]],
    "touches": [["touch"]],
    "regenerates": [["regenerate"]],
    "sets, then regenerates": [["set", ["num"], 1], ["regenerate"]],
    "regenerates, then sets": [["regenerate"], ["set", ["num"], 1]],
    "regenerates, then saves": [["regenerate"], ["save"]],
    "saves, then regenerates": [["save"], ["regenerate"]],
    "destroys": [["destroy"]],
    "saves, then destroys": [["set", ["num"], 1], ["save"], ["destroy"]],
    "changes only maxAge": [["cookie", "maxAge", 5000]],
    "reloads what was never saved": [["reload"]],
    "sets, saves, reloads": [["set", ["num"], 1], ["save"], ["reload"]],
}

KNOWN_VISITOR: dict[str, list[Json]] = {
    "does nothing": [],
    "sets the value it had": [["set", ["num"], 1]],
    "changes a value": [CHANGE],
    "changes and changes back": [CHANGE, ["set", ["num"], 1]],
    "changes a nested value": [["set", ["user", "name"], "Bob"]],
    "changes a nested key called cookie": [["set", ["user", "cookie"], "y"]],
    "appends to a list": [["append", ["list"], 3]],
    "changes only the order of keys": [["delete", ["num"]], ["set", ["num"], 1]],
    "deletes a key": [["delete", ["num"]]],
    "saves unchanged": [["save"]],
    "changes, then saves": [CHANGE, ["save"]],
    "saves, then changes": [["save"], CHANGE],
    "changes, saves, changes again": [CHANGE, ["save"], ["set", ["num"], 3]],
    "changes, saves, changes back": [CHANGE, ["save"], ["set", ["num"], 1]],
    "saves twice": [["save"], ["save"]],
    "reloads": [["reload"]],
    "changes, then reloads": [CHANGE, ["reload"], SEE],
    "reloads, then changes": [["reload"], CHANGE],
    "reloads, then saves": [["reload"], ["save"]],
    "reloads what changed outside": [["outside-set", KNOWN, stored(data=OUTSIDE)], ["reload"], SEE],
    "reloads what changed outside, then saves": [
        ["outside-set", KNOWN, stored(data=OUTSIDE)],
        ["reload"],
        ["save"],
    ],
    "reloads what was destroyed outside": [["outside-destroy", KNOWN], ["reload"], SEE],
    "regenerates": [["regenerate"]],
    "regenerates, then sets": [["regenerate"], ["set", ["user"], "Ann"]],
    "regenerates, then sets what it had": [
        ["regenerate"],
        ["set", ["num"], 1],
        ["set", ["user"], {"name": "Ann", "cookie": "x"}],
        ["set", ["list"], [1, 2]],
    ],
    "regenerates, then saves": [["regenerate"], ["save"]],
    "regenerates, sets, then saves": [["regenerate"], ["set", ["user"], "Ann"], ["save"]],
    "regenerates twice": [["regenerate"], ["regenerate"]],
    "saves, then regenerates": [["save"], ["regenerate"]],
    "regenerates, saves, reloads": [["regenerate"], ["save"], ["reload"]],
    "destroys": [["destroy"]],
    "changes, then destroys": [CHANGE, ["destroy"]],
    "touches": [["touch"]],
    "changes only maxAge": [["cookie", "maxAge", 5000]],
    "changes maxAge and data": [["cookie", "maxAge", 5000], CHANGE],
    "takes maxAge away": [["cookie", "maxAge", None]],
    "is destroyed outside": [["outside-destroy", KNOWN]],
    "is destroyed outside, then changes": [["outside-destroy", KNOWN], CHANGE],
    "is changed outside": [["outside-set", KNOWN, stored(data=OUTSIDE)]],
    "is changed outside, then changes": [["outside-set", KNOWN, stored(data=OUTSIDE)], CHANGE],
}

UNSETTING: dict[str, list[Json]] = {
    "sets the session to null": [["unset", "null"]],
    "sets the session to undefined": [["unset", "undefined"]],
    "deletes the session": [["unset", "delete"]],
    "destroys it": [["destroy"]],
    "destroys it, then sets it to null": [["destroy"], ["unset", "null"]],
    "changes, then sets it to null": [CHANGE, ["unset", "null"]],
    "saves a change, then sets it to null": [CHANGE, ["save"], ["unset", "null"]],
    "regenerates, then sets it to null": [["regenerate"], ["unset", "null"]],
    "sets it to null and back": [["keep", "it"], ["unset", "null"], ["put-back", "it"]],
    "sets it to null after the headers": [["write", "a"], ["unset", "null"]],
    "destroys it after the headers": [["write", "a"], ["destroy"]],
}


def _label(**switches: Json) -> str:
    def word(value: Json) -> str:
        return {True: "on", False: "off", None: "none"}.get(value, str(value))

    return " ".join(f"{name}={word(value)}" for name, value in switches.items())


def _combinations() -> Iterator[tuple[str, Json, int | None]]:
    switches = (False, True)
    for resave, uninitialized, rolling in product(switches, repeat=3):
        for max_age in (None, MINUTE):
            label = _label(
                resave=resave, saveUninitialized=uninitialized, rolling=rolling, maxAge=max_age
            )
            express = options(resave=resave, saveUninitialized=uninitialized, rolling=rolling)
            if max_age is not None:
                express["cookie"] = {"maxAge": max_age}
            yield label, express, max_age


def scenarios() -> Iterator[Scenario]:
    for label, express, max_age in _combinations():
        for what, actions in NEW_VISITOR.items():
            yield scenario(
                f"new visitor {what} | {label}", express, step(*actions), step(SEE, advance=1000)
            )
        for what, actions in KNOWN_VISITOR.items():
            yield scenario(
                f"known visitor {what} | {label}",
                express,
                known(*actions, advance=1000),
                known(SEE, advance=1000),
                store=seeded(stored(max_age, DATA)),
            )
    for unset, resave, uninitialized in product(("keep", "destroy"), (False, True), (False, True)):
        label = _label(unset=unset, resave=resave, saveUninitialized=uninitialized)
        express = options(unset=unset, resave=resave, saveUninitialized=uninitialized)
        for what, actions in UNSETTING.items():
            for who, cookie in (("known visitor", cookie_of()), ("new visitor", None)):
                yield scenario(
                    f"{who} {what} | {label}",
                    express,
                    step(*actions, cookie=cookie),
                    known(SEE),
                    store=seeded(),
                )
