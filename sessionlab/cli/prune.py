"""``sessionlab prune``: remove expired sessions from a store that outlives its server.

Rules
- No file is made: a path that is mistyped is an error.
- stdout is for the answer, stderr for complaints.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from sessionlab.cli.exit import Exit
from sessionlab.cli.problem import Problem
from sessionlab.cli.texts import help_of, language
from sessionlab.render.catalogue import Catalogue


class Language(StrEnum):
    """``--lang``"""

    EN = "en"
    KO = "ko"


def _option(key: str, **more: Any) -> Any:
    return typer.Option(f"--{key}", help=help_of(f"store.prune.{key}"), **more)


def prune(
    store: Annotated[str, _option("store", metavar="URL")],
    as_json: Annotated[bool, _option("json")] = False,
    lang: Annotated[Language | None, _option("lang")] = None,
) -> None:
    said = Catalogue(lang or language())
    code = Exit.OK
    try:
        count = _prune(store)
    except Problem as problem:
        from sessionlab.render.safe import visible

        sys.stderr.write(f"sessionlab: {visible(problem.sentence(said))}\n")
        code = problem.code
    else:
        if as_json:
            sys.stdout.write(f'{{"removed": {"null" if count is None else count}}}\n')
        elif count is None:
            sys.stdout.write(f"{said.text('store.prune.by-itself')}\n")
        else:
            sys.stdout.write(f"{said.text('store.prune.freed', count=count)}\n")
    raise typer.Exit(code)


prune.__doc__ = help_of("store.prune.help")


def _prune(url: str) -> int | None:
    """How many sessions were removed; None: the server removes them by itself.

    Raises Problem.
    """
    from sessionlab.cli.store import store_problems
    from sessionlab.session.stores.memory import MemoryStore
    from sessionlab.session.stores.sqlite import SQLiteStore
    from sessionlab.session.stores.url import open_store

    with store_problems():
        store = open_store(url, create=False)
        if isinstance(store, MemoryStore):
            raise Problem("store.prune.memory")
        try:
            if isinstance(store, SQLiteStore):
                return store.prune()
            store.get("")  # whether there is a server at all
            return None
        finally:
            store.close()
