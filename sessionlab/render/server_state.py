"""A running server's options and sessions.

Rules
- Every value may be hostile.
- An ID keeps its colour.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.elide import cut
from sessionlab.render.ids import IdColours
from sessionlab.render.moment import moment
from sessionlab.render.phrase import phrase
from sessionlab.render.styles import FRAME, HEADING, LABEL, NOTHING, QUIET, REFUSED

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from sessionlab.diagnose.server_state import ServerState
    from sessionlab.render.catalogue import Catalogue

_MOST_ID = 200
_MOST_OPTION = 120
_MOST_DATA = 400
_WHOLE_IDS = 110
_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))
_COOKIE_WORDS = {"httpOnly": "HttpOnly", "secure": "Secure", "partitioned": "Partitioned"}
_COOKIE_VALUES = {
    "path": "Path",
    "domain": "Domain",
    "sameSite": "SameSite",
    "priority": "Priority",
}


class ServerStateView:
    """A renderable: where the server is, its options, and a page of its sessions.

    ``now``: milliseconds since the epoch.
    """

    def __init__(self, state: ServerState, url: str, catalogue: Catalogue, *, now: int) -> None:
        self._state = state
        self._url = url
        self._catalogue = catalogue
        self._now = now
        self._ids = IdColours()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        total = options.max_width
        heading = (
            Text().append("── ", FRAME).append(self._phrase("heading", HEADING, url=self._url))
        )
        yield heading.append(" " + "─" * max(total - heading.cell_len - 1, 0), FRAME)
        yield from self._sessions(total)
        yield Text()
        yield self._options_table()

    def _options_table(self) -> Table:
        table = _table()
        table.add_column(self._phrase("options", LABEL), no_wrap=True)
        table.add_column("", overflow="fold")
        for name, value in self._state.options.items():
            if name == "cookie" and isinstance(value, dict):
                for attribute, setting in value.items():
                    table.add_row(self._option(f"cookie.{attribute}"), self._setting(setting))
            elif name == "secrets":
                table.add_row(self._option(name), self._phrase("secrets", count=value))
            else:
                table.add_row(self._option(name), self._setting(value))
        return table

    def _sessions(self, total: int) -> RenderResult:
        state = self._state
        if not state.is_connected:
            yield self._phrase("disconnected", REFUSED)
        if state.error is not None:
            yield self._phrase("store-error", REFUSED, error=cut(state.error, 300))
            return
        title = self._phrase("sessions", HEADING, store=state.store, count=state.size)
        yield Text(" ").append(title)
        yield Text()
        if not state.sessions:
            yield Text(" ").append(self._phrase("none", url=self._url))
            return
        yield self._table_of_sessions(total)
        if state.next is not None:
            place = shlex.quote(cut(state.next, _MOST_ID))
            yield Text(" ").append(self._phrase("more", QUIET, cursor=place))

    def _table_of_sessions(self, total: int) -> Table:
        table = _table()
        for name in ("id", "expires", "cookie", "data"):
            table.add_column(
                self._phrase(name, LABEL), overflow="fold", ratio=1 if name == "data" else None
            )
        readable = [session for session in self._state.sessions if session.error is None]
        is_roomy = total >= _WHOLE_IDS or len(readable) == 1
        for session in self._state.sessions:
            if session.error is not None:
                why = Text(cut(session.error, _MOST_DATA), REFUSED)
                table.add_row(self._id(session.id, whole=False), NOTHING, NOTHING, why)
                continue
            cookie, data = _split(session.record)
            table.add_row(
                self._id(session.id, whole=is_roomy),
                self._expiry(session.expires),
                safe.text(cookie, QUIET),
                Text(cut(data, _MOST_DATA)),
            )
        return table

    def _expiry(self, expires: int | None) -> Text:
        if expires is None:
            return self._phrase("never", QUIET)
        left = (expires - self._now) // 1000
        if left <= 0:
            return self._phrase("expired", REFUSED)
        unit, seconds = next(each for each in _UNITS if left >= each[1] or each[1] == 1)
        words = self._phrase(unit, count=left // seconds)
        return Text(moment(expires)).append("\n").append(words)

    def _id(self, session_id: str, *, whole: bool) -> Text:
        if len(session_id) > _MOST_ID:
            return Text(cut(session_id, _MOST_ID), self._ids.style(session_id))
        return self._ids.label(session_id, whole=whole)

    def _option(self, name: str) -> Text:
        return Text(cut(name, 40), LABEL)

    def _setting(self, value: object) -> Text:
        if value is None:
            return Text(NOTHING, QUIET)
        return Text(cut(value if isinstance(value, str) else _json(value), _MOST_OPTION))

    def _phrase(self, key: str, style: str = "", **fields: Any) -> Text:
        return phrase(self._catalogue, f"inspect.server.{key}", style, **fields)


def _json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "…"


def _table() -> Table:
    return Table(box=SIMPLE_HEAD, border_style=FRAME, pad_edge=True, expand=False, show_edge=False)


def _split(record: str) -> tuple[str, str]:
    """A record's cookie as attributes, and its data as JSON; any other text unchanged."""
    try:
        found = json.loads(record)
        cookie = found.pop("cookie")
        words = [
            *(f"{word}={cookie[name]}" for name, word in _COOKIE_VALUES.items() if name in cookie),
            *(word for name, word in _COOKIE_WORDS.items() if cookie.get(name)),
        ]
        return cut("; ".join(words), _MOST_OPTION), _json(found)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        return NOTHING, record
