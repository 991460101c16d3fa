"""The Express application as one of the servers of a lane."""

from __future__ import annotations

from importlib.resources import as_file, files

from sessionlab.demo.express.processes import NodeServer
from sessionlab.demo.express.seen import Seen
from sessionlab.session.stores.redis import RedisStore
from sessionlab.stage.applications import Backstage
from sessionlab.stage.server import HOST, ORIGIN


class ExpressServer:
    """A running Express application with the lane's clock and the same IDs each time.

    Raises ValueError for a lane without a store in Redis, and ProgramFailed.
    """

    origin = ORIGIN

    def __init__(self, backstage: Backstage) -> None:
        lane, outside, store = backstage.lane, backstage.outside, backstage.store
        if outside is None or not isinstance(store, RedisStore):
            raise ValueError("Express keeps its sessions in Redis: the lane's store must be there")
        self.records = store
        self._clock = backstage.clock
        self._seen = Seen(lane.options, backstage.recorder.record)
        settings = {
            "modules": str(outside.modules),
            "redis": outside.redis_url,
            "prefix": store.prefix,
            "options": lane.settings["express"],
            "base": lane.base,
            "login": lane.login,
            "logout": lane.logout,
            "now": self._clock(),
            "seed": backstage.ids.seed_for("express"),
        }
        with as_file(files("sessionlab.demo.express") / "app.js") as script:
            self._node = NodeServer(outside.node, script, settings)
        self._running = True
        self.address = (HOST, self._node.port)
        self._clock.on_advance(self._set_time)

    def settle(self, held: int = 0) -> None:
        """Wait until it has finished all requests, and record their events.

        Ignores ``held``, because no request can be held in it.
        """
        self._seen.record(self._node.ask({"now": self._clock()}))

    def stop(self) -> None:
        """Stop it.  Stopping twice is no error."""
        self._running = False
        self._node.stop()

    def _set_time(self, seconds: float) -> None:
        if self._running:
            self._node.ask({"now": self._clock()})
