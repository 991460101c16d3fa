"""The cookie formats that the inspector reads: one file each, found by being here.

To add one, add a file with

- ``NAME``: its code, in kebab-case.
- ``RANK``: an int; formats are asked in rising order, and the first that knows a cookie has it.
- ``read(given, others, secrets)``: a `Reading` of the cookie, or None: not this format.
  ``others`` are all cookies of its group by name, the first of each; ``secrets`` may be empty.

and, in the text catalogue, its title ``inspect.format.NAME``, its verdicts
``inspect.verdict.NAME.STATUS``, what can be read of it ``inspect.readable.NAME``, and the notes
and problems that it makes.
A format answers as a server would: what the server refuses is `Status.INVALID`, however close.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from sessionlab.decode.results import Given, Reading


class Format(Protocol):
    """What a module in this folder offers."""

    NAME: str
    RANK: int

    def read(
        self, given: Given, others: Mapping[str, Given], secrets: Sequence[str]
    ) -> Reading | None:
        """The cookie as this format understands it; None: it is none of mine."""


@cache
def formats() -> tuple[Format, ...]:
    """All formats, in the order in which they are asked."""
    found = [
        cast(Format, import_module(f"{__name__}.{path.stem}"))
        for path in Path(__file__).parent.iterdir()
        if path.suffix == ".py" and path.stem != "__init__"
    ]
    return tuple(sorted(found, key=lambda module: module.RANK))
