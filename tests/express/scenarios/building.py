"""What a scenario is made of.

A scenario is plain JSON. `options` are express-session's own (camelCase, milliseconds);
`steps` are requests one after the other, each with the actions of its handler under `do`.
The clock starts at `now` and moves only where a step or an action says `advance` (ms).
Without `cookie` a step sends what its client's jar holds; with it, exactly that header or none.
Ids are `id-1`, `id-2`, … unless `ids` lists them. Signing is written out here once more, so that
no scenario leans on the code under test.
"""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

Json = Any
Scenario = dict[str, Json]

NOW = 1_700_000_000_500  # half a second past, so that cutting to whole seconds shows
SECRET = "keyboard cat"
MINUTE = 60_000
KNOWN = "known-one"  # the id that most scenarios find in the store; its signature has + and /

UNDEFINED: Json = {"$undefined": True}
NAN: Json = {"$number": "NaN"}
INFINITY: Json = {"$number": "Infinity"}

SEE = ["see"]
CHANGE = ["set", ["num"], 2]


def date(ms: int) -> Json:
    """A Date, `ms` after the scenario's start."""
    return {"$date": NOW + ms}


def iso(ms: int) -> str:
    """The text of a Date in a record; `ms` is counted from the scenario's start."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=NOW + ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def options(**express: Json) -> Json:
    """Options with which only what a scenario changes is remarkable."""
    return {"secret": SECRET, "resave": False, "saveUninitialized": False, **express}


def step(*actions: Json, **rest: Json) -> Json:
    """One request; its handler performs the actions in turn."""
    return {"do": list(actions), **rest}


def scenario(name: str, express: Json, *steps: Json, **rest: Json) -> Scenario:
    """A scenario; `rest` may hold store, mount, trustProxy, ids, inner, innerStore."""
    return {"name": name, "now": NOW, "options": express, "steps": list(steps), **rest}


def signature(value: str, secret: str = SECRET) -> str:
    digest = hmac.new(secret.encode(), value.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode().rstrip("=")


def signed(value: str, secret: str = SECRET) -> str:
    """The cookie's value as express-session sends it."""
    return quote(f"s:{value}.{signature(value, secret)}", safe="!~*'()-_.")


def cookie_of(value: str = KNOWN, secret: str = SECRET, name: str = "connect.sid") -> str:
    return f"{name}={signed(value, secret)}"


def stored(max_age: int | None = None, data: str = '"num":1') -> str:
    """A record's text as express-session would have written it at the scenario's start."""
    expires = "null" if max_age is None else f'"{iso(max_age)}"'
    original = "null" if max_age is None else max_age
    cookie = f'{{"originalMaxAge":{original},"expires":{expires},"httpOnly":true,"path":"/"}}'
    return f'{{"cookie":{cookie}{"," if data else ""}{data}}}'


def seeded(text: str | None = None, **rest: Json) -> Json:
    """A store that holds the known session."""
    return {"seed": [[KNOWN, stored() if text is None else text]], **rest}


def known(*actions: Json, **rest: Json) -> Json:
    """A request of the browser that has the known session's cookie."""
    return step(*actions, cookie=cookie_of(), **rest)
