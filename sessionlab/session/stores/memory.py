"""Records in this process's memory: gone with it, and not shared with any other.

Rules
- A record is a tuple of its cookie's shared attributes, its expiry and its data's JSON, so that
  touching is no parsing and no copy of the data.  The JSON is octets, which need less room than
  text, by half for text that is not Latin.
- The IDs stand in a log, in the order in which they came, which is what `page` goes through: its
  places do not move, so that a listing ends and misses nothing while others write.
- An ID with an expiry also stands in a list by the time at which it is to be looked at: soon
  after a near expiry, at the hour of a far one.  When that time has come, what has expired is
  freed, and what lives on goes to a later list.  A touch moves nothing.
- Log and lists cost two pointers a record and constant time a write.
- A write frees a bounded number of what is due; what is not yet freed is hidden all the same.
- Reading takes no lock: looking up a key in a dict is atomic.

Source of the behaviour: express-session's MemoryStore.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import RLock
from typing import Final

from sessionlab.core.errors import RecordError, SessionlabError
from sessionlab.core.record import CookieAttributes, Expiry, Record
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.stores.base import Page, Store, Swap
from sessionlab.session.stores.memory_log import Log

_Entry = tuple[CookieAttributes, Expiry, bytes] | str

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_NEVER: Final = float("inf")
_LOOKED_AT_BY_A_WRITE: Final = 32
_LOOKED_AT_BY_A_PAGE: Final = 1000
_GONE: Final = 1024
"""How many IDs that are gone are no reason to make the log or the lists anew."""


class MemoryStore(Store):
    """Keeps records in a dict; thread-safe.

    ``clock`` returns milliseconds since the epoch.  ``records`` are texts as another program
    left them, by ID; they are read when they are asked for, and may be broken.
    """

    def __init__(self, *, clock: Clock = now_ms, records: Mapping[str, str] | None = None) -> None:
        self._clock = clock
        self._lock = RLock()
        self._entries: dict[str, _Entry] = dict(records or {})
        self._log = Log(self._entries)
        self._file_all()

    def get(self, session_id: str) -> Record | None:
        """The live record, or None.  Raises RecordError for a text that is no record."""
        entry = self._entries.get(session_id)
        if not entry:  # an empty text is absent, as in express-session
            return None
        if isinstance(entry, str):
            record = Record.from_text(entry)
        else:
            attributes, expires, data = entry
            record = Record(attributes, expires, data.decode())
        expires = record.expires
        if type(expires) is int and expires <= self._clock():
            with self._lock:
                if self._entries.get(session_id) is entry:
                    del self._entries[session_id]
            return None
        return record

    def set(self, session_id: str, record: Record) -> None:
        """Keep a record; in passing, frees some of what has expired."""
        data = _octets(record)
        now = self._clock()
        with self._lock:
            self._put(session_id, self._entries.get(session_id), record, data, now)
            if self._next_look <= now:
                self._look(now, _LOOKED_AT_BY_A_WRITE)

    def touch(self, session_id: str, record: Record) -> None:
        """Give the record that is there the cookie of ``record``; its data stays."""
        with self._lock:
            old = self._entries.get(session_id)
            if not old:
                return
            no_expiry = record.expires is None and type(old) is tuple and old[1] is None
            if no_expiry and old[0] is record.attributes.shared:
                return  # there is nothing to move
            now = self._clock()
            if _expired(old, now):
                del self._entries[session_id]
                return
            data = _octets(Record.from_text(old)) if isinstance(old, str) else old[2]
            self._put(session_id, old, record, data, now)

    def destroy(self, session_id: str) -> None:
        """Forget a record."""
        with self._lock:
            self._entries.pop(session_id, None)

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        """`set`, but only if a live record is there whose data is still ``seen``."""
        data = _octets(record)
        with self._lock:
            there = self.get(session_id)
            if there is None or there.data != seen:
                return Swap(False, there)
            self._put(session_id, self._entries[session_id], record, data, self._clock())
        return Swap(True)

    def page(self, cursor: str | None, limit: int) -> Page:
        """About ``limit`` live records, the oldest first, of those that were there at the start.

        The cursor is the number of the log's next chunk, and of the last that there was.
        """
        records: dict[str, Record] = {}
        broken: dict[str, SessionlabError] = {}
        with self._lock:
            start, last = self._log.bounds(cursor)
            left = max(limit, _LOOKED_AT_BY_A_PAGE)
            for number, ids in self._log.chunks(start, last):
                if left <= 0 or len(records) + len(broken) >= limit:
                    return Page(records, f"{number}:{last}", broken)
                left -= len(ids)
                for session_id in ids:
                    try:
                        record = self.get(session_id)
                    except RecordError as error:
                        broken[session_id] = error
                    else:
                        if record is not None:
                            records[session_id] = record
        return Page(records, None, broken)

    def all(self) -> dict[str, Record]:
        """All live records in the order in which they were first set, but for broken ones."""
        with self._lock:
            ids = list(self._entries)
        records = {}
        for session_id in ids:
            try:
                record = self.get(session_id)
            except RecordError:
                continue
            if record is not None:
                records[session_id] = record
        return records

    def clear(self) -> None:
        """Forget all records."""
        with self._lock:
            self._entries = {}
            self._log.keep(self._entries)
            self._file_all()

    def prune(self) -> int:
        """Free what has expired; looks only at what is due."""
        now = self._clock()
        with self._lock:
            before = len(self._entries)
            self._look(now)
            for session_id in self._expired_soon(now):
                del self._entries[session_id]
            return before - len(self._entries)

    def __len__(self) -> int:
        """The number of live records; looks only at what is due."""
        now = self._clock()
        with self._lock:
            self._look(now)
            return len(self._entries) - len(self._expired_soon(now))

    # ---- the lists, by the time at which they are to be looked at; the lock is held

    def _put(
        self, session_id: str, old: _Entry | None, record: Record, data: bytes, now: int
    ) -> None:
        expires = record.expires
        self._entries[session_id] = (record.attributes.shared, expires, data)
        if old is None:
            self._log.add(session_id)
            if self._log.length > 2 * len(self._entries) + _GONE:
                self._log.keep(self._entries)
        # An ID stands in its list already, unless it is new or its expiry was moved forward.
        if type(expires) is int and (old is None or _is_earlier(expires, old)):
            if self._filed > 2 * len(self._entries) + _GONE:
                self._file_all()
            else:
                self._file(session_id, expires, now)

    def _file_all(self) -> None:
        self._lists: dict[int, list[str]] = {}
        self._filed = 0
        self._next_look: float = _NEVER
        now = self._clock()
        for session_id, entry in self._entries.items():
            if (expires := _expiry_of(entry)) is not None:
                self._file(session_id, expires, now)

    def _file(self, session_id: str, expires: int, now: int) -> None:
        look = (expires // _MINUTE + 1) * _MINUTE
        if look - now > _HOUR:
            look = expires // _HOUR * _HOUR  # before it is due, to be filed again
        self._lists.setdefault(look, []).append(session_id)
        self._filed += 1
        if look < self._next_look:
            self._next_look = look

    def _look(self, now: int, limit: float = _NEVER) -> None:
        """Look at up to ``limit`` of the IDs whose time has come."""
        while self._next_look <= now:
            look = min(self._lists)
            ids = self._lists[look]
            while ids:
                if limit == 0:
                    return
                limit -= 1
                self._filed -= 1
                session_id = ids.pop()
                entry = self._entries.get(session_id)
                if entry is not None:
                    expires = _expiry_of(entry)
                    if expires is not None and expires <= now:
                        del self._entries[session_id]
                    elif expires is not None:
                        self._file(session_id, expires, now)
            del self._lists[look]
            self._next_look = min(self._lists, default=_NEVER)

    def _expired_soon(self, now: int) -> list[str]:
        """The expired IDs whose list is not yet due, where all that were due were looked at."""
        ids = set(self._lists.get((now // _MINUTE + 1) * _MINUTE, ()))
        entries = self._entries
        return [key for key in ids if key in entries and _expired(entries[key], now)]


def _octets(record: Record) -> bytes:
    return (record.data if record.canonical else record.canonical_data()).encode()


def _is_earlier(expires: int, old: _Entry) -> bool:
    before = _expiry_of(old)
    return before is None or expires // _MINUTE < before // _MINUTE


def _expired(entry: _Entry, now: int) -> bool:
    expires = _expiry_of(entry)
    return expires is not None and expires <= now


def _expiry_of(entry: _Entry) -> int | None:
    """The expiry, if it is a date."""
    if isinstance(entry, str):
        try:
            expires = Record.from_text(entry).expires
        except RecordError:
            return None
    else:
        expires = entry[1]
    return expires if type(expires) is int else None
