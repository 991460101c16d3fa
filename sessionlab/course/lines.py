"""Where in a TOML text a key stands, for error messages.

Rules
- A path is made of keys and, for an array of tables, the number of the table from 0.
- Approximate on purpose: it knows headers and keys at the beginning of a line, which is how
  lessons are written.  A key it can not find is told of at its table's line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, path: Path) -> int | None:
    """The line (from 1) of the longest part of the path that can be found; None: not even one."""
    best: tuple[int, int | None] = (0, None)
    for number, here in _places(text):
        shared = _shared(here, path)
        if shared > best[0] and shared == min(len(here), len(path)):
            best = (shared, number)
    return best[1]


def _places(text: str) -> Iterator[tuple[int, Path]]:
    """Every line that begins a table or a key, with its path."""
    table: Path = ()
    counts: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _resolve(_parts(header[2]), counts)
            if header[1] == "[[":
                index = counts.get(table, -1) + 1
                counts[table] = index
                table = (*table, index)
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_parts(key[1]))


def _resolve(parts: Path, counts: dict[Path, int]) -> Path:
    """A header's path, the number of the current table put in where a part is an array."""
    path: Path = ()
    for index, part in enumerate(parts):
        path = (*path, part)
        if index < len(parts) - 1 and path in counts:
            path = (*path, counts[path])
    return path


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _shared(one: Path, other: Path) -> int:
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared
