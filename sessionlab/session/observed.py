"""A store as one request sees it while somebody listens: the same store, every call told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sessionlab.core.events import Kind
from sessionlab.core.options import Environ
from sessionlab.core.record import Record
from sessionlab.session.engine import Listener
from sessionlab.session.stores.base import Store, Swap

_T = TypeVar("_T")


class ObservedStore:
    """Asks a store and tells the listener what was asked and answered, errors included."""

    def __init__(self, store: Store, listener: Listener, environ: Environ) -> None:
        self._store = store
        self._listener = listener
        self._environ = environ

    @property
    def can_touch(self) -> bool:
        """As the store says."""
        return self._store.can_touch

    def get(self, session_id: str) -> Record | None:
        """`Store.get`."""
        record = self._asking("get", session_id, None, lambda: self._store.get(session_id))
        self._tell("get", session_id, record, record is not None, None)
        return record

    def set(self, session_id: str, record: Record) -> None:
        """`Store.set`."""
        self._asking("set", session_id, record, lambda: self._store.set(session_id, record))
        self._tell("set", session_id, record, None, None)

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        """`Store.swap`."""
        swap = self._asking(
            "swap", session_id, record, lambda: self._store.swap(session_id, seen, record)
        )
        self._tell("swap", session_id, record, swap.done, None)
        return swap

    def touch(self, session_id: str, record: Record) -> None:
        """`Store.touch`."""
        self._asking("touch", session_id, record, lambda: self._store.touch(session_id, record))
        self._tell("touch", session_id, record, None, None)

    def destroy(self, session_id: str) -> None:
        """`Store.destroy`."""
        self._asking("destroy", session_id, None, lambda: self._store.destroy(session_id))
        self._tell("destroy", session_id, None, None, None)

    def _asking(self, op: str, session_id: str, record: Record | None, ask: Callable[[], _T]) -> _T:
        try:
            return ask()
        except Exception as error:
            self._tell(op, session_id, record, None, str(error))
            raise

    def _tell(
        self, op: str, session_id: str, record: Record | None, found: bool | None, error: str | None
    ) -> None:
        self._listener(
            self._environ,
            Kind.STORE,
            None,
            {
                "op": op,
                "id": session_id,
                "record": None if record is None else record.text,
                "found": found,
                "error": error,
            },
        )
