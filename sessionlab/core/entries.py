"""Events in their order: what a lane's transcript is made of, and its JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from sessionlab.core.event_json import to_plain, to_typed
from sessionlab.core.events import KINDS, Event

FORMAT = 1
"""The version of a transcript's JSON; it changes when a reader would have to."""

E = TypeVar("E", bound=Event, covariant=True)
_Asked = TypeVar("_Asked", bound=Event)


@dataclass(frozen=True, slots=True)
class Entry(Generic[E]):
    """An event in its place.

    ``seq`` counts from 1 within a transcript; ``at`` is milliseconds since the epoch by the
    injected clock; ``step`` is the lesson's step (from 1; 0 outside a lesson); ``lane`` is the
    lane's id, or the number of the request for a server that runs by itself.
    """

    seq: int
    at: int
    step: int
    lane: str
    event: E

    def to_json(self) -> dict[str, Any]:
        """The entry as JSON-safe data, keys in reading order."""
        data = to_plain(self.event)
        return {
            "seq": self.seq,
            "at": self.at,
            "step": self.step,
            "lane": self.lane,
            "actor": self.event.actor.value,
            "kind": self.event.kind,
            "verdict": data.pop("verdict", None),
            "data": data,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Entry[Event]:
        """The inverse of `to_json`.  Raises KeyError, TypeError or ValueError for anything else."""
        kind = KINDS[raw["kind"]]
        data = {"verdict": raw["verdict"], **raw["data"]}
        return Entry(raw["seq"], raw["at"], raw["step"], raw["lane"], to_typed(kind, data))


@dataclass(frozen=True, slots=True)
class Transcript:
    """All that happened in one lane of one lesson, in order.

    ``options``: what distinguishes the lane from the others, as the lesson writes it.
    """

    lesson: str
    lane: str
    options: Mapping[str, Any]
    entries: tuple[Entry[Event], ...]

    def of(self, kind: type[_Asked], step: int | None = None) -> Iterator[Entry[_Asked]]:
        """The entries of a kind of event, of one step or of all."""
        for entry in self.entries:
            if isinstance(entry.event, kind) and step in (None, entry.step):
                yield cast("Entry[_Asked]", entry)

    def to_json(self) -> dict[str, Any]:
        """The transcript as JSON-safe data."""
        return {
            "format": FORMAT,
            "lesson": self.lesson,
            "lane": self.lane,
            "options": self.options,
            "events": [entry.to_json() for entry in self.entries],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Transcript:
        """The inverse of `to_json`.  Raises ValueError for another format."""
        if raw["format"] != FORMAT:
            raise ValueError(f"transcript of format {raw['format']!r}: this reads {FORMAT}")
        return cls(
            lesson=raw["lesson"],
            lane=raw["lane"],
            options=raw["options"],
            entries=tuple(Entry.from_json(entry) for entry in raw["events"]),
        )
