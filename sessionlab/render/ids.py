"""Session IDs: short enough for a table, and each with a colour that it keeps everywhere.

Rules
- An ID gets its colour and its short form when it is first seen and never another.
- No two IDs of one `IdColours` look the same, not even without colour: where the short forms
  would, the later one is written longer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from sessionlab.core.events import Event, Kind
from sessionlab.render import safe
from sessionlab.render.styles import ID_COLOURS

_HEAD, _TAIL = 4, 3


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
        """Get to know an ID; nothing changes for one that is known."""
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
    """Every session ID that the events name, first seen first, with repetitions."""
    for event in events:
        if event.kind is Kind.SNAPSHOT:
            yield from event.data["before"]
            yield from event.data["after"]
        elif isinstance(session_id := event.data.get("id"), str):
            yield session_id


def _shorten(session_id: str, head: int) -> str:
    if len(session_id) <= head + _TAIL + 1:
        return session_id
    return f"{session_id[:head]}…{session_id[-_TAIL:]}"
