"""What is played in a lane: the demo application with the lane's options and store.

Rules
- A lane whose store is Redis is played with parts from outside, which `opened` makes ready.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sessionlab.demo.apps import make_demo_app
from sessionlab.demo.designs import AtLogin, AtLogout
from sessionlab.replay.clock import ManualClock
from sessionlab.replay.fleet import Records, Start
from sessionlab.replay.ids import SeededIds
from sessionlab.replay.recorder import Recorder
from sessionlab.replay.runner import OpenLane
from sessionlab.replay.scenario import Lane, Scenario, ServerKind, StoreKind
from sessionlab.replay.server import RunningServer, Server
from sessionlab.session.stores.memory import MemoryStore

if TYPE_CHECKING:
    from sessionlab.demo.express.outside import Outside
    from sessionlab.session.stores.base import Store


@contextmanager
def opened(scenario: Scenario, modules: Path, redis_url: str | None) -> Iterator[OpenLane]:
    """What opens the lanes of a scenario, with the parts from outside that it needs.

    ``modules``: where the npm packages are; ``redis_url``: a Redis that runs already.
    Raises PartsMissing.
    """
    if not scenario.needs_outside:
        yield lane_app
        return

    from sessionlab.demo.express.outside import open_outside

    with open_outside(modules, redis_url) as outside:
        yield partial(lane_with_express, outside=outside)


@contextmanager
def lane_app(
    lane: Lane, clock: ManualClock, genid: SeededIds, recorder: Recorder
) -> Iterator[Start]:
    """Open a lane, in which each server has the application and its store."""
    with _shared_store(lane, clock) as shared:

        def start(number: int) -> tuple[RunningServer, Records | None]:
            store = MemoryStore(clock=clock) if shared is None else shared
            server = _python_server(lane, store, clock, genid, recorder)
            return server, store if lane.base == "/session" else None

        yield start


@contextmanager
def lane_with_express(
    lane: Lane, clock: ManualClock, genid: SeededIds, recorder: Recorder, *, outside: Outside
) -> Iterator[Start]:
    """Open a lane whose servers, in Python and in Node, share a place in Redis."""
    from sessionlab.demo.express.outside import lane_redis
    from sessionlab.demo.express.server import ExpressServer

    starts = count(1)
    with lane_redis(outside, clock) as redis:

        def start(number: int) -> tuple[RunningServer, Records | None]:
            if lane.servers[number - 1] is ServerKind.PYTHON:
                return _python_server(lane, redis.store, clock, genid, recorder), redis.records
            express = ExpressServer(
                lane,
                next(starts),
                outside=outside,
                redis=redis,
                clock=clock,
                ids=genid,
                recorder=recorder,
            )
            return express, redis.records

        yield start


def _python_server(
    lane: Lane, store: Store, clock: ManualClock, genid: SeededIds, recorder: Recorder
) -> Server:
    app = make_demo_app(
        replace(lane.options, genid=genid, store=store),
        clock=clock,
        listener=recorder.listener,
        on_error=lambda error, environ: None,  # the listener is told of each
        at_login=AtLogin(lane.login.value),
        at_logout=AtLogout(lane.logout.value),
        is_cacheable=True,
    )
    return Server(app)


@contextmanager
def _shared_store(lane: Lane, clock: ManualClock) -> Iterator[Store | None]:
    """The store that all servers of a lane share; None: each has one of its own, in memory."""
    if lane.store is StoreKind.MEMORY:
        yield None
        return

    from tempfile import TemporaryDirectory

    from sessionlab.session.stores.sqlite import SQLiteStore

    with TemporaryDirectory(prefix="sessionlab-") as folder:
        store = SQLiteStore(f"{folder}/sessions.db", clock=clock)
        try:
            yield store
        finally:
            store.close()
