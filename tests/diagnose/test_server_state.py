"""What a server says of itself: its form is checked."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab.diagnose.server_state import ServerState, StoredSession, read_state


def state(**store: Any) -> Any:
    return {"options": {}, "store": store}


def read(answer: Any) -> ServerState:
    found = read_state(answer)
    assert found is not None
    return found


def test_sessions_and_broken_records_are_one_list() -> None:
    found = read(
        state(
            records=[{"id": "a", "record": "{}", "expires": 5, "more": 1}],
            broken=[{"id": "b", "error": "no record"}],
        )
    )
    assert found.sessions == (
        StoredSession("a", "{}", 5),
        StoredSession("b", error="no record"),
    )


@pytest.mark.parametrize(
    ("answer", "name", "value"),
    [
        (state(), "store", ""),
        (state(kind="MemoryStore"), "store", "MemoryStore"),
        (state(), "is_connected", True),
        (state(connected=False), "is_connected", False),
        (state(), "size", "0"),
        (state(size=7), "size", "7"),
        (state(), "next", None),
        (state(next="2:last id"), "next", "2:last id"),
        (state(next=5), "next", None),
        (state(), "error", None),
        (state(error={"a": 1}), "error", "{'a': 1}"),
    ],
)
def test_everything_else_has_one_form_too(answer: Any, name: str, value: object) -> None:
    found = read(answer)
    assert getattr(found, name) == value
    assert found.answer is answer


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "state",
        {},
        {"options": {}},
        {"options": [], "store": {}},
        state(records={}),
        state(records=[5]),
        state(records=[{"id": "a"}]),
        state(records=[{"id": "a", "record": "{}", "expires": "soon"}]),
        state(broken=[{"id": 1, "error": "x"}]),
        state(broken=[{"id": "a"}]),
    ],
)
def test_anything_else_is_not_a_state(answer: Any) -> None:
    assert read_state(answer) is None
