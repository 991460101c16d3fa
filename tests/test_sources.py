"""What every file of ours keeps: it says what it is for, has one purpose and knows no machine."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sessionlab"
SOURCES = sorted(PACKAGE.rglob("*.py"))

LONGEST = 450
"""A file of about 400 lines has one purpose; beyond this it has two."""

DRAWERS = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}

PLACES = ["/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/t" + "mp/"]
HOSTS = ["pypi" + ".org", "python" + "hosted.org", "registry" + ".npmjs", "proxy.golang" + ".org"]
UNFINISHED = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
FORBIDDEN = re.compile("|".join(map(re.escape, PLACES + HOSTS)) + "|" + "|".join(
    rf"\b{word}\b" for word in UNFINISHED) + r"|\b[Ii]ssue \d")  # fmt: skip
SUFFIXES = {".py", ".toml", ".md", ".js", ".json", ".txt", ".html", ".css", ""}
NOT_OURS = {"node_modules", "__pycache__", ".git", ".hypothesis", ".venv", "build", "dist"}

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def public(node: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """The public functions, classes and methods in it.

    A property's setter and deleter are spoken for by its getter, an overload by what follows.
    """
    for inner in node.body:
        if isinstance(inner, Definition) and not inner.name.startswith("_"):
            decorators = map(ast.unparse, inner.decorator_list)
            if not any(each.endswith((".setter", ".deleter", "overload")) for each in decorators):
                yield inner
            if isinstance(inner, ast.ClassDef):
                yield from public(inner)


def says_something(node: ast.Module | Definition) -> bool:
    words = ast.get_docstring(node) or ""
    return len(words.split()) > 1 or words.startswith("`")  # `Store.get`: what another one says


def test_a_file_says_what_it_is_for_and_so_does_all_that_is_public_in_it() -> None:
    silent: list[str] = []
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        name = path.relative_to(PACKAGE).as_posix()
        silent += [] if says_something(tree) else [name]
        for node in public(tree):
            is_command = name == f"cli/{node.name}.py"  # its words are in the catalogue
            silent += [] if is_command or says_something(node) else [f"{name}: {node.name}"]
    assert silent == []


def test_a_file_has_one_purpose() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert [path for path, number in lines.items() if number > LONGEST] == []
    assert [path for path in SOURCES if {path.stem, path.parent.name} & DRAWERS] == []


def is_ours(name: str) -> bool:
    made = name.startswith(".coverage") or name.endswith(("_cache", ".egg-info"))
    return not made and name not in NOT_OURS


def our_files() -> Iterator[Path]:
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(filter(is_ours, folders))  # the others are not gone into
        for name in filter(is_ours, names):
            if Path(name).suffix in SUFFIXES:
                yield Path(folder, name)


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
    assert {"pyproject.toml", "sessionlab/core/record.py", "tests/test_sources.py"} <= names
    assert len(names) > 100
