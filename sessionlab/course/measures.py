"""What can be asked of a transcript: the closed list behind questions and claims.

Rules
- A measure reads events of a span of steps and gives a number, a text or a list of texts; what
  the span does not have is None (or 0, or the empty list).
- A lesson's ``[[question]]`` asks by a measure's name, its ``[[claim]]`` has the name, written
  with ``_``, as a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from sessionlab.core.events import Event, Kind, Transcript

Value = int | str | list[str]


class Span(NamedTuple):
    """Steps from ``first`` to ``last``, both included."""

    first: int
    last: int


class Measure(NamedTuple):
    """One thing that can be asked; ``type`` is what its answers are."""

    type: type
    read: Callable[[Transcript, Span], Any]


def measure(transcript: Transcript, name: str, span: Span) -> Value | None:
    """The answer to a question of `MEASURES`.  Raises KeyError for any other."""
    value: Value | None = MEASURES[name].read(transcript, span)
    return value


def _events(transcript: Transcript, kind: Kind, span: Span) -> list[Event]:
    return [it for it in transcript.of(kind) if span.first <= it.step <= span.last]


def _last(kind: Kind, read: Callable[[Event], Any]) -> Callable[[Transcript, Span], Any]:
    """Reads the last event of a kind; None where there is none."""

    def of(transcript: Transcript, span: Span) -> Any:
        events = _events(transcript, kind, span)
        return read(events[-1]) if events else None

    return of


def _total(kind: Kind, read: Callable[[Event], int]) -> Callable[[Transcript, Span], int]:
    return lambda transcript, span: sum(map(read, _events(transcript, kind, span)))


def _all(kind: Kind, read: Callable[[Event], Iterable[str]]) -> Callable[..., list[str]]:
    return lambda transcript, span: [
        it for event in _events(transcript, kind, span) for it in read(event)
    ]


def _reason(event: Event) -> str | None:
    return None if event.verdict is None else event.verdict["reason"]


def _why_withheld(event: Event) -> list[str]:
    return [reason for cookie in event.data["withheld"] for reason in cookie["reasons"]]


def _store_rows(transcript: Transcript, span: Span) -> int | None:
    snapshots = _events(transcript, Kind.SNAPSHOT, span)
    if not snapshots:
        return None
    return sum(len(it.data["after"]) for it in snapshots if it.step == snapshots[-1].step)


def _refused_octets(transcript: Transcript, span: Span) -> int:
    """Octets of name and value of the largest cookie that the browser refused; 0: none was."""
    return max(
        (
            len((event.data["name"] + event.data["value"]).encode("latin-1", "replace"))
            for event in _events(transcript, Kind.COOKIE_STORED, span)
            if event.verdict and not event.verdict["accepted"]
        ),
        default=0,
    )


MEASURES: Final[Mapping[str, Measure]] = {
    # the last answer
    "status": Measure(int, _last(Kind.RESPONSE, lambda e: e.data["status"])),
    "body": Measure(str, _last(Kind.RESPONSE, lambda e: e.data["body"])),
    "bodies": Measure(list, _all(Kind.RESPONSE, lambda e: (e.data["body"],))),
    # what went over the wire: the last request's cookies, the Set-Cookie lines of all answers
    "cookies-sent": Measure(
        list, _last(Kind.REQUEST, lambda e: [cookie["name"] for cookie in e.data["cookies"]])
    ),
    "cookie-values": Measure(
        list, _last(Kind.REQUEST, lambda e: [cookie["value"] for cookie in e.data["cookies"]])
    ),
    "cookie-origins": Measure(
        list, _last(Kind.REQUEST, lambda e: [cookie["origin"] for cookie in e.data["cookies"]])
    ),
    "cookie-bytes": Measure(int, _last(Kind.REQUEST, lambda e: e.data["cookie_bytes"])),
    "withheld": Measure(list, _all(Kind.REQUEST, _why_withheld)),
    "set-cookies": Measure(int, _total(Kind.RESPONSE, lambda e: len(e.data["set_cookie"]))),
    "set-cookie-bytes": Measure(int, _total(Kind.RESPONSE, lambda e: e.data["cookie_bytes"])),
    "caching": Measure(list, _all(Kind.RESPONSE, lambda e: e.data["caching"])),
    # why
    "read-reason": Measure(str, _last(Kind.COOKIE_READ, _reason)),
    "open-reason": Measure(str, _last(Kind.SESSION_OPEN, _reason)),
    "cookie-reason": Measure(str, _last(Kind.COOKIE_DECIDED, _reason)),
    "store-reason": Measure(str, _last(Kind.STORE_DECIDED, _reason)),
    "refused": Measure(
        list, _all(Kind.COOKIE_STORED, lambda e: e.verdict["reasons"] if e.verdict else ())
    ),
    "refused-octets": Measure(int, _refused_octets),
    # the server's store
    "store-ops": Measure(list, _all(Kind.STORE, lambda e: (e.data["op"],))),
    "store-rows": Measure(int, _store_rows),
    "lost": Measure(int, _total(Kind.RESTART, lambda e: e.data["lost"])),
}
"""By name.  ``refused``: every reason for which the browser refused a cookie; ``withheld``: every
reason for which it kept one to itself; ``store-ops``: in their order; ``store-rows``: records after
the last step, in all stores; ``lost``: records lost by restarts."""
