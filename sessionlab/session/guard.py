"""A save that looks first: what `Safeguards` make of a record that changed or went meanwhile.

Rules
- The look and the write are one atomic `Store.swap`; nothing is decided on what may be stale.
- Each round that fails does so because another request's write succeeded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sessionlab.core.decide import ConflictFacts, Reason, Verdict, decide_conflict
from sessionlab.core.errors import SessionConflict
from sessionlab.core.record import Record, dump_data
from sessionlab.core.safeguards import OnConflict, Safeguards, merge
from sessionlab.core.wire.javascript import load_json
from sessionlab.session.observed import ObservedStore
from sessionlab.session.stores.base import Store

_ROUNDS = 1000


def guarded_save(
    store: Store | ObservedStore,
    session_id: str,
    seen: str,
    record: Record,
    safeguards: Safeguards,
    tell: Callable[[Verdict], None],
) -> str | None:
    """Save a record of which this request saw ``seen``; return the data's text as it now stands.

    None: the record was destroyed meanwhile, and stays so.  ``tell`` hears of each conflict.
    Raises SessionConflict if conflicts are to be reported, and what the store raises.
    """
    base: Mapping[str, Any] | None = None
    mine = record.data
    for _ in range(_ROUNDS):
        swap = store.swap(session_id, seen, record)
        if swap.done:
            return record.data
        there = swap.there
        on_conflict = safeguards.on_conflict
        verdict = decide_conflict(
            ConflictFacts(
                there is not None,
                not safeguards.no_resurrection,
                on_conflict is OnConflict.MERGE,
                on_conflict is OnConflict.REPORT,
            )
        )
        tell(verdict)
        if there is None:
            if verdict.reason is Reason.DESTROYED_MEANWHILE:
                return None
            store.set(session_id, record)
            return record.data
        if verdict.reason is Reason.CONFLICT_REPORTED:
            raise SessionConflict
        if verdict.reason is Reason.MERGED:
            base = load_json(seen) if base is None else base
            merged = merge(base, load_json(mine), load_json(there.data))
            record = Record(record.attributes, record.expires, dump_data(merged))
        seen = there.data
    raise SessionConflict
