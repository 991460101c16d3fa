"""Several browsers, requests that overlap, and session objects that outlive their moment."""

from collections.abc import Iterator
from itertools import product

from .building import (
    CHANGE,
    KNOWN,
    MINUTE,
    SEE,
    UNDEFINED,
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

# what one request does while another one is on its way
OVERLAPS: dict[str, list[Json]] = {
    "reads": [],
    "changes the same key": [["set", ["num"], 9]],
    "sets another key": [["set", ["other"], 1]],
    "saves": [["set", ["other"], 1], ["save"]],
    "destroys": [["destroy"]],
    "regenerates": [["regenerate"], ["set", ["user"], "Ann"]],
    "sets it to null": [["unset", "null"]],
}
OUTER: dict[str, tuple[list[Json], list[Json]]] = {
    "reads": ([], []),
    "changes before": ([CHANGE], []),
    "changes after": ([], [CHANGE]),
    "saves before": ([CHANGE, ["save"]], []),
    "saves after": ([], [CHANGE, ["save"]]),
    "reloads after, then changes": ([], [["reload"], CHANGE]),
    "destroys after": ([], [["destroy"]]),
    "regenerates after": ([], [["regenerate"]]),
    "has written before, changes after": ([["write", "a"]], [CHANGE]),
}


def scenarios() -> Iterator[Scenario]:
    yield from _overlapping()
    yield from _clients()
    yield from _objects()
    yield from _made_by_hand()
    yield from _ids()


def _overlapping() -> Iterator[Scenario]:
    for (slow, (before, after)), (quick, actions) in product(OUTER.items(), OVERLAPS.items()):
        for resave in (False, True):
            yield scenario(
                f"overlap: while one request {slow}, another {quick} | "
                f"resave={'on' if resave else 'off'}",
                options(resave=resave, unset="destroy"),
                known(*before, ["meanwhile", known(*actions)], *after, SEE),
                known(SEE),
                store=seeded(stored(None, '"num":1,"cart":["tea"]')),
            )
    yield scenario(
        "overlap: two first visits at once make two sessions",
        options(saveUninitialized=True),
        step(["count"], client="a"),
        step(["meanwhile", step(["count"], client="b")], ["count"], client="b"),
        step(["count"], client="b"),
    )
    yield scenario(
        "overlap: three deep, each adds its own key",
        options(),
        known(
            ["set", ["a"], 1],
            ["meanwhile", known(["set", ["b"], 1], ["meanwhile", known(["set", ["c"], 1])])],
        ),
        known(SEE),
        store=seeded(),
    )


def _clients() -> Iterator[Scenario]:
    visits = [step(["count"], client=who) for who in "abab"]
    for uninitialized, resave in product((False, True), repeat=2):
        label = f"saveUninitialized={uninitialized} resave={resave}".lower()
        yield scenario(
            f"clients: two browsers count for themselves | {label}",
            options(saveUninitialized=uninitialized, resave=resave),
            *visits,
        )
        yield scenario(
            f"clients: five visits without cookies | {label}",
            options(saveUninitialized=uninitialized, resave=resave),
            *[step(SEE, cookie=None) for _ in range(5)],
        )
        yield scenario(
            f"clients: one browser logs out, the other stays | {label}",
            options(saveUninitialized=uninitialized, resave=resave),
            step(["count"], client="a"),
            step(["count"], client="b"),
            step(["destroy"], client="a"),
            step(["count"], client="a"),
            step(["count"], client="b"),
        )
    yield scenario(
        "clients: a stolen cookie works until its owner logs out",
        options(),
        known(["set", ["user"], "Ann"], client="ann"),
        known(SEE, client="mallory"),
        known(["destroy"], client="ann"),
        known(SEE, client="mallory"),
        store=seeded(),
    )
    yield scenario(
        "clients: fixation, the planted id becomes the victim's session",
        options(),
        known(["set", ["user"], "victim"], client="victim"),
        known(SEE, client="mallory"),
        store=seeded(),
    )
    yield scenario(
        "clients: fixation stopped by regenerate",
        options(),
        known(["regenerate"], ["set", ["user"], "victim"], client="victim"),
        known(SEE, client="mallory"),
        step(SEE, client="victim"),
        store=seeded(),
    )
    yield scenario(
        "clients: the counter of the first demo",
        options(resave=True, saveUninitialized=True),
        *[step(["count"]) for _ in range(6)],
    )
    yield scenario(
        "clients: a browser that loses its cookie starts again",
        options(),
        step(["count"]),
        step(["count"]),
        step(["count"], cookie=None),
        step(["count"]),
    )


def _objects() -> Iterator[Scenario]:
    """A session that a handler kept, used after the request has another one."""
    keep = ["keep", "old"]
    back = ["put-back", "old"]
    renew = ["regenerate"]
    table: dict[str, list[Json]] = {
        "put back after regenerate": [keep, renew, back, SEE],
        "put back after regenerate and changed": [keep, renew, back, CHANGE],
        "put back after regenerate and saved": [keep, renew, back, ["save"]],
        "put back after destroy": [keep, ["destroy"], back, SEE],
        "put back after destroy and changed": [keep, ["destroy"], back, CHANGE],
        "put back after reload": [keep, ["reload"], back],
        "changed and put back after reload": [keep, CHANGE, ["reload"], back],
        "saved after regenerate": [keep, renew, ["on", "old", "save"]],
        "changed and saved after regenerate": [
            keep,
            renew,
            ["set-on", "old", ["num"], 5],
            ["on", "old", "save"],
        ],
        "saved after destroy": [keep, ["destroy"], ["on", "old", "save"]],
        "destroyed after regenerate": [keep, renew, ["on", "old", "destroy"]],
        "regenerated after regenerate": [keep, renew, ["on", "old", "regenerate"], SEE],
        "regenerated after destroy": [keep, ["destroy"], ["on", "old", "regenerate"], SEE],
        "reloaded after regenerate": [keep, renew, ["on", "old", "reload"], SEE],
        "touched after regenerate": [keep, renew, ["on", "old", "touch"]],
        "saved after it was unset": [keep, ["unset", "null"], CHANGE_ON_OLD, ["on", "old", "save"]],
        "saved after a reload": [keep, ["reload"], CHANGE_ON_OLD, ["on", "old", "save"]],
        "touched after it was unset": [keep, ["unset", "null"], ["on", "old", "touch"]],
    }
    for what, actions in table.items():
        for unset, resave in (("keep", False), ("destroy", False), ("keep", True)):
            yield scenario(
                f"an old session object: {what} | unset={unset} resave={'on' if resave else 'off'}",
                options(unset=unset, resave=resave),
                known(*actions),
                step(SEE),
                known(SEE),
                store=seeded(stored(MINUTE)),
            )


CHANGE_ON_OLD: Json = ["set-on", "old", ["num"], 5]


def _made_by_hand() -> Iterator[Scenario]:
    """A session that the handler makes through the store, in the place of the request's."""
    generate: Json = ["generate"]
    create: Json = ["create-session", stored(5000, '"made":1')]
    same: Json = ["create-session", stored(5000)]
    for what, actions in {
        "generates one": [generate, SEE],
        "generates one and sets": [generate, CHANGE],
        "generates one and saves": [generate, ["save"]],
        "generates one and regenerates": [generate, ["regenerate"]],
        "generates one, then destroys it": [generate, ["destroy"]],
        "generates one after writing": [["write", "a"], generate, CHANGE],
        "changes, then generates one": [CHANGE, generate],
        "creates one from a record": [create, SEE],
        "creates one and sets": [create, CHANGE],
        "creates one and saves": [create, ["save"]],
        "creates one and reloads": [create, ["reload"], SEE],
        "creates one with the data it had": [same, SEE],
        "creates one from an expired record": [["create-session", stored(-1)], SEE],
        "creates one after destroy": [["destroy"], create, SEE],
        "creates one after unsetting": [["unset", "null"], create],
    }.items():
        for resave in (False, True):
            for who, first in (("known", known), ("new", step)):
                yield scenario(
                    f"made by hand: {who} visitor's handler {what} | "
                    f"resave={'on' if resave else 'off'}",
                    options(resave=resave, cookie={"maxAge": MINUTE}),
                    first(*actions),
                    step(SEE, advance=1000),
                    known(SEE),
                    store=seeded(stored(MINUTE)),
                )


def _ids() -> Iterator[Scenario]:
    """The request's id overwritten by the handler."""
    handlers: dict[str, list[Json]] = {
        "does nothing": [],
        "changes": [CHANGE],
        "saves a change": [CHANGE, ["save"]],
        "sets the session to null": [["unset", "null"]],
        "regenerates after it": [],
    }
    for what, value in {
        "another text": "other",
        "the id it had": KNOWN,
        "a text with a dot": "a.b",
        "an empty text": "",
        "a number": 5,
        "true": True,
        "null": None,
        "undefined": UNDEFINED,
    }.items():
        for handler, actions in handlers.items():
            after = [["regenerate"]] if handler == "regenerates after it" else []
            for who, cookie in (("known", cookie_of()), ("new", None)):
                if who == "new" and handler not in ("does nothing", "changes"):
                    continue
                yield scenario(
                    f"the request's id overwritten with {what}, {who} visitor, handler {handler}",
                    options(unset="destroy"),
                    step(*actions, ["session-id", value], *after, SEE, cookie=cookie),
                    known(SEE),
                    store=seeded(stored(MINUTE)),
                )
    yield scenario(
        "the request's id overwritten with the unknown one that the browser sent, after a save",
        options(),
        step(CHANGE, ["save"], ["session-id", "invented"], SEE, cookie=cookie_of("invented")),
        step(SEE, cookie=cookie_of("invented")),
    )
