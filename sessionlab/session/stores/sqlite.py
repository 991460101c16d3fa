"""Records in one SQLite file: they outlive the process, and several processes share them.

Rules
- Every operation is one statement and so one transaction.  The file is in WAL mode: readers and
  one writer at a time do not wait for each other, and a killed process leaves each record whole.
- ``synchronous = NORMAL``: a crash of the machine, not of the process, may lose the last writes.
- A record is split: the expiry is a column, so that touching writes a few bytes of the row and
  leaves the data's pages alone; the rest of the cookie is a short text that all sessions of one
  configuration have in common, and that is parsed once.
- There is no index on the expiry; it would make each touch more than twice as slow.  Expired
  rows are hidden by their expiry, and freed by a hand that goes around the IDs: every 64th write
  looks at the next 256 rows.  `prune` goes around once.
- A connection serves one operation at a time, whichever thread it is for, and is never taken
  into a forked process.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final, TypeVar
from weakref import WeakSet

from sessionlab.core.errors import RecordError, SessionlabError, StoreError
from sessionlab.core.record import CookieAttributes, Expiry, Record
from sessionlab.core.unset import UNSET
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.stores.base import Page, Store, Swap
from sessionlab.session.stores.sqlite_file import describe, open_database

_GET: Final = "SELECT expires, cookie, data FROM session WHERE id = ?"
_SET: Final = (
    "INSERT INTO session (id, expires, cookie, data) VALUES (?, ?, ?, ?) ON CONFLICT (id)"
    " DO UPDATE SET expires = excluded.expires, cookie = excluded.cookie, data = excluded.data"
)
_TOUCH: Final = (
    "UPDATE session SET expires = ?, cookie = ? WHERE id = ? AND (expires IS NULL OR expires > ?)"
)
_SWAP: Final = (
    "UPDATE session SET expires = ?, cookie = ?, data = ?"
    " WHERE id = ? AND (expires IS NULL OR expires > ?) AND data = ?"
)
_DESTROY: Final = "DELETE FROM session WHERE id = ?"
_COUNT: Final = "SELECT count(*) FROM session WHERE expires IS NULL OR expires > ?"
_PAGE: Final = (
    "SELECT id, expires, cookie, data FROM session"
    " WHERE id >= ? AND (expires IS NULL OR expires > ?) ORDER BY id LIMIT ?"
)
_WINDOW: Final = (
    "SELECT max(id), total(expires <= ?) FROM"
    " (SELECT id, expires FROM session WHERE id >= ? ORDER BY id LIMIT ?)"
)
_DELETE_WINDOW: Final = "DELETE FROM session WHERE id >= ? AND id <= ? AND expires <= ?"

_SETS_PER_WINDOW: Final = 64
_ROWS_PER_WINDOW: Final = 256
_ROWS_PER_PRUNING: Final = 5000
_IDLE_CONNECTIONS: Final = 16

_Key = str | bytes
_T = TypeVar("_T")
_one: Callable[[sqlite3.Cursor], Any] = sqlite3.Cursor.fetchone
_all: Callable[[sqlite3.Cursor], list[Any]] = sqlite3.Cursor.fetchall
_changed: Callable[[sqlite3.Cursor], int] = attrgetter("rowcount")


class SQLiteStore(Store):
    """Keeps records in a file, which is made (readable for its user alone) if it is not there.

    ``clock`` returns milliseconds since the epoch; ``timeout`` is how many seconds another
    program's lock is waited for.  ``create=False`` refuses to make a file.

    Raises StoreError, also from here, where the file can not be used.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        clock: Clock = now_ms,
        timeout: float = 5.0,
        create: bool = True,
    ) -> None:
        self.path = os.path.abspath(os.fspath(path))  # noqa: PTH100 # links are not followed
        self._clock = clock
        self._timeout = timeout
        self._create = create
        self._idle: list[sqlite3.Connection] = []
        self._sets = 0
        self._hand: _Key = ""
        _stores.add(self)
        self._give_back(self._open())

    # ---- the contract

    def get(self, session_id: str) -> Record | None:
        """The live record, or None.  Raises RecordError for a row that is no record."""
        row = self._run(_GET, (_key(session_id),), _one)
        if row is None or ((expires := row[0]) is not None and expires <= self._clock()):
            return None
        return _record(*row)

    def set(self, session_id: str, record: Record) -> None:
        """Keep a record, in place of one that is there; now and then, free what has expired."""
        expires, cookie = _columns(record)
        self._run(_SET, (_key(session_id), expires, cookie, record.canonical_data()), _changed)
        self._sets += 1
        if self._sets % _SETS_PER_WINDOW == 0:
            self._free_window()

    def touch(self, session_id: str, record: Record) -> None:
        """Give the record that is there the cookie of ``record``; its data is not rewritten."""
        self._run(_TOUCH, (*_columns(record), _key(session_id), self._clock()), _changed)

    def destroy(self, session_id: str) -> None:
        """Forget a record."""
        self._run(_DESTROY, (_key(session_id),), _changed)

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        """`set`, but only if a live record is there whose data is still ``seen``."""
        data = record.canonical_data()
        values = (*_columns(record), data, _key(session_id), self._clock(), seen)
        if self._run(_SWAP, values, _changed) == 1:
            return Swap(True)
        return Swap(False, self.get(session_id))

    def page(self, cursor: str | None, limit: int) -> Page:
        """Up to ``limit`` live records by their IDs; the cursor is the last of them."""
        start = "" if cursor is None else _after(_key(cursor))
        rows = self._run(_PAGE, (start, self._clock(), limit), _all)
        records: dict[str, Record] = {}
        broken: dict[str, SessionlabError] = {}
        for key, *row in rows:
            try:
                records[_id(key)] = _record(*row)
            except RecordError as error:
                broken[_id(key)] = error
        return Page(records, _id(rows[-1][0]) if len(rows) == limit else None, broken)

    def clear(self) -> None:
        """Forget all records."""
        self._run("DELETE FROM session", (), _changed)

    def prune(self) -> int:
        """Free the rows that have expired, some at a time; other writers get their turn."""
        freed, now = 0, self._clock()
        start: _Key = ""
        while True:
            last, expired = self._run(_WINDOW, (now, start, _ROWS_PER_PRUNING), _one)
            if last is None:
                return freed
            if expired:
                freed += self._run(_DELETE_WINDOW, (start, last, now), _changed)
            start = _after(last)

    def __len__(self) -> int:
        """The number of live records.  Reads the whole file, as no index counts them."""
        count: int = self._run(_COUNT, (self._clock(),), _one)[0]
        return count

    # ---- rows

    def _free_window(self) -> None:
        """Free what has expired among the next rows.  Housekeeping: a failure is no one's."""
        now, start = self._clock(), self._hand
        try:
            last, expired = self._run(_WINDOW, (now, start, _ROWS_PER_WINDOW), _one)
            if expired:
                self._run(_DELETE_WINDOW, (start, last, now), _changed)
        except StoreError:
            return
        self._hand = "" if last is None else _after(last)

    def _run(self, sql: str, values: tuple[Any, ...], result: Callable[[sqlite3.Cursor], _T]) -> _T:
        """Run one statement, which is one transaction, and take its result."""
        connection = self._borrow()
        try:
            found = result(connection.execute(sql, values))
        except sqlite3.Error as error:
            connection.close()  # its state is in doubt
            raise describe(error, self.path, self._timeout) from None
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)
        return found

    # ---- connections

    def close(self) -> None:
        """Close the connections that are idle.  The store opens others when it is used again."""
        while self._idle:
            self._idle.pop().close()

    def _open(self) -> sqlite3.Connection:
        return open_database(self.path, seconds=self._timeout, create=self._create)

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()  # atomic: no two threads get the same
        except IndexError:
            return self._open()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if len(self._idle) < _IDLE_CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()


def _key(session_id: str) -> _Key:
    """An ID as it stands in the file: text, but for lone surrogates, which UTF-8 can not hold."""
    if session_id.isascii():
        return session_id
    octets = session_id.encode("utf-8", "surrogatepass")
    try:
        octets.decode()
    except UnicodeDecodeError:
        return octets
    return session_id


def _after(key: _Key) -> _Key:
    """The smallest key that is greater."""
    return f"{key}\0" if isinstance(key, str) else key + b"\0"


def _id(key: _Key) -> str:
    return key if isinstance(key, str) else key.decode("utf-8", "surrogatepass")


def _columns(record: Record) -> tuple[int | None, str]:
    """The expiry, if it is a date, and the text of the rest of the cookie."""
    expires = record.expires
    if isinstance(expires, int) and not isinstance(expires, bool):
        return expires, record.attributes.json(UNSET)
    return None, record.attributes.json(expires)


def _record(expires: int | None, cookie: str, data: str) -> Record:
    attributes, other = _parse_cookie(cookie)
    return Record(attributes, other if expires is None else expires, data)


@lru_cache(maxsize=4096)
def _parse_cookie(text: str) -> tuple[CookieAttributes, Expiry]:
    record = Record.from_text(f'{{"cookie":{text}}}')
    return record.attributes, record.expires


_stores: WeakSet[SQLiteStore] = WeakSet()


def _close_before_fork() -> None:
    """A connection that two processes hold would corrupt the file."""
    for store in list(_stores):
        store.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_close_before_fork)
