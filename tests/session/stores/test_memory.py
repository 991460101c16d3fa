"""What is particular to MemoryStore: what a session costs, and that what is gone is freed."""

import gc
import threading
import tracemalloc
from base64 import urlsafe_b64encode
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab import MemoryStore, Record
from sessionlab.core.record import CookieAttributes
from sessionlab.session.stores.id_log import IdLog
from tests.session.stores.bench import START, MemoryBench
from tests.session.stores.conformance import listed, record_of

DAY = 86_400


@pytest.fixture
def bench() -> MemoryBench:
    return MemoryBench()


def kept(bench: MemoryBench) -> int:
    """The records that need memory, those that have expired included."""
    assert isinstance(bench.store, MemoryStore)
    return len(bench.store._records)


@pytest.mark.parametrize("with_expiry", [True, False])
def test_a_session_of_176_bytes_needs_at_most_375_bytes(with_expiry: bool) -> None:
    random, count = Random(7), 12_000
    store = MemoryStore(clock=lambda: 0)
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(count):
            age = 1_209_600_000 if with_expiry else None
            expires = 1_800_000_000_000 + number if with_expiry else None
            record = Record(CookieAttributes(original_max_age=age), expires, "{}")
            room = 176 - len(record.text) - len(',"data":""')
            data = f'{{"data":"{urlsafe_b64encode(random.randbytes(room)).decode()[:room]}"}}'
            record = Record(record.attributes, expires, data)
            assert len(record.text) == 176
            store.set(urlsafe_b64encode(random.randbytes(24)).decode(), record)
        del record, data
        gc.collect()
        needed = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(store) == count
    assert needed / count <= 375


def test_a_touch_parses_nothing(bench: MemoryBench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.store.set("id", record_of({"a": 1}))

    def refuse(*_: Any) -> Any:
        raise AssertionError("parsed")

    monkeypatch.setattr("sessionlab.core.record.load_json", refuse)
    monkeypatch.setattr(Record, "from_text", refuse)
    bench.store.touch("id", record_of(expires=bench.now + 1000))
    assert bench.store.get("id") is not None


@pytest.mark.parametrize("left", [1, 59, 60, 3_599, 3_601, 7_300, DAY, 14 * DAY, 400 * DAY])
def test_expired_records_are_freed_in_passing(bench: MemoryBench, left: int) -> None:
    for number in range(300):
        bench.store.set(f"id{number}", record_of(expires=bench.now + left * 1000))
    bench.advance(left + 60)
    for number in range(10):
        bench.store.set("other", record_of({"num": number}))
    assert kept(bench) == 1


def test_a_write_frees_only_some_of_what_is_due(bench: MemoryBench) -> None:
    for number in range(1000):
        bench.store.set(f"id{number}", record_of(expires=bench.now + 1000))
    bench.advance(120)
    bench.store.set("other", record_of())
    assert 900 < kept(bench) < 1000
    assert len(bench.store) == 1
    assert kept(bench) == 1


def test_reading_an_expired_record_frees_it(bench: MemoryBench) -> None:
    bench.store.set("id", record_of(expires=bench.now + 1000))
    bench.advance(1)
    assert bench.store.get("id") is None
    assert kept(bench) == 0


class ClockWithAnotherThread:
    """A clock during whose next reading, once armed, another thread does its work.

    A store reads its clock between looking at a record and writing, so that is where another
    thread can come in between.
    """

    def __init__(self) -> None:
        self.now = START
        self.work: Callable[[], None] | None = None
        self.thread = threading.Thread()

    def __call__(self) -> int:
        work, self.work = self.work, None
        if work is not None:
            self.thread = threading.Thread(target=work)
            self.thread.start()
            self.thread.join(0.2)  # a thread that has to wait for the store goes on afterwards
        return self.now


@pytest.mark.parametrize("left", [1000, None])
def test_reading_an_expired_record_leaves_what_another_thread_has_just_put_in_its_place(
    left: int | None,
) -> None:
    clock = ClockWithAnotherThread()
    store = MemoryStore(clock=clock)
    store.set("id", record_of({"num": 1}, expires=START))
    new = record_of({"num": 2}, expires=None if left is None else START + left)
    clock.work = lambda: store.set("id", new)
    assert store.get("id") is None, "the record that was read had expired"
    clock.thread.join()
    found = store.get("id")
    assert found is not None
    assert found.text == new.text


def test_a_write_of_another_thread_during_a_swap_is_not_lost() -> None:
    clock = ClockWithAnotherThread()
    store = MemoryStore(clock=clock)
    store.set("id", record_of({"num": 1}, expires=START + 1000))
    clock.work = lambda: store.set("id", record_of({"num": 3}))
    assert store.swap("id", '{"num":1}', record_of({"num": 2})).done
    clock.thread.join()
    found = store.get("id")
    assert found is not None
    assert found.data == '{"num":3}', "it was written after the swap, which was done"


def test_touching_an_expired_record_frees_it(bench: MemoryBench) -> None:
    bench.store.set("id", record_of(expires=bench.now + 1000))
    bench.advance(1)
    bench.store.touch("id", record_of(expires=bench.now + 1000))
    assert kept(bench) == 0


def test_pruning_frees_what_is_not_yet_due_for_a_look(bench: MemoryBench) -> None:
    for number in range(100):
        bench.store.set(f"id{number}", record_of(expires=bench.now + 1000))
    bench.advance(2)
    assert kept(bench) == 100
    assert bench.store.prune() == 100
    assert kept(bench) == 0


def test_sessions_that_are_touched_for_long_need_no_more_and_more_room(
    bench: MemoryBench,
) -> None:
    for number in range(50):
        bench.store.set(f"id{number}", record_of(expires=bench.now + 1_800_000))
    for _ in range(500):
        bench.advance(60)
        for number in range(50):
            bench.store.touch(f"id{number}", record_of(expires=bench.now + 1_800_000))
        bench.store.set("other", record_of(expires=bench.now + 1000))
    assert isinstance(bench.store, MemoryStore)
    assert sum(map(len, bench.store._checks.values())) < 400
    assert len(bench.store) == 51


@pytest.mark.parametrize("expiry", [None, 60_000])
def test_sessions_that_come_and_go_leave_nothing_behind(
    bench: MemoryBench, expiry: int | None
) -> None:
    expires = None if expiry is None else bench.now + expiry
    bench.store.set("stays", record_of(expires=expires))
    for number in range(20_000):
        bench.store.set(f"id{number % 7}", record_of(expires=expires))
        bench.store.destroy(f"id{number % 7}")
    assert isinstance(bench.store, MemoryStore)
    assert bench.store._log.length < 2000
    assert sum(map(len, bench.store._checks.values())) < 2000
    assert listed(bench.store, 10).keys() == {"stays"}


def test_an_expiry_that_moves_back_and_forth_is_still_kept(bench: MemoryBench) -> None:
    for number in range(5000):
        left = 30_000 if number % 2 else 7_200_000
        bench.store.set("id", record_of(expires=bench.now + left))
    assert isinstance(bench.store, MemoryStore)
    assert sum(map(len, bench.store._checks.values())) < 2000
    bench.advance(30)
    assert len(bench.store) == 0


def test_pages_are_in_the_order_in_which_sessions_came(bench: MemoryBench) -> None:
    ids = [f"id{number}" for number in range(300)]
    for id_ in ids:
        bench.store.set(id_, record_of())
    bench.store.set("id0", record_of({"changed": True}))
    assert list(listed(bench.store, 10)) == ids
    assert list(bench.store.all()) == ids


def test_a_listing_ends_although_others_write_more_than_it_reads(bench: MemoryBench) -> None:
    for number in range(200):
        bench.store.set(f"id{number}", record_of())
    cursor, pages = None, 0
    while True:
        page = bench.store.page(cursor, 1)
        pages += 1
        cursor = page.cursor
        if cursor is None:
            break
        for number in range(300):
            bench.store.set(f"new{pages}-{number}", record_of())
    assert pages < 10


def test_a_page_of_what_is_gone_ends(bench: MemoryBench) -> None:
    for number in range(3000):
        bench.store.set(f"id{number}", record_of())
    for number in range(2990):
        bench.store.destroy(f"id{number}")
    page = bench.store.page(None, 5)
    assert page.records == {}
    assert page.cursor is not None
    assert len(listed(bench.store, 5)) == 10


def test_records_of_another_program_are_read_when_they_are_asked_for() -> None:
    text = '{"cookie":{"originalMaxAge":1000,"expires":"1970-01-01T00:00:01.000Z"}, "a": 1}'
    store = MemoryStore(clock=lambda: 999, records={"id": text, "broken": "{"})
    found = store.get("id")
    assert found is not None
    assert found.data == '{ "a": 1}'
    store.touch("id", record_of(expires=2000))
    found = store.get("id")
    assert found is not None
    assert found.text == record_of({"a": 1}, 2000).text
    assert MemoryStore(clock=lambda: 1000, records={"id": text}).get("id") is None
    expired = MemoryStore(clock=lambda: 61_000, records={"id": text})
    assert expired.prune() == 1


def test_an_id_that_came_again_and_again_keeps_one_place_in_the_log() -> None:
    log = IdLog([])
    for number in range(1000):
        log.add("again")
        log.add(f"{number}")
    log.keep({"again", "999"})
    assert [ids for _, ids in log.chunks(*log.bounds(None))] == [["again"], ["999"]]
    assert log.length == 2


@given(st.lists(st.tuples(st.sampled_from(["add", "keep"]), st.sets(st.integers(0, 400)))))
def test_what_stays_in_the_log_is_passed_by_a_listing_that_began_before(
    steps: list[tuple[str, set[int]]],
) -> None:
    log = IdLog([f"{number}" for number in range(300)])
    start, last = log.bounds(None)
    stay = {f"{number}" for number in range(300)}
    passed: set[str] = set()
    position = start
    for work, numbers in steps:
        for number, ids in log.chunks(position, last):
            passed.update(ids)
            position = number + 1
            break
        if work == "add":
            for number in sorted(numbers):
                log.add(f"{number + 300}")
        else:
            stay -= {f"{number}" for number in numbers}
            log.keep([f"{number}" for number in range(2000) if number not in numbers])
    for _, ids in log.chunks(position, last):
        passed.update(ids)
    assert stay <= passed
