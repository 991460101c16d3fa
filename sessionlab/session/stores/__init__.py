"""Stores: where the records of sessions live."""

from sessionlab.session.stores.base import Page, Store, Swap
from sessionlab.session.stores.memory import MemoryStore

__all__ = ["MemoryStore", "Page", "Store", "Swap"]
