"""Saves that look first: what `Safeguards` make of a record that changed or went meanwhile.

Rules
- The look and the write are one atomic `Store.swap`; nothing is decided on what may be stale.
- Each round that fails does so because another request's write succeeded.
- What a save has merged stays merged: the session in the application's hand does not show the
  other's keys, and a second save of it does not take them away.
- A record that this request saw destroyed stays gone, whichever session object is saved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sessionlab.core.decide import ConflictFacts, Reason, Verdict, decide_conflict
from sessionlab.core.errors import SessionConflict
from sessionlab.core.events import StoreOp
from sessionlab.core.record import Record
from sessionlab.core.safeguards import OnConflict, Safeguards, merge
from sessionlab.core.store import Store, Swap
from sessionlab.core.wire.javascript import dump_json, load_json
from sessionlab.session.store_calls import Steps

_ROUNDS = 1000


class _Sight(NamedTuple):
    """A record as this request knows it.

    ``there``: the data in the store when it was last seen; None: it was destroyed.  ``base``: the
    data that the session in hand had then.
    """

    there: str | None
    base: str


class Guard:
    """What one request has seen of the records that it saves."""

    def __init__(self, safeguards: Safeguards) -> None:
        self._on_conflict = safeguards.on_conflict
        self._may_revive = not safeguards.no_resurrection
        self._seen: dict[str, _Sight] = {}

    def loaded(self, session_id: str, data: str) -> None:
        """The record was read, and the session in hand has its data."""
        self._seen[session_id] = _Sight(data, data)

    def save(
        self,
        store: Store,
        session_id: str,
        record: Record,
        tell: Callable[[Verdict], None],
    ) -> Steps[None]:
        """Save a record; not if it was destroyed meanwhile and may not come back.

        ``tell`` is called with the verdict on each conflict.  Raises SessionConflict if conflicts
        are to be reported, and what the store raises.
        """
        sight = self._seen.get(session_id)
        if sight is None:  # it begins with this request, and no other knows its ID
            there: str | None = record.data
            yield StoreOp.SET, store.set, (session_id, record)
        else:
            there = yield from self._save(store, session_id, sight, record, tell)
        self._seen[session_id] = _Sight(there, record.data)

    def _save(
        self,
        store: Store,
        session_id: str,
        sight: _Sight,
        record: Record,
        tell: Callable[[Verdict], None],
    ) -> Steps[str | None]:
        """Save a record that was seen before; return the data that is there now."""
        mine, there = record.data, sight.there
        if there is not None and there != sight.base:  # it was merged before
            record = self._merged(sight.base, mine, there, record)
        for _ in range(_ROUNDS):
            if there is not None:
                swap: Swap = yield StoreOp.SWAP, store.swap, (session_id, there, record)
                if swap.done:
                    return record.data
                there = None if swap.there is None else swap.there.data
            verdict = self._decide(there is not None)
            tell(verdict)
            match verdict.reason:
                case Reason.DESTROYED_MEANWHILE:
                    return there
                case Reason.CONFLICT_REPORTED:
                    raise SessionConflict
                case Reason.MERGED if there is not None:
                    record = self._merged(sight.base, mine, there, record)
            if there is None:
                yield StoreOp.SET, store.set, (session_id, record)
                return record.data
        raise SessionConflict

    def _decide(self, is_there: bool) -> Verdict:
        facts = ConflictFacts(
            is_there,
            self._may_revive,
            self._on_conflict is OnConflict.MERGE,
            self._on_conflict is OnConflict.REPORT,
        )
        return decide_conflict[facts]

    def _merged(self, base: str, mine: str, theirs: str, record: Record) -> Record:
        # Keys stand in these texts as records hold them, and go back as they are.
        merged = merge(load_json(base), load_json(mine), load_json(theirs))
        return Record(record.attributes, record.expires, dump_json(merged))
