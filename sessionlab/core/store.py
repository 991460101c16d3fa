"""The contract of a store."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sessionlab.core.errors import SessionlabError
from sessionlab.core.record import Record


class RecordPage(NamedTuple):
    """Some of a store's live records.

    ``records``: by ID.
    ``cursor``: where the next page starts; None: this is the last page.
    ``broken``: the errors of the records that cannot be read, by ID.
    """

    records: Mapping[str, Record]
    cursor: str | None
    broken: Mapping[str, SessionlabError] = MappingProxyType({})


class Swap(NamedTuple):
    """The result of `Store.swap`: whether it was done; if not, the record that is there."""

    done: bool
    there: Record | None = None


class Store:
    """Keeps records by session ID.

    The contract for every store, a third party's too:

    - **Absent is not an error.**  `get` of an unknown ID returns None.
    - **Expired is absent.**  A record that has expired by the store's clock is never returned or
      counted.  (In Redis, the clock is the key's time to live: see `RedisStore`.)
    - **Delete is idempotent.**  `destroy` of an unknown ID does nothing.
    - **Touch never revives.**  It changes the cookie of an existing record, nothing else.
    - **Set replaces.**  The last writer wins; a record that was destroyed meanwhile is back.
    - **An ID is any text.**  It reaches the store only with a valid signature or from the server's
      own generator.  A store must be safe for any text anyway.
    - **A failure raises.**  Any exception: the middleware reports it (while reading, to the server;
      after the headers, to ``on_error``).  FileNotFoundError from `get` means absent, as ENOENT
      does in express-session.
    - **Every method is thread-safe.**

    A store must have `get`, `set`, `touch` and `destroy`.  The other methods serve the tools, and
    the options that express-session does not have.
    ``can_touch``: False for a store without `touch`; then an unchanged session is not written.
    ``connected``: while it is False, requests have no session, and no error.
    """

    can_touch: bool = True
    connected: bool = True

    def get(self, session_id: str) -> Record | None:
        """The live record, or None."""
        raise NotImplementedError

    def set(self, session_id: str, record: Record) -> None:
        """Store a record; it replaces one with this ID."""
        raise NotImplementedError

    def touch(self, session_id: str, record: Record) -> None:
        """Give the stored record the cookie of ``record``; its data stays."""
        raise NotImplementedError

    def destroy(self, session_id: str) -> None:
        """Delete a record."""
        raise NotImplementedError

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        """`set`, but only if there is a live record whose ``data`` is still ``seen``.

        Atomic.  Never creates a record: without one, the result is ``Swap(False, None)``.
        """
        raise NotImplementedError

    def page(self, cursor: str | None, limit: int) -> RecordPage:
        """About ``limit`` live records from a cursor on; None: from the beginning.

        Every record that stays during the whole listing is on at least one of its pages.
        """
        raise NotImplementedError

    def all(self) -> dict[str, Record]:
        """All live records but the broken ones.  Reads everything: for demos and small stores."""
        records: dict[str, Record] = {}
        cursor: str | None = None
        while True:
            page = self.page(cursor, 1000)
            records.update(page.records)
            if page.cursor is None:
                return records
            cursor = page.cursor

    def clear(self) -> None:
        """Delete all records."""
        raise NotImplementedError

    def prune(self) -> int:
        """Free what has expired; return the number of freed records, if the store knows it."""
        return 0

    def close(self) -> None:
        """Close files and connections.  The store may open them again when it is used."""

    def __len__(self) -> int:
        """The number of live records, without reading them."""
        raise NotImplementedError

    def __bool__(self) -> bool:
        """True even for an empty store, so that ``store or default`` keeps it."""
        return True
