"""Finds the line of a key in a TOML text, for error messages.

Rules
- A path consists of keys and, for an array of tables, the table's index from 0.
- Approximate on purpose: it finds headers and keys at the beginning of a line, as lessons have
  them.  For any other key it returns the line of its table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, path: Path) -> int | None:
    """The line (from 1) of the longest part of the path that is found; None if none is."""
    best: tuple[int, int | None] = (0, None)
    for number, here in _places(text):
        shared = _common_length(here, path)
        if shared > best[0] and shared == min(len(here), len(path)):
            best = (shared, number)
    return best[1]


def _places(text: str) -> Iterator[tuple[int, Path]]:
    """Every line that begins a table or a key, with its path."""
    table: Path = ()
    counts: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _resolve_header(_split_key(header[2]), counts)
            if header[1] == "[[":
                index = counts.get(table, -1) + 1
                counts[table] = index
                table = (*table, index)
            yield number, table
        elif key := _KEY.match(line):
            yield number, (*table, *_split_key(key[1]))


def _resolve_header(parts: Path, counts: dict[Path, int]) -> Path:
    """A header's path, with the index of the current table after each array of tables."""
    path: Path = ()
    for index, part in enumerate(parts):
        path = (*path, part)
        if index < len(parts) - 1 and path in counts:
            path = (*path, counts[path])
    return path


def _split_key(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _common_length(one: Path, other: Path) -> int:
    shared = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        shared += 1
    return shared
