"""The applications for a lane's servers: `APPLICATIONS` has one entry for each kind.

Rules
- An application is started with a `Backstage`, and knows nothing else about the stage.
- Only the application knows how to read its answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from sessionlab.core.events import Purpose, ServerKind
from sessionlab.demo.apps import make_demo_app
from sessionlab.demo.handlers import read_answer
from sessionlab.http.client import Answer
from sessionlab.session.stores.memory import MemoryStore
from sessionlab.stage.clock import ManualClock
from sessionlab.stage.ids import SeededIds
from sessionlab.stage.recorder import Recorder
from sessionlab.stage.scenario import Lane
from sessionlab.stage.server import LoopbackServer, RunningServer

if TYPE_CHECKING:
    from sessionlab.core.store import Store
    from sessionlab.demo.express.outside import Outside


@dataclass(frozen=True, slots=True)
class Backstage:
    """What the servers of an open lane are started with.

    ``store``: the shared store; None: each server has its own, in memory.  ``outside``: the
    programs from outside; None if the lane needs none.
    """

    lane: Lane
    clock: ManualClock
    ids: SeededIds
    recorder: Recorder
    store: Store | None
    outside: Outside | None


class Application(NamedTuple):
    """A kind of application.

    ``start`` starts a server with it.  ``read_answer`` returns what an answer to a request with a
    purpose shows: ``known`` and ``count`` of `ResponseReceived`.
    """

    start: Callable[[Backstage], RunningServer]
    read_answer: Callable[[Purpose | None, Answer], tuple[bool | None, int | None]]


def start_demo(backstage: Backstage) -> LoopbackServer:
    """The demo in this process, with the lane's options.  Only ``/session`` shows its store."""
    lane, clock, recorder = backstage.lane, backstage.clock, backstage.recorder
    store = MemoryStore(clock=clock) if backstage.store is None else backstage.store
    app = make_demo_app(
        replace(lane.options, genid=backstage.ids, store=store),
        clock=clock,
        listener=recorder.listener,
        at_login=lane.login,
        at_logout=lane.logout,
        is_cacheable=True,
    )
    return LoopbackServer(app, store if lane.base == "/session" else None)


def start_express(backstage: Backstage) -> RunningServer:
    """The Express application in Node.  Raises ProgramFailed."""
    from sessionlab.stage.express_app import ExpressServer

    return ExpressServer(backstage)


APPLICATIONS: Final[Mapping[ServerKind, Application]] = {
    ServerKind.PYTHON: Application(start_demo, read_answer),
    ServerKind.EXPRESS: Application(start_express, read_answer),
}
