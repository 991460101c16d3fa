"""What happened, as data: the one record that tables, pages, ``--json`` and tests read.

Rules
- An event is frozen and JSON-safe: ``data`` holds only str, int, float, bool, None, lists and
  dicts of these.
- ``kind`` comes from the closed enum `Kind`; the keys of ``data`` are fixed per kind and stand in
  the enum's docstring.
- Nobody writes prose into an event.  Sentences are made by the reader, from the codes of
  ``verdict`` and the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Actor(StrEnum):
    """Who did it."""

    BROWSER = "browser"
    SERVER = "server"
    APP = "app"
    STORE = "store"
    LESSON = "lesson"


class Kind(StrEnum):
    """Every kind of event, with the keys of its ``data``.

    ================ ======= =================================================================
    kind             actor   data
    ================ ======= =================================================================
    request          browser client, method, url, path, cookies: [{name, value, origin}],
                             withheld: [{name, value, reasons}], cookie_header: str | None,
                             body: str | None, cookie_bytes: int (octets of the Cookie line),
                             server: int | None (which of several got it),
                             software: python | express | None (where these are not all alike).
                             ``origin`` is "server", "edited", "copied" or "script"; None where
                             only the server's side is known
    cookie-read      server  name, raw: str | None (the decoded value), id: str | None,
                             signature: str | None, secret: int | None (index of the secret
                             that fits, 0 is the newest)
    session-open     server  id: str | None, new: bool (what the application is handed); a verdict
                             where the store was asked
    store            store   op: get | set | touch | destroy | swap, id, record: str | None (JSON
                             text as express-session writes it), found: bool | None (get: whether
                             there is one; swap: whether it was as expected), error: str | None
    session-call     app     call: save | reload | touch | regenerate | destroy, id: str,
                             error: str | None
    cookie-decided   server  name, id: str | None, set_cookie: str | None; no verdict where the
                             decision was another program's
    store-decided    server  id: str | None
    error            server  where: load | cookie | save | touch | destroy, error: str
    response         browser status: int, phrase: str, body: str, set_cookie: [str],
                             cookie_bytes: int (octets of the Set-Cookie lines),
                             caching: [str] (the Cache-Control and Vary lines)
    cookie-stored    browser set_cookie: str, name: str, value: str, attributes: {name: str | None}
    snapshot         store   before: {id: record text}, after: {id: record text},
                             server: int | None (whose own store it is)
    edit             browser client, name, before: str | None, after: str | None
    copy             browser source, client, names: [str]
    close            browser client, names: [str] (of the cookies that went with the browser)
    restart          lesson  lost: int (records that were in the store and are gone),
                             server: int | None (which of several)
    advance          lesson  seconds: float
    hold             lesson  client, method, path: this request has its session, and waits
    resume           lesson  client, method, path: it goes on, and the next events are its own
    ================ ======= =================================================================
    """

    REQUEST = "request"
    COOKIE_READ = "cookie-read"
    SESSION_OPEN = "session-open"
    STORE = "store"
    SESSION_CALL = "session-call"
    COOKIE_DECIDED = "cookie-decided"
    STORE_DECIDED = "store-decided"
    ERROR = "error"
    RESPONSE = "response"
    COOKIE_STORED = "cookie-stored"
    SNAPSHOT = "snapshot"
    EDIT = "edit"
    COPY = "copy"
    CLOSE = "close"
    RESTART = "restart"
    ADVANCE = "advance"
    HOLD = "hold"
    RESUME = "resume"


ACTORS: Mapping[Kind, Actor] = {
    Kind.REQUEST: Actor.BROWSER,
    Kind.COOKIE_READ: Actor.SERVER,
    Kind.SESSION_OPEN: Actor.SERVER,
    Kind.STORE: Actor.STORE,
    Kind.SESSION_CALL: Actor.APP,
    Kind.COOKIE_DECIDED: Actor.SERVER,
    Kind.STORE_DECIDED: Actor.SERVER,
    Kind.ERROR: Actor.SERVER,
    Kind.RESPONSE: Actor.BROWSER,
    Kind.COOKIE_STORED: Actor.BROWSER,
    Kind.SNAPSHOT: Actor.STORE,
    Kind.EDIT: Actor.BROWSER,
    Kind.COPY: Actor.BROWSER,
    Kind.CLOSE: Actor.BROWSER,
    Kind.RESTART: Actor.LESSON,
    Kind.ADVANCE: Actor.LESSON,
    Kind.HOLD: Actor.LESSON,
    Kind.RESUME: Actor.LESSON,
}
"""Each kind has exactly one actor."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``seq`` counts from 1 within a transcript; ``at`` is milliseconds since the epoch by the
    injected clock; ``step`` is the lesson's step (from 1; 0 outside a lesson); ``lane`` is the
    lane's id, or the number of the request for a server that runs by itself.
    ``verdict`` is the decision's `Verdict.to_json`, where the event is one.
    """

    seq: int
    at: int
    step: int
    lane: str
    kind: Kind
    data: Mapping[str, Any]
    verdict: Mapping[str, Any] | None = None

    @property
    def actor(self) -> Actor:
        """Who did it; follows from the kind."""
        return ACTORS[self.kind]

    def to_json(self) -> dict[str, Any]:
        """The event as JSON-safe data, keys in reading order."""
        return {
            "seq": self.seq,
            "at": self.at,
            "step": self.step,
            "lane": self.lane,
            "actor": self.actor.value,
            "kind": self.kind.value,
            "verdict": self.verdict,
            "data": self.data,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Event:
        """The inverse of `to_json`.  Raises KeyError or ValueError for anything else."""
        return cls(
            seq=raw["seq"],
            at=raw["at"],
            step=raw["step"],
            lane=raw["lane"],
            kind=Kind(raw["kind"]),
            data=raw["data"],
            verdict=raw["verdict"],
        )


@dataclass(frozen=True, slots=True)
class Transcript:
    """All events of one lane of one lesson, in order."""

    lesson: str
    lane: str
    options: Mapping[str, Any]
    events: tuple[Event, ...]

    def of(self, kind: Kind, step: int | None = None) -> Iterable[Event]:
        """The events of a kind, of one step or of all."""
        return (
            event
            for event in self.events
            if event.kind is kind and (step is None or event.step == step)
        )

    def to_json(self) -> dict[str, Any]:
        """The transcript as JSON-safe data."""
        return {
            "lesson": self.lesson,
            "lane": self.lane,
            "options": self.options,
            "events": [event.to_json() for event in self.events],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Transcript:
        """The inverse of `to_json`."""
        return cls(
            lesson=raw["lesson"],
            lane=raw["lane"],
            options=raw["options"],
            events=tuple(Event.from_json(event) for event in raw["events"]),
        )
