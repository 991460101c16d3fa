"""Transcripts made by hand: one lane, event after event."""

from __future__ import annotations

import json
from typing import Any

from sessionlab.core.decide import Verdict
from sessionlab.core.events import Event, Kind, Transcript
from sessionlab.render.comparison import Comparison, LaneView, StepView

_COOKIE = ("name", "value", "origin")


class Lane:
    """Collects events; each method is one kind, with the keys that it has in core/events.py."""

    def __init__(self, lane: str = "lane") -> None:
        self.lane = lane
        self.events: list[Event] = []
        self.step = 1

    def at(self, step: int) -> Lane:
        self.step = step
        return self

    def add(self, kind: Kind, data: dict[str, Any], verdict: dict[str, Any] | None = None) -> Lane:
        number = len(self.events) + 1
        self.events.append(Event(number, 0, self.step, self.lane, kind, data, verdict))
        return self

    def request(self, *cookies: tuple[str, str, str], **more: Any) -> Lane:
        """``cookies``: name, value, origin."""
        data = {
            "client": "alice",
            "method": "GET",
            "url": "http://localhost:3000/session",
            "path": "/session",
            "cookies": [
                dict(zip(("name", "value", "origin"), one, strict=True)) for one in cookies
            ],
            "withheld": [],
            "cookie_header": None,
            "body": None,
            "cookie_bytes": 0,
            "server": None,
        }
        return self.add(Kind.REQUEST, data | more)

    def read(self, outcome: str, reason: str, **more: Any) -> Lane:
        data = {"name": "connect.sid", "raw": None, "id": None, "signature": None, "secret": None}
        verdict = {"outcome": outcome, "reason": reason, "checks": []}
        return self.add(Kind.COOKIE_READ, data | more, verdict)

    def opened(self, session_id: str | None, new: bool) -> Lane:
        return self.add(Kind.SESSION_OPEN, {"id": session_id, "new": new})

    def store(self, op: str, session_id: str, **more: Any) -> Lane:
        data = {"op": op, "id": session_id, "record": None, "found": None, "error": None}
        return self.add(Kind.STORE, data | more)

    def call(self, call: str, session_id: str, error: str | None = None) -> Lane:
        return self.add(Kind.SESSION_CALL, {"call": call, "id": session_id, "error": error})

    def cookie(self, verdict: Verdict, session_id: str | None, set_cookie: str | None) -> Lane:
        data = {"name": "connect.sid", "id": session_id, "set_cookie": set_cookie}
        return self.add(Kind.COOKIE_DECIDED, data, verdict.to_json())

    def kept(self, verdict: Verdict, session_id: str | None) -> Lane:
        return self.add(Kind.STORE_DECIDED, {"id": session_id}, verdict.to_json())

    def response(
        self,
        body: str = "1번 접속",
        *set_cookie: str,
        status: int = 200,
        caching: tuple[str, ...] = (),
    ) -> Lane:
        octets = sum(len(line) + 14 for line in set_cookie)
        data = {
            "status": status,
            "phrase": "OK" if status < 400 else "Unauthorized",
            "body": body,
            "set_cookie": list(set_cookie),
            "cookie_bytes": octets,
            "caching": list(caching),
        }
        return self.add(Kind.RESPONSE, data)

    def stored(self, name: str, outcome: str = "stored", *reasons: str) -> Lane:
        verdict = {
            "accepted": outcome != "refused",
            "outcome": outcome,
            "reasons": list(reasons),
            "warnings": [],
        }
        data = {"set_cookie": f"{name}=x", "name": name, "value": "x", "attributes": {}}
        return self.add(Kind.COOKIE_STORED, data, verdict)

    def snapshot(
        self, before: dict[str, str], after: dict[str, str], server: int | None = None
    ) -> Lane:
        return self.add(Kind.SNAPSHOT, {"before": before, "after": after, "server": server})

    def edit(self, name: str, before: str | None, after: str | None) -> Lane:
        data = {"client": "alice", "name": name, "before": before, "after": after}
        return self.add(Kind.EDIT, data)

    def copy(self, source: str, client: str, *names: str) -> Lane:
        return self.add(Kind.COPY, {"source": source, "client": client, "names": list(names)})

    def close(self, *names: str) -> Lane:
        return self.add(Kind.CLOSE, {"client": "alice", "names": list(names)})

    def hold(self) -> Lane:
        return self.add(Kind.HOLD, {"client": "alice", "method": "GET", "path": "/session"})

    def resume(self) -> Lane:
        return self.add(Kind.RESUME, {"client": "alice", "method": "GET", "path": "/session"})

    def restart(self, lost: int, server: int | None = None) -> Lane:
        return self.add(Kind.RESTART, {"lost": lost, "server": server})

    def advance(self, seconds: float) -> Lane:
        return self.add(Kind.ADVANCE, {"seconds": seconds})

    def transcript(self, **express: Any) -> Transcript:
        return Transcript("lesson", self.lane, {"express": express}, tuple(self.events))


def view_of(*lanes: Lane, note: str = "") -> Comparison:
    """A comparison of these lanes, with a step for each number that occurs."""
    numbers = sorted({event.step for lane in lanes for event in lane.events})
    return Comparison(
        lesson="lesson",
        title={"en": "A lesson", "ko": "수업"},
        lanes=tuple(
            LaneView(
                id=lane.lane,
                title={"en": lane.lane, "ko": f"{lane.lane} 레인"},
                subtitle={"en": f"this is {lane.lane}", "ko": f"{lane.lane}입니다"},
                transcript=lane.transcript(),
            )
            for lane in lanes
        ),
        steps=tuple(
            StepView(number, {"en": f"Step {number}", "ko": f"{number}단계"}, {"en": note})
            for number in numbers
        ),
    )


def record(**data: Any) -> str:
    """A record as express-session writes it."""
    cookie = {"originalMaxAge": None, "expires": None, "httpOnly": True, "path": "/"}
    return json.dumps({"cookie": cookie, **data}, ensure_ascii=False, separators=(",", ":"))
