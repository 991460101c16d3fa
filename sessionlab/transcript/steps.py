"""Sorts the entries of one lane: the prelude, the round trips, the stores.

Rules
- A round trip begins with its request.  Without our browser no request is recorded, and all
  entries are one round trip.
- The entries of a held request form two passages, with other requests in between.
- The prelude is what the lesson or the browser did between requests.
- Snapshots belong to the step as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from sessionlab.core.decide import Check, Outcome, Question, Verdict
from sessionlab.core.entries import Entry
from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    Event,
    RequestHeld,
    RequestResumed,
    RequestSent,
    ResponseReceived,
    SessionOpened,
    StoreSnapshot,
)

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """The entries of one request, or of a passage of it."""

    entries: tuple[Entry[Event], ...]

    def of(self, kind: type[E]) -> list[E]:
        """The events of a kind, in order."""
        return [entry.event for entry in self.entries if isinstance(entry.event, kind)]

    def first(self, kind: type[E]) -> E | None:
        """The first event of a kind; None without one."""
        return next(iter(self.of(kind)), None)

    def last(self, kind: type[E]) -> E | None:
        """The last event of a kind; None without one."""
        return next(reversed(self.of(kind)), None)

    @property
    def request(self) -> RequestSent | None:
        """The request, if our browser sent it."""
        return self.first(RequestSent)

    @property
    def response(self) -> ResponseReceived | None:
        """The answer."""
        return self.last(ResponseReceived)

    @property
    def read(self) -> CookieRead | None:
        """How the server read the request's cookie."""
        return self.last(CookieRead)

    @property
    def opened(self) -> SessionOpened | None:
        """The session that the application got."""
        return self.last(SessionOpened)

    @property
    def decided(self) -> CookieDecided | None:
        """What was decided about the cookie."""
        return self.last(CookieDecided)

    @property
    def is_refused(self) -> bool:
        """Whether a session cookie came and was refused before the store was asked."""
        if self.read is None:
            return False
        return cookie_came(self.read.verdict) and self.read.verdict.outcome is Outcome.NEW


def cookie_came(verdict: Verdict) -> bool:
    """Whether the verdict is about a cookie that was sent."""
    return Check(Question.COOKIE_PRESENT, True) in verdict.checks


def first_line(response: ResponseReceived) -> str:
    """The first line of the body that is not blank, or else the status."""
    lines = [line for line in response.body.splitlines() if line.strip()]
    return lines[0] if lines else str(response.status)


class Shelf(NamedTuple):
    """The records of a store before and after, by ID.

    ``server``: the number of the server that has this store; None if there is only one store.
    """

    server: int | None
    before: Mapping[str, str]
    after: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LaneStep:
    """What happened in one lane during one step.

    ``trips``: in the order of their ends.  ``passages``: their parts in the order of time; a held
    request has two.  ``shelves``: empty if the lane has no store.
    """

    prelude: tuple[Event, ...]
    trips: tuple[RoundTrip, ...]
    passages: tuple[RoundTrip, ...]
    shelves: tuple[Shelf, ...]

    @property
    def overlaps(self) -> bool:
        """Whether a request was held while others were answered."""
        return len(self.passages) > len(self.trips)

    @property
    def records(self) -> tuple[Mapping[str, str], Mapping[str, str]] | None:
        """The records of all stores before and after; None if the lane has no store."""
        if not self.shelves:
            return None
        before: dict[str, str] = {}
        after: dict[str, str] = {}
        for shelf in self.shelves:
            before |= shelf.before
            after |= shelf.after
        return before, after


def lane_step(entries: Iterable[Entry[Event]]) -> LaneStep:
    """Sort one lane's entries of a step, or of several steps."""
    prelude: list[Event] = []
    passages: list[_Passage] = []
    shelves: list[Shelf] = []
    held = 0
    for entry in entries:
        event = entry.event
        if isinstance(event, StoreSnapshot):
            shelves.append(Shelf(event.server, event.before, event.after))
        elif event.is_prelude:
            prelude.append(event)
        elif isinstance(event, RequestResumed):
            passages.append(_Passage(held, [entry]))
        elif isinstance(event, RequestSent) or not passages:
            passages.append(_Passage(len(passages), [entry]))
        else:
            if isinstance(event, RequestHeld):
                held = passages[-1].of
            passages[-1].entries.append(entry)
    return LaneStep(
        prelude=tuple(prelude),
        trips=_joined_passages(passages),
        passages=tuple(RoundTrip(tuple(passage.entries)) for passage in passages),
        shelves=tuple(shelves),
    )


class _Passage(NamedTuple):
    """Consecutive entries of one round trip; ``of``: the number of the round trip."""

    of: int
    entries: list[Entry[Event]]


def _joined_passages(passages: Iterable[_Passage]) -> tuple[RoundTrip, ...]:
    whole: dict[int, list[Entry[Event]]] = {}
    for passage in passages:
        # Remove and insert again, so that the round trip that ended last is last.
        whole[passage.of] = whole.pop(passage.of, []) + passage.entries
    return tuple(RoundTrip(tuple(entries)) for entries in whole.values())
