"""The README's page on one login for both: its two programs, letter by letter, run here."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sessionlab.demo.express.processes import HOST, Program
from sessionlab.session.clock import now_ms
from sessionlab.stage.server import LoopbackServer

from .parts import HERE, needed_parts
from .sites import World
from .visitor import Visitor

README = HERE.parent.parent / "README.md"
SECTION = README.read_text(encoding="utf-8").partition("## One login for Express and Python\n")[2]
PAGE = SECTION.partition("\n## ")[0]


class Express(NamedTuple):
    """The README's Express application."""

    port: int


def program(language: str) -> str:
    (text,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(text)


def lines_of_code(text: str) -> int:
    """Lines that say something: no blank ones, no imports, no lone brackets."""
    lines = [line.strip() for line in text.splitlines()]
    return sum(
        bool(re.search(r"\w", line)) and not line.startswith(("import", "from")) for line in lines
    )


@pytest.fixture
def environ(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", world.url)
    monkeypatch.setenv("SESSION_SECRET", "keyboard cat")


@pytest.fixture
def express(environ: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Express]:
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("PORT", str(port))
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    (tmp_path / "app.mjs").write_text(program("js"), encoding="utf-8")
    command = [needed_parts().node, str(tmp_path / "app.mjs")]
    running = Program("node", command, ends_with_input=False)
    try:
        assert running.line() == "ready\n"
        yield Express(port)
    finally:
        running.stop()


@pytest.fixture
def python(environ: None) -> Iterator[LoopbackServer]:
    names: dict[str, Any] = {"__name__": "app"}
    exec(compile(program("python"), "README.md", "exec"), names)
    with LoopbackServer(names["app"]) as server:
        yield server


def test_logged_in_on_the_page_s_express_known_to_the_page_s_python(
    express: Express, python: LoopbackServer
) -> None:
    alice, bob = Visitor(now_ms), Visitor(now_ms)
    assert alice.ask(python, "GET /me").body == "nobody"
    assert alice.ask(express, "POST /login/alice").body == "welcome\n"
    assert bob.ask(express, "POST /login/bob").status == 200
    assert [visitor.ask(python, "GET /me").body for visitor in (alice, bob)] == ["alice", "bob"]


@pytest.mark.parametrize("language", ["js", "python"])
def test_each_side_takes_some_ten_lines(language: str) -> None:
    assert lines_of_code(program(language)) <= 13


def test_the_packages_that_the_page_installs_are_those_that_are_tested() -> None:
    import json

    from sessionlab.demo.express.parts import PACKAGES

    install = " ".join(f"{name}@{least}" for name, least in PACKAGES.items())
    assert f"npm install {install}" in PAGE
    tested = json.loads((HERE / "package.json").read_text())["dependencies"]
    assert set(tested) == set(PACKAGES)
    for name, least in PACKAGES.items():
        assert int(tested[name].partition(".")[0]) >= least
