"""Stores: where the records of sessions are kept."""

from sessionlab.core.store import RecordPage, Store, Swap
from sessionlab.session.stores.memory import MemoryStore

__all__ = ["MemoryStore", "RecordPage", "Store", "Swap"]
