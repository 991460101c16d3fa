"""JavaScript's ``undefined``, which JSON leaves out; ``None`` is its null, which JSON writes."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class Unset(Enum):
    """The type of `UNSET`.  An enum, so that a type checker knows its only value."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""An attribute that is absent.  Stored records and Set-Cookie lines leave it out."""
