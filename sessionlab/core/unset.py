"""JavaScript's ``undefined``, which JSON leaves out, beside ``None``, which it writes as null."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class Unset(Enum):
    """The type of `UNSET`; an enum, because a type checker then knows that there is but one."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""An attribute that is absent.  Stored records and Set-Cookie lines leave it out."""
