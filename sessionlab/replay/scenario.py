"""A script and the lanes that it is played in, as data.

Rules
- Nothing is evaluated: a script is a list of steps, a step a few verbs out of a closed list.
- The verbs of one step are carried out in a fixed order: time passes (`Step.advance`), servers are
  started anew (`Step.restart`), the browser is closed (`Step.close`), cookies are copied, a cookie
  is edited, the request is sent, and others meanwhile.
- Scripts are the same for all lanes.  What must differ, differs by data of the lane: ``{base}`` in
  a request is its path, and each lane has its own edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sessionlab.core.options import SessionOptions


class ServerKind(StrEnum):
    """What answers a lane's requests."""

    PYTHON = "python"
    EXPRESS = "express"


class StoreKind(StrEnum):
    """Where a lane's servers keep their records."""

    MEMORY = "memory"
    """Each in its own memory: shared with no other server, and gone when it is started anew."""
    SQLITE = "sqlite"
    """In one file, which all servers of the lane share and which outlives them."""
    REDIS = "redis"
    """In a Redis server, which all servers of the lane share, whatever language they speak."""


class Login(StrEnum):
    """What the application does with the session's ID when somebody logs in."""

    KEEP_ID = "keep-id"
    REGENERATE = "regenerate"  # another ID, and the data is lost
    REGENERATE_KEEP_DATA = "regenerate-keep-data"


class Logout(StrEnum):
    """What the application does when somebody logs out."""

    DESTROY = "destroy"  # the record
    CLEAR_COOKIE = "clear-cookie"  # the browser's cookie, and nothing else


@dataclass(frozen=True, slots=True)
class Lane:
    """One way to run the script.

    ``plays``: the name under which the script speaks of the lane; a varied lane plays the part of
    the one it was made from.  ``settings``: what tells it from the others, JSON-safe, as written.
    ``servers``: the kind of each.
    """

    id: str
    plays: str
    base: str
    options: SessionOptions
    settings: Mapping[str, Any]
    servers: tuple[ServerKind, ...] = (ServerKind.PYTHON,)
    store: StoreKind = StoreKind.MEMORY
    login: Login = Login.REGENERATE_KEEP_DATA
    logout: Logout = Logout.DESTROY


@dataclass(frozen=True, slots=True)
class SetValue:
    """Write another value into a cookie."""

    cookie: str
    value: str


@dataclass(frozen=True, slots=True)
class ChangeData:
    """Change members of the data in a base64 JSON cookie; its companion ``.sig`` stays."""

    cookie: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeId:
    """Write another ID before the signature of a signed cookie; the signature stays."""

    cookie: str
    id: str


Edit = SetValue | ChangeData | ChangeId


@dataclass(frozen=True, slots=True)
class Request:
    """A request; ``target`` may contain ``{base}``.  ``form`` is sent as a form's fields."""

    method: str
    target: str
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A request that is sent and answered while the step's own request is held."""

    client: str
    request: Request
    server: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    ``number`` counts from 1.  ``client`` is a browser with a jar of its own.  ``cookies``: false
    for a client that neither sends nor keeps any.  ``copy``: the client whose cookies are copied
    into this one's jar.  ``close``: the client's browser is closed and opened again.  ``edits``:
    by the name under which the script speaks of a lane.  ``repeat``: how often the request is
    sent.  ``advance``: seconds that pass before.

    ``server``: the number, from 1, of the server that gets the request and, with ``restart``, is
    started anew.  Without it, requests go to the servers in turn, and a restart is one of all.

    ``meanwhile``: requests that are answered while this step's is held: it has its session from
    the store, and the application has not yet begun.
    """

    number: int
    client: str = "browser"
    request: Request | None = None
    cookies: bool = True
    repeat: int = 1
    advance: float = 0
    restart: bool = False
    close: bool = False
    copy: str | None = None
    edits: Mapping[str, Edit] = field(default_factory=dict)
    server: int | None = None
    meanwhile: tuple[Meanwhile, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A script in its lanes; ``lesson`` is the lesson's id."""

    lesson: str
    lanes: tuple[Lane, ...]
    steps: tuple[Step, ...]

    @property
    def needs_outside(self) -> bool:
        """Whether it is played with other programs, which may not be there."""
        return any(lane.store is StoreKind.REDIS for lane in self.lanes)
