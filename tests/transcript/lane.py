"""Transcripts made by hand: one lane, event after event."""

from __future__ import annotations

import json
from typing import Any, Self

from sessionlab.core.decide import (
    Ask,
    Check,
    Reason,
    Verdict,
    decide_conflict,
    decide_cookie,
    decide_load,
    decide_open,
    decide_read,
    decide_seal,
    decide_store,
)
from sessionlab.core.entries import Entry, Transcript
from sessionlab.core.events import (
    BrowserClosed,
    CookieDecided,
    CookieEdited,
    CookieRead,
    CookiesCopied,
    CookieStored,
    Event,
    JarRuling,
    RequestHeld,
    RequestResumed,
    RequestSent,
    ResponseReceived,
    SentCookie,
    ServerRestarted,
    SessionCalled,
    SessionMethod,
    SessionOpened,
    StoreAsked,
    StoreDecided,
    StoreOp,
    StoreSnapshot,
    TimePassed,
)
from sessionlab.core.jar.codes import Refusal, SetOutcome
from sessionlab.core.jar.cookie import CookieOrigin

_DECISIONS = (
    decide_read,
    decide_load,
    decide_cookie,
    decide_store,
    decide_conflict,
    decide_open,
    decide_seal,
)


def verdict(reason: Reason) -> Verdict:
    """The verdict for this reason, with the questions that lead to it."""
    ways = (_way(decision.tree, reason) for decision in _DECISIONS)
    return Verdict.of(reason, next((way for way in ways if way is not None), ()))


def _way(node: Ask | Reason, reason: Reason) -> tuple[Check, ...] | None:
    if isinstance(node, Reason):
        return () if node is reason else None
    for answer, branch in ((True, node.yes), (False, node.no)):
        if (rest := _way(branch, reason)) is not None:
            return (Check(node.question, answer), *rest)
    return None


class Lane:
    """Collects events; each method adds one of a kind."""

    def __init__(self, lane: str = "lane") -> None:
        self.lane = lane
        self.entries: list[Entry[Event]] = []
        self.step = 1

    def at(self, step: int) -> Self:
        self.step = step
        return self

    def add(self, event: Event) -> Self:
        self.entries.append(Entry(len(self.entries) + 1, 0, self.step, self.lane, event))
        return self

    def request(self, *cookies: tuple[str, str, str], **more: Any) -> Self:
        """``cookies``: name, value, origin."""
        fields: dict[str, Any] = {
            "client": "alice",
            "method": "GET",
            "url": "http://localhost:3000/session",
            "path": "/session",
            "withheld": (),
            "cookie_header": None,
            "body": None,
            "cookie_bytes": 0,
        }
        sent = tuple(
            SentCookie(name, value, CookieOrigin(origin)) for name, value, origin in cookies
        )
        return self.add(RequestSent(cookies=sent, **(fields | more)))

    def read(self, reason: Reason, **more: Any) -> Self:
        fields = {"name": "connect.sid", "raw": None, "id": None, "signature": None, "secret": None}
        return self.add(CookieRead(verdict(reason), **(fields | more)))

    def opened(self, session_id: str | None, new: bool, reason: Reason | None = None) -> Self:
        return self.add(SessionOpened(None if reason is None else verdict(reason), session_id, new))

    def store(self, op: str, session_id: str, **more: Any) -> Self:
        fields = {"record": None, "found": None, "error": None}
        return self.add(StoreAsked(StoreOp(op), session_id, **(fields | more)))

    def call(self, call: str, session_id: str, error: str | None = None) -> Self:
        return self.add(SessionCalled(SessionMethod(call), session_id, error))

    def cookie(self, made: Verdict | None, session_id: str | None, set_cookie: str | None) -> Self:
        return self.add(CookieDecided(made, "connect.sid", session_id, set_cookie))

    def kept(self, made: Verdict, session_id: str | None) -> Self:
        return self.add(StoreDecided(made, session_id))

    def response(
        self, body: str = "1번 접속", *set_cookie: str, status: int = 200, **more: Any
    ) -> Self:
        fields = {
            "phrase": "OK" if status < 400 else "Unauthorized",
            "cookie_bytes": sum(len(line) + 14 for line in set_cookie),
            "caching": (),
        }
        return self.add(
            ResponseReceived(status=status, body=body, set_cookie=set_cookie, **(fields | more))
        )

    def stored(self, name: str, outcome: str = "stored", *reasons: str, value: str = "x") -> Self:
        ruling = JarRuling(
            outcome != "refused", SetOutcome(outcome), tuple(map(Refusal, reasons)), (), {}
        )
        return self.add(CookieStored(ruling, f"{name}={value}", name, value, {}))

    def snapshot(
        self, before: dict[str, str], after: dict[str, str], server: int | None = None
    ) -> Self:
        return self.add(StoreSnapshot(before, after, server))

    def edit(self, name: str, before: str | None, after: str | None) -> Self:
        return self.add(CookieEdited("alice", name, before, after))

    def copy(self, source: str, client: str, *names: str) -> Self:
        return self.add(CookiesCopied(source, client, names))

    def close(self, *names: str) -> Self:
        return self.add(BrowserClosed("alice", names))

    def hold(self) -> Self:
        return self.add(RequestHeld("alice", "GET", "/session"))

    def resume(self) -> Self:
        return self.add(RequestResumed("alice", "GET", "/session"))

    def restart(self, lost: int, server: int | None = None) -> Self:
        return self.add(ServerRestarted(lost, server))

    def advance(self, seconds: float) -> Self:
        return self.add(TimePassed(seconds))

    def transcript(self, **express: Any) -> Transcript:
        return Transcript("lesson", self.lane, {"express": express}, tuple(self.entries))


def record(**data: Any) -> str:
    """A record as express-session writes it."""
    cookie = {"originalMaxAge": None, "expires": None, "httpOnly": True, "path": "/"}
    return json.dumps({"cookie": cookie, **data}, ensure_ascii=False, separators=(",", ":"))
