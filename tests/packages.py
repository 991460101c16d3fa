"""The npm packages that a folder of tests names in its package.json."""

import fcntl
import shutil
import subprocess
from pathlib import Path


def install_packages(folder: Path) -> None:
    """Fetch them unless they are there; of several test workers one does, the others wait."""
    with (folder / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "node_modules").is_dir():
            npm = shutil.which("npm")
            assert npm, "there is no npm: what Express does cannot be looked at"
            command = [npm, "ci", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=folder, check=True, timeout=300)
