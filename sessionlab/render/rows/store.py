"""What the store was asked, and what it held before and after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from sessionlab.core.events import Event, Kind
from sessionlab.render import safe
from sessionlab.render.elide import elide
from sessionlab.render.exchange import Exchange, LaneStep, Shelf
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

_LEADS_TO = {
    "save": ("set", "swap"),
    "reload": ("get",),
    "touch": ("touch",),
    "regenerate": ("destroy",),
    "destroy": ("destroy",),
}
_FOUND = {"swap": ("as-expected", "not-as-expected")}
_MANY_RECORDS = 4
_FEW_CELLS = 28

Data = dict[str, Any]


def calls(exchange: Exchange, look: Look) -> list[Line]:
    """What the application called, and what was asked of the store, in order.

    A call is told when it is over; it is written in front of the operation that it led to.
    """
    events: list[Event] = []
    for event in exchange.of(Kind.STORE, Kind.SESSION_CALL):
        led_to = _LEADS_TO.get(event.data.get("call", ""), ())
        if events and events[-1].data.get("op") in led_to:
            events.insert(-1, event)
        else:
            events.append(event)
    return [
        _call(event, look) if event.kind is Kind.SESSION_CALL else _asked(event, look)
        for event in events
    ]


def difference(step: LaneStep, look: Look) -> list[Line]:
    """The stores' records after the step, marked with what changed: ``+ - ~``."""
    return shelved(step.shelves, look)


def shelved(shelves: Iterable[Shelf], look: Look) -> list[Line]:
    """The records of some stores; each server's own under its number."""
    lines: list[Line] = []
    for shelf in shelves:
        if shelf.server is not None:
            lines.append(Line(look.words("store.of-server", QUIET, server=shelf.server)))
        lines += _shelf(shelf.before, shelf.after, look)
    return lines


def _shelf(before: Mapping[str, str], after: Mapping[str, str], look: Look) -> list[Line]:
    every = [*before, *(id_ for id_ in after if id_ not in before)]
    changed = [line for id_ in every if (line := _changed(id_, before, after, look))]
    same = [_same(id_, after[id_], look) for id_ in after if before.get(id_) == after[id_]]
    if not changed and not same:
        return look.quiet("store.empty")
    lines: list[Line] = []
    for group, key in ((same, "store.more-same"), (changed, "store.more-changed")):
        shown = group if look.wide or len(group) <= _MANY_RECORDS else group[: _MANY_RECORDS - 1]
        lines += shown
        if more := len(group) - len(shown):
            lines.append(Line(look.words(key, QUIET, more=more)))
    return lines


def _changed(
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


def _same(id_: str, record: str, look: Look) -> Line:
    head = Text("  ").append(look.id(id_)).append("  ")
    return Line(head.append(_contents(record, look, width(head))), hang=4)


def _contents(record: str, look: Look, taken: int) -> Text:
    """``count 2 · user "alice"``; a record that is no JSON object as it stands."""
    data = _data(record)
    if data is None:
        return look.value(record, taken)
    if not data:
        return look.words("store.no-data", QUIET)
    parts = [_member(key, value, look, taken) for key, value in data.items()]
    return styled(" · ", QUIET).join(parts)


def _changes(before: str, after: str, look: Look, taken: int) -> Text:
    """What is different between two versions of a record, member by member."""
    old, new = _data(before), _data(after)
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
        moved = _cookie(before) != _cookie(after)
        return look.words("store.cookie-changed" if moved else "store.rewritten", QUIET)
    return styled(" · ", QUIET).join(parts)


def _member(key: str, value: Any, look: Look, taken: int) -> Text:
    name = look.value(key, taken + 20)
    return name.append(" ").append(_value(value, look, taken + width(name) + 1))


def _value(value: Any, look: Look, taken: int) -> Text:
    """A value as JSON; a long one is elided and its length told."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    room = max(look.room - taken, _FEW_CELLS)
    if look.wide or cell_len(safe.visible(written)) <= room:
        return safe.text(written, "bold")
    size = look.words("store.characters", QUIET, count=f"{len(written):,}")
    return styled(elide(written, room - width(size) - 1), "bold").append(" ").append(size)


def _call(event: Event, look: Look) -> Line:
    line = styled("session.", QUIET).append(event.data["call"], "bold").append("()", QUIET)
    return _with_error(line, event.data["error"], look)


def _asked(event: Event, look: Look) -> Line:
    data = event.data
    line = Text(f"{data['op']} ").append(look.id(data["id"]))
    if data["found"] is not None:
        yes, no = _FOUND.get(data["op"], ("found", "not-found"))
        mark = (FITS_MARK, FITS) if data["found"] else (REFUSED_MARK, REFUSED)
        line.append(f"  {mark[0]} ", mark[1])
        line.append(look.words(yes if data["found"] else no, QUIET))
    return _with_error(line, data["error"], look)


def _with_error(line: Text, error: str | None, look: Look) -> Line:
    if error is not None:
        line.append(f"  {REFUSED_MARK} ", REFUSED)
        line.append(look.value(error, width(line), REFUSED))
    return Line(line)


def _object(record: str) -> Data | None:
    try:
        found = json.loads(record)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _data(record: str) -> Data | None:
    """A record's data without its cookie; None if it is no JSON object."""
    found = _object(record)
    return None if found is None else {k: v for k, v in found.items() if k != "cookie"}


def _cookie(record: str) -> Any:
    return (_object(record) or {}).get("cookie")
