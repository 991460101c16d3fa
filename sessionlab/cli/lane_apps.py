"""What is played in a lane: the demo application with the lane's options and store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sessionlab.demo.apps import make_demo_app
from sessionlab.demo.designs import AtLogin, AtLogout
from sessionlab.replay.clock import ManualClock
from sessionlab.replay.fleet import Records, Start
from sessionlab.replay.ids import SeededIds
from sessionlab.replay.recorder import Recorder
from sessionlab.replay.scenario import Lane, StoreKind
from sessionlab.replay.server import Server
from sessionlab.session.stores.memory import MemoryStore

if TYPE_CHECKING:
    from sessionlab.session.stores.base import Store


@contextmanager
def lane_app(
    lane: Lane, clock: ManualClock, genid: SeededIds, recorder: Recorder
) -> Iterator[Start]:
    """Open a lane, in which each server has the application and its store."""
    with _shared_store(lane, clock) as shared:

        def start(number: int) -> tuple[Server, Records | None]:
            store = MemoryStore(clock=clock) if shared is None else shared
            app = make_demo_app(
                replace(lane.options, genid=genid, store=store),
                clock=clock,
                listener=recorder.listener,
                on_error=lambda error, environ: None,  # the listener is told of each
                at_login=AtLogin(lane.login.value),
                at_logout=AtLogout(lane.logout.value),
                is_cacheable=True,
            )
            return Server(app), store if lane.base == "/session" else None

        yield start


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
