"""The contract of a store: what one without a method says, and what every store has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sessionlab import Record, Store
from sessionlab.core.record import CookieAttributes
from sessionlab.core.store import RecordPage

RECORD = Record(CookieAttributes(), None, "{}")
CALLS: dict[str, Callable[[Store], Any]] = {
    "get": lambda store: store.get("id"),
    "set": lambda store: store.set("id", RECORD),
    "touch": lambda store: store.touch("id", RECORD),
    "destroy": lambda store: store.destroy("id"),
    "swap": lambda store: store.swap("id", "{}", RECORD),
    "page": lambda store: store.page(None, 1),
    "all": lambda store: store.all(),
    "clear": lambda store: store.clear(),
    "len": len,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_method_that_a_store_lacks_is_an_error_and_no_answer(
    call: Callable[[Store], Any],
) -> None:
    with pytest.raises(NotImplementedError):
        call(Store())


class Paged(Store):
    """Two pages, with the record in between on both."""

    def page(self, cursor: str | None, limit: int) -> RecordPage:
        if cursor is None:
            return RecordPage({"a": RECORD, "b": RECORD}, "2")
        return RecordPage({"b": RECORD, "c": RECORD}, None)


def test_all_records_are_those_of_every_page() -> None:
    assert Paged().all() == {"a": RECORD, "b": RECORD, "c": RECORD}


def test_a_store_of_which_nothing_is_known_is_true_frees_nothing_and_can_be_closed() -> None:
    store = Store()
    assert store, "so that `store or default` keeps it"
    assert store.prune() == 0
    store.close()
