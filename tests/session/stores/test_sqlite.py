"""What is particular to SQLiteStore: its file, its statements, and what can be wrong with them."""

import multiprocessing
import os
import sqlite3
import stat
import threading
from base64 import urlsafe_b64encode
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sessionlab import Record
from sessionlab.core.errors import StoreError, StoreUnavailable
from sessionlab.session.stores.sqlite import SQLiteStore
from sessionlab.session.stores.sqlite_file import APPLICATION_ID, SCHEMA_VERSION
from tests.session.stores.bench import START, SQLiteBench
from tests.session.stores.conformance import record_of

SECRET_ID = "an-id-that-nobody-may-see"


@pytest.fixture
def bench(tmp_path: Path) -> Any:
    bench = SQLiteBench(tmp_path)
    yield bench
    bench.close()


def rows_of(path: Path) -> int:
    """The rows in the file, those that have expired included."""
    connection = sqlite3.connect(path)
    count: int = connection.execute("SELECT count(*) FROM session").fetchone()[0]
    connection.close()
    return count


def ask(path: Path, sql: str) -> Any:
    connection = sqlite3.connect(path)
    row = connection.execute(sql).fetchone()
    connection.close()
    return row[0]


# ---- the file


def test_the_file_says_whose_it_is_and_in_which_version(bench: SQLiteBench) -> None:
    assert ask(bench.path, "PRAGMA application_id") == APPLICATION_ID
    assert ask(bench.path, "PRAGMA user_version") == SCHEMA_VERSION
    assert ask(bench.path, "PRAGMA journal_mode") == "wal"
    assert "WITHOUT ROWID" in ask(bench.path, "SELECT sql FROM sqlite_master")
    assert ask(bench.path, "SELECT count(*) FROM sqlite_master") == 1  # and so no index


def test_only_its_user_can_read_a_new_file_and_those_beside_it(bench: SQLiteBench) -> None:
    bench.store.set("id", record_of())
    files = list(bench.path.parent.iterdir())
    assert {file.name for file in files} == {"sessions.db", "sessions.db-wal", "sessions.db-shm"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_file_that_is_there_and_empty_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    SQLiteStore(path).set("id", record_of())
    assert SQLiteStore(path).get("id") is not None


def test_a_relative_path_means_the_same_after_a_change_of_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = SQLiteStore("sessions.db")
    store.set("id", record_of())
    store.close()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert store.get("id") is not None


def test_a_session_of_176_bytes_needs_at_most_270_bytes_of_the_file(bench: SQLiteBench) -> None:
    text = (
        '{"cookie":{"originalMaxAge":1209600000,"expires":"2026-01-15T00:00:00.000Z",'
        '"httpOnly":true,"path":"/"},'
        '"user":{"id":12345,"name":"alice"},"views":12,"csrf":"abcdefghijklmnop"}'
    )
    assert len(text) == 176
    record = Record.from_text(text)
    random = Random(7)
    for _ in range(20_000):
        bench.store.set(urlsafe_b64encode(random.randbytes(24)).decode(), record)
    assert len(bench.store) == 20_000
    bench.store.close()
    ask(bench.path, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert bench.path.stat().st_size / 20_000 <= 270


# ---- a file that is not for us


def write_other(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE session (id, other)")
    connection.close()


def write_newer(path: Path) -> None:
    SQLiteStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()


def write_claimed(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA application_id = 7")
    connection.execute("CREATE TABLE a (b)")
    connection.close()


def write_empty_of_other(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 3")
    connection.close()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (write_other, "foreign-database"),
        (write_claimed, "foreign-database"),
        (write_empty_of_other, "foreign-database"),
        (write_newer, "newer-schema"),
        (lambda path: path.write_text("a text\n" * 200), "not-database"),
        (lambda path: path.write_bytes(os.urandom(8192)), "not-database"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_not_touched(
    tmp_path: Path, make: Any, code: str
) -> None:
    path = tmp_path / "other.db"
    make(path)
    before = path.read_bytes()
    with pytest.raises(StoreError) as raised:
        SQLiteStore(path)
    assert raised.value.code == code
    assert str(path) in str(raised.value)
    assert path.read_bytes() == before


def test_a_newer_schema_is_named_with_what_is_known(tmp_path: Path) -> None:
    write_newer(tmp_path / "a.db")
    with pytest.raises(StoreError, match=r"its schema is 2, the newest known here 1"):
        SQLiteStore(tmp_path / "a.db")


def make_nothing(path: Path) -> Path:
    return path / "absent" / "a.db"


def make_folder(path: Path) -> Path:
    (path / "a.db").mkdir()
    return path / "a.db"


def make_file_for_folder(path: Path) -> Path:
    (path / "file").touch()
    return path / "file" / "a.db"


def make_dangling_link(path: Path) -> Path:
    (path / "link").symlink_to(path / "nowhere")
    return path / "link"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (make_nothing, "no-folder"),
        (make_folder, "is-folder"),
        (make_file_for_folder, "no-folder"),
        (make_dangling_link, "no-file"),
    ],
)
def test_a_path_that_can_be_no_file_is_one_clear_error(
    tmp_path: Path, make: Any, code: str
) -> None:
    with pytest.raises(StoreError) as raised:
        SQLiteStore(make(tmp_path))
    assert raised.value.code == code


def test_without_create_no_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        SQLiteStore(tmp_path / "a.db", create=False)
    assert raised.value.code == "no-file"
    assert not list(tmp_path.iterdir())
    SQLiteStore(tmp_path / "a.db").close()
    SQLiteStore(tmp_path / "a.db", create=False).set("id", record_of())


def test_without_create_an_empty_file_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    with pytest.raises(StoreError):
        SQLiteStore(tmp_path / "a.db", create=False)
    assert (tmp_path / "a.db").stat().st_size == 0


def test_a_damaged_file_is_one_clear_error(bench: SQLiteBench) -> None:
    for number in range(2000):
        bench.store.set(f"id{number}", record_of({"num": number}))
    bench.store.close()
    with bench.path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 100_000)
    with pytest.raises(StoreError) as raised:
        bench.store.all()
    assert raised.value.code == "damaged"


def test_a_table_that_is_missing_is_one_clear_error(bench: SQLiteBench) -> None:
    connection = sqlite3.connect(bench.path)
    connection.execute("DROP TABLE session")
    connection.close()
    with pytest.raises(StoreError) as raised:
        bench.store.get(SECRET_ID)
    assert raised.value.code == "failed"
    assert SECRET_ID not in str(raised.value)


# ---- statements


def statements(store: SQLiteStore, work: Any) -> list[str]:
    """The statements that some work makes."""
    told: list[str] = []
    connection = store._borrow()
    connection.set_trace_callback(told.append)
    store._give_back(connection)
    work()
    connection.set_trace_callback(None)
    return [text for text in told if not text.startswith("--")]


@pytest.mark.parametrize(
    ("work", "verb"),
    [
        (lambda store: store.get("id"), "SELECT"),
        (lambda store: store.set("id", record_of()), "INSERT"),
        (lambda store: store.touch("id", record_of()), "UPDATE"),
        (lambda store: store.swap("id", '{"a":1}', record_of()), "UPDATE"),
        (lambda store: store.destroy("id"), "DELETE"),
    ],
)
def test_an_operation_is_one_statement_and_so_one_transaction(
    bench: SQLiteBench, work: Any, verb: str
) -> None:
    store = bench.store
    assert isinstance(store, SQLiteStore)
    store.set("id", record_of({"a": 1}))
    told = statements(store, lambda: work(store))
    assert len(told) == 1
    assert told[0].startswith(verb)


def test_a_touch_does_not_rewrite_the_data(bench: SQLiteBench) -> None:
    bench.store.set("id", record_of({"a": "x" * 5_000_000}, START + 60_000))
    bench.store.close()
    ask(bench.path, "PRAGMA wal_checkpoint(TRUNCATE)")
    bench.store.touch("id", record_of(expires=START + 90_000))
    log = bench.path.with_name("sessions.db-wal").stat().st_size
    assert 0 < log < 20_000


# ---- what has expired is freed


def test_expired_rows_are_freed_in_passing_a_few_at_a_time(bench: SQLiteBench) -> None:
    for number in range(2000):
        bench.store.set(f"old{number}", record_of(expires=bench.now + 1000))
    bench.advance(1)
    before = rows_of(bench.path)
    assert before == 2000
    fewest = 0
    for number in range(64 * 12):
        bench.store.set(f"new{number % 10}", record_of())
        after = rows_of(bench.path)
        fewest = max(fewest, before - after)
        before = after
    assert rows_of(bench.path) == 10
    assert fewest <= 256


def test_what_expires_later_is_freed_on_a_later_round(bench: SQLiteBench) -> None:
    for round_ in range(3):
        for number in range(300):
            bench.store.set(f"{round_}-{number}", record_of(expires=bench.now + 1000))
        bench.advance(1)
    for _ in range(64 * 8):
        bench.store.set("new", record_of())
    assert rows_of(bench.path) == 1


def test_a_failure_of_housekeeping_fails_no_save(
    bench: SQLiteBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionlab.session.stores.sqlite._WINDOW", "SELECT no such column")
    for number in range(200):
        bench.store.set(f"id{number}", record_of())
    assert len(bench.store) == 200


def test_prune_goes_through_all_rows_in_pieces(
    bench: SQLiteBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionlab.session.stores.sqlite._ROWS_PER_PRUNING", 7)
    for number in range(100):
        left = 1000 if number % 4 else 60_000
        bench.store.set(f"id{number}", record_of(expires=bench.now + left))
    bench.store.set("", record_of(expires=bench.now + 1000))
    bench.store.set("\ud800", record_of(expires=bench.now + 1000))
    bench.advance(1)
    assert bench.store.prune() == 77
    assert rows_of(bench.path) == 25


# ---- others


def test_a_lock_that_stays_is_an_error_after_the_timeout(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "a.db", timeout=0.05)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable) as raised:
        store.set(SECRET_ID, record_of())
    assert raised.value.code == "locked"
    assert "0.05 seconds" in str(raised.value)
    assert SECRET_ID not in str(raised.value)
    assert store.get(SECRET_ID) is None  # reading does not wait
    other.execute("COMMIT")
    store.set(SECRET_ID, record_of())
    other.close()


def test_a_new_file_that_others_keep_locked_is_an_error_after_the_timeout(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailable) as raised:
        SQLiteStore(path, timeout=0.05)
    assert raised.value.code == "locked"
    other.close()
    SQLiteStore(path, timeout=0.05).close()


def test_many_threads_leave_few_connections_open(bench: SQLiteBench) -> None:
    together = threading.Barrier(40)

    def write(number: int) -> None:
        together.wait()
        bench.store.set(f"id{number}", record_of())

    threads = [threading.Thread(target=write, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bench.store) == 40
    assert isinstance(bench.store, SQLiteStore)
    assert len(bench.store._idle) <= 16


def test_more_connections_than_are_kept_are_closed(
    bench: SQLiteBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessionlab.session.stores.sqlite._IDLE_CONNECTIONS", 1)
    assert isinstance(bench.store, SQLiteStore)
    first, second = bench.store._borrow(), bench.store._borrow()
    bench.store._give_back(first)
    bench.store._give_back(second)
    with pytest.raises(sqlite3.ProgrammingError):
        second.execute("SELECT 1")
    bench.store.set("id", record_of())


def test_an_interrupted_operation_gives_no_connection_back(bench: SQLiteBench) -> None:
    class Interrupting:
        def __conform__(self, _protocol: object) -> str:
            raise KeyboardInterrupt

    assert isinstance(bench.store, SQLiteStore)
    with pytest.raises(KeyboardInterrupt):
        bench.store._execute("SELECT ?", (Interrupting(),), lambda cursor: cursor.fetchone())
    assert bench.store._idle == []
    bench.store.set("id", record_of())


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_takes_no_connection_with_it(bench: SQLiteBench) -> None:
    store = bench.store
    assert isinstance(store, SQLiteStore)
    store.set("id", record_of({"num": 1}))
    assert store._idle

    def write() -> None:
        assert store._idle == []
        store.set("id", record_of({"num": 2}))

    child = multiprocessing.get_context("fork").Process(target=write)
    child.start()
    child.join()
    assert child.exitcode == 0
    found = store.get("id")
    assert found is not None
    assert found.data == '{"num":2}'
    assert ask(bench.path, "PRAGMA integrity_check") == "ok"
