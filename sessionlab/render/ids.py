"""Session IDs: short enough for a table, each with one colour everywhere.

Rules
- An ID gets its colour and its short form when it is first seen, and keeps both.
- No two IDs of one `IdColours` look the same, even without colour: where two short forms would
  be equal, the later one is longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    Event,
    SessionCalled,
    SessionOpened,
    StoreAsked,
    StoreDecided,
    StoreSnapshot,
)
from sessionlab.render import safe
from sessionlab.render.styles import ID_COLOURS

_HEAD, _TAIL = 4, 3
_NAMES_AN_ID = (
    CookieRead | SessionOpened | StoreAsked | SessionCalled | CookieDecided | StoreDecided
)


class IdColours:
    """The IDs seen so far, in the order in which they were seen."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._styles: dict[str, str] = {}
        self._shorts: dict[str, str] = {}
        self._taken: set[str] = set()
        for session_id in ids:
            self.add(session_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._styles)

    def add(self, session_id: str) -> None:
        """Give an ID its colour and short form, unless it has them."""
        if session_id in self._styles:
            return
        self._styles[session_id] = ID_COLOURS[len(self._styles) % len(ID_COLOURS)]
        head = _HEAD
        while (short := _shorten(session_id, head)) in self._taken:
            head += 1
        self._shorts[session_id] = short
        self._taken.add(short)

    def style(self, session_id: str) -> str:
        """The colour of an ID."""
        self.add(session_id)
        return self._styles[session_id]

    def label(self, session_id: str, *, whole: bool = False) -> Text:
        """The ID in its colour, short or whole."""
        self.add(session_id)
        return safe.text(
            session_id if whole else self._shorts[session_id], self._styles[session_id]
        )


def ids_of(events: Iterable[Event]) -> Iterable[str]:
    """Every session ID in the events, in order, with repetitions."""
    for event in events:
        if isinstance(event, StoreSnapshot):
            yield from event.before
            yield from event.after
        elif isinstance(event, _NAMES_AN_ID) and event.id is not None:
            yield event.id


def _shorten(session_id: str, head: int) -> str:
    if len(session_id) <= head + _TAIL + 1:
        return session_id
    return f"{session_id[:head]}…{session_id[-_TAIL:]}"
