"""A disk that is full, a file that may not be written: one clear error, and nothing is lost."""

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sessionlab.core.errors import StoreError
from sessionlab.session.stores.sqlite import SQLiteStore
from tests.faults.children import ROOT
from tests.session.stores.conformance import record_of

SECRET_ID = "an-id-that-nobody-may-see"


def fill(path: Path, room: Callable[[SQLiteStore], None]) -> None:
    """Save until there is no more room, look, make room, and save again."""
    store = SQLiteStore(path)
    room(store)
    kept: dict[str, str] = {}
    error: StoreError | None = None
    for number in range(10_000):
        record = record_of({"num": number, "fill": "x" * 3_000})
        try:
            store.set(f"{SECRET_ID}-{number}", record)
        except StoreError as raised:
            error = raised
            break
        kept[f"{SECRET_ID}-{number}"] = record.data
    assert error is not None
    assert error.code == "disk-full"
    assert SECRET_ID not in f"{error} {error.fields}"
    assert len(kept) > 10
    for reader in (store, SQLiteStore(path)):
        assert {id_: record.data for id_, record in reader.all().items()} == kept
    first = next(iter(kept))
    with pytest.raises(StoreError) as raised_again:
        store.set(first, record_of({"fill": "y" * 500_000}))
    assert raised_again.value.code == "disk-full"
    found = store.get(first)
    assert found is not None
    assert found.data == kept[first]  # the old one, whole


def test_a_full_file_is_one_clear_error_and_can_be_read(tmp_path: Path) -> None:
    def limit(store: SQLiteStore) -> None:
        connection = store._borrow()
        connection.execute("PRAGMA max_page_count = 60")
        store._give_back(connection)
        # a connection that failed is closed: the next ones are to be limited, too
        opened = store._open

        def open_() -> object:
            connection = opened()
            connection.execute("PRAGMA max_page_count = 60")
            return connection

        store._open = open_  # type: ignore[method-assign,assignment]

    fill(tmp_path / "sessions.db", limit)


def fill_disk(folder: Path) -> None:
    """In a process of its own, on a disk of 1 MiB."""
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(200_000))
    fill(folder / "sessions.db", lambda store: None)
    ballast.unlink()
    store = SQLiteStore(folder / "sessions.db")
    store.set("after", record_of({"num": 1}))
    assert store.get("after") is not None


def test_a_disk_of_one_mebibyte_fills_and_recovers(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=1m tmpfs '{disk}'"
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "-Urm"]
    if (
        shutil.which("unshare") is None
        or subprocess.run(
            [*unshare, "sh", "-c", mount], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("this user may not mount a disk of 1 MiB: only a full file is tested")
    work = f"{mount} && exec '{sys.executable}' -m {__name__} '{disk}'"
    done = subprocess.run(
        [*unshare, "sh", "-c", work], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


# ---- what may not be written


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.iterdir()]:
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def as_another(work: Callable[[], None]) -> None:
    """Do something as a user to whom modes apply, which they do not to root."""

    def run() -> None:
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)
        work()

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join()
    assert child.exitcode == 0


def code_of(work: Callable[[], object]) -> str:
    with pytest.raises(StoreError) as raised:
        work()
    assert SECRET_ID not in str(raised.value)
    return raised.value.code


def test_no_file_can_be_made_in_a_folder_that_is_read_only(folder: Path) -> None:
    folder.chmod(0o555)

    def work() -> None:
        assert code_of(lambda: SQLiteStore(folder / "sessions.db")) == "no-permission"

    as_another(work)
    assert list(folder.iterdir()) == []


def test_a_file_that_is_for_its_owner_alone_is_not_opened(folder: Path) -> None:
    path = folder / "sessions.db"
    SQLiteStore(path).close()
    if os.geteuid() != 0:
        path.chmod(0)

    def work() -> None:
        assert code_of(lambda: SQLiteStore(path)) == "no-permission"

    as_another(work)


def test_a_file_that_is_read_only_is_one_clear_error(folder: Path) -> None:
    path = folder / "sessions.db"
    store = SQLiteStore(path)
    store.set(SECRET_ID, record_of({"a": 1}))
    store.close()
    path.chmod(0o444)
    folder.chmod(0o777)

    def work() -> None:
        store = SQLiteStore(path)
        found = store.get(SECRET_ID)
        assert found is not None
        for write in (
            lambda: store.set(SECRET_ID, record_of()),
            lambda: store.touch(SECRET_ID, record_of()),
            lambda: store.destroy(SECRET_ID),
            store.clear,
        ):
            assert code_of(write) == "read-only"

    as_another(work)
    path.chmod(0o600)
    assert SQLiteStore(path).get(SECRET_ID) is not None


def test_a_file_and_a_folder_that_are_read_only_are_one_clear_error(folder: Path) -> None:
    path = folder / "sessions.db"
    SQLiteStore(path).close()
    path.chmod(0o444)
    folder.chmod(0o555)

    def work() -> None:
        assert code_of(lambda: SQLiteStore(path).get(SECRET_ID)) == "read-only"

    as_another(work)


if __name__ == "__main__":
    fill_disk(Path(sys.argv[1]))
