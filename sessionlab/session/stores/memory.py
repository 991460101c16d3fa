"""Records in this process's memory: lost with it, and not shared with other processes.

Rules
- A record is kept as a tuple of its cookie's shared attributes, its expiry and its data's JSON, so
  that a touch neither parses nor copies the data.  The JSON is UTF-8, which takes less memory than
  str: half for text that is not Latin.
- An `IdLog` has the IDs in the order in which they came.  `page` follows it, so a listing ends and
  misses nothing while others write.
- A record with an expiry has a scheduled check: soon after a near expiry, in the hour of a far one.
  A due check frees what has expired and schedules what lives on again.  So a touch that only
  prolongs a record schedules nothing.
- Log and checks cost two pointers a record and constant time a write.
- A write makes a limited number of due checks.  An expired record that is not yet freed is hidden.
- Reading takes no lock: looking up a dict's key is atomic.

Source of the behaviour: express-session's MemoryStore.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import RLock
from typing import Final

from sessionlab.core.errors import RecordError, SessionlabError
from sessionlab.core.record import CookieAttributes, Expiry, Record
from sessionlab.core.store import RecordPage, Store, Swap
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.stores.id_log import IdLog

_Kept = tuple[CookieAttributes, Expiry, bytes] | str

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_NEVER: Final = float("inf")
_CHECKS_PER_WRITE: Final = 32
_IDS_PER_PAGE: Final = 1000
_SLACK: Final = 1024
"""The entries beyond twice the records that the log and the checks may have before a clean-up."""


class MemoryStore(Store):
    """Keeps records in a dict; thread-safe.

    ``clock``: returns milliseconds since the epoch.
    ``records``: texts by ID, as another program left them.  They may be broken, and are parsed when
    they are asked for.
    """

    def __init__(self, *, clock: Clock = now_ms, records: Mapping[str, str] | None = None) -> None:
        self._clock = clock
        self._lock = RLock()
        self._records: dict[str, _Kept] = dict(records or {})
        self._log = IdLog(self._records)
        self._schedule_all_checks()

    def get(self, session_id: str) -> Record | None:
        """The live record, or None.  Raises RecordError for a text that is not a record."""
        kept = self._records.get(session_id)
        if not kept:  # an empty text is absent, as in express-session
            return None
        if isinstance(kept, str):
            record = Record.from_text(kept)
        else:
            attributes, expires, data = kept
            record = Record(attributes, expires, data.decode())
        expires = record.expires
        if type(expires) is int and expires <= self._clock():
            with self._lock:
                # Another thread may have replaced it since; what it wrote must stay.
                if self._records.get(session_id) is kept:
                    del self._records[session_id]
            return None
        return record

    def set(self, session_id: str, record: Record) -> None:
        """Store a record, and free some of what has expired."""
        data = record.canonical_data().encode()
        now = self._clock()
        with self._lock:
            self._put(session_id, self._records.get(session_id), record, data, now)
            if self._next_check <= now:
                self._make_due_checks(now, _CHECKS_PER_WRITE)

    def touch(self, session_id: str, record: Record) -> None:
        """Give the stored record the cookie of ``record``; its data stays."""
        with self._lock:
            old = self._records.get(session_id)
            if not old:
                return
            no_expiry = record.expires is None and type(old) is tuple and old[1] is None
            if no_expiry and old[0] is record.attributes.shared:
                return  # nothing changes
            now = self._clock()
            if _expired(old, now):
                del self._records[session_id]
                return
            if isinstance(old, str):
                data = Record.from_text(old).canonical_data().encode()
            else:
                data = old[2]
            self._put(session_id, old, record, data, now)

    def destroy(self, session_id: str) -> None:
        """Delete a record."""
        with self._lock:
            self._records.pop(session_id, None)

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        """`set`, but only if there is a live record whose data is still ``seen``."""
        data = record.canonical_data().encode()
        with self._lock:
            there = self.get(session_id)
            if there is None or there.data != seen:
                return Swap(False, there)
            self._put(session_id, self._records[session_id], record, data, self._clock())
        return Swap(True)

    def page(self, cursor: str | None, limit: int) -> RecordPage:
        """About ``limit`` live records, oldest first, of those that were there at the start.

        The cursor holds the numbers of the log's next chunk and of its last one at the start.
        """
        records: dict[str, Record] = {}
        broken: dict[str, SessionlabError] = {}
        with self._lock:
            start, last = self._log.bounds(cursor)
            left = max(limit, _IDS_PER_PAGE)
            for number, ids in self._log.chunks(start, last):
                if left <= 0 or len(records) + len(broken) >= limit:
                    return RecordPage(records, f"{number}:{last}", broken)
                left -= len(ids)
                for session_id in ids:
                    try:
                        record = self.get(session_id)
                    except RecordError as error:
                        broken[session_id] = error
                    else:
                        if record is not None:
                            records[session_id] = record
        return RecordPage(records, None, broken)

    def clear(self) -> None:
        """Delete all records."""
        with self._lock:
            self._records = {}
            self._log.keep(self._records)
            self._schedule_all_checks()

    def prune(self) -> int:
        """Free what has expired; looks only at what is due."""
        now = self._clock()
        with self._lock:
            before = len(self._records)
            self._make_due_checks(now)
            for session_id in self._expired_before_check(now):
                del self._records[session_id]
            return before - len(self._records)

    def __len__(self) -> int:
        """The number of live records; looks only at what is due."""
        now = self._clock()
        with self._lock:
            self._make_due_checks(now)
            return len(self._records) - len(self._expired_before_check(now))

    # ---- checks of expiries, by the time at which they are due; the caller holds the lock

    def _put(
        self, session_id: str, old: _Kept | None, record: Record, data: bytes, now: int
    ) -> None:
        expires = record.expires
        self._records[session_id] = (record.attributes.shared, expires, data)
        if old is None:
            self._log.add(session_id)
            if self._log.length > 2 * len(self._records) + _SLACK:
                self._log.keep(self._records)
        # A check is scheduled already, unless the record is new or expires earlier than before.
        if type(expires) is int and (old is None or _is_earlier(expires, old)):
            if self._scheduled > 2 * len(self._records) + _SLACK:
                self._schedule_all_checks()
            else:
                self._schedule_check(session_id, expires, now)

    def _schedule_all_checks(self) -> None:
        self._checks: dict[int, list[str]] = {}
        self._scheduled = 0
        self._next_check: float = _NEVER
        now = self._clock()
        for session_id, kept in self._records.items():
            if (expires := _expiry_date(kept)) is not None:
                self._schedule_check(session_id, expires, now)

    def _schedule_check(self, session_id: str, expires: int, now: int) -> None:
        due = (expires // _MINUTE + 1) * _MINUTE
        if due - now > _HOUR:
            due = expires // _HOUR * _HOUR  # before it expires, to be scheduled again
        self._checks.setdefault(due, []).append(session_id)
        self._scheduled += 1
        if due < self._next_check:
            self._next_check = due

    def _make_due_checks(self, now: int, limit: float = _NEVER) -> None:
        """Free the expired among the next ``limit`` records whose check is due."""
        while self._next_check <= now:
            due = min(self._checks)
            ids = self._checks[due]
            while ids:
                if limit == 0:
                    return
                limit -= 1
                self._scheduled -= 1
                session_id = ids.pop()
                kept = self._records.get(session_id)
                expires = None if kept is None else _expiry_date(kept)
                if expires is not None and expires <= now:
                    del self._records[session_id]
                elif expires is not None:
                    self._schedule_check(session_id, expires, now)
            del self._checks[due]
            self._next_check = min(self._checks, default=_NEVER)

    def _expired_before_check(self, now: int) -> list[str]:
        """The expired IDs whose check is not due yet: it is at the end of this minute."""
        ids = set(self._checks.get((now // _MINUTE + 1) * _MINUTE, ()))
        records = self._records
        return [key for key in ids if key in records and _expired(records[key], now)]


def _is_earlier(expires: int, old: _Kept) -> bool:
    before = _expiry_date(old)
    return before is None or expires // _MINUTE < before // _MINUTE


def _expired(kept: _Kept, now: int) -> bool:
    expires = _expiry_date(kept)
    return expires is not None and expires <= now


def _expiry_date(kept: _Kept) -> int | None:
    """The expiry in milliseconds since the epoch; None if there is none."""
    if isinstance(kept, str):
        try:
            expires = Record.from_text(kept).expires
        except RecordError:
            return None
    else:
        expires = kept[1]
    return expires if type(expires) is int else None
