"""The cookie formats that the inspector knows: one file each, found by being in this folder.

To add a format, add a file with

- a docstring: what the format looks like and how it is read.
- ``FORMAT``: a `Format`.
- its sentences in the text catalogue, if it is to speak: ``inspect.toml`` has its title
  ``format.NAME``, its verdicts ``verdict.NAME.STATUS``, what anyone can read in it
  ``readable.NAME``, and the roles and notes of its parts; ``problems.toml`` has its problems.
  Where a sentence is missing, its code is shown.

Nothing else needs to change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from sessionlab.decode.results import Given, Reading


class Format(NamedTuple):
    """How cookies of one format are recognised and read.

    ``name`` is its code, in kebab-case.  Formats are asked in the order of ``rank``, and the
    first that returns a reading has the cookie.

    ``read`` is given the cookie, all cookies of its group by name (the first of each), and the
    secrets, which may be none; None means: not this format.  A format answers as a server would:
    what the server refuses is `Status.INVALID`, however close.

    The other two are regular expressions for the text that people paste.  ``bare`` matches a
    whole text that is a value of this format without a name; it must not match what else a
    person may type.  ``inside`` finds a value in the middle of other text.
    """

    name: str
    rank: int
    read: Callable[[Given, Mapping[str, Given], Sequence[str]], Reading | None]
    bare: str = ""
    inside: str = ""


@cache
def formats() -> tuple[Format, ...]:
    """All formats, in the order in which they are asked."""
    known: list[Format] = [import_module(f"{__name__}.{name}").FORMAT for name in _modules()]
    return tuple(sorted(known, key=lambda each: (each.rank, each.name)))


def _modules() -> list[str]:
    folder = Path(__file__).parent
    if not folder.is_dir():  # a zip archive
        from pkgutil import iter_modules

        return [found.name for found in iter_modules(__path__)]
    names = (path.stem for path in folder.iterdir() if path.suffix == ".py")
    return [name for name in names if name != "__init__"]


def read_cookie(given: Given, others: Mapping[str, Given], secrets: Sequence[str]) -> Reading:
    """Read a cookie by the first format that recognises it; the last one reads every cookie."""
    return next(
        reading for each in formats() if (reading := each.read(given, others, secrets)) is not None
    )
