"""The house rules, read off the source: who imports whom, what the core may touch, what is said.

Nothing is imported here; every module is parsed.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sessionlab"
SOURCES = sorted(PACKAGE.rglob("*.py"))
LINES = 450
"""A file of about 400 lines has one purpose; beyond this it has two."""


class Import(NamedTuple):
    """One import of one module; ``at_run_time``: not for the type checker alone."""

    by: Path
    module: str
    names: tuple[str, ...]
    at_run_time: bool

    def __str__(self) -> str:
        return f"{self.by.relative_to(ROOT)} imports {self.module} ({', '.join(self.names)})"


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[Import]:
    """Every import of a file, those within functions included."""
    for_types = {
        id(node)
        for block in ast.walk(parse(path))
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(parse(path)):
        at_run_time = id(node) not in for_types
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(path, alias.name, (), at_run_time)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names = tuple(alias.name for alias in node.names)
            yield Import(path, node.module or "", names, at_run_time)


ALL_IMPORTS = [found for path in SOURCES for found in imports(path)]


def part_of(path: Path) -> str:
    """The part of the house that a file belongs to; "" for the package's own face."""
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first.endswith(".py") else first


def parts_of(found: Import) -> set[str]:
    """The parts of the house that an import reaches into."""
    _, *rest = found.module.split(".")
    if rest:
        return {rest[0]}
    return {name if (PACKAGE / name).is_dir() else "" for name in found.names or ("",)}


# ---- who imports whom

# part: the parts that it may import besides itself.  cli -> {demo, course, diagnose} -> replay ->
# session -> core; diagnose -> decode -> core; render -> {core, decode, diagnose}; cli, demo and
# course may import render.
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "render": {"core", "decode", "diagnose"},
    "decode": {"core"},
    "session": {"core"},
    "replay": {"session", "core"},
    "diagnose": {"decode", "core"},
    "demo": {"replay", "session", "core", "render"},
    "course": {"replay", "session", "core", "render"},
    "cli": {"demo", "course", "diagnose", "replay", "session", "decode", "core", "render", ""},
    "": {"session", "core", "cli"},
}

# What is not part of Python, and who may import it.
THIRD_PARTIES: dict[str, set[str]] = {
    "core": set(),
    "render": {"rich"},
    "decode": set(),
    "session": {"redis"},
    "replay": {"werkzeug"},
    "diagnose": {"publicsuffixlist"},
    "demo": {"werkzeug", "markupsafe", "rich", "redis"},
    "course": set(),
    "cli": {"typer", "rich"},
    "": set(),
}

# The core names the type of an option that it never touches.
FOR_TYPES_ALONE = {("core/options.py", "sessionlab.session.stores.base")}


def test_every_part_of_the_house_is_in_the_rules() -> None:
    parts = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").is_file()}
    assert parts | {""} == set(MAY_IMPORT) == set(THIRD_PARTIES)


def test_the_rules_have_no_circle() -> None:
    below: dict[str, set[str]] = {}
    left = {part: others - {""} for part, others in MAY_IMPORT.items() if part}
    while left:
        free = [part for part, others in left.items() if others <= below.keys()]
        assert free, f"a circle among {sorted(left)}"
        for part in free:
            below[part] = left.pop(part)


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_imports_go_one_way(part: str) -> None:
    wrong = [
        str(found)
        for found in ALL_IMPORTS
        if part_of(found.by) == part
        and found.module.partition(".")[0] == "sessionlab"
        and not parts_of(found) <= MAY_IMPORT[part] | {part}
        and (found.by.relative_to(PACKAGE).as_posix(), found.module) not in FOR_TYPES_ALONE
    ]
    assert wrong == []


def test_what_is_imported_for_types_alone_is_so() -> None:
    for path, module in FOR_TYPES_ALONE:
        found = [one for one in imports(PACKAGE / path) if one.module == module]
        assert found, f"{path} does not import {module} any more: take it off the list"
        assert not any(one.at_run_time for one in found)


@pytest.mark.parametrize("part", THIRD_PARTIES)
def test_third_parties_stay_where_they_are_needed(part: str) -> None:
    used = {
        found.module.partition(".")[0]
        for found in ALL_IMPORTS
        if part_of(found.by) == part and found.at_run_time
    }
    assert used - sys.stdlib_module_names - {"sessionlab"} == THIRD_PARTIES[part]


def test_nothing_imports_the_command_line_but_the_way_in() -> None:
    importers = {
        found.by.relative_to(PACKAGE).as_posix()
        for found in ALL_IMPORTS
        if found.module.partition(".")[0] == "sessionlab"
        and "cli" in parts_of(found)
        and part_of(found.by) != "cli"
    }
    assert importers == {"__main__.py"}


# ---- the core: no I/O, no clock, no randomness

PURE = {
    "__future__",
    "base64",
    "binascii",
    "collections",
    "collections.abc",
    "contextlib",
    "dataclasses",
    "datetime",
    "difflib",
    "enum",
    "functools",
    "hashlib",
    "hmac",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "re",
    "time",
    "typing",
    "unicodedata",
    "urllib.parse",
}
# Of a module that has both, only what is a function of its arguments.
PURE_NAMES = {"time": {"gmtime"}, "datetime": {"UTC", "date", "datetime", "timedelta"}}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}
IMPURE_METHODS = {
    "now",
    "utcnow",
    "today",
    "read_text",
    "write_text",
    "urandom",
    "token_urlsafe",
}

core_file = pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if part_of(path) == "core"],
    ids=lambda path: path.relative_to(PACKAGE).as_posix(),
)


@core_file
def test_the_core_imports_nothing_that_could_reach_the_world(path: Path) -> None:
    wrong = [
        str(found)
        for found in imports(path)
        if found.at_run_time
        and not found.module.startswith("sessionlab.core")
        and not (
            found.module in PURE
            and set(found.names) <= PURE_NAMES.get(found.module, set(found.names))
            and (found.names or found.module not in PURE_NAMES)
        )
    ]
    assert wrong == []


@core_file
def test_the_core_calls_nothing_that_could_reach_the_world(path: Path) -> None:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                assert node.func.id not in IMPURE_CALLS, ast.unparse(node)
            if isinstance(node.func, ast.Attribute):
                assert node.func.attr not in IMPURE_METHODS, ast.unparse(node)


# ---- words


def is_public(name: str) -> bool:
    return not name.startswith("_")


def public_definitions(path: Path) -> Iterator[tuple[str, ast.AST]]:
    """The public functions, classes and methods of a file.

    A property's setter and deleter are spoken for by its getter, an overload by what follows.
    """
    silent = (".setter", ".deleter", "overload")
    for node in parse(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and is_public(node.name):
            yield node.name, node
            for inner in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(inner, ast.ClassDef | ast.FunctionDef) and is_public(inner.name):
                    decorators = map(ast.unparse, inner.decorator_list)
                    if not any(text.endswith(silent) for text in decorators):
                        yield f"{node.name}.{inner.name}", inner


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_says_what_it_is_for_and_so_does_all_that_is_public_in_it(path: Path) -> None:
    silent = [] if says_something(parse(path)) else ["the module"]
    silent += [name for name, node in public_definitions(path) if not says_something(node)]
    if part_of(path) == "cli" and path.stem in silent:
        silent.remove(path.stem)  # a command, whose words are in the catalogue
    assert silent == []


def says_something(node: Any) -> bool:
    words = ast.get_docstring(node) or ""
    return len(words.split()) > 1 or words.startswith("`")  # `Store.get`: what another one says


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_has_one_purpose(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    assert [path for path in SOURCES if path.stem in drawers or path.parent.name in drawers] == []


# ---- the text catalogue

TEXT = PACKAGE / "render" / "text"
LANGUAGES = sorted(path.name for path in TEXT.iterdir() if path.is_dir())
TOPICS = sorted({path.stem for path in TEXT.rglob("*.toml")})


@cache
def sentences(language: str, topic: str) -> dict[str, str]:
    """Every sentence of a topic by its dotted key."""
    found: dict[str, str] = {}

    def walk(table: dict[str, Any], above: tuple[str, ...]) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                walk(value, (*above, key))
            else:
                found[".".join((*above, key))] = value

    walk(tomllib.loads((TEXT / language / f"{topic}.toml").read_text(encoding="utf-8")), ())
    return found


def test_there_are_two_languages() -> None:
    assert LANGUAGES == ["en", "ko"]


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_say_the_same_things(topic: str) -> None:
    assert set(sentences("en", topic)) ^ set(sentences("ko", topic)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_sentence_is_one(topic: str, language: str) -> None:
    found = sentences(language, topic)
    assert found
    assert [
        key for key, text in found.items() if not isinstance(text, str) or not text.strip()
    ] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_both_languages_fill_in_the_same_fields(topic: str) -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    english, korean = sentences("en", topic), sentences("ko", topic)
    assert [key for key in english if fields(english[key]) != fields(korean.get(key, ""))] == []


# ---- what stands in no file of ours

PLACES = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/t" + "mp/"]
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "proxy.golang" + ".org"]
UNFINISHED = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
FORBIDDEN = re.compile("|".join(map(re.escape, PLACES + HOSTS)) + "|" + "|".join(
    rf"\b{word}\b" for word in UNFINISHED) + r"|\b[Ii]ssue \d")  # fmt: skip
TEXT_SUFFIXES = {".py", ".toml", ".md", ".js", ".json", ".txt", ".html", ".css", ""}
NOT_OURS = {"node_modules", "__pycache__", ".git", ".hypothesis", ".venv", "build", "dist"}


def our_files() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        cached = any(part in NOT_OURS or part.endswith(("_cache", ".egg-info")) for part in parts)
        if path.is_file() and path.suffix in TEXT_SUFFIXES and not cached:
            yield path


def test_no_file_knows_a_machine_a_registry_or_what_is_left_to_do() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in our_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (match := FORBIDDEN.search(line))
    ]
    assert found == []


def test_our_files_are_found_at_all() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in our_files()}
    assert {"pyproject.toml", "sessionlab/core/record.py", "tests/test_architecture.py"} <= names
    assert len(names) > 100
