"""What happened, as data: the one record that tables, pages, ``--json`` and tests read.

Rules
- One frozen class for each kind of event; its fields are documented there and nowhere else.
- An event says what happened.  What was decided stands in its ``verdict``, where it is a decision.
- Codes are members of enums.  Nobody writes prose into an event: a reader makes sentences of the
  codes and the catalogue.
- JSON is derived from the classes, and reads back to equal objects (`sessionlab.core.entries`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, TypeVar, dataclass_transform

from sessionlab.core.decide import Verdict

if TYPE_CHECKING:  # the engine makes events too, and has no use for a jar
    from sessionlab.core.jar.codes import Refusal, SetOutcome, SetWarning, Withheld
    from sessionlab.core.jar.cookie import CookieOrigin


class Actor(StrEnum):
    """Who did it."""

    BROWSER = "browser"
    SERVER = "server"
    APP = "app"
    STORE = "store"
    LESSON = "lesson"


class ServerKind(StrEnum):
    """The program that answers."""

    PYTHON = "python"
    EXPRESS = "express"


class Purpose(StrEnum):
    """What a request is for, as its scenario declares."""

    VISIT = "visit"  # is counted
    LOGIN = "login"
    LOGOUT = "logout"
    WHO = "who"  # asks who is logged in


class StoreOp(StrEnum):
    """What is asked of a store."""

    GET = "get"
    SET = "set"
    TOUCH = "touch"
    DESTROY = "destroy"
    SWAP = "swap"  # set, if the record is still the one that was seen


class SessionMethod(StrEnum):
    """What an application asks of its session."""

    SAVE = "save"
    RELOAD = "reload"
    TOUCH = "touch"
    REGENERATE = "regenerate"
    DESTROY = "destroy"


class Failed(StrEnum):
    """What an error kept from being done."""

    LOAD = "load"
    COOKIE = "cookie"
    SAVE = "save"
    TOUCH = "touch"
    DESTROY = "destroy"


class Event:
    """One thing that happened.  ``kind`` is its public code, ``actor`` who did it.

    ``is_prelude``: it prepares a step, before its first request.
    """

    kind: ClassVar[str]
    actor: ClassVar[Actor]
    is_prelude: ClassVar[bool] = False

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment] # some fields are mappings

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({fields})"


_E = TypeVar("_E", bound=Event)


@dataclass_transform(frozen_default=True)
def _event(kind: type[_E]) -> type[_E]:
    """A frozen dataclass that takes from `Event` what dataclass would generate for each anew.

    Generating it would double the time that importing this module takes.
    """
    return dataclass(frozen=True, eq=False, repr=False)(kind)


# ---- the browser


@dataclass(frozen=True, slots=True)
class SentCookie:
    """``origin``: how it came into the jar; None where only the server's side is known."""

    name: str
    value: str
    origin: CookieOrigin | None


@dataclass(frozen=True, slots=True)
class WithheldCookie:
    """A cookie that the jar keeps back from a request, with every reason."""

    name: str
    value: str
    reasons: tuple[Withheld, ...]


@_event
class RequestSent(Event):
    """A request goes out.

    ``path`` is the URL's, without the query.  ``cookie_bytes``: octets of the Cookie line, 0
    where there is none.  ``server``: which of several gets it.  ``software``: what that server
    is, where they are not all alike.  ``purpose``: None where nobody declared one.
    """

    kind: ClassVar = "request"
    actor: ClassVar = Actor.BROWSER

    client: str
    method: str
    url: str
    path: str
    cookies: tuple[SentCookie, ...]
    withheld: tuple[WithheldCookie, ...]
    cookie_header: str | None
    body: str | None
    cookie_bytes: int
    server: int | None = None
    software: ServerKind | None = None
    purpose: Purpose | None = None


@_event
class ResponseReceived(Event):
    """The answer is there.

    ``set_cookie``: the values of the Set-Cookie lines.  ``cookie_bytes``: the octets of these
    lines.  ``caching``: the Cache-Control and Vary lines, whole.  ``known``: whether the answer
    shows that the visitor was recognised; ``count``: the number of the visit; None where an answer
    of this purpose does not say.
    """

    kind: ClassVar = "response"
    actor: ClassVar = Actor.BROWSER

    status: int
    phrase: str
    body: str
    set_cookie: tuple[str, ...]
    cookie_bytes: int
    caching: tuple[str, ...]
    known: bool | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class JarRuling:
    """What the jar did with a Set-Cookie line; ``evidence`` is what its sentences mention."""

    accepted: bool
    outcome: SetOutcome
    reasons: tuple[Refusal, ...]
    warnings: tuple[SetWarning, ...]
    evidence: Mapping[str, str]


@_event
class CookieStored(Event):
    """The jar has dealt with one Set-Cookie line; its verdict says whether it was stored."""

    kind: ClassVar = "cookie-stored"
    actor: ClassVar = Actor.BROWSER

    verdict: JarRuling
    set_cookie: str
    name: str
    value: str
    attributes: Mapping[str, str | None]


@_event
class CookieEdited(Event):
    """Somebody wrote another value into a cookie; None: there was no such cookie."""

    kind: ClassVar = "edit"
    actor: ClassVar = Actor.BROWSER
    is_prelude: ClassVar = True

    client: str
    name: str
    before: str | None
    after: str | None


@_event
class CookiesCopied(Event):
    """The cookies of one client (``source``) were copied into another's jar."""

    kind: ClassVar = "copy"
    actor: ClassVar = Actor.BROWSER
    is_prelude: ClassVar = True

    source: str
    client: str
    names: tuple[str, ...]


@_event
class BrowserClosed(Event):
    """A client closed its browser; ``names`` are the cookies that went with it."""

    kind: ClassVar = "close"
    actor: ClassVar = Actor.BROWSER
    is_prelude: ClassVar = True

    client: str
    names: tuple[str, ...]


# ---- the server


@_event
class CookieRead(Event):
    """The server has looked at the request's cookie.

    ``raw`` is the decoded value, None where there is none.  ``secret`` is the index of the secret
    that fits, 0 for the newest.
    """

    kind: ClassVar = "cookie-read"
    actor: ClassVar = Actor.SERVER

    verdict: Verdict
    name: str
    raw: str | None
    id: str | None
    signature: str | None
    secret: int | None


@_event
class SessionOpened(Event):
    """The application is handed a session; ``verdict`` is there where the store was asked."""

    kind: ClassVar = "session-open"
    actor: ClassVar = Actor.SERVER

    verdict: Verdict | None
    id: str | None
    new: bool


@_event
class CookieDecided(Event):
    """The headers go out, with or without a Set-Cookie line.

    ``verdict`` is None where another program decided.
    """

    kind: ClassVar = "cookie-decided"
    actor: ClassVar = Actor.SERVER

    verdict: Verdict | None
    name: str
    id: str | None
    set_cookie: str | None


@_event
class StoreDecided(Event):
    """What is to be done in the store; whether it was, `StoreAsked` says."""

    kind: ClassVar = "store-decided"
    actor: ClassVar = Actor.SERVER

    verdict: Verdict
    id: str | None


@_event
class ErrorOccurred(Event):
    """Something could not be done."""

    kind: ClassVar = "error"
    actor: ClassVar = Actor.SERVER

    where: Failed
    error: str


# ---- the application


@_event
class SessionCalled(Event):
    """The application called a method of its session, which has returned or failed."""

    kind: ClassVar = "session-call"
    actor: ClassVar = Actor.APP

    call: SessionMethod
    id: str
    error: str | None


# ---- the store


@_event
class StoreAsked(Event):
    """A store was asked, and has answered or failed.

    ``record`` is the JSON text as express-session writes it.  ``found``: of a get, whether there
    is one; of a swap, whether the record was the one that was seen, and so was replaced.
    """

    kind: ClassVar = "store"
    actor: ClassVar = Actor.STORE

    op: StoreOp
    id: str
    record: str | None
    found: bool | None
    error: str | None


@_event
class StoreSnapshot(Event):
    """All records by ID before and after a step; ``server``: whose own store it is."""

    kind: ClassVar = "snapshot"
    actor: ClassVar = Actor.STORE

    before: Mapping[str, str]
    after: Mapping[str, str]
    server: int | None = None


# ---- the lesson


@_event
class ServerRestarted(Event):
    """Servers were started anew; ``lost``: records that are gone; ``server``: which of several."""

    kind: ClassVar = "restart"
    actor: ClassVar = Actor.LESSON
    is_prelude: ClassVar = True

    lost: int
    server: int | None = None


@_event
class TimePassed(Event):
    """The lane's clock was moved."""

    kind: ClassVar = "advance"
    actor: ClassVar = Actor.LESSON
    is_prelude: ClassVar = True

    seconds: float


@_event
class RequestHeld(Event):
    """A request has its session, and waits."""

    kind: ClassVar = "hold"
    actor: ClassVar = Actor.LESSON

    client: str
    method: str
    path: str


@_event
class RequestResumed(Event):
    """A held request goes on; the next events are its own."""

    kind: ClassVar = "resume"
    actor: ClassVar = Actor.LESSON

    client: str
    method: str
    path: str


KINDS: Mapping[str, type[Event]] = {kind.kind: kind for kind in Event.__subclasses__()}
"""Every class of event by its code."""
