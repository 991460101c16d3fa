"""The demo's /session in Express and in Python: two twins that a transcript cannot tell apart."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from sessionlab.core.entries import Transcript
from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    CookieStored,
    Event,
    Purpose,
    RequestSent,
    ResponseReceived,
    ServerKind,
    ServerRestarted,
    SessionCalled,
    SessionOpened,
    StoreAsked,
    StoreDecided,
    StoreSnapshot,
)
from sessionlab.core.options import SessionOptions
from sessionlab.core.wire import encode_component, sign
from sessionlab.demo.login import AtLogin, AtLogout
from sessionlab.stage.scenario import ChangeId, Lane, Request, Scenario, Step, StoreKind
from sessionlab.stage.stage import replay

from .parts import HERE, needed_parts
from .sites import OPTIONS, SECRET, Options


def form(target: str, **fields: str) -> Request:
    return Request("POST", f"{{base}}{target}", fields or None)


def get(target: str = "") -> Request:
    purposes = {"": Purpose.VISIT, "/me": Purpose.WHO}
    return Request("GET", f"{{base}}{target}", purpose=purposes.get(target))


REQUESTS: list[tuple[str, Request]] = [
    ("alice", get()),
    ("alice", get()),
    ("alice", get("/peek")),
    ("alice", get("/me")),
    ("alice", form("/cart", item="쿠키 🍪")),
    ("alice", form("/login", user="alice", role="admin")),
    ("alice", get("/me")),
    ("alice", form("/login", user="앨리스")),
    ("alice", get("/cart")),
    ("alice", form("/notes", text="😀" * 3)),
    ("alice", get("/notes")),
    ("alice", form("/cart")),
    ("alice", form("/login", user="")),
    ("alice", get("/nowhere")),
    ("bob", get("/me")),
    ("bob", get("/peek")),
    ("bob", get()),
    ("alice", form("/logout")),
    ("alice", get("/me")),
    ("alice", get()),
]


def steps(cookie: str) -> tuple[Step, ...]:
    """The script, with the name of the session's cookie."""
    edit = {"lane": ChangeId(cookie, "x" * 32)}
    return (
        *(Step(number, client, request) for number, (client, request) in enumerate(REQUESTS, 1)),
        Step(21, "mallory", get(), copy="alice", edits=edit),
        Step(22, "mallory", get(), copy="bob", advance=3000),
        Step(23, "alice", get(), advance=600),
        Step(24, "bob", get(), restart=True),
    )


def played(kind: ServerKind, options: Options, login: AtLogin, logout: AtLogout) -> Transcript:
    """What one of the twins did alone."""
    lane = Lane(
        id="lane",
        plays="lane",
        base="/session",
        options=SessionOptions.from_express(options),
        settings={"express": options},
        servers=(kind,),
        store=StoreKind.REDIS,
        login=login,
        logout=logout,
    )
    (transcript,) = replay(Scenario("twins", (lane,), steps(lane.options.name)), HERE)
    return transcript


COMPARED: dict[type[Event], tuple[str, ...]] = {
    RequestSent: ("path", "cookies"),
    CookieRead: ("verdict", "name", "raw", "id", "signature", "secret"),
    SessionOpened: ("verdict", "id", "new"),
    SessionCalled: ("call", "id", "error"),
    StoreAsked: ("op", "id", "record", "found", "error"),
    CookieDecided: ("name", "set_cookie"),
    ResponseReceived: ("status", "set_cookie", "known", "count"),
    CookieStored: ("verdict", "name", "attributes"),
    StoreSnapshot: ("before", "after"),
    ServerRestarted: ("lost",),
}
"""Of each kind of event what must be alike.  What Express decides about its store is not seen."""
REFUSED = 400
"""From this status on it is an error, whose words are each framework's own, but for 401."""


def _ordered(value: Any, ids: dict[str, int]) -> Any:
    """Records in the order in which their IDs appeared."""
    if isinstance(value, dict) and value.keys() <= ids.keys():
        return dict(sorted(value.items(), key=lambda item: ids[item[0]]))
    return value


def shown(transcript: Transcript) -> list[str]:
    """What must be alike, step by step, with IDs and signatures numbered as they appear."""
    lines: list[tuple[int, str, str]] = []
    ids: dict[str, int] = {}
    for entry in transcript.entries:
        event = entry.event
        if type(event) not in COMPARED:
            continue
        if isinstance(event, SessionOpened | StoreAsked) and event.id is not None:
            ids.setdefault(event.id, len(ids))
        found = entry.to_json()
        everything = {**found["data"], "verdict": found["verdict"]}
        data: list[Any] = [_ordered(everything[key], ids) for key in COMPARED[type(event)]]
        if isinstance(event, ResponseReceived) and (event.status < REFUSED or event.status == 401):
            data.append(event.body)
        if isinstance(event, CookieStored):
            del data[0]["evidence"]  # it has lengths, which differ by what an ID escapes
        lines.append((entry.step, event.kind, json.dumps(data, ensure_ascii=False)))
    lines.sort(key=lambda line: line[:2])
    text = "\n".join(f"{step} {kind} {data}" for step, kind, data in lines)
    for id_, number in ids.items():
        signature = sign(id_, SECRET).removeprefix(f"{id_}.")
        for part in (signature, encode_component(signature)):
            text = text.replace(part, f"(signature {number})")
        text = text.replace(id_, f"(ID {number})")
    return text.splitlines()


@pytest.mark.parametrize(
    ("login", "logout", "options"),
    [
        *((login, logout, {}) for login, logout in product(AtLogin, AtLogout)),
        (AtLogin.REGENERATE, AtLogout.DESTROY, {"rolling": True, "unset": "destroy"}),
        (AtLogin.KEEP_ID, AtLogout.DESTROY, {"resave": True, "saveUninitialized": True}),
        (
            AtLogin.KEEP_ID,
            AtLogout.CLEAR_COOKIE,
            {"name": "shop.sid", "cookie": {"sameSite": "lax"}},
        ),
    ],
)
def test_the_twins_do_the_same(login: AtLogin, logout: AtLogout, options: Options) -> None:
    needed_parts()
    asked = {**OPTIONS, **options}
    express, python = (
        shown(played(kind, asked, login, logout))
        for kind in (ServerKind.EXPRESS, ServerKind.PYTHON)
    )
    assert express == python


def test_what_express_decided_is_not_made_up() -> None:
    needed_parts()
    transcript = played(ServerKind.EXPRESS, OPTIONS, AtLogin.KEEP_ID, AtLogout.DESTROY)
    assert list(transcript.of(StoreDecided)) == []
    assert {it.event.verdict for it in transcript.of(CookieDecided)} == {None}
