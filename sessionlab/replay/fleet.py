"""The servers of one lane and what they keep: one server, or several that take turns.

Rules
- Servers are numbered from 1.  Where there is one alone, nothing speaks of its number.
- A request goes to the server that is named, or else to the next one in turn.
- Servers that give the same store share it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import cycle
from typing import Any, Protocol

from sessionlab.replay.browser import Address
from sessionlab.replay.scenario import ServerKind
from sessionlab.replay.server import RunningServer


class Records(Protocol):
    """What is asked of a store: everything in it, by ID."""

    def all(self) -> Mapping[str, Any]:
        """The records; each has its JSON text as ``text``."""
        ...


Start = Callable[[int], tuple[RunningServer, Records | None]]
"""Starts the server of this number and gives it with its store, if it keeps one.  Called again
when it is started anew: what is kept elsewhere survives."""


class Fleet:
    """Running servers.  Leaving the ``with`` block ends them.

    Raises what starting them raises.
    """

    def __init__(self, kinds: Sequence[ServerKind], start: Start) -> None:
        self._start_one = start
        self._kinds = kinds
        self._numbers = range(1, len(kinds) + 1)
        self._turns = cycle(self._numbers)
        self._servers: dict[int, RunningServer] = {}
        self._stores: dict[int, Records | None] = {}

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

    def address(self, number: int | None) -> Address:
        """The server of this number, or the next in turn."""
        number = next(self._turns) if number is None else number
        kind = self._kinds[number - 1] if len(set(self._kinds)) > 1 else None
        return Address(self._servers[number], self._named(number), kind)

    def restart(self, number: int | None) -> dict[str, Any]:
        """Start a server anew, or all; gives the data of the event that tells of it."""
        lost = 0
        for each in self._numbers if number is None else (number,):
            before = _texts(self._stores[each])
            self._servers.pop(each).stop()
            self._start(each)
            lost += len(before.keys() - _texts(self._stores[each]).keys())
        return {"lost": lost, "server": number and self._named(number)}

    def records(self) -> dict[int | None, dict[str, str]]:
        """The records of each store, by the number of its server; None: of all servers alike."""
        stores = {number: store for number, store in self._stores.items() if store is not None}
        different = {id(store) for store in stores.values()}
        if len(different) == 1:
            return {None: _texts(next(iter(stores.values())))}
        return {number: _texts(store) for number, store in stores.items()}

    def _start(self, number: int) -> None:
        self._servers[number], self._stores[number] = self._start_one(number)

    def _stop(self) -> None:
        for server in self._servers.values():
            server.stop()

    def _named(self, number: int) -> int | None:
        return number if len(self._numbers) > 1 else None


def _texts(store: Records | None) -> dict[str, str]:
    return {} if store is None else {id_: record.text for id_, record in store.all().items()}
