"""The demo's /session in Express and in Python: two twins that a transcript can not tell apart."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from sessionlab.cli.lane_apps import opened
from sessionlab.core.events import Kind, Transcript
from sessionlab.core.options import SessionOptions
from sessionlab.core.wire import encode_component, sign
from sessionlab.replay.runner import replay
from sessionlab.replay.scenario import (
    ChangeId,
    Lane,
    Login,
    Logout,
    Request,
    Scenario,
    ServerKind,
    Step,
    StoreKind,
)

from .parts import HERE, needed_parts
from .sites import OPTIONS, SECRET, Options


def form(target: str, **fields: str) -> Request:
    return Request("POST", f"{{base}}{target}", fields or None)


def get(target: str = "") -> Request:
    return Request("GET", f"{{base}}{target}")


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


def played(kind: ServerKind, options: Options, login: Login, logout: Logout) -> Transcript:
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
    scenario = Scenario("twins", (lane,), steps(lane.options.name))
    with opened(scenario, HERE, None) as open_lane:
        (transcript,) = replay(scenario, open_lane)
    return transcript


COMPARED = {
    Kind.REQUEST: ("path", "cookies"),
    Kind.COOKIE_READ: ("name", "raw", "id", "signature", "secret"),
    Kind.SESSION_OPEN: ("id", "new"),
    Kind.SESSION_CALL: ("call", "id", "error"),
    Kind.STORE: ("op", "id", "record", "found", "error"),
    Kind.COOKIE_DECIDED: ("name", "set_cookie"),
    Kind.RESPONSE: ("status", "set_cookie"),
    Kind.COOKIE_STORED: ("name", "attributes"),
    Kind.SNAPSHOT: ("before", "after"),
    Kind.RESTART: ("lost",),
}
"""Of each kind of event what must be alike.  What Express decides about its store is not seen."""
JUDGED = {Kind.COOKIE_READ, Kind.SESSION_OPEN, Kind.COOKIE_STORED}
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
    for event in transcript.events:
        if event.kind not in COMPARED:
            continue
        if event.kind in (Kind.SESSION_OPEN, Kind.STORE):
            ids.setdefault(event.data["id"], len(ids))
        data: list[Any] = [_ordered(event.data[key], ids) for key in COMPARED[event.kind]]
        if event.kind is Kind.RESPONSE and (data[0] < REFUSED or data[0] == 401):
            data.append(event.data["body"])
        if event.kind in JUDGED:
            verdict = dict(event.verdict or {})
            verdict.pop("evidence", None)  # it has lengths, which differ by what an ID escapes
            data.append(verdict)
        lines.append((event.step, event.kind.value, json.dumps(data, ensure_ascii=False)))
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
        *((login, logout, {}) for login, logout in product(Login, Logout)),
        (Login.REGENERATE, Logout.DESTROY, {"rolling": True, "unset": "destroy"}),
        (Login.KEEP_ID, Logout.DESTROY, {"resave": True, "saveUninitialized": True}),
        (Login.KEEP_ID, Logout.CLEAR_COOKIE, {"name": "shop.sid", "cookie": {"sameSite": "lax"}}),
    ],
)
def test_the_twins_do_the_same(login: Login, logout: Logout, options: Options) -> None:
    needed_parts()
    asked = {**OPTIONS, **options}
    express, python = (
        shown(played(kind, asked, login, logout))
        for kind in (ServerKind.EXPRESS, ServerKind.PYTHON)
    )
    assert express == python


def test_what_express_decided_is_not_made_up() -> None:
    needed_parts()
    transcript = played(ServerKind.EXPRESS, OPTIONS, Login.KEEP_ID, Logout.DESTROY)
    assert list(transcript.of(Kind.STORE_DECIDED)) == []
    assert {event.verdict for event in transcript.of(Kind.COOKIE_DECIDED)} == {None}
