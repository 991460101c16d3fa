"""The JSON view: this server's options, the records of its store, and its events.

Rules
- For programs on this machine only: `HostGuard` checks each request.  No CORS header is sent.
- ``/_sessionlab/state?after=CURSOR&limit=N``: options and a page of the store.  The cursor is
  ``next`` of the page before.  The store is never read whole.
- ``/_sessionlab/events?after=SEQ&limit=N``: events, as `core.events` defines them.
- Secrets are never shown, only their number.  IDs are shown whole: readers search for them, and
  nobody can sign them without the secret.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from sessionlab.core.errors import SessionlabError
from sessionlab.core.options import CookieOptions, SessionOptions
from sessionlab.core.unset import UNSET
from sessionlab.core.wire import dump_json
from sessionlab.demo.headers import HEADERS
from sessionlab.page.eventlog import EventLog
from sessionlab.page.refusal import RefusalCode, Refused

if TYPE_CHECKING:
    from sessionlab.core.record import Record
    from sessionlab.session.stores import Store


PREFIX = "/_sessionlab/"
LARGEST_PAGE = 1_000
_RECORDS, _EVENTS = 50, 200


class View:
    """Answers requests for paths under `PREFIX`."""

    def __init__(self, options: SessionOptions, store: Store, log: EventLog) -> None:
        self._options = options
        self._store = store
        self._log = log

    def answer(self, request: Request) -> Response:
        """The answer to a request that `HostGuard` allowed.  Raises HTTPException, Refused."""
        views = {"state": self._state, "events": self._events}
        view = views.get(request.path.removeprefix(PREFIX))
        if view is None:
            raise NotFound
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(["GET", "HEAD"])
        return Response(view(request), mimetype="application/json", headers=HEADERS)

    def _state(self, request: Request) -> str:
        limit = _whole_number(request, "limit", _RECORDS, least=1, most=LARGEST_PAGE)
        after = request.args.get("after", "")
        store: dict[str, Any] = {
            "kind": type(self._store).__name__,
            "connected": self._store.connected,
        }
        try:
            store |= self._page(after, limit)
        except SessionlabError as error:
            store["error"] = str(error)
        return dump_json({"options": options_json(self._options), "store": store})

    def _page(self, after: str, limit: int) -> dict[str, Any]:
        """At most ``limit`` records; a longer page of the store is split."""
        cursor, last = _read_cursor(after)
        try:
            page = self._store.page(cursor, limit)
        except (ValueError, LookupError) as error:
            if isinstance(error, SessionlabError):
                raise
            raise Refused(RefusalCode.CURSOR, found=after) from None
        ids = [*page.records, *page.broken]
        if last in ids:
            ids = ids[ids.index(last) + 1 :]
        shown = ids[:limit]
        following = None
        if len(ids) > limit:
            following = _write_cursor(cursor or "", shown[-1])
        elif page.cursor is not None:
            following = _write_cursor(page.cursor, "")
        records, broken = page.records, page.broken
        return {
            "size": len(self._store),
            "records": [_record_json(id_, records[id_]) for id_ in shown if id_ in records],
            "broken": [{"id": id_, "error": str(broken[id_])} for id_ in shown if id_ in broken],
            "next": following,
        }

    def _events(self, request: Request) -> str:
        limit = _whole_number(request, "limit", _EVENTS, least=1, most=LARGEST_PAGE)
        after = _whole_number(request, "after", 0, least=0, most=2**53)
        page = self._log.after(after, limit)
        events = ",".join(page.texts)
        return (
            f'{{"oldest":{page.oldest},"newest":{page.newest},"next":{page.last},'
            f'"events":[{events}]}}'
        )


def _write_cursor(cursor: str, last: str) -> str:
    """A cursor of the view: that of a page of the store, and the last ID shown from it."""
    return f"{len(cursor)}:{cursor}{last}"


def _read_cursor(text: str) -> tuple[str | None, str | None]:
    if not text:
        return None, None
    length, colon, rest = text.partition(":")
    if not (colon and length.isascii() and length.isdigit() and int(length[:9]) <= len(rest)):
        raise Refused(RefusalCode.CURSOR, found=text)
    return rest[: int(length)] or None, rest[int(length) :] or None


def options_json(options: SessionOptions) -> dict[str, Any]:
    """The options under Python's names; secrets as their number, functions as "function"."""
    cookie = options.cookie
    return {
        "name": options.name,
        "secrets": len(options.secrets),
        "resave": options.resave,
        "save_uninitialized": options.save_uninitialized,
        "rolling": options.rolling,
        "unset": options.unset,
        "trust_proxy": options.trust_proxy,
        "genid": None if options.genid is None else "function",
        "cookie": _cookie_json(cookie) if isinstance(cookie, CookieOptions) else "function",
    }


def _cookie_json(cookie: CookieOptions) -> dict[str, Any]:
    """The attributes that are set; durations in seconds, times in ISO 8601."""
    names = (
        "path",
        "domain",
        "max_age",
        "expires",
        "http_only",
        "secure",
        "same_site",
        "partitioned",
        "priority",
    )
    values = {name: getattr(cookie, name) for name in names}
    return {name: _json_value(value) for name, value in values.items() if value is not UNSET}


def _json_value(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.value if isinstance(value, Enum) else value


def _record_json(session_id: str, record: Record) -> dict[str, Any]:
    expires = record.expires
    dated = isinstance(expires, int) and not isinstance(expires, bool)
    return {"id": session_id, "record": record.text, "expires": expires if dated else None}


def _whole_number(request: Request, name: str, default: int, *, least: int, most: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    digits = text.isascii() and text.isdigit() and len(text) < 20
    if not digits or not least <= int(text) <= most:
        raise Refused(RefusalCode.NUMBER, name=name, least=least, most=most)
    return int(text)
