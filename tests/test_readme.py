"""The README can not go stale: its commands are run, its pictures drawn anew.

``SESSIONLAB_README=write python -m pytest tests/test_readme.py`` writes outputs and pictures.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
WRITE = os.environ.get("SESSIONLAB_README") == "write"
CONSOLE = re.compile(r"```console\n\$ (?P<command>sessionlab .+)\n(?P<output>(?:.*\n)*?)```")
PICTURES = {
    "step-4.svg": ["compare", "cookie-vs-session", "--step", "4"],
    "step-4.ko.svg": ["compare", "cookie-vs-session", "--step", "4", "--lang", "ko"],
}


def sessionlab(arguments: list[str], columns: int = 80) -> str:
    """What a command prints to a pipe, English and 80 columns wide."""
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "COLUMNS": str(columns),
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(
        [sys.executable, "-m", "sessionlab", *arguments],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.splitlines())


def test_every_output_in_the_readme_is_what_the_command_prints():
    text = README.read_text(encoding="utf-8")
    blocks = list(CONSOLE.finditer(text))
    assert len(blocks) >= 2
    for block in blocks:
        output = sessionlab(shlex.split(block["command"])[1:])
        written = f"```console\n$ {block['command']}\n{output}```"
        if WRITE:
            text = text.replace(block[0], written)
        else:
            assert block[0] == written
    if WRITE:
        README.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_are_what_the_tool_draws_today(name, tmp_path):
    drawn = tmp_path / "picture.svg"
    sessionlab([*PICTURES[name], "--export", str(drawn)], columns=150)
    kept = ROOT / "tests" / "readme" / name
    if WRITE:
        kept.write_bytes(drawn.read_bytes())
    assert drawn.read_bytes() == kept.read_bytes()
    assert f"tests/readme/{name}" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PICTURES)
def test_the_pictures_load_nothing_from_another_host(name):
    picture = (ROOT / "tests" / "readme" / name).read_text(encoding="utf-8")
    addresses = set(re.findall(r"""(?:https?:)?//[^\s"'<>)]+""", picture))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"@import|@font-face|<script|<image|xlink", picture)


def test_the_python_in_the_readme_runs():
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3, "the last one shares its sessions with Express: tests/interop"
    flask_app: dict = {"__name__": "__main__"}
    exec(compile(blocks[0], "README.md", "exec"), flask_app)
    client = flask_app["app"].test_client()
    assert [client.get("/session").text for _ in range(3)] == ["1번 접속", "2번 접속", "3번 접속"]

    harness: dict = {}
    exec(compile(blocks[1], "README.md", "exec"), harness)
    list(harness["middleware"]({"PATH_INFO": "/", "REQUEST_METHOD": "GET"}, lambda *head: None))
    (operation,) = harness["log"]
    assert operation == (
        "set",
        "first-id",
        '{"cookie":{"originalMaxAge":null,"expires":null,"path":"/"},"user":"alice"}',
    )
    assert harness["errors"] == []


def test_the_readme_names_the_two_commands_that_a_newcomer_needs():
    text = README.read_text(encoding="utf-8")
    assert "    pip install . && sessionlab compare cookie-vs-session\n" in text
    assert '    pip install -e ".[test]" && pytest\n' in text
