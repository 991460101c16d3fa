"""What can be measured in a transcript: the closed list behind questions and claims.

Rules
- A measure reads the events of a span of steps and returns a number, a text or a list of texts;
  without such events, None, 0 or an empty list.
- A lesson's ``[[question]]`` names a measure in ``ask``; its ``[[claim]]`` has the name as a key,
  with ``_`` for ``-``.
- A measure is one entry of `MEASURES`, and a line in ``lessons/README.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from sessionlab.core.entries import Transcript
from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    CookieStored,
    Event,
    RequestSent,
    ResponseReceived,
    ServerRestarted,
    SessionOpened,
    StoreAsked,
    StoreDecided,
    StoreSnapshot,
)

Value = int | str | list[str]
E = TypeVar("E", bound=Event)


class Span(NamedTuple):
    """Steps from ``first`` to ``last``, both included."""

    first: int
    last: int


Read = Callable[[Transcript, Span], Any]


class Measure(NamedTuple):
    """One measure; ``type`` is the type of its answers."""

    type: type
    read: Read


def measure(transcript: Transcript, name: str, span: Span) -> Value | None:
    """The value of one of the `MEASURES`.  Raises KeyError for an unknown name."""
    value: Value | None = MEASURES[name].read(transcript, span)
    return value


def _events(transcript: Transcript, kind: type[E], span: Span) -> list[E]:
    return [it.event for it in transcript.of(kind) if span.first <= it.step <= span.last]


def _last(kind: type[E], read: Callable[[E], Value | None]) -> Read:
    """Reads the last event of a kind; None without one."""

    def of(transcript: Transcript, span: Span) -> Value | None:
        events = _events(transcript, kind, span)
        return read(events[-1]) if events else None

    return of


def _total(kind: type[E], read: Callable[[E], int]) -> Read:
    return lambda transcript, span: sum(map(read, _events(transcript, kind, span)))


def _all(kind: type[E], read: Callable[[E], Iterable[str]]) -> Read:
    return lambda transcript, span: [
        str(it) for event in _events(transcript, kind, span) for it in read(event)
    ]


def _last_reason(kind: type[CookieRead | SessionOpened | CookieDecided | StoreDecided]) -> Read:
    return _last(kind, lambda it: None if it.verdict is None else it.verdict.reason.value)


def _store_rows(transcript: Transcript, span: Span) -> int | None:
    found = [it for it in transcript.of(StoreSnapshot) if span.first <= it.step <= span.last]
    if not found:
        return None
    return sum(len(it.event.after) for it in found if it.step == found[-1].step)


def _refused_octets(transcript: Transcript, span: Span) -> int:
    """Octets of name and value of the largest refused cookie; 0 without one."""
    return max(
        (
            len((it.name + it.value).encode("latin-1", "replace"))
            for it in _events(transcript, CookieStored, span)
            if not it.verdict.accepted
        ),
        default=0,
    )


MEASURES: Final[Mapping[str, Measure]] = {
    # the last answer
    "status": Measure(int, _last(ResponseReceived, lambda it: it.status)),
    "body": Measure(str, _last(ResponseReceived, lambda it: it.body)),
    "bodies": Measure(list, _all(ResponseReceived, lambda it: (it.body,))),
    # what went over the wire: the last request's cookies, the Set-Cookie lines of all answers
    "cookies-sent": Measure(list, _last(RequestSent, lambda it: [c.name for c in it.cookies])),
    "cookie-values": Measure(list, _last(RequestSent, lambda it: [c.value for c in it.cookies])),
    "cookie-origins": Measure(
        list, _last(RequestSent, lambda it: [str(c.origin or "") for c in it.cookies])
    ),
    "cookie-bytes": Measure(int, _last(RequestSent, lambda it: it.cookie_bytes)),
    "withheld": Measure(
        list, _all(RequestSent, lambda it: [why for c in it.withheld for why in c.reasons])
    ),
    "set-cookies": Measure(int, _total(ResponseReceived, lambda it: len(it.set_cookie))),
    "set-cookie-bytes": Measure(int, _total(ResponseReceived, lambda it: it.cookie_bytes)),
    "caching": Measure(list, _all(ResponseReceived, lambda it: it.caching)),
    # why
    "read-reason": Measure(str, _last_reason(CookieRead)),
    "open-reason": Measure(str, _last_reason(SessionOpened)),
    "cookie-reason": Measure(str, _last_reason(CookieDecided)),
    "store-reason": Measure(str, _last_reason(StoreDecided)),
    "refused": Measure(list, _all(CookieStored, lambda it: it.verdict.reasons)),
    "refused-octets": Measure(int, _refused_octets),
    # the server's store
    "store-ops": Measure(list, _all(StoreAsked, lambda it: (it.op,))),
    "store-rows": Measure(int, _store_rows),
    "lost": Measure(int, _total(ServerRestarted, lambda it: it.lost)),
}
"""By name.  ``refused``: every reason for which the browser refused a cookie; ``withheld``: every
reason for which it kept one to itself; ``store-ops``: in their order; ``store-rows``: records after
the last step, in all stores; ``lost``: records lost by restarts."""
