"""How the engine asks its store for something, without calling it.

What takes a store to work out is a generator: it yields each call that it needs, and is sent the
answer or has the store's error thrown into it.  So one exchange serves a door that blocks
(`perform`) and one that awaits, and a test can try every order.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from sessionlab.core.events import StoreAsked, StoreOp

StoreCall = tuple[StoreOp, Callable[..., Any], tuple[Any, ...]]
"""What is asked, the store's method for it, and the arguments: an ID, and a record where one is
written, the last."""

T = TypeVar("T")
Steps = Generator[StoreCall, Any, T]
"""Yields store calls and is sent their answers; returns what it is for."""


def perform(steps: Steps[T], tell: Callable[[StoreAsked], None] | None) -> T:
    """Make each call where this thread stands, and return the result.

    ``tell`` is called with what was asked and answered.  Raises what the steps raise, a store's
    error among them.
    """
    try:
        call = next(steps)
        while True:
            try:
                answer = call[1](*call[2])
            except Exception as error:
                if tell is not None:
                    tell(asked(call, None, error))
                call = steps.throw(error)
            else:
                if tell is not None:
                    tell(asked(call, answer, None))
                call = steps.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result


def asked(call: StoreCall, answer: Any, error: Exception | None) -> StoreAsked:
    """The event of a call that was answered, or failed."""
    op, _, (session_id, *rest) = call
    record, found = rest[-1] if rest else None, None
    if op is StoreOp.GET and error is None:
        record, found = answer, answer is not None
    elif op is StoreOp.SWAP and error is None:
        found = answer.done
    return StoreAsked(
        op,
        str(session_id),  # an ID generator may return anything
        None if record is None else record.text,
        found,
        None if error is None else str(error),
    )
