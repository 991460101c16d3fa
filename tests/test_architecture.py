"""Who imports whom, and what the core may touch.  Nothing is imported here, all is parsed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "sessionlab"

# Each room may import from the rooms named beside it, all of which stand above it here.
# A room in this table need not exist yet.
HOUSE: dict[str, str] = {
    "core": "",
    "http": "core",
    "session": "core",
    "decode": "core",
    "transcript": "core",
    "diagnose": "decode http core",
    "render": "diagnose transcript decode core",
    "demo": "session http core",
    "stage": "demo session http core",
    "course": "stage demo render transcript session core",
    "page": "course stage demo render transcript session http core",
    "watch": "course stage demo render transcript session http core",
    "__init__": "session core",
    "cli": "__init__ watch page course stage demo render diagnose transcript decode "
    "session http core",
    "__main__": "cli",
}

# What is not as it should be yet: a file, and the room that it imports from.  No line is added
# here; who mends one takes it off.
NOT_YET = {
    # The demo's front page takes its words from the catalogue; gunicorn's demo has that page, too.
    ("demo/front_page.py", "render"),
}

# What a room may import that is neither ours nor Python's.
THIRD_PARTIES = {
    "cli": {"typer", "rich"},
    "demo": {"werkzeug", "markupsafe"},
    "diagnose": {"publicsuffixlist"},
    "page": {"werkzeug", "rich"},
    "render": {"rich"},
    "stage": {"werkzeug", "redis"},
    "session": {"redis"},
}

# What the core may import: nothing that reads a file, a socket, a clock or chance.
PURE = {
    *("__future__", "base64", "binascii", "collections", "contextlib", "dataclasses", "difflib"),
    *("datetime.UTC", "datetime.date", "datetime.datetime", "datetime.timedelta", "enum"),
    *("functools", "hashlib", "hmac", "ipaddress", "itertools", "json", "math", "re"),
    *("sessionlab.core", "time.gmtime", "types", "typing", "unicodedata", "urllib.parse"),
}
# What it may not call, as a function or as anything's method.
IMPURE = {
    *("__import__", "breakpoint", "eval", "exec", "input", "now", "open", "print", "read_text"),
    *("today", "token_urlsafe", "urandom", "utcnow", "write_text"),
}


class Import(NamedTuple):
    """One name that a file imports; not ``at_run_time``: for the type checker alone."""

    file: str
    name: str
    at_run_time: bool

    @property
    def by(self) -> str:
        """The room of the file."""
        return self.file.partition("/")[0].removesuffix(".py")

    @property
    def room(self) -> str:
        """The room that it reaches into."""
        room = f"{self.name}.".split(".")[1]
        return room if room in HOUSE else "__init__"


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, those within functions included."""
    tree, file = parse(path), path.relative_to(PACKAGE).as_posix()
    for_types = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            above = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                yield Import(file, above + alias.name, node not in for_types)


IMPORTS = [found for path in sorted(PACKAGE.rglob("*.py")) for found in imports(path)]
OURS = [found for found in IMPORTS if found.name.split(".")[0] == "sessionlab"]


def test_every_room_is_in_the_table() -> None:
    assert {path.stem for path in PACKAGE.glob("*.py")} <= HOUSE.keys()
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} <= HOUSE.keys()


def test_the_table_goes_one_way() -> None:
    above: set[str] = set()
    for room, may_import in HOUSE.items():
        assert set(may_import.split()) <= above, room
        above.add(room)


def test_imports_go_one_way() -> None:
    against = {
        (found.file, found.room)
        for found in OURS
        if found.room not in (found.by, *HOUSE[found.by].split())
    }
    assert against == NOT_YET


def test_third_parties_stay_where_they_are_needed() -> None:
    used: dict[str, set[str]] = {}
    for found in IMPORTS:
        name = found.name.partition(".")[0]
        if found.at_run_time and name not in {"sessionlab", *sys.stdlib_module_names}:
            used.setdefault(found.by, set()).add(name)
    assert used == THIRD_PARTIES


def test_the_core_imports_nothing_that_could_reach_the_world() -> None:
    assert [
        found
        for found in IMPORTS
        if found.by == "core"
        and found.at_run_time
        and not any(f"{found.name}.".startswith(f"{pure}.") for pure in PURE)
    ] == []


def test_the_core_calls_nothing_that_could_reach_the_world() -> None:
    for path in (PACKAGE / "core").rglob("*.py"):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                assert name not in IMPURE, f"{path}: {ast.unparse(node)}"
