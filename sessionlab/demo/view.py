"""The JSON view: what this server's options are, what its store holds, what happened.

Rules
- For programs on this machine only; `Guard` keeps the door.  No CORS header is ever sent.
- ``/_sessionlab/state?after=CURSOR&limit=N``: options and a page of the store; the cursor is what
  the page before called ``next``.  The store is never read whole.
- ``/_sessionlab/events?after=SEQ&limit=N``: events as `core.events` has them.
- Secrets are never told, only how many there are.  IDs are told whole: they are what one looks
  for, and without the secret nobody can sign them.
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
from sessionlab.demo.eventlog import EventLog
from sessionlab.demo.headers import HEADERS
from sessionlab.demo.refusal import Refused

if TYPE_CHECKING:
    from sessionlab.core.record import Record
    from sessionlab.session.stores import Store


PREFIX = "/_sessionlab/"
LARGEST_PAGE = 1_000
_RECORDS, _EVENTS = 50, 200


class View:
    """Answers what stands under `PREFIX`."""

    def __init__(self, options: SessionOptions, store: Store, log: EventLog) -> None:
        self._options = options
        self._store = store
        self._log = log

    def answer(self, request: Request) -> Response:
        """The answer to a request that the `Guard` let in.  Raises HTTPException, Refused."""
        views = {"state": self._state, "events": self._events}
        view = views.get(request.path.removeprefix(PREFIX))
        if view is None:
            raise NotFound
        if request.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(["GET", "HEAD"])
        return Response(view(request), mimetype="application/json", headers=HEADERS)

    def _state(self, request: Request) -> str:
        limit = _whole(request, "limit", _RECORDS, least=1, most=LARGEST_PAGE)
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
        """At most ``limit`` records; a store's own page may be longer, and is told in parts."""
        cursor, last = _read_place(after)
        try:
            page = self._store.page(cursor, limit)
        except (ValueError, LookupError) as error:
            if isinstance(error, SessionlabError):
                raise
            raise Refused("cursor", found=after) from None
        ids = [*page.records, *page.broken]
        if last in ids:
            ids = ids[ids.index(last) + 1 :]
        told = ids[:limit]
        following = None
        if len(ids) > limit:
            following = _place(cursor or "", told[-1])
        elif page.cursor is not None:
            following = _place(page.cursor, "")
        records, broken = page.records, page.broken
        return {
            "size": len(self._store),
            "records": [_record_json(id_, records[id_]) for id_ in told if id_ in records],
            "broken": [{"id": id_, "error": str(broken[id_])} for id_ in told if id_ in broken],
            "next": following,
        }

    def _events(self, request: Request) -> str:
        limit = _whole(request, "limit", _EVENTS, least=1, most=LARGEST_PAGE)
        after = _whole(request, "after", 0, least=0, most=2**53)
        page = self._log.after(after, limit)
        events = ",".join(page.texts)
        return (
            f'{{"oldest":{page.oldest},"newest":{page.newest},"next":{page.last},'
            f'"events":[{events}]}}'
        )


def _place(cursor: str, last: str) -> str:
    """A place in a store as text: the cursor of one of its pages, and the last ID told of it."""
    return f"{len(cursor)}:{cursor}{last}"


def _read_place(text: str) -> tuple[str | None, str | None]:
    if not text:
        return None, None
    length, colon, rest = text.partition(":")
    if not (colon and length.isascii() and length.isdigit() and int(length[:9]) <= len(rest)):
        raise Refused("cursor", found=text)
    return rest[: int(length)] or None, rest[int(length) :] or None


def options_json(options: SessionOptions) -> dict[str, Any]:
    """The options as JSON, in Python's names; secrets as their number, functions as such."""
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
    """The attributes that are set; seconds, and moments in ISO 8601."""
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
    return {name: _plain(value) for name, value in values.items() if value is not UNSET}


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.value if isinstance(value, Enum) else value


def _record_json(session_id: str, record: Record) -> dict[str, Any]:
    expires = record.expires
    dated = isinstance(expires, int) and not isinstance(expires, bool)
    return {"id": session_id, "record": record.text, "expires": expires if dated else None}


def _whole(request: Request, name: str, default: int, *, least: int, most: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    digits = text.isascii() and text.isdigit() and len(text) < 20
    if not digits or not least <= int(text) <= most:
        raise Refused("number", name=name, least=least, most=most)
    return int(text)
