"""One lane's events of one step, put in order: what came before, the exchanges, the stores.

Rules
- An exchange begins with its request event; a server that runs without our browser records none,
  and its events are one exchange.
- A request that was held has its events in two passages, with those of others in between.
- What the lesson or the browser did before the first request is the prelude.
- Snapshots belong to the step as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sessionlab.core.events import Event, Kind

_PRELUDE = frozenset({Kind.EDIT, Kind.COPY, Kind.CLOSE, Kind.RESTART, Kind.ADVANCE})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and everything that belongs to it, or a passage of that."""

    events: tuple[Event, ...]

    def of(self, *kinds: Kind) -> list[Event]:
        """The events of these kinds, in order."""
        return [event for event in self.events if event.kind in kinds]

    def first(self, kind: Kind) -> Event | None:
        """The first event of a kind, if there is one."""
        return next((event for event in self.events if event.kind is kind), None)

    def last(self, kind: Kind) -> Event | None:
        """The last event of a kind, if there is one."""
        return next((event for event in reversed(self.events) if event.kind is kind), None)


class Shelf(NamedTuple):
    """What was in a store before and after, by ID.

    ``server``: the number of the one whose own store it is; None: there is no other.
    """

    server: int | None
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LaneStep:
    """What happened in one lane during one step.

    ``exchanges``: in the order in which they ended.  ``passages``: these in the order of time; a
    request that was held has two.  ``shelves``: empty where the lane has no store.
    """

    prelude: tuple[Event, ...]
    exchanges: tuple[Exchange, ...]
    passages: tuple[Exchange, ...]
    shelves: tuple[Shelf, ...]

    @property
    def overlaps(self) -> bool:
        """Whether a request was held while others were answered."""
        return len(self.passages) > len(self.exchanges)

    @property
    def records(self) -> tuple[Mapping[str, str], Mapping[str, str]] | None:
        """What was in all stores before and after; None where the lane has none."""
        if not self.shelves:
            return None
        before: dict[str, str] = {}
        after: dict[str, str] = {}
        for shelf in self.shelves:
            before |= shelf.before
            after |= shelf.after
        return before, after


def lane_step(events: Iterable[Event]) -> LaneStep:
    """Put one lane's events of one step in order."""
    prelude: list[Event] = []
    passages: list[_Passage] = []
    shelves: list[Shelf] = []
    held = 0
    for event in events:
        if event.kind is Kind.SNAPSHOT:
            data = event.data
            shelves.append(Shelf(data.get("server"), data["before"], data["after"]))
        elif event.kind in _PRELUDE:
            prelude.append(event)
        elif event.kind is Kind.RESUME:
            passages.append(_Passage(held, [event]))
        elif event.kind is Kind.REQUEST or not passages:
            passages.append(_Passage(len(passages), [event]))
        else:
            if event.kind is Kind.HOLD:
                held = passages[-1].of
            passages[-1].events.append(event)
    return LaneStep(
        prelude=tuple(prelude),
        exchanges=_whole(passages),
        passages=tuple(Exchange(tuple(passage.events)) for passage in passages),
        shelves=tuple(shelves),
    )


class _Passage(NamedTuple):
    """Events of one exchange without those of another in between; ``of``: which exchange."""

    of: int
    events: list[Event]


def _whole(passages: Iterable[_Passage]) -> tuple[Exchange, ...]:
    whole: dict[int, list[Event]] = {}
    for passage in passages:
        # Taken out and put in again, so that what ended last stands last.
        whole[passage.of] = whole.pop(passage.of, []) + passage.events
    return tuple(Exchange(tuple(events)) for events in whole.values())
