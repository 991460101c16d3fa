"""``sessionlab compare express-and-python``, as it is typed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import redis

from sessionlab.cli.exit import Exit
from sessionlab.demo.express.processes import OwnRedis
from tests import PATIENCE

from .parts import HERE, Parts, needed_parts

ROOT = HERE.parent.parent
LESSON = "express-and-python"
URL = "redis://localhost:1"


@pytest.fixture
def parts() -> Parts:
    return needed_parts()


def compare(
    *arguments: str, cwd: Path = HERE, environ: Mapping[str, str] = os.environ
) -> subprocess.CompletedProcess[str]:
    """The command, 170 cells wide."""
    return subprocess.run(
        [sys.executable, "-m", "sessionlab", "compare", LESSON, *arguments],
        cwd=cwd,
        env={**environ, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "COLUMNS": "170"},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def test_two_runs_print_the_same_bytes_and_nothing_on_stderr(parts: Parts) -> None:
    one, other = (compare("--wide") for _ in range(2))
    assert (one.returncode, one.stderr) == (Exit.OK, "")
    assert one.stdout == other.stdout
    assert one.stdout.count("→ Express") == one.stdout.count("→ Python") == 11
    assert one.stdout.count("not visible from outside") == 11
    assert "Scoreboard" not in one.stdout


def test_a_redis_that_runs_already_is_left_as_it_was(parts: Parts) -> None:
    assert parts.redis_server is not None
    with OwnRedis(parts.redis_server) as server, redis.Redis(port=server.port) as client:
        client.set("sess:somebody", "else's")
        done = compare("--redis", server.url, "--json")
        assert done.returncode == Exit.OK
        assert client.keys() == [b"sess:somebody"]
        assert client.info("commandstats")["cmdstat_expire"]["calls"] > 0, "it was used"
    assert json.loads(done.stdout) == json.loads(compare("--json").stdout)


def test_the_packages_may_be_in_another_folder(parts: Parts, tmp_path: Path) -> None:
    for folder in (HERE, HERE / "node_modules"):
        done = compare("--node-modules", str(folder), "--step", "2", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (Exit.OK, "")


def test_options_make_lanes_of_it(parts: Parts) -> None:
    done = compare("--lanes", "python-first", "--vary", "rolling=true,false", "--json")
    lanes = json.loads(done.stdout)["lanes"]
    assert [lane["id"] for lane in lanes] == ["rolling=true", "rolling=false"]
    answers = [
        [event["data"]["status"] for event in lane["events"] if event["kind"] == "response"]
        for lane in lanes
    ]
    assert answers[0][8] == 200
    assert answers[1][8] == 401, "the browser's cookie was over, and no server had renewed it"


# -- what is missing -------------------------------------------------------------------------


def programs(folder: Path, **scripts: str) -> dict[str, str]:
    """An environment in which these are all programs that there are."""
    folder.mkdir()
    for name, script in scripts.items():
        file = folder / name.replace("_", "-")
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    return {**os.environ, "PATH": str(folder)}


def packages(folder: Path, **versions: str) -> None:
    """Packages as npm would have installed them, without anything in them."""
    for name, version in versions.items():
        package = folder / "node_modules" / name.replace("_", "-")
        package.mkdir(parents=True)
        (package / "package.json").write_text(json.dumps({"version": version}))


ALL = {"express": "4.22.3", "express_session": "1.19.0", "connect_redis": "9.0.0", "redis": "6.3.1"}


@pytest.mark.parametrize(
    ("scripts", "versions", "arguments", "told"),
    [
        (
            {},
            {},
            (),
            ["Node 20 or newer: install nodejs", "npm install express@4", "apt install redis"],
        ),
        ({"node": "echo v18.2.0", "redis_server": ""}, ALL, (), ["this is v18.2.0"]),
        ({"node": "", "redis_server": ""}, ALL, (), ["Node 20 or newer, and this is /"]),
        ({"node": "echo v22.1.0"}, ALL, (), ["--redis redis://HOST:6379"]),
        (
            {"node": "echo v22.1.0", "valkey_server": ""},
            {**ALL, "connect_redis": "8.1.0"},
            (),
            [": connect-redis 9 (found: 8.1.0). In"],
        ),
        (
            {"node": "echo v22.1.0", "redis_server": ""},
            {"express": "4.22.3", "redis": "6.3.1"},
            (),
            [": express-session, connect-redis. In"],
        ),
        (
            {"node": "echo v22.1.0"},
            ALL,
            ("--redis", URL),
            ["A Redis that answers: Redis at localhost:1 does not answer"],
        ),
        ({"node": "echo v22.1.0"}, ALL, ("--redis", "redis://"), ["A Redis that answers: "]),
        ({"node": "echo v22.1.0"}, ALL, ("--redis", "sqlite:x"), ["redis://HOST:6379 or rediss"]),
        (
            {},
            {},
            ("--lang", "ko"),
            ["Node 20 이상: ", "npm 패키지", "Redis 서버: 설치하면"],
        ),
    ],
)
def test_each_missing_part_is_one_line_that_says_how_to_get_it(
    tmp_path: Path,
    scripts: dict[str, str],
    versions: dict[str, str],
    arguments: tuple[str, ...],
    told: list[str],
) -> None:
    environ = programs(tmp_path / "bin", **scripts)
    packages(tmp_path, **versions)
    done = compare(*arguments, cwd=tmp_path, environ=environ)
    assert (done.returncode, done.stdout) == (Exit.OUTSIDE, "")
    first, *parts, last = done.stderr.splitlines()
    assert LESSON in first
    assert all(part.startswith("  - ") for part in parts)
    assert len(parts) == len(told)
    for part, expected in zip(parts, told, strict=True):
        assert expected in part
    assert last


def test_a_program_that_does_not_start_is_one_line_and_exit_code_3(tmp_path: Path) -> None:
    environ = programs(
        tmp_path / "bin", node="echo v22.1.0", redis_server="echo 'no memory left' >&2; exit 1"
    )
    packages(tmp_path, **ALL)
    done = compare(cwd=tmp_path, environ=environ)
    assert (done.returncode, done.stdout) == (Exit.OUTSIDE, "")
    assert done.stderr.count("\n") == 1
    assert "redis-server" in done.stderr
    assert "no memory left" in done.stderr


def test_a_lesson_without_express_needs_nothing_from_outside(tmp_path: Path) -> None:
    environ = programs(tmp_path / "bin")
    done = subprocess.run(
        [sys.executable, "-m", "sessionlab", "compare", "session", "--json"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (Exit.OK, b"")
    assert shutil.which("node", path=environ["PATH"]) is None
