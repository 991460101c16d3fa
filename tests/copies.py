"""Copies of the package, to which a test may add what a contributor would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


class Copy:
    """A copy of the package and its lessons; it knows which of its files were touched."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.touched: set[str] = set()
        for name in ("sessionlab", "lessons"):
            skipped = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=skipped)

    def write(self, name: str, text: str) -> None:
        self.touched.add(name)
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def put_after(self, name: str, line: str, more: str) -> None:
        """Put lines behind the one that begins like this."""
        text = (self.folder / name).read_text(encoding="utf-8")
        found = re.search(rf"^{re.escape(line)}.*\n", text, re.MULTILINE)
        assert found, f"{name} has no line {line!r}"
        self.write(name, text[: found.end()] + more + text[found.end() :])

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def run(self, *arguments: str, code: int = 0) -> str:
        """What a command of the copy prints; it must end with this code and complain of nothing."""
        done = subprocess.run(
            [sys.executable, "-m", "sessionlab", *arguments],
            cwd=self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(self.folder),
                "COLUMNS": "120",
                "LC_ALL": "C.UTF-8",
            },
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stderr) == (code, ""), done.stderr
        return done.stdout
