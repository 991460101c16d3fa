"""A store that a command line names, and its troubles in the words of the catalogue.

with store_problems():
    store = open_store(url, create=False)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sessionlab.cli.exit import Exit
from sessionlab.cli.problem import Problem
from sessionlab.core.errors import StoreError, StoreURLError


@contextmanager
def store_problems() -> Iterator[None]:
    """Raises Problem for a URL that names no store (USAGE) and a store that fails (OUTSIDE)."""
    try:
        yield
    except StoreURLError as error:
        raise Problem(f"store.error.{error.code}", Exit.USAGE, **error.fields) from None
    except StoreError as error:
        raise Problem(f"store.error.{error.code}", Exit.OUTSIDE, **error.fields) from None
