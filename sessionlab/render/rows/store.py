"""The store's rows: its operations, and its records before and after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from sessionlab.core.events import SessionCalled, SessionMethod, StoreAsked, StoreOp
from sessionlab.render import safe
from sessionlab.render.elide import elide
from sessionlab.render.look import Line, Look, width
from sessionlab.render.phrase import styled
from sessionlab.render.styles import (
    ADDED,
    CHANGED,
    FITS,
    FITS_MARK,
    QUIET,
    REFUSED,
    REFUSED_MARK,
    REMOVED,
)
from sessionlab.transcript.steps import LaneStep, RoundTrip, Shelf
from sessionlab.transcript.store_timeline import data_of, members_of

_LEADS_TO = {
    SessionMethod.SAVE: (StoreOp.SET, StoreOp.SWAP),
    SessionMethod.RELOAD: (StoreOp.GET,),
    SessionMethod.TOUCH: (StoreOp.TOUCH,),
    SessionMethod.REGENERATE: (StoreOp.DESTROY,),
    SessionMethod.DESTROY: (StoreOp.DESTROY,),
}
_MANY_RECORDS = 4
_FEW_CELLS = 28


def calls(trip: RoundTrip, look: Look) -> list[Line]:
    """The calls of the application and the operations of the store, in order.

    A call is recorded when it returns; it is shown before the operation that it caused.
    """
    events: list[StoreAsked | SessionCalled] = []
    for entry in trip.entries:
        event = entry.event
        if isinstance(event, SessionCalled) and events and _caused(event, events[-1]):
            events.insert(-1, event)
        elif isinstance(event, SessionCalled | StoreAsked):
            events.append(event)
    return [
        _call_line(it, look) if isinstance(it, SessionCalled) else _asked_line(it, look)
        for it in events
    ]


def difference(step: LaneStep, look: Look) -> list[Line]:
    """The stores' records after the step; ``+ - ~`` mark the changes."""
    return shelved(step.shelves, look)


def shelved(shelves: Iterable[Shelf], look: Look) -> list[Line]:
    """The records of stores; a server's own store under the server's number."""
    lines: list[Line] = []
    for shelf in shelves:
        if shelf.server is not None:
            lines.append(Line(look.words("store.of-server", QUIET, server=shelf.server)))
        lines += _store_lines(shelf.before, shelf.after, look)
    return lines


def _store_lines(before: Mapping[str, str], after: Mapping[str, str], look: Look) -> list[Line]:
    every = [*before, *(id_ for id_ in after if id_ not in before)]
    changed = [line for id_ in every if (line := _changed_record(id_, before, after, look))]
    same = [_same_record(id_, after[id_], look) for id_ in after if before.get(id_) == after[id_]]
    if not changed and not same:
        return look.quiet("store.empty")
    lines: list[Line] = []
    for group, key in ((same, "store.more-same"), (changed, "store.more-changed")):
        shown = group if look.wide or len(group) <= _MANY_RECORDS else group[: _MANY_RECORDS - 1]
        lines += shown
        if more := len(group) - len(shown):
            lines.append(Line(look.words(key, QUIET, more=more)))
    return lines


def _changed_record(
    id_: str, before: Mapping[str, str], after: Mapping[str, str], look: Look
) -> Line | None:
    if before.get(id_) == after.get(id_):
        return None
    if id_ not in before:
        head = styled("+ ", ADDED).append(look.id(id_)).append("  ")
        return Line(head.append(_contents(after[id_], look, width(head))), hang=4)
    if id_ not in after:
        head = styled("- ", REMOVED).append(look.id(id_)).append("  ")
        gone = _contents(before[id_], look, width(head))
        gone.stylize(QUIET)
        return Line(head.append(gone), hang=4)
    head = styled("~ ", CHANGED).append(look.id(id_)).append("  ")
    return Line(head.append(_changes(before[id_], after[id_], look, width(head))), hang=4)


def _same_record(id_: str, record: str, look: Look) -> Line:
    head = Text("  ").append(look.id(id_)).append("  ")
    return Line(head.append(_contents(record, look, width(head))), hang=4)


def _contents(record: str, look: Look, taken: int) -> Text:
    """``count 2 · user "alice"``; a record that is no JSON object is shown as text."""
    data = data_of(record)
    if data is None:
        return look.value(record, taken)
    if not data:
        return look.words("store.no-data", QUIET)
    parts = [_member(key, value, look, taken) for key, value in data.items()]
    return styled(" · ", QUIET).join(parts)


def _changes(before: str, after: str, look: Look, taken: int) -> Text:
    """The differences between two versions of a record, member by member."""
    old, new = data_of(before), data_of(after)
    if old is None or new is None:
        return look.value(after, taken)
    parts: list[Text] = []
    for key in old | new:
        if key not in new:
            parts.append(styled("- ", REMOVED).append(_member(key, old[key], look, taken + 2)))
        elif key not in old:
            parts.append(styled("+ ", ADDED).append(_member(key, new[key], look, taken + 2)))
        elif old[key] != new[key]:
            was = _value(old[key], look, taken)
            now = _value(new[key], look, taken)
            name = look.value(key, taken + 20)
            parts.append(name.append(" ").append(was).append(" → ", CHANGED).append(now))
    if not parts:
        moved = (members_of(before) or {}).get("cookie") != (members_of(after) or {}).get("cookie")
        return look.words("store.cookie-changed" if moved else "store.rewritten", QUIET)
    return styled(" · ", QUIET).join(parts)


def _member(key: str, value: Any, look: Look, taken: int) -> Text:
    name = look.value(key, taken + 20)
    return name.append(" ").append(_value(value, look, taken + width(name) + 1))


def _value(value: Any, look: Look, taken: int) -> Text:
    """A value as JSON; a long one is elided, followed by its length in characters."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    room = max(look.room - taken, _FEW_CELLS)
    if look.wide or cell_len(safe.visible(written)) <= room:
        return safe.text(written, "bold")
    size = look.words("store.characters", QUIET, count=f"{len(written):,}")
    return styled(elide(written, room - width(size) - 1), "bold").append(" ").append(size)


def _caused(called: SessionCalled, before: StoreAsked | SessionCalled) -> bool:
    return isinstance(before, StoreAsked) and before.op in _LEADS_TO[called.call]


def _call_line(called: SessionCalled, look: Look) -> Line:
    line = styled("session.", QUIET).append(called.call, "bold").append("()", QUIET)
    return _with_error(line, called.error, look)


def _asked_line(asked: StoreAsked, look: Look) -> Line:
    line = Text(f"{asked.op} ").append(look.id(asked.id))
    if asked.found is not None:
        mark, style = (FITS_MARK, FITS) if asked.found else (REFUSED_MARK, REFUSED)
        key = "as-expected" if asked.op is StoreOp.SWAP else "found"
        line.append(f"  {mark} ", style)
        line.append(look.words(key if asked.found else f"not-{key}", QUIET))
    return _with_error(line, asked.error, look)


def _with_error(line: Text, error: str | None, look: Look) -> Line:
    if error is not None:
        line.append(f"  {REFUSED_MARK} ", REFUSED)
        line.append(look.value(error, width(line), REFUSED))
    return Line(line)
