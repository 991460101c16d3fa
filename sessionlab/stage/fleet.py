"""The servers of one lane and their stores: one server, or several that take turns.

Rules
- Servers are numbered from 1.  Events have no number for a single server.
- A request goes to the given server, or else to the next one in turn.
- Servers with the same store share it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

from sessionlab.core.events import ServerKind, ServerRestarted
from sessionlab.stage.applications import Application, Backstage
from sessionlab.stage.browsers import Destination
from sessionlab.stage.server import Records, RunningServer


class Fleet:
    """Running servers.  Leaving the ``with`` block stops them.

    Entering it raises what starting a server raises.
    """

    def __init__(
        self, backstage: Backstage, applications: Mapping[ServerKind, Application]
    ) -> None:
        self._backstage = backstage
        self._kinds = backstage.lane.servers
        self._applications = applications
        self._numbers = range(1, len(self._kinds) + 1)
        self._turns = cycle(self._numbers)
        self._servers: dict[int, RunningServer] = {}

    def __enter__(self) -> Fleet:
        try:
            for number in self._numbers:
                self._start(number)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stop()

    def destination(self, number: int | None) -> Destination:
        """The server with this number; None: the next in turn."""
        number = next(self._turns) if number is None else number
        kind = self._kinds[number - 1]
        return Destination(
            self._servers[number],
            self._applications[kind],
            self._shown_number(number),
            kind if len(set(self._kinds)) > 1 else None,
        )

    def restart(self, number: int | None) -> ServerRestarted:
        """Restart a server; None: all.  Returns the event to record."""
        lost = 0
        for each in self._numbers if number is None else (number,):
            before = _texts(self._servers[each].records)
            self._servers[each].stop()
            self._start(each)
            lost += len(before.keys() - _texts(self._servers[each].records).keys())
        return ServerRestarted(lost, number and self._shown_number(number))

    def records(self) -> dict[int | None, dict[str, str]]:
        """The records of each store by its server's number; None for a store that all share."""
        stores = {
            number: server.records
            for number, server in self._servers.items()
            if server.records is not None
        }
        if len({id(store) for store in stores.values()}) == 1:
            return {None: _texts(next(iter(stores.values())))}
        return {number: _texts(store) for number, store in stores.items()}

    def _start(self, number: int) -> None:
        application = self._applications[self._kinds[number - 1]]
        self._servers[number] = application.start(self._backstage)

    def _stop(self) -> None:
        for server in self._servers.values():
            server.stop()

    def _shown_number(self, number: int) -> int | None:
        return number if len(self._numbers) > 1 else None


def _texts(store: Records | None) -> dict[str, str]:
    return {} if store is None else {id_: record.text for id_, record in store.all().items()}
