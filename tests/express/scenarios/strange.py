"""Where express-session stumbles over JavaScript itself; most are deliberate differences."""

from collections.abc import Iterator

from .building import (
    CHANGE,
    KNOWN,
    MINUTE,
    SEE,
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


def scenarios() -> Iterator[Scenario]:
    yield from _keys()
    yield from _ages()
    yield from _values()
    yield from _replaced()
    yield from _options()


def _keys() -> Iterator[Scenario]:
    for key in ("id", "req", "save", "touch", "reload", "regenerate", "destroy", "resetMaxAge"):
        yield scenario(
            f"a record with the key {key}",
            options(),
            known(SEE),
            known(CHANGE),
            store=seeded(stored(data=f'"num":1,"{key}":"x"')),
        )
    for key in ("__proto__", "constructor", "toString", "hasOwnProperty"):
        yield scenario(
            f"a record with the key {key}",
            options(),
            known(CHANGE, SEE),
            store=seeded(stored(data=f'"num":1,"{key}":"x"')),
        )
    yield scenario(
        "a handler sets the key id", options(), known(["set", ["id"], "x"], SEE), store=seeded()
    )
    yield scenario(
        "a handler sets the key save", options(), known(["set", ["save"], "x"], SEE), store=seeded()
    )


def _ages() -> Iterator[Scenario]:
    for what, text in {"a text": '"60000"', "true": "true", "a list": "[1]"}.items():
        yield scenario(
            f"a record with originalMaxAge as {what}",
            options(),
            known(SEE),
            store=seeded(f'{{"cookie":{{"originalMaxAge":{text},"path":"/"}},"num":1}}'),
        )


def _values() -> Iterator[Scenario]:
    numbers: dict[str, Json] = {"NaN": {"$number": "NaN"}, "Infinity": {"$number": "Infinity"}}
    for what, value in numbers.items():
        yield scenario(f"a handler sets {what}", options(), step(["set", ["a"], value]), step(SEE))
    yield scenario(
        "a record with an integer past 2**53",
        options(),
        known(CHANGE),
        store=seeded(stored(data='"a":9007199254740993')),
    )
    yield scenario(
        "a record with a number past the largest double",
        options(),
        known(CHANGE),
        store=seeded(stored(data='"a":1e400')),
    )
    yield scenario(
        "a handler sets an integer past 2**53",
        options(),
        step(["set", ["a"], 2**53 + 1]),
        step(SEE),
    )
    moments: dict[str, Json] = {"a text": iso(MINUTE), "a number": 60_000, "true": True}
    for what, value in moments.items():
        yield scenario(
            f"a handler sets cookie.expires to {what}",
            options(),
            known(CHANGE, ["cookie", "expires", value]),
            known(SEE),
            store=seeded(),
        )
    yield scenario(
        "a handler sets cookie.maxAge to a Date",
        options(),
        known(CHANGE, ["cookie", "maxAge", date(MINUTE)]),
        store=seeded(),
    )
    attributes: list[tuple[str, Json]] = [
        ("secure", "yes"),
        ("secure", 1),
        ("secure", "auto"),
        ("sameSite", "auto"),
        ("httpOnly", 0),
        ("priority", 5),
        ("sameSite", 1),
        ("domain", 5),
    ]
    for attribute, value in attributes:
        yield scenario(
            f"a handler sets cookie.{attribute} to {value!r}",
            options(),
            known(CHANGE, ["cookie", attribute, value]),
            store=seeded(stored(MINUTE)),
        )


def _replaced() -> Iterator[Scenario]:
    values: dict[str, Json] = {
        "a plain object": {"num": 1},
        "a text": "x",
        "0": 0,
        "false": False,
        "an empty text": "",
    }
    for what, value in values.items():
        yield scenario(
            f"the session replaced by {what}",
            options(),
            known(["assign", value]),
            store=seeded(),
        )
    for what, actions in {
        "destroyed": [["keep", "it"], ["destroy"], ["on", "it", "reload"]],
        "set to null": [
            ["keep", "it"],
            ["outside-destroy", KNOWN],
            ["unset", "null"],
            ["on", "it", "reload"],
        ],
    }.items():
        yield scenario(
            f"a session reloaded after it was {what}", options(), known(*actions), store=seeded()
        )


def _options() -> Iterator[Scenario]:
    cookies: dict[str, Json] = {
        "a text": "x",
        "maxAge as a text": {"maxAge": "60000"},
        "maxAge as a Date": {"maxAge": date(MINUTE)},
        "maxAge true": {"maxAge": True},
        "maxAge false": {"maxAge": False},
        "expires as a text": {"expires": iso(MINUTE)},
        "expires as a number": {"expires": 60_000},
        "expires false": {"expires": False},
        "secure as a text": {"secure": "yes"},
        "secure as a number": {"secure": 1},
        "priority as a number": {"priority": 5},
        "domain as a number": {"domain": 5},
        "path as a number": {"path": 5},
        "sameSite as a number": {"sameSite": 1},
        "a function that gives secure auto": {"$by-path": {"/": {"secure": "auto"}}},
        "a function that gives sameSite auto": {"$by-path": {"/": {"sameSite": "auto"}}},
    }
    for what, cookie in cookies.items():
        yield scenario(
            f"options.cookie is or has {what}",
            options(cookie=cookie),
            step(CHANGE),
            step(SEE, ["set", ["num"], 3]),
        )
    yield scenario(
        "options.cookie is a function that gives both auto, over TLS",
        options(cookie={"$by-path": {"/": {"secure": "auto", "sameSite": "auto"}}}),
        step(CHANGE, tls=True),
        step(SEE, tls=True),
    )
    for name in ("toString", "__proto__"):
        yield scenario(
            f"name: {name}, which every object has",
            options(name=name),
            step(CHANGE),
            step(SEE, cookie="a=1"),
        )
    for what, secret in {"a number": 5, "a list of a number": [5], "true": True}.items():
        yield scenario(f"secret: {what}", options(secret=secret), step(CHANGE))
    for what, made in {"a number": 5, "null": None, "an empty text": ""}.items():
        yield scenario(f"genid gives {what}", options(), step(CHANGE, SEE), step(SEE), ids=[made])
    yield scenario(
        "two middlewares over one store: the second's cookie options are used by the first",
        options(),
        step(CHANGE),
        inner=options(name="inner.sid", cookie={"maxAge": MINUTE}),
        innerStore="first",
    )
