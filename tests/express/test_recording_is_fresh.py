"""The recordings are what the real packages do today: made anew, they are the same.

Needs Node and the packages (`npm ci` in this folder). Where CI is set they are fetched and the
tests must run; elsewhere they are skipped, with the reason, if something is missing.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packages import install_packages

from .recordings import HERE, read_text

PLAYED = (
    ("record.js", ("scenarios.json.gz",), "recording.json.gz"),
    ("vectors.js", (), "vectors.json.gz"),
)


def _missing() -> str:
    """What these tests lack; empty: nothing."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (HERE / "node_modules" / "express-session").is_dir():
        return "the packages are not installed: npm ci --prefix tests/express"
    return ""


@pytest.fixture(scope="module")
def _packages() -> None:
    """The real packages, or a skip that says why."""
    if os.environ.get("CI"):
        install_packages(HERE)
    if missing := _missing():
        assert not os.environ.get("CI"), missing
        pytest.skip(missing)


@pytest.mark.usefixtures("_packages")
@pytest.mark.parametrize(("script", "inputs", "recording"), PLAYED)
def test_recorded_anew_nothing_changes(
    script: str, inputs: tuple[str, ...], recording: str, tmp_path: Path
) -> None:
    made = tmp_path / recording
    node = shutil.which("node")
    assert node
    command = [node, script, *inputs, str(made)]
    subprocess.run(command, cwd=HERE, check=True, timeout=300)
    fresh, kept = read_text(made).splitlines(), read_text(recording).splitlines()
    changed = [(new, old) for new, old in zip(fresh, kept, strict=True) if new != old]
    assert not changed
