"""Every tree of decisions with its whole space of facts: what the tests of decisions walk."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from sessionlab.core.decide import (
    ConflictFacts,
    CookieFacts,
    Decision,
    LoadFacts,
    OpenFacts,
    ReadFacts,
    SealFacts,
    StoreFacts,
    decide_conflict,
    decide_cookie,
    decide_load,
    decide_open,
    decide_read,
    decide_seal,
    decide_store,
)


class Space(NamedTuple):
    """A decision and the type of its facts."""

    facts: Any
    decide: Decision

    def every(self) -> Iterator[Any]:
        """All combinations of answers."""
        for answers in product((False, True), repeat=len(self.facts._fields)):
            yield self.facts(*answers)


DECISIONS = {
    "read": Space(ReadFacts, decide_read),
    "load": Space(LoadFacts, decide_load),
    "cookie": Space(CookieFacts, decide_cookie),
    "store": Space(StoreFacts, decide_store),
    "conflict": Space(ConflictFacts, decide_conflict),
    "open": Space(OpenFacts, decide_open),
    "seal": Space(SealFacts, decide_seal),
}
