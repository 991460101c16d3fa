"""Sessions as time passes: within maxAge, at its end, after it, and backwards."""

from collections.abc import Iterator
from itertools import product

from .building import (
    CHANGE,
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

MOMENTS = {
    "at once": 0,
    "half way": MINUTE // 2,
    "1 ms before the end": MINUTE - 1,
    "at the end": MINUTE,
    "1 ms after the end": MINUTE + 1,
    "a day before": -86_400_000,
}
HANDLERS: dict[str, list[Json]] = {
    "does nothing": [SEE],
    "changes": [SEE, ["set", ["num"], 5]],
    "saves": [SEE, ["save"]],
}


def scenarios() -> Iterator[Scenario]:
    for (what, ms), (handler, actions) in product(MOMENTS.items(), HANDLERS.items()):
        for rolling, resave in ((False, False), (True, False), (False, True)):
            mode = {(False, False): "plain", (True, False): "rolling", (False, True): "resave"}
            yield scenario(
                f"clock: returns {what}, handler {handler}, {mode[rolling, resave]}",
                options(rolling=rolling, resave=resave, cookie={"maxAge": MINUTE}),
                step(CHANGE),
                step(*actions, advance=ms),
                step(SEE, advance=MINUTE - 1),
            )
    yield from _longer()
    yield from _within_a_request()


def _longer() -> Iterator[Scenario]:
    for rolling, resave, uninitialized in product((False, True), repeat=3):
        label = f"rolling={rolling} resave={resave} saveUninitialized={uninitialized}".lower()
        express = options(
            rolling=rolling,
            resave=resave,
            saveUninitialized=uninitialized,
            cookie={"maxAge": MINUTE},
        )
        yield scenario(
            f"clock: reads every 40 seconds, then a pause | {label}",
            express,
            step(CHANGE),
            *[step(SEE, advance=40_000) for _ in range(4)],
            step(SEE, advance=61_000),
        )
        yield scenario(
            f"clock: counts every 40 seconds | {label}",
            express,
            *[step(["count"], advance=40_000) for _ in range(4)],
            step(SEE, advance=MINUTE),
        )
    yield scenario(
        "clock: a shorter maxAge set once rolls from then on",
        options(rolling=True, cookie={"maxAge": MINUTE}),
        step(CHANGE, ["cookie", "maxAge", 2000]),
        *[step(SEE, advance=1500) for _ in range(3)],
        step(SEE, advance=2001),
    )
    yield scenario(
        "clock: an expires set once rolls from then on",
        options(rolling=True),
        step(CHANGE, ["cookie", "expires", {"$date": 1_700_000_003_000}]),
        *[step(SEE, advance=1500) for _ in range(3)],
        step(SEE, advance=2501),
    )
    yield scenario(
        "clock: options.cookie.expires is one moment, but rolls with every request",
        options(cookie={"expires": {"$date": 1_700_000_003_000}}),
        step(CHANGE),
        step(SEE, advance=1500),
        step(SEE, advance=1500),
        step(SEE, advance=9000),
        step(CHANGE),
    )
    yield scenario(
        "clock: an expired session is gone from the store and its id is not used again",
        options(saveUninitialized=True, cookie={"maxAge": 1000}),
        step(SEE),
        step(SEE, advance=1000),
        step(SEE, advance=999),
    )
    yield scenario(
        "clock: a session without expiry outlives a hundred years",
        options(),
        known(SEE, advance=3_155_760_000_000),
        store=seeded(),
    )


def _within_a_request() -> Iterator[Scenario]:
    """Time that passes while the handler works."""
    wait = ["advance", 30_000]
    table: dict[str, list[Json]] = {
        "changes, waits": [CHANGE, wait],
        "waits, changes": [wait, CHANGE],
        "writes, waits, changes": [["write", "a"], wait, CHANGE],
        "changes, writes, waits": [CHANGE, ["write", "a"], wait],
        "touches, waits": [["touch"], wait],
        "saves a change, waits": [CHANGE, ["save"], wait],
        "waits to the very end": [["advance", MINUTE]],
        "waits past the end": [["advance", MINUTE + 1]],
        "waits past the end, reloads": [["advance", MINUTE + 1], ["reload"], SEE],
        "waits past the end, changes": [["advance", MINUTE + 1], CHANGE],
        "waits past the end, saves": [["advance", MINUTE + 1], ["save"]],
        "writes, waits past the end": [["write", "a"], ["advance", MINUTE + 1]],
        "waits, regenerates": [wait, ["regenerate"]],
        "regenerates, waits": [["regenerate"], wait],
        "waits, reads maxAge": [wait, SEE],
        "goes back in time": [["advance", -MINUTE], CHANGE],
    }
    for what, actions in table.items():
        for rolling in (False, True):
            yield scenario(
                f"clock within a request: handler {what}{', rolling' if rolling else ''}",
                options(rolling=rolling, cookie={"maxAge": MINUTE}),
                known(*actions),
                known(SEE, advance=1000),
                store=seeded(stored(MINUTE)),
            )
