"""Records in one SQLite file: they outlive the process, and several processes share them.

Rules
- Every operation is one statement, and so one transaction.  In WAL mode the readers and the one
  writer do not wait for each other, and a killed process leaves every record whole.
- ``synchronous = NORMAL``: a crash of the machine, not of the process, may lose the last writes.
- The expiry is a column of its own, so that a touch writes a few bytes of the row and not the
  data's pages.  The rest of the cookie is a short text that all sessions of one configuration have
  in common, and that is parsed once.
- There is no index on the expiry; it would make a touch more than twice as slow.  Expired rows are
  hidden, and freed window by window: every 64th write looks at the next 256 rows, starting over
  after the last.  `prune` looks at all rows once.
- A connection serves one operation at a time, of any thread, and never survives a fork.
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
from sessionlab.core.store import RecordPage, Store, Swap
from sessionlab.core.unset import UNSET
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.stores.sqlite_file import open_database, to_store_error

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
_fetch_one: Callable[[sqlite3.Cursor], Any] = sqlite3.Cursor.fetchone
_fetch_all: Callable[[sqlite3.Cursor], list[Any]] = sqlite3.Cursor.fetchall
_row_count: Callable[[sqlite3.Cursor], int] = attrgetter("rowcount")


class SQLiteStore(Store):
    """Keeps records in a file.  A new file can be read only by its user.

    ``clock``: returns milliseconds since the epoch.
    ``timeout``: seconds to wait for another program's lock.
    ``create``: whether to make the file if there is none.

    Raises StoreError, also here, for a file that cannot be used.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        clock: Clock = now_ms,
        timeout: float = 5.0,
        create: bool = True,
    ) -> None:
        self.path = os.path.abspath(os.fspath(path))  # noqa: PTH100 # without following links
        self._clock = clock
        self._timeout = timeout
        self._create = create
        self._idle: list[sqlite3.Connection] = []
        self._sets = 0
        self._window_start: _Key = ""
        _stores.add(self)
        self._give_back(self._open())

    # ---- the contract

    def get(self, session_id: str) -> Record | None:
        """The live record, or None.  Raises RecordError for a row that is not a record."""
        row = self._execute(_GET, (_to_key(session_id),), _fetch_one)
        if row is None or ((expires := row[0]) is not None and expires <= self._clock()):
            return None
        return _to_record(*row)

    def set(self, session_id: str, record: Record) -> None:
        """Store a record; every 64th time, free some of what has expired."""
        values = (_to_key(session_id), *_to_columns(record), record.canonical_data())
        self._execute(_SET, values, _row_count)
        self._sets += 1
        if self._sets % _SETS_PER_WINDOW == 0:
            self._free_window()

    def touch(self, session_id: str, record: Record) -> None:
        """Give the stored record the cookie of ``record``; its data is not rewritten."""
        self._execute(
            _TOUCH, (*_to_columns(record), _to_key(session_id), self._clock()), _row_count
        )

    def destroy(self, session_id: str) -> None:
        """Delete a record."""
        self._execute(_DESTROY, (_to_key(session_id),), _row_count)

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        """`set`, but only if there is a live record whose data is still ``seen``."""
        data = record.canonical_data()
        values = (*_to_columns(record), data, _to_key(session_id), self._clock(), seen)
        if self._execute(_SWAP, values, _row_count) == 1:
            return Swap(True)
        return Swap(False, self.get(session_id))

    def page(self, cursor: str | None, limit: int) -> RecordPage:
        """Up to ``limit`` live records in the order of their IDs; the cursor is the last ID."""
        start = "" if cursor is None else _next_key(_to_key(cursor))
        rows = self._execute(_PAGE, (start, self._clock(), limit), _fetch_all)
        records: dict[str, Record] = {}
        broken: dict[str, SessionlabError] = {}
        for key, *row in rows:
            try:
                records[_to_id(key)] = _to_record(*row)
            except RecordError as error:
                broken[_to_id(key)] = error
        return RecordPage(records, _to_id(rows[-1][0]) if len(rows) == limit else None, broken)

    def clear(self) -> None:
        """Delete all records."""
        self._execute("DELETE FROM session", (), _row_count)

    def prune(self) -> int:
        """Free the expired rows in small transactions, so that other writers get their turn."""
        freed, now = 0, self._clock()
        start: _Key = ""
        while True:
            last, expired = self._execute(_WINDOW, (now, start, _ROWS_PER_PRUNING), _fetch_one)
            if last is None:
                return freed
            if expired:
                freed += self._execute(_DELETE_WINDOW, (start, last, now), _row_count)
            start = _next_key(last)

    def __len__(self) -> int:
        """The number of live records.  Reads the whole file, because no index counts them."""
        count: int = self._execute(_COUNT, (self._clock(),), _fetch_one)[0]
        return count

    # ---- rows

    def _free_window(self) -> None:
        """Free the expired among the next rows.  Housekeeping: a failure is ignored."""
        now, start = self._clock(), self._window_start
        try:
            last, expired = self._execute(_WINDOW, (now, start, _ROWS_PER_WINDOW), _fetch_one)
            if expired:
                self._execute(_DELETE_WINDOW, (start, last, now), _row_count)
        except StoreError:
            return
        self._window_start = "" if last is None else _next_key(last)

    def _execute(
        self, sql: str, values: tuple[Any, ...], result: Callable[[sqlite3.Cursor], _T]
    ) -> _T:
        """Execute one statement, which is one transaction, and return its result."""
        connection = self._borrow()
        try:
            found = result(connection.execute(sql, values))
        except BaseException as error:
            connection.close()  # its state is unknown
            if isinstance(error, sqlite3.Error):
                raise to_store_error(error, self.path, self._timeout) from None
            raise
        self._give_back(connection)
        return found

    # ---- connections

    def close(self) -> None:
        """Close the idle connections.  The store opens new ones when it is used again."""
        while self._idle:
            self._idle.pop().close()

    def _open(self) -> sqlite3.Connection:
        return open_database(self.path, seconds=self._timeout, create=self._create)

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()  # atomic: no two threads get the same one
        except IndexError:
            return self._open()

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if len(self._idle) < _IDLE_CONNECTIONS:
            self._idle.append(connection)
        else:
            connection.close()


def _to_key(session_id: str) -> _Key:
    """An ID as the file has it: text, or a BLOB for a lone surrogate, which UTF-8 cannot hold."""
    if session_id.isascii():
        return session_id
    octets = session_id.encode("utf-8", "surrogatepass")
    try:
        octets.decode()
    except UnicodeDecodeError:
        return octets
    return session_id


def _next_key(key: _Key) -> _Key:
    """The smallest key that is greater than this one."""
    return f"{key}\0" if isinstance(key, str) else key + b"\0"


def _to_id(key: _Key) -> str:
    return key if isinstance(key, str) else key.decode("utf-8", "surrogatepass")


def _to_columns(record: Record) -> tuple[int | None, str]:
    """The columns of a record: its expiry, if it is a date, and the JSON of its other cookie."""
    expires = record.expires
    if type(expires) is int:
        return expires, record.attributes.json(UNSET)
    return None, record.attributes.json(expires)


def _to_record(expires: int | None, cookie: str, data: str) -> Record:
    attributes, other = _read_cookie_column(cookie)
    return Record(attributes, other if expires is None else expires, data)


@lru_cache(maxsize=4096)
def _read_cookie_column(text: str) -> tuple[CookieAttributes, Expiry]:
    record = Record.from_text(f'{{"cookie":{text}}}')
    return record.attributes, record.expires


_stores: WeakSet[SQLiteStore] = WeakSet()


def _close_before_fork() -> None:
    """Close all connections: one that two processes use would corrupt the file."""
    for store in list(_stores):
        store.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_close_before_fork)
