"""Processes that write sessions until they are done or killed.

Each line that a writer prints says what is certainly in the file: it is printed after the store
has returned.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from sessionlab.core.record import dump_data
from sessionlab.session.stores.sqlite import SQLiteStore
from tests import PATIENCE
from tests.session.stores.conformance import record_of

ROOT = Path(__file__).parents[2]


def start(work: str, path: Path, *arguments: object, **options: Any) -> "subprocess.Popen[str]":
    """A process that does one of the works below."""
    command = [sys.executable, "-m", __name__, work, str(path), *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, **options)


def whole(number: int) -> dict[str, Any]:
    """Data of which every part says the same number; some is too large for a page of the file."""
    return {"num": number, "parts": [number] * (20 if number % 5 else 5_000)}


def write_for_ever(path: Path) -> None:
    """Save, swap, touch and destroy a few sessions, each time with the next number."""
    store = SQLiteStore(path)
    seen = {f"id{index}": store.get(f"id{index}") for index in range(8)}
    number = max((record.load()["num"] for record in seen.values() if record), default=0)
    print("begin", flush=True)
    while True:
        number += 1
        session_id = f"id{number % 8}"
        record = record_of(whole(number))
        before = seen[session_id]
        if number % 3 == 0 and before is not None:
            assert store.swap(session_id, before.data, record).done
        elif number % 7 == 0:
            store.destroy(session_id)
            print(f"{session_id} gone {number}", flush=True)
            store.set(session_id, record)
        else:
            store.set(session_id, record)
        seen[session_id] = record
        print(f"{session_id} {number}", flush=True)
        store.touch(session_id, record)


def save(path: Path, writer: int, count: int) -> None:
    """Save ``count`` times: own sessions, and one that all share."""
    sys.stdin.read()  # until all are there
    store = SQLiteStore(path, timeout=PATIENCE)
    for number in range(count):
        store.set(f"writer{writer}-{number % 20}", record_of({"num": number}))
        store.set("shared", record_of({"num": number, "all": [writer] * 50, "by": writer}))
        found = store.get("shared")
        assert found is not None
        data = found.load()
        assert data["all"] == [data["by"]] * 50
    while True:  # and count together, without losing one
        found = store.get("count")
        seen = None if found is None else found.load()
        if seen is None or writer in seen["writers"]:
            break
        new = record_of({"writers": [*seen["writers"], writer]})
        if store.swap("count", dump_data(seen), new).done:
            break
    print("done", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write_for_ever(Path(sys.argv[2]))
    else:
        save(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
