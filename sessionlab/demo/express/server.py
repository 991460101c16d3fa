"""The Express application as one of the servers of a lane."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sessionlab.demo.express.processes import NodeServer
from sessionlab.demo.express.seen import Seen

if TYPE_CHECKING:
    from sessionlab.demo.express.outside import LaneRedis, Outside
    from sessionlab.replay.clock import ManualClock
    from sessionlab.replay.ids import SeededIds
    from sessionlab.replay.recorder import Recorder
    from sessionlab.replay.scenario import Lane

SCRIPT: Final = Path(__file__).parent / "app.js"


class ExpressServer:
    """A running one: the lane's clock is its clock, and its IDs are the same in each replay.

    ``number`` tells this start from the lane's others.  Raises ProgramFailed.
    """

    def __init__(
        self,
        lane: Lane,
        number: int,
        *,
        outside: Outside,
        redis: LaneRedis,
        clock: ManualClock,
        ids: SeededIds,
        recorder: Recorder,
    ) -> None:
        settings = {
            "modules": str(outside.modules),
            "redis": redis.url,
            "prefix": redis.prefix,
            "options": lane.settings["express"],
            "base": lane.base,
            "login": lane.login.value,
            "logout": lane.logout.value,
            "now": clock(),
            "seed": f"{ids.seed}/express/{number}",
        }
        self._clock = clock
        self._seen = Seen(lane.options, recorder.record)
        self._node = NodeServer(outside.node, SCRIPT, settings)
        self._running = True
        self.port = self._node.port
        clock.on_advance(self._set_time)

    def settle(self, held: int = 0) -> None:
        """Wait until it is done with all requests, and record what was seen of them.

        Nothing can be held in it.
        """
        self._seen.tell(self._node.ask({"now": self._clock()}))

    def stop(self) -> None:
        """End it.  Stopping twice is no error."""
        self._running = False
        self._node.stop()

    def _set_time(self, seconds: float) -> None:
        if self._running:
            self._node.ask({"now": self._clock()})
