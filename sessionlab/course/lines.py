"""Finds the line of a key in a TOML text, for error messages.

Rules
- A path consists of keys and, for an array of tables, the table's index from 0.
- Approximate on purpose: it finds headers and keys at the beginning of a line, as lessons have
  them.  For any other key it returns the line of its table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

Path = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, path: Path) -> int | None:
    """The line (from 1) of the longest part of the path that is found; None if none is."""
    exact, beginning = _index(text)
    if path in beginning:
        return beginning[path]
    shorter = (path[:length] for length in range(len(path) - 1, 0, -1))
    return next((exact[part] for part in shorter if part in exact), None)


@lru_cache(maxsize=1)
def _index(text: str) -> tuple[dict[Path, int], dict[Path, int]]:
    """The first line of each path, and the first of those that begin with it.

    Remembered, because every claim of a lesson asks for its line.
    """
    exact: dict[Path, int] = {}
    beginning: dict[Path, int] = {}
    for number, path in _places(text):
        exact.setdefault(path, number)
        for length in range(1, len(path) + 1):
            beginning.setdefault(path[:length], number)
    return exact, beginning


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
