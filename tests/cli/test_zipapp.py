"""The package in a zip archive, as ``python -m zipapp`` makes one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipapp
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a wheel has it, the lessons inside, in one file."""
    folder = tmp_path_factory.mktemp("zipapp")
    no_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "sessionlab", folder / "app/sessionlab", ignore=no_caches)
    shutil.copytree(ROOT / "lessons", folder / "app/sessionlab/_lessons")
    zipapp.create_archive(
        folder / "app", folder / "sessionlab.pyz", main="sessionlab.__main__:main"
    )
    shutil.rmtree(folder / "app")
    return folder / "sessionlab.pyz"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["--help", "--lang", "ko"],
        ["serve", "--help"],
        ["inspect", "connect.sid=s%3Aabc.def; session=e30; a=1", "--json"],
        ["inspect", "a=1"],
        ["explain", "a=1; Domain=co.uk; SameSite=Lax", "http://localhost/", "--then", "http://x/"],
        ["compare"],
        ["compare", "session"],
    ],
    ids=" ".join,
)
def test_a_command_prints_from_an_archive_what_it_prints_from_a_folder(
    archive: Path, arguments: list[str]
) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    zipped, unzipped = (
        subprocess.run(
            [sys.executable, *start, *arguments],
            cwd=folder,
            env=kept | {"LANG": "C.UTF-8", "COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=False,
        )
        for start, folder in (([str(archive)], archive.parent), (["-m", "sessionlab"], ROOT))
    )
    assert zipped.stdout == unzipped.stdout
    assert zipped.stdout
    assert (zipped.returncode, zipped.stderr) == (unzipped.returncode, "")
