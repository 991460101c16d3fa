"""A save that another request outruns: what is done, and what the events say of it."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab import Session
from sessionlab.core.safeguards import Safeguards
from tests.session.overlapping import World
from tests.session.stores.bench import Bench

# on_conflict: for each swap, whether it was done; what the record holds in the end
OUTRUN: dict[str, tuple[list[bool], dict[str, Any]]] = {
    "merge": ([False, True], {"user": "alice", "mine": 1, "theirs": 1}),
    "report": ([False], {"user": "alice", "theirs": 1}),
}


@pytest.mark.parametrize("on_conflict", OUTRUN)
def test_a_swap_that_another_request_outran_is_told_as_not_done(
    bench: Bench, on_conflict: Any
) -> None:
    told, held = OUTRUN[on_conflict]
    world = World(bench, safeguards=Safeguards(on_conflict=on_conflict))

    def other_request() -> None:
        world.visit(lambda session: session.update(theirs=1))
        world.swaps.clear()

    def change(session: Session) -> None:
        session["mine"] = 1

    world.overlap(change, other_request)
    assert world.swaps == told
    assert world.data() == held
