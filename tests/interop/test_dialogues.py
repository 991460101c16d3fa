"""Logged in on one side, read, changed and ended on the other: whoever plays, all is the same."""

from __future__ import annotations

import pytest

from .dialogues import ALICE, HOUR, SEEN, Dialogue, Expect, Plant, Steal, Table, Wait, a, b
from .sites import World

LOGGED_IN = a("POST /login", ALICE, SEEN, sets=True)

LOGINS: Table = {
    "a login on one is a login on the other": Dialogue(
        [
            b("GET /me", sees="{}", status=401, sets=False),
            LOGGED_IN,
            b("GET /me", sees=SEEN, sets=False),
            a("GET /me", sees=SEEN, sets=False),
            Expect(records=1, ttl=HOUR),
        ]
    ),
    "a login on the other side changes the ID and empties the session": Dialogue(
        [
            a("PUT /data", {"draft": 1}, '{"draft":1}', sets=True),
            b("POST /login", ALICE, SEEN, sets=True),
            a("GET /data", sees=SEEN),
            Expect(records=1),
        ]
    ),
    "a logout on the other side ends it, and clears no cookie": Dialogue(
        [
            LOGGED_IN,
            Steal(),
            b("POST /logout", sees="null", sets=False),
            a("GET /me", sees="{}", status=401, sets=False),
            a("GET /me", sees="{}", status=401, client="mallory"),
            Expect(records=0),
        ]
    ),
    "regenerated on the other side, the old ID is dead": Dialogue(
        [
            LOGGED_IN,
            Steal(),
            b("POST /regenerate", sees="{}", sets=True),
            a("GET /me", sees="{}", status=401, client="mallory"),
            b("GET /me", sees="{}", status=401, client="mallory"),
            a("PUT /data", {"new": True}, '{"new":true}'),
            b("GET /data", sees='{"new":true}'),
            Expect(records=1),
        ]
    ),
    "unset is kept, and its changes are lost": Dialogue(
        [
            LOGGED_IN,
            b("POST /unset", sees="null"),
            a("GET /me", sees=SEEN),
            Expect(records=1),
        ]
    ),
    "unset destroys where one of the two says so": Dialogue(
        [LOGGED_IN, b("POST /unset", sees="null"), a("GET /me", status=401), Expect(records=0)],
        b={"unset": "destroy"},
    ),
    "a cookie that was tampered with is nobody's": Dialogue(
        [
            LOGGED_IN,
            Plant('{"cookie":{},"user":"bob"}', secret="a guess"),
            a("GET /me", sees="{}", status=401, sets=False),
            b("GET /me", sees="{}", status=401, sets=False),
        ]
    ),
    "a signed ID without a record is not adopted": Dialogue(
        [
            Plant("", ttl=HOUR),
            a("GET /me", sees="{}", status=401, sets=False),
            b("PUT /data", {"a": 1}, '{"a":1}', sets=True),
            a("GET /data", sees='{"a":1}'),
            Expect(records=2),
        ]
    ),
    "another cookie's name, on both": Dialogue(
        [LOGGED_IN, b("GET /me", sees=SEEN)], both={"name": "shop.sid"}
    ),
    "another cookie's name, on one: neither knows the other's": Dialogue(
        [LOGGED_IN, b("GET /me", status=401), b("POST /login", ALICE), Expect(records=2)],
        b={"name": "shop.sid"},
    ),
}

EXPIRY: Table = {
    "a read on the other side lets the key live, and leaves the record": Dialogue([
        LOGGED_IN,
        Wait(1000), Expect(records=1, ttl=2600),
        b("GET /me", sees=SEEN, sets=False), Expect(records=1, ttl=HOUR),
        Wait(1000), Expect(records=1, ttl=2600),
        a("GET /me", sees=SEEN, sets=False), Expect(records=1, ttl=HOUR),
    ]),
    "a change on the other side moves the expiry and sends the cookie": Dialogue([
        LOGGED_IN, Wait(3000), b("POST /count", sets=True), Wait(3000),
        a("GET /me", sees='{"user":"alice","count":1}'), Expect(records=1, ttl=HOUR),
    ]),
    "rolling sends the cookie each time": Dialogue(
        [
            LOGGED_IN, Wait(3000), b("GET /me", sees=SEEN, sets=True), Wait(3000),
            a("GET /me", sees=SEEN, sets=True), Expect(records=1, ttl=HOUR),
        ],
        both={"rolling": True},
    ),
    "rolling on one side keeps the other's cookie alive, too": Dialogue(
        [
            LOGGED_IN, Wait(3000), b("GET /me", sees=SEEN, sets=True), Wait(3000),
            a("GET /me", sees=SEEN, sets=False), Expect(records=1, ttl=HOUR),
        ],
        b={"rolling": True},
    ),
    "over is over, for a cookie that was kept, too": Dialogue([
        LOGGED_IN, Steal(), b("GET /me", sees=SEEN), Wait(HOUR),
        a("GET /me", status=401, client="mallory"), b("GET /me", status=401, client="mallory"),
        a("GET /me", status=401), Expect(records=0),
    ]),
    "an expiry in the record that is past is not looked at: the key's counts": Dialogue([
        Plant('{"cookie":{"originalMaxAge":60000,"expires":"2025-12-31T23:59:00.000Z",'
              '"httpOnly":true,"path":"/"},"user":"alice"}'),
        a("GET /me", sees=SEEN), b("GET /me", sees=SEEN), Expect(records=1, ttl=60),
    ]),
    "three clocks: only touched, then saved by hand, a live session is deleted": Dialogue(
        [
            LOGGED_IN, Wait(2000), b("GET /me", sees=SEEN), Wait(2000), a("GET /me", sees=SEEN),
            Expect(records=1, ttl=HOUR), b("POST /save", sees=SEEN), Expect(records=0),
            a("GET /me", status=401),
        ],
        both={"rolling": True},
    ),
    "another maxAge, and nothing else: the key lives so long, the record is not written": Dialogue([
        LOGGED_IN,
        b("POST /max-age", {"ms": 60_000}, SEEN, sets=False), Expect(records=1, ttl=60),
        a("GET /me", sees=SEEN), Expect(records=1, ttl=HOUR),
    ]),
    "another maxAge together with data is the session's from then on": Dialogue([
        LOGGED_IN,
        b("POST /max-age", {"ms": 60_000, "note": "short"}, sets=True), Expect(records=1, ttl=60),
        Wait(50), a("GET /me"), Expect(records=1, ttl=60),
        Wait(50), b("GET /me", status=401),
    ]),
    "a login for the browser's session alone lives for a day of connect-redis": Dialogue([
        LOGGED_IN,
        b("POST /max-age", {"ms": None, "note": "open"}, sets=False), Expect(records=1, ttl=86_400),
        a("POST /count"), Expect(records=1, ttl=86_400),
    ]),
    "no maxAge at all": Dialogue(
        [LOGGED_IN, b("POST /count", sets=False), a("GET /me"), Expect(records=1, ttl=86_400)],
        both={"cookie": {}},
    ),
    "maxAge in parts of a second": Dialogue(
        [LOGGED_IN, Expect(records=1, ttl=HOUR), b("POST /count"), Expect(records=1, ttl=HOUR)],
        both={"cookie": {"maxAge": 3_599_500}},
    ),
}  # fmt: skip

SECRETS: Table = {
    "a new secret in front: the old cookies hold, and are signed anew when they are sent": Dialogue(
        [
            Plant('{"cookie":{"originalMaxAge":3600000,"expires":null,"httpOnly":true,"path":"/"},'
                  '"user":"alice"}', secret="old"),
            a("GET /me", sees=SEEN, sets=False), b("GET /me", sees=SEEN, sets=False),
            b("POST /count", sets=True), a("POST /count", sees='{"user":"alice","count":2}'),
        ],
        both={"secret": ["new", "old"]},
    ),
    "one side has the new secret already, the other knows it, too: both ways hold": Dialogue(
        [
            LOGGED_IN, b("GET /me", sees=SEEN), b("POST /count", sets=True),
            a("POST /count", sees='{"user":"alice","count":2}'), b("GET /me"),
        ],
        a={"secret": ["new", "old"]}, b={"secret": ["old", "new"]},
    ),
    "one side signs with a secret that the other does not know: nobody there": Dialogue(
        [LOGGED_IN, b("GET /me", sees="{}", status=401, sets=False), a("GET /me", sees=SEEN)],
        a={"secret": ["new", "old"]}, b={"secret": "old"},
    ),
    "the other's old secret is still known here": Dialogue(
        [
            LOGGED_IN, b("GET /me", sees=SEEN),
            b("POST /count", sets=True), a("GET /me", sees="{}", status=401),
        ],
        a={"secret": "old"}, b={"secret": ["new", "old"]},
    ),
    "a secret beyond ASCII": Dialogue(
        [LOGGED_IN, b("GET /me", sees=SEEN)], both={"secret": "비밀 🔑"}
    ),
    "a secret longer than a block": Dialogue(
        [LOGGED_IN, b("GET /me", sees=SEEN)], both={"secret": "long" * 40}
    ),
}  # fmt: skip

OPTIONS: Table = {
    "the cookie's attributes are those of who began the session": Dialogue(
        [LOGGED_IN, b("POST /count", sets=True), a("POST /count", sets=True)],
        a={"cookie": {"maxAge": 3_600_000, "sameSite": "lax"}},
        b={"cookie": {"maxAge": 60_000, "sameSite": "strict", "httpOnly": False}},
    ),
    "every attribute": Dialogue(
        [LOGGED_IN, b("POST /count", sets=True), a("GET /me", sets=True)],
        both={
            "rolling": True,
            "cookie": {"maxAge": 3_600_000, "sameSite": True, "priority": "high", "path": "/"},
        },
    ),
    "a secure cookie over http is kept and not sent": Dialogue(
        [a("POST /login", ALICE, SEEN, sets=False), b("GET /me", status=401), Expect(records=1)],
        both={"cookie": {"secure": True}},
    ),
    "saveUninitialized on one side: what it began for nothing, the other takes up": Dialogue(
        [
            a("GET /data", sees="{}", sets=True), Expect(records=1),
            b("GET /data", sees="{}", sets=False), b("POST /count", sees='{"count":1}'),
            a("GET /data", sees='{"count":1}'), Expect(records=1),
        ],
        a={"saveUninitialized": True},
    ),
    "saveUninitialized on the other: nothing is begun before it is asked": Dialogue(
        [
            a("GET /data", sees="{}", sets=False), Expect(records=0),
            b("GET /data", sees="{}", sets=True), a("GET /data", sees="{}", sets=False),
            Expect(records=1),
        ],
        b={"saveUninitialized": True},
    ),
    "resave on one side writes what the other only touches": Dialogue(
        [LOGGED_IN, Wait(1000), a("GET /me", sees=SEEN), Wait(1000), b("GET /me", sees=SEEN)],
        b={"resave": True},
    ),
    "everything on, on both": Dialogue(
        [a("GET /data", sets=True), Wait(10), b("POST /login", ALICE, SEEN), a("GET /me")],
        both={"resave": True, "saveUninitialized": True, "rolling": True, "unset": "destroy"},
    ),
}  # fmt: skip

EVERY = {**LOGINS, **EXPIRY, **SECRETS, **OPTIONS}


@pytest.mark.parametrize("name", EVERY)
def test_whoever_plays_shows_the_same(world: World, name: str) -> None:
    EVERY[name].play_with_every_cast(world)
