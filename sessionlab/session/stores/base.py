"""The contract of a store; whoever keeps it, keeps sessions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sessionlab.core.errors import SessionlabError
from sessionlab.core.record import Record


class Page(NamedTuple):
    """Some of a store's live records by ID, and the cursor of what follows; None: nothing does.

    ``broken`` are those among them that no request could read, each with its error.
    """

    records: Mapping[str, Record]
    cursor: str | None
    broken: Mapping[str, SessionlabError] = MappingProxyType({})


class Swap(NamedTuple):
    """What became of a `Store.swap`: whether it was done, and if not, what is there instead."""

    done: bool
    there: Record | None = None


class Store:
    """Where records live, by session ID.

    The contract, which every store keeps and a third party's has to keep:

    - **Absent is no error.**  `get` of an ID that is not there returns None.
    - **Expired is absent.**  What has expired by the store's own clock is never returned or
      counted.  (Redis has a clock of its own, the key's: see `RedisStore`.)
    - **Delete is idempotent.**  `destroy` of an ID that is not there does nothing.
    - **Touch never revives.**  It changes the cookie of a record that is there, nothing else.
    - **Set replaces.**  The last writer wins; a record that was destroyed meanwhile is back.
    - **An ID is any text.**  It reaches the store only with a valid signature or from the
      server's own generator; a store must be safe for all of it anyway.
    - **A failure raises.**  Any exception: the middleware reports it (on reading, to the server;
      after the headers, to ``on_error``).  FileNotFoundError from `get` means absent, as ENOENT
      does in express-session.

    `get`, `set`, `touch` and `destroy` make a store; the others serve the tools and the options
    that express-session does not have.
    A store that can not touch says ``can_touch = False``: nothing is written instead.
    While ``connected`` is False, requests have no session, and no error.
    Every method may be called from several threads at once.
    """

    can_touch: bool = True
    connected: bool = True

    def get(self, session_id: str) -> Record | None:
        """The live record, or None."""
        raise NotImplementedError

    def set(self, session_id: str, record: Record) -> None:
        """Keep a record, in place of one that is there."""
        raise NotImplementedError

    def touch(self, session_id: str, record: Record) -> None:
        """Give the record that is there the cookie of ``record``; its data stays."""
        raise NotImplementedError

    def destroy(self, session_id: str) -> None:
        """Forget a record."""
        raise NotImplementedError

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        """`set`, but only if a live record is there whose ``data`` is still ``seen``.

        Atomic.  Never creates a record: where none is there, ``Swap(False, None)``.
        """
        raise NotImplementedError

    def page(self, cursor: str | None, limit: int) -> Page:
        """About ``limit`` live records from a cursor on (None: from the beginning).

        Records that come or go meanwhile may be missed, the others are seen at least once.
        """
        raise NotImplementedError

    def all(self) -> dict[str, Record]:
        """All live records.  Reads everything: for demonstrations and small stores."""
        records: dict[str, Record] = {}
        cursor: str | None = None
        while True:
            page = self.page(cursor, 1000)
            records.update(page.records)
            if page.cursor is None:
                return records
            cursor = page.cursor

    def clear(self) -> None:
        """Forget all records."""
        raise NotImplementedError

    def prune(self) -> int:
        """Free what has expired; return how many records that were, as far as it is known."""
        return 0

    def close(self) -> None:
        """Let go of files and connections.  A store that is closed may open them again."""

    def __len__(self) -> int:
        """The number of live records, without reading them."""
        raise NotImplementedError

    def __bool__(self) -> bool:
        """A store is one, however empty: ``store or default`` must not drop it."""
        return True
