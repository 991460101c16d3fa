"""A script and its lanes, as data.

Rules
- Nothing is evaluated: a script is a list of steps, and a step has verbs from a closed list.
- The verbs are carried out in the order of the fields of `Step`.  Then a cookie is edited and the
  request is sent, with others meanwhile.
- All lanes have the same script.  What differs is data of the lane: ``{base}`` in a request is the
  lane's path, and each lane has its own edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from sessionlab.core.events import Purpose, ServerKind
from sessionlab.core.options import SessionOptions
from sessionlab.demo.login import AtLogin, AtLogout


class StoreKind(StrEnum):
    """Where a lane's servers keep their records."""

    MEMORY = "memory"
    """Each server in its own memory: not shared, and lost at a restart."""
    SQLITE = "sqlite"
    """In one file, which all servers of the lane share and a restart keeps."""
    REDIS = "redis"
    """In a Redis server, which all servers of the lane share, in Python and Node."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One way to run the script.

    ``plays``: the lane's name in the script; a varied lane has that of its original.
    ``settings``: the settings as written, JSON-safe.  ``servers``: the kind of each server.
    """

    id: str
    plays: str
    base: str
    options: SessionOptions
    settings: Mapping[str, Any]
    servers: tuple[ServerKind, ...] = (ServerKind.PYTHON,)
    store: StoreKind = StoreKind.MEMORY
    login: AtLogin = AtLogin.REGENERATE_KEEP_DATA
    logout: AtLogout = AtLogout.DESTROY


@dataclass(frozen=True, slots=True)
class SetValue:
    """Write another value into a cookie."""

    cookie: str
    value: str


@dataclass(frozen=True, slots=True)
class ChangeData:
    """Change members of the data in a base64 JSON cookie; its ``.sig`` cookie stays."""

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
    """A request; ``target`` may contain ``{base}``; ``form`` has the fields of its body.

    ``purpose``: what the request is for; None if no reader of the transcript needs it.
    """

    method: str
    target: str
    form: Mapping[str, str] | None = None
    purpose: Purpose | None = None

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A request that is sent and answered while the step's own request is held."""

    client: str
    request: Request
    server: int | None = None


def _verb(kind: type, default: Any = None) -> Any:
    """A verb: a field for something that happens before the request, if it is set.

    ``kind`` is the type in a lesson: bool, float or str.  `sessionlab.stage.stage` carries it out.
    """
    return field(default=default, metadata={"verb": kind})


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    ``number``: from 1, as in the events.  ``client``: a browser with its own jar.  ``advance``:
    seconds that pass.  ``close``: the client's browser is closed and opened again.  ``copy``: the
    client whose cookies are copied into this one's jar.

    ``cookies``: False: none are sent or kept.  ``edits``: by the lanes' names in the script.
    ``repeat``: how often the request is sent.

    ``server``: the number, from 1, of the server that gets the request and that ``restart``
    restarts.  None: requests go to the servers in turn, and all are restarted.

    ``meanwhile``: requests that are answered while this one is held: it has its session from the
    store, but the application has not started.
    """

    number: int
    client: str = "browser"
    request: Request | None = None
    cookies: bool = True
    repeat: int = 1
    advance: float = _verb(float, 0)
    restart: bool = _verb(bool, False)
    close: bool = _verb(bool, False)
    copy: str | None = _verb(str)
    edits: Mapping[str, Edit] = field(default_factory=dict)
    server: int | None = None
    meanwhile: tuple[Meanwhile, ...] = ()


VERBS: Mapping[str, type] = {
    it.name: it.metadata["verb"] for it in fields(Step) if "verb" in it.metadata
}
"""The type of each verb in a lesson, by name, in the order in which verbs are carried out."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A script in its lanes; ``lesson`` is the lesson's id."""

    lesson: str
    lanes: tuple[Lane, ...]
    steps: tuple[Step, ...]

    @property
    def needs_outside(self) -> bool:
        """Whether it needs other programs, which may not be installed."""
        return any(lane.store is StoreKind.REDIS for lane in self.lanes)
