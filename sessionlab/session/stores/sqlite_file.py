"""Opens the file of a `SQLiteStore`, and explains SQLite's errors.

Rules
- A file that is not ours is not touched: it is read before anything is written.
- A new file can be read only by its user (mode 600), because whoever reads the IDs can take over
  the sessions.  SQLite gives the files beside it the same mode.
- The schema has a version.  A newer one is refused; an older one would be migrated here.
- Every error of SQLite leaves this package as a StoreError whose text holds no value of a row.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import Final

from sessionlab.core.errors import StoreError
from sessionlab.session.stores.problems import store_error

APPLICATION_ID: Final = int.from_bytes(b"SLAB", "big")
SCHEMA_VERSION: Final = 1
_SCHEMA: Final = (
    """
    CREATE TABLE session (
        id TEXT PRIMARY KEY,  -- a BLOB for the rare text that UTF-8 cannot hold
        expires INTEGER,      -- milliseconds since the epoch, NULL for a cookie without a date
        cookie TEXT NOT NULL, -- JSON: the record's cookie, without an expiry that is a date
        data TEXT NOT NULL    -- JSON: the rest of the record
    ) WITHOUT ROWID
    """,
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)
_creating = Lock()


def open_database(path: str, *, seconds: float, create: bool) -> sqlite3.Connection:
    """A connection to a database of ours that waits ``seconds`` for locks.

    ``create``: whether an absent or empty file becomes a database.  Raises StoreError.
    """
    if create:
        _create_file(path)
    try:
        # mode=rw, because SQLite would create a missing file that anyone can read.
        connection = sqlite3.connect(
            f"{Path(path).as_uri()}?mode=rw",
            uri=True,
            timeout=seconds,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise to_store_error(error, path, seconds) from None
    try:
        _prepare(connection, path, seconds, create)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise to_store_error(error, path, seconds) from None
        raise
    return connection


def _create_file(path: str) -> None:
    # Only a new file is opened here, before SQLite has it open: closing any descriptor of a file
    # releases all locks of this process on that file.
    with _creating:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            return
        except (FileNotFoundError, NotADirectoryError):
            raise store_error("no-folder", where=path) from None
        except PermissionError:
            raise store_error("no-permission", where=path) from None
        except OSError as error:
            codes = {errno.EROFS: "read-only", errno.ENOSPC: "disk-full", errno.EDQUOT: "disk-full"}
            what = errno.errorcode.get(error.errno or 0, "OSError")
            code = codes.get(error.errno or 0, "disk-failed")
            raise store_error(code, where=path, what=what) from None


def _prepare(connection: sqlite3.Connection, path: str, seconds: float, create: bool) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")
    application, version, is_empty = _identity(connection)
    if is_empty and create:
        _make_schema(connection, seconds)
        application, version, is_empty = _identity(connection)
    if application != APPLICATION_ID or is_empty:
        raise store_error("foreign-database", where=path)
    if version > SCHEMA_VERSION:
        raise store_error("newer-schema", where=path, found=version, known=SCHEMA_VERSION)


def _identity(connection: sqlite3.Connection) -> tuple[int, int, bool]:
    """The application ID, the schema's version, and whether the database is still empty."""
    row = connection.execute(
        "SELECT application_id, user_version, NOT EXISTS (SELECT 1 FROM sqlite_master)"
        " FROM pragma_application_id, pragma_user_version"
    ).fetchone()
    application, version, no_tables = row
    return application, version, bool(no_tables) and not application and not version


def _make_schema(connection: sqlite3.Connection, seconds: float) -> None:
    _switch_to_wal(connection, seconds)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _identity(connection)[2]:  # no other process was faster
            for statement in _SCHEMA:
                connection.execute(statement)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _switch_to_wal(connection: sqlite3.Connection, seconds: float) -> None:
    """Turn on write-ahead logging, waiting for its lock, which SQLite itself does not."""
    deadline = monotonic() + seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() >= deadline:
                raise
            sleep(0.01)


_CODES: Final = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_FULL: "disk-full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_IOERR: "disk-failed",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "not-database",
    sqlite3.SQLITE_PERM: "no-permission",
    sqlite3.SQLITE_AUTH: "no-permission",
    sqlite3.SQLITE_TOOBIG: "too-large",
}


def to_store_error(error: sqlite3.Error, path: str, seconds: float) -> StoreError:
    """The StoreError that says what an error of SQLite means."""
    extended = getattr(error, "sqlite_errorcode", 0)
    what = getattr(error, "sqlite_errorname", type(error).__name__)
    if extended == sqlite3.SQLITE_IOERR_SHMSIZE:
        code = "disk-full"  # no room for the file that the processes share
    elif extended & 0xFF == sqlite3.SQLITE_CANTOPEN:
        code = _why_not_opened(path)
    else:
        code = _CODES.get(extended & 0xFF, "failed")
    return store_error(code, where=path, what=what, seconds=f"{seconds:g}")


def _why_not_opened(path: str) -> str:
    file = Path(path)
    if file.is_dir():
        return "is-folder"
    if not file.parent.is_dir():
        return "no-folder"
    if not file.exists():
        return "no-file"
    if not os.access(file, os.R_OK):
        return "no-permission"
    if not os.access(file.parent, os.W_OK):
        return "read-only"
    return "disk-failed"
