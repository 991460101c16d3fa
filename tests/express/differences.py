"""Where sessionlab means to differ from express-session: the one list.

A key is a scenario's name, or its beginning followed by `*`. `instead` holds what sessionlab does,
as dotted paths into the played scenario; `refused` is a part of the error that the options raise.
The tests fail for a difference that is none any more, and for a key that names nothing.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from .values import Json


@dataclass(frozen=True)
class Difference:
    """Why, and what happens instead."""

    reason: str
    instead: dict[str, Json] = field(default_factory=dict)


def _refused(part: str, reason: str) -> Difference:
    return Difference(reason, {"refused": part})


def _kept(key: str, step: int = 0, value: Json = "x") -> Difference:
    return Difference(
        "every key is data here; there, a key that every JavaScript object or every session has "
        "is dropped when the record is read, and the session counts as modified",
        {f"steps.{step}.seen.0.session.data.json.{key}": value},
    )


_EMPTY_SECRET = "everybody could sign with an empty secret; there it signs"
_UNKNOWN = "a name that means nothing is a mistake: the error names the nearest one; there, silence"
_HANG = "there the response never ends"
_NUMBER = "JSON has no such number: a clear error; there it is silently written as null"
_EXACT = "integers are kept exact; JavaScript rounds them to the nearest double"
_UNSET_ON_ERROR = (
    "a session that could not be read is left alone; there, the error page's end finds no session, "
    "and unset: 'destroy' destroys the record"
)
_MOMENT = "a number in a record's expires is read as a moment; there it stays a number until touch"
_BROKEN = "a record without a readable cookie is one kind of error, said in its own words"
_NOT_ABSENT = "a record that is JSON but no object is broken; there, a falsy one counts as absent"
_AUTO = "auto is resolved for a cookie function too; there, no cookie is ever sent"

_UNKNOWN_OPTION = "unknown option"

DIFFERENCES: dict[str, Difference] = {
    # ---- options that are refused when they are made
    "options.cookie.originalMaxAge: *": _refused(_UNKNOWN_OPTION, _UNKNOWN),
    "options.cookie: originalMaxAge, then maxAge": _refused(_UNKNOWN_OPTION, _UNKNOWN),
    "options.cookie: maxAge, then originalMaxAge*": _refused(_UNKNOWN_OPTION, _UNKNOWN),
    "options.cookie: attributes that it does not know": _refused(
        "did you mean cookie.maxAge", _UNKNOWN
    ),
    "options.cookie: a data attribute": _refused(_UNKNOWN_OPTION, _UNKNOWN),
    "options that it does not know": _refused("did you mean cookie", _UNKNOWN),
    "options.cookie.maxAge: Infinity": _refused("max_age is inf", "no moment; there, a late error"),
    "options.cookie.maxAge: NaN": _refused("max_age is nan", "no moment; there, a late error"),
    "options.cookie is or has a text": _refused("give an object", "there, every request fails"),
    "options.cookie is or has maxAge as a text": _refused(
        "give a number", "there, every request fails"
    ),
    "options.cookie is or has maxAge true": _refused("is true", "there, every request fails"),
    "options.cookie is or has maxAge false": _refused(
        "is false", "no number; there, it means that there is no expiry"
    ),
    "options.cookie is or has expires as a text": _refused("hangs", _HANG),
    "options.cookie is or has expires as a number": _refused(
        "give cookie.maxAge", "there, it is a maxAge in disguise"
    ),
    "options.cookie is or has path as a number": _refused(
        "path", "a path is a text; there, 5 is a prefix that no path has"
    ),
    "options.cookie is or has domain as a number": _refused(
        "domain is 5", "a domain is a text; there, 5 is taken for '5'"
    ),
    "secret: an empty text in a list": _refused("secret is empty", _EMPTY_SECRET),
    "secret: an empty text before another": _refused("secret is empty", _EMPTY_SECRET),
    "signed with an empty secret in the list": _refused("secret is empty", _EMPTY_SECRET),
    "refused secret: missing": _refused("secret is missing", "there, every request fails"),
    "refused secret: null": _refused("secret is missing", "there, every request fails"),
    "refused secret: an empty text": _refused("secret is missing", "there, every request fails"),
    "secret: a number": _refused("give text", "there, signing fails after the headers"),
    "secret: a list of a number": _refused("give text", "there, signing fails after the headers"),
    "secret: true": _refused("give text", "there, signing fails after the headers"),
    # ---- what a session may hold
    "a record with the key id": _kept("id"),
    "a record with the key req": _kept("req"),
    "a record with the key save": _kept("save"),
    "a record with the key touch": _kept("touch"),
    "a record with the key reload": _kept("reload"),
    "a record with the key regenerate": _kept("regenerate"),
    "a record with the key destroy": _kept("destroy"),
    "a record with the key resetMaxAge": _kept("resetMaxAge"),
    "a record with the key __proto__": _kept("__proto__"),
    "a record with the key constructor": _kept("constructor"),
    "a record with the key toString": _kept("toString"),
    "a record with the key hasOwnProperty": _kept("hasOwnProperty"),
    "a handler sets the key 'constructor'": _kept("constructor", step=1, value=2),
    "a handler sets the key 'toString'": _kept("toString", step=1, value=2),
    "a handler sets the key id": _kept("id"),
    "a handler sets the key save": _kept("save"),
    "a handler sets the key '$cookie'": Difference(
        "session['cookie'] is data and is kept as $cookie, so that $cookie is kept as $$cookie",
        {"steps.0.ops.0.2.json.$$cookie": 2, "steps.1.seen.0.session.data.json.$cookie": 2},
    ),
    "a handler sets NaN": Difference(_NUMBER, {"steps.0.status": 500, "steps.0.ops": []}),
    "a handler sets Infinity": Difference(_NUMBER, {"steps.0.status": 500, "steps.0.ops": []}),
    "a record with a number past the largest double": Difference(
        _NUMBER, {"steps.0.status": 500, "steps.0.ops": [["get", "known-one"]]}
    ),
    "a record with an integer past 2**53": Difference(
        _EXACT, {"steps.0.ops.1.2.json.a": 9007199254740993}
    ),
    "a handler sets an integer past 2**53": Difference(
        _EXACT, {"steps.1.seen.0.session.data.json.a": 9007199254740993}
    ),
    "record with data before the cookie: *": Difference(
        "a record's cookie always stands first; there, in the place in which it was read",
        {"steps.0.ops.1.2.keys.0": "cookie"},
    ),
    # ---- the session's cookie in the handler's hands
    "a handler sets cookie.expires to a text": Difference(_HANG, {"steps.0.status": 500}),
    "a handler sets cookie.expires to true": Difference(_HANG, {"steps.0.status": 500}),
    "a handler sets cookie.expires to a number": Difference(
        "expires is a moment; there, a number is a maxAge in disguise", {"steps.0.status": 500}
    ),
    "a handler sets cookie.maxAge to a Date": Difference(
        "max_age is a time span; there, a Date is taken with a warning", {"steps.0.status": 500}
    ),
    "a handler sets cookie.domain to 5": Difference(
        "a domain is a text; there, 5 is taken for '5'",
        {"steps.0.errors.0.1": "option domain is invalid"},
    ),
    "options.cookie is or has a function that gives secure auto": Difference(
        _AUTO, {"steps.1.seen.0.session.cookie.secure": False, "steps.0.errors": []}
    ),
    "options.cookie is or has a function that gives sameSite auto": Difference(
        _AUTO, {"steps.1.seen.0.session.cookie.sameSite": "lax", "steps.0.errors": []}
    ),
    "options.cookie is a function that gives both auto, over TLS": Difference(
        _AUTO,
        {
            "steps.1.seen.0.session.cookie.secure": True,
            "steps.1.seen.0.session.cookie.sameSite": "none",
        },
    ),
    # ---- the session replaced, or used after its end
    "the session replaced by a plain object": Difference(_HANG, {"steps.0.status": 500}),
    "the session replaced by a text": Difference(_HANG, {"steps.0.status": 500}),
    "the session replaced by 0": Difference(
        "only None unsets a session, anything else is a mistake", {"steps.0.status": 500}
    ),
    "the session replaced by false": Difference(
        "only None unsets a session, anything else is a mistake", {"steps.0.status": 500}
    ),
    "the session replaced by an empty text": Difference(
        "only None unsets a session, anything else is a mistake", {"steps.0.status": 500}
    ),
    "a session reloaded after it was *": Difference(
        "there, the error of the reload is an uncaught one: the process ends",
        {"steps.0.status": 200, "steps.0.calls.-1": ["reload", "failed to load session"]},
    ),
    # ---- records that nobody should write
    "record with expires as a number to come: *": Difference(
        _MOMENT, {"steps.0.ops.1.2.json.cookie.expires": "2023-11-14T22:14:20.500Z"}
    ),
    "record with expires as a number, without originalMaxAge: *": Difference(_MOMENT),
    "record with expires as a number, originalMaxAge null: *": Difference(_MOMENT),
    "record with expires zero: *": Difference(
        "0 is a moment long past; there, it is falsy and means no expiry",
        {"steps.0.ops.0": ["get", "known-one"], "final.known-one": None},
    ),
    "record with a cookie with maxAge: *": Difference(
        "maxAge is no member of a record's cookie; there, it is a setter that runs on reading",
        {"final.known-one.json.cookie.expires": None},
    ),
    "unreadable record, a cookie with maxAge as a text": Difference(
        "maxAge is no member of a record's cookie; there, it is a setter that throws",
        {"steps.0.status": 200},
    ),
    "a record with originalMaxAge as *": Difference(
        _HANG, {"steps.0.status": 500, "steps.0.errors.0.0": "before headers"}
    ),
    "record with a cookie that is a list: *": Difference(_BROKEN, {"steps.0.status": 500}),
    "unreadable record, a cookie of null": Difference(_BROKEN, {"steps.0.status": 500}),
    "unreadable record, a cookie that is a text": Difference(_BROKEN, {"steps.0.status": 500}),
    "unreadable record, a cookie that is a number": Difference(_BROKEN, {"steps.0.status": 500}),
    "unreadable record, a cookie that is true": Difference(_BROKEN, {"steps.0.status": 500}),
    "unreadable record, null": Difference(_BROKEN, {"steps.0.status": 500}),
    "unreadable record, JSON cut short": Difference(
        "the cookie is read without the data: the data is missed when the session is opened",
        {"steps.0.status": 500},
    ),
    "record with the text null's neighbour: false: *": Difference(
        _NOT_ABSENT, {"steps.0.status": 500}
    ),
    "record with the text 0: *": Difference(_NOT_ABSENT, {"steps.0.status": 500}),
    "unreadable record, data without a cookie: found by reload": Difference(
        "there, the process ends", {"steps.0.status": 200, "steps.0.calls.0.0": "reload"}
    ),
    "unreadable record, data without a cookie: found by touch": Difference(
        "a broken record is not mended by a touch", {"final.known-one": '{"num":1}'}
    ),
    "unreadable record, no JSON: found by reload": Difference(
        _HANG, {"steps.0.status": 200, "steps.0.calls.0": ["reload", "not JSON"]}
    ),
    "unreadable record, no JSON: found by touch": Difference(
        _HANG, {"steps.0.status": 200, "steps.0.errors.0": ["after headers", "not JSON"]}
    ),
    "unreadable record, null: found by reload": Difference(_HANG, {"steps.0.status": 200}),
    "unreadable record, null: found by touch": Difference(_HANG, {"steps.0.status": 200}),
    "unreadable record, data without a cookie: with unset: 'destroy'": Difference(
        _UNSET_ON_ERROR, {"final.known-one": '{"num":1}'}
    ),
    "unreadable record, no JSON: with unset: 'destroy'": Difference(
        _UNSET_ON_ERROR, {"final.known-one": "x"}
    ),
    "unreadable record, null: with unset: 'destroy'": Difference(
        _UNSET_ON_ERROR, {"final.known-one": "null"}
    ),
    # ---- stores
    "get fails on call 1, handler does nothing | resave=off unset=destroy": Difference(
        _UNSET_ON_ERROR, {"steps.0.ops": [["get", "known-one"]], "steps.0.status": 500}
    ),
    "get fails on call 1, handler changes | resave=off unset=destroy": Difference(
        _UNSET_ON_ERROR, {"steps.0.ops": [["get", "known-one"]], "steps.0.status": 500}
    ),
    "get fails on call 1, handler reloads | resave=off unset=destroy": Difference(
        _UNSET_ON_ERROR, {"steps.0.ops": [["get", "known-one"]], "steps.0.status": 500}
    ),
    "get fails on call 1, handler changes, then reloads | resave=off unset=destroy": Difference(
        _UNSET_ON_ERROR, {"steps.0.ops": [["get", "known-one"]], "steps.0.status": 500}
    ),
    "get fails on call 2, handler does nothing | resave=off unset=destroy": Difference(
        _UNSET_ON_ERROR, {"steps.1.ops": [["get", "known-one"]], "steps.1.status": 500}
    ),
    "get fails on call 2, handler changes | resave=off unset=destroy": Difference(
        _UNSET_ON_ERROR, {"steps.1.ops": [["get", "known-one"]], "steps.1.status": 500}
    ),
    "get, set, touch and destroy all fail": Difference(
        _UNSET_ON_ERROR, {"steps.0.errors": [["before headers", "get failed"]]}
    ),
    "set fails and the cookie is invalid: both errors, in their order": Difference(
        "the store is asked before the cookie is decided; there, which error comes first "
        "depends on how soon the store calls back",
        {
            "steps.0.errors": [
                ["after headers", "set failed"],
                ["after headers", "option domain is invalid"],
            ]
        },
    ),
    "two middlewares over one store: *": Difference(
        "each middleware uses its own options; there, the last one made lends its cookie to all "
        "that share its store",
        {"steps.0.ops.0.2.json.cookie.originalMaxAge": None},
    ),
    "framing: Content-Length, all written, then changed, new visitor": Difference(
        "the chunk that completes the Content-Length waits for the end of the body, and the "
        "headers with it, if they are not out; there they went out with the write",
        {
            "steps.0.setCookie.0": (
                "connect.sid=s%3Aid-1.CPR9G%2BFSBBnxuYQ%2BZ3H8BMX5zTG4peEH%2FAy29BT%2FEfQ"
                "; Path=/; HttpOnly"
            )
        },
    ),
    # ---- names that every JavaScript object has
    "name: toString, which every object has": Difference(
        "a name is a name; there, an inherited method is taken for the cookie",
        {"steps.1.status": 200},
    ),
    "name: __proto__, which every object has": Difference(
        "a name is a name; there, an inherited object is taken for the cookie",
        {"steps.1.status": 200},
    ),
}


def difference_of(name: str) -> Difference | None:
    """The difference that a scenario is listed under."""
    exact = DIFFERENCES.get(name)
    if exact is not None:
        return exact
    for key, difference in DIFFERENCES.items():
        if key.endswith("*") and name.startswith(key[:-1]):
            return difference
    return None


def look_up(played: Json, path: str) -> Any:
    """The value at a dotted path; `json` reads a text, `keys` its keys; None: nothing there."""
    value = played
    for part in path.split("."):
        if part == "json":
            value = json.loads(value)
        elif part == "keys":
            value = list(json.loads(value))
        elif isinstance(value, list):
            value = value[int(part)]
        else:
            value = value.get(part)
    return value
