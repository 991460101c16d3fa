"""SQLiteStore when writers are killed, when many write, and while others prune."""

import random
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

from sessionlab.session.clock import now_ms
from sessionlab.session.stores.sqlite import SQLiteStore
from tests import PATIENCE
from tests.faults import children
from tests.faults.scale import SCALE
from tests.session.stores.conformance import in_threads, record_of


def integrity(path: Path) -> str:
    connection = sqlite3.connect(path)
    answer: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return answer


def test_a_killed_writer_leaves_each_session_wholly_old_or_wholly_new(tmp_path: Path) -> None:
    path, rng = tmp_path / "sessions.db", random.Random(4)
    certain: dict[str, int] = {}
    for _ in range(SCALE.kills):
        writer = children.start("write", path)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "begin\n"
        time.sleep(rng.uniform(0, 0.05))  # not for something to happen, but for it to be cut off
        writer.kill()
        maybe_gone = set()
        for line in writer.stdout.read().splitlines(keepends=True):
            if line.endswith("\n"):
                session_id, *gone, number = line.split()
                certain[session_id] = int(number)
                (maybe_gone.add if gone else maybe_gone.discard)(session_id)
        writer.wait()
        newest = max(certain.values(), default=0)

        store = SQLiteStore(path, timeout=0)  # nothing that the dead writer left is waited for
        found = store.all()
        assert integrity(path) == "ok"
        for session_id, number in certain.items():
            if session_id not in found:
                # destroyed for certain, or by what was under way when the end came
                assert session_id in maybe_gone or f"id{(newest + 1) % 8}" == session_id
                continue
            data = found[session_id].load()
            assert data == children.whole(data["num"])
            assert data["num"] in (number, newest + 1)
        certain = {session_id: record.load()["num"] for session_id, record in found.items()}
        store.close()


def test_many_processes_write_one_file_without_an_error_or_a_loss(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    writers = [
        children.start("save", path, writer, SCALE.saves, stdin=subprocess.PIPE)
        for writer in range(SCALE.processes)
    ]
    for writer in writers:  # all at once, and all of them would make the file
        assert writer.stdin is not None
        writer.stdin.close()
        writer.stdin = None
    told = [writer.communicate()[0] for writer in writers]
    assert told == ["done\n"] * SCALE.processes
    assert [writer.returncode for writer in writers] == [0] * SCALE.processes
    store = SQLiteStore(path)
    for writer in range(SCALE.processes):
        for number in range(SCALE.saves - 20, SCALE.saves):
            found = store.get(f"writer{writer}-{number % 20}")
            assert found is not None
            assert found.load() == {"num": number}
    assert len(store) == 20 * SCALE.processes + 1
    assert integrity(path) == "ok"


def test_processes_that_count_together_lose_no_count(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    SQLiteStore(path).set("count", record_of({"writers": []}))
    writers = [
        children.start("save", path, writer, 0, stdin=subprocess.PIPE)
        for writer in range(SCALE.processes)
    ]
    for writer in writers:
        writer.communicate("")
        assert writer.returncode == 0
    found = SQLiteStore(path).get("count")
    assert found is not None
    assert sorted(found.load()["writers"]) == list(range(SCALE.processes))


def test_readers_meet_no_error_while_others_prune_and_miss_nothing(tmp_path: Path) -> None:
    stores = [SQLiteStore(tmp_path / "sessions.db", timeout=PATIENCE) for _ in range(3)]
    live = {
        f"live{number}": record_of({"num": number}, now_ms() + 86_400_000) for number in range(200)
    }
    for session_id, record in live.items():
        stores[0].set(session_id, record)
    done = threading.Event()

    def prune() -> None:
        try:
            for number in range(SCALE.prunings):
                for old in range(50):
                    stores[0].set(f"old{number}-{old}", record_of(expires=now_ms() - 86_400_000))
                assert stores[0].prune() >= 0
        finally:
            done.set()

    def read() -> None:
        while not done.is_set():
            for session_id in live:
                assert stores[1].get(session_id) is not None
            assert len(stores[1]) == len(live)

    def list_() -> None:
        while not done.is_set():
            assert stores[2].all().keys() == live.keys()

    in_threads([prune, read, list_])
    stores[0].prune()
    connection = sqlite3.connect(stores[0].path)
    assert connection.execute("SELECT count(*) FROM session").fetchone() == (len(live),)
    connection.close()
