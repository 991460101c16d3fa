"""How long the commands take to start, beside bare Python, in one run.

    python -m tests.benchmark.startup [--rounds 15]

Interleaved rounds, medians, ratios to ``python -c pass``.  The targets: ``--help`` 6, ``inspect
COOKIE`` 8, ``compare cookie-vs-session`` with its servers and requests 45.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

ROOT = Path(__file__).parent.parent.parent
COOKIE = (
    "connect.sid=s%3AK2xFq9vD0hTzYbN4mWcRjL7sGpUe3A8Q.R44uoJa98XLcFx2HXC6MIjO0flCxq8hjAYVRdo7QFYw"
)
COMMANDS = {
    "bare python": ["-c", "pass"],
    "--version": ["-m", "sessionlab", "--version"],
    "--help": ["-m", "sessionlab", "--help"],
    "compare --help": ["-m", "sessionlab", "compare", "--help"],
    "inspect COOKIE": ["-m", "sessionlab", "inspect", COOKIE, "--secret", "keyboard cat"],
    "compare cookie-vs-session": ["-m", "sessionlab", "compare", "cookie-vs-session"],
    "import typer, rich.table": ["-c", "import typer, rich.console, rich.table"],
}


def milliseconds(arguments: list[str]) -> float:
    """One start, from nothing to the end."""
    environ = os.environ | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "COLUMNS": "100"}
    started = perf_counter()
    subprocess.run([sys.executable, *arguments], env=environ, capture_output=True, check=True)
    return (perf_counter() - started) * 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(rounds):
        for name, arguments in COMMANDS.items():
            times[name].append(milliseconds(arguments))
    bare = median(times["bare python"])
    print(f"{'start-up':28}{'ms':>8}{'x bare':>8}")
    for name, measured in times.items():
        print(f"{name:28}{median(measured):8.1f}{median(measured) / bare:8.2f}")


if __name__ == "__main__":
    main()
