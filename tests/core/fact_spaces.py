"""Every tree of decisions with its whole space of facts: what the tests of decisions walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

from sessionlab.core.decide import (
    ConflictFacts,
    CookieFacts,
    LoadFacts,
    OpenFacts,
    ReadFacts,
    SealFacts,
    StoreFacts,
    Verdict,
    decide_conflict,
    decide_cookie,
    decide_load,
    decide_open,
    decide_read,
    decide_seal,
    decide_store,
)


class Decision(NamedTuple):
    """A decision: its facts' type and the function that decides."""

    facts: Any
    decide: Callable[[Any], Verdict]

    def every(self) -> Iterator[Any]:
        """All combinations of answers."""
        for answers in product((False, True), repeat=len(self.facts._fields)):
            yield self.facts(*answers)


DECISIONS = {
    "read": Decision(ReadFacts, decide_read),
    "load": Decision(LoadFacts, decide_load),
    "cookie": Decision(CookieFacts, decide_cookie),
    "store": Decision(StoreFacts, decide_store),
    "conflict": Decision(ConflictFacts, decide_conflict),
    "open": Decision(OpenFacts, decide_open),
    "seal": Decision(SealFacts, decide_seal),
}
