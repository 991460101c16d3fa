"""``sessionlab prune``: remove expired sessions from a store that outlives its server.

Rules
- No file is made: a path that is mistyped is an error.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from sessionlab.cli.exit import Complaint, Exit

if TYPE_CHECKING:
    from sessionlab.cli.environment import Environment
    from sessionlab.session.clock import Clock


def prune(
    context: typer.Context,
    store: Annotated[str, typer.Option("--store", metavar="URL")],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> Exit:
    env: Environment = context.obj
    count = _prune(store, env.now)
    if as_json:
        env.write_json({"removed": count}, indent=None)
    elif count is None:
        env.stdout.write(f"{env.text('store.prune.by-itself')}\n")
    else:
        env.stdout.write(f"{env.text('store.prune.freed', count=count)}\n")
    return Exit.OK


def _prune(url: str, clock: Clock) -> int | None:
    """How many sessions were removed; None: the server removes them by itself.

    Raises Complaint, StoreError and StoreURLError.
    """
    from sessionlab.session.stores.memory import MemoryStore
    from sessionlab.session.stores.sqlite import SQLiteStore
    from sessionlab.session.stores.url import open_store

    with closing(open_store(url, clock=clock, create=False)) as store:
        if isinstance(store, MemoryStore):
            raise Complaint("store.prune.memory")
        if isinstance(store, SQLiteStore):
            return store.prune()
        store.get("")  # whether there is a server at all
        return None
