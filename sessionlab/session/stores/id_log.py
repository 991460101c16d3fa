"""The IDs of a `MemoryStore` in the order in which they came, for listings that take a while.

Rules
- The log is a list of numbered chunks.  An ID is appended to the last chunk and never moves to
  another, and a chunk keeps its number.  So a chunk's number says for good which IDs a listing has
  passed.
- IDs that are gone stay until `keep` removes them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from typing import Final

_IDS_PER_CHUNK: Final = 100


class IdLog:
    """A log of IDs.  The caller holds a lock."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._numbers: list[int] = []
        self._chunks: list[list[str]] = []
        self._next_number = 0
        self.length = 0
        """The number of IDs in the log, those that are gone included."""
        for session_id in ids:
            self.add(session_id)

    def add(self, session_id: str) -> None:
        """Append an ID."""
        if not self._chunks or len(self._chunks[-1]) >= _IDS_PER_CHUNK:
            self._numbers.append(self._next_number)
            self._chunks.append([])
            self._next_number += 1
        self._chunks[-1].append(session_id)
        self.length += 1

    def keep(self, ids: Collection[str]) -> None:
        """Remove all other IDs; of an ID that was added twice, keep the first place."""
        seen: set[str] = set()
        numbers, chunks = self._numbers, self._chunks
        self._numbers, self._chunks = [], []
        for number, chunk in zip(numbers, chunks, strict=True):
            kept = [key for key in dict.fromkeys(chunk) if key in ids and key not in seen]
            if kept:
                seen.update(kept)
                self._numbers.append(number)
                self._chunks.append(kept)
        self.length = len(seen)

    def bounds(self, cursor: str | None) -> tuple[int, int]:
        """The numbers of the first and the last chunk that a listing has yet to pass."""
        if cursor is None:
            return 0, self._next_number - 1
        start, last = cursor.split(":")
        return int(start), int(last)

    def chunks(self, start: int, last: int) -> Iterator[tuple[int, list[str]]]:
        """The chunks from number ``start`` to ``last``, both included, with their numbers."""
        for index in range(bisect_left(self._numbers, start), len(self._numbers)):
            if self._numbers[index] > last:
                return
            yield self._numbers[index], self._chunks[index]
