"""The ring of events: bounded, ordered, and readable page by page."""

from __future__ import annotations

import json
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.entries import Entry
from sessionlab.core.events import RequestHeld
from sessionlab.page.eventlog import EventLog


def filled(count: int, **bounds: int) -> EventLog:
    log = EventLog(clock=lambda: 5, **bounds)
    for number in range(1, count + 1):
        log.record("1", RequestHeld("browser", "GET", f"/{number}"))
    return log


def seqs(texts: list[str]) -> list[int]:
    return [json.loads(text)["seq"] for text in texts]


def test_an_event_is_kept_as_its_json() -> None:
    (text,) = filled(1).after(0, 10).texts
    entry = Entry.from_json(json.loads(text))
    assert entry == Entry(1, 5, 0, "1", RequestHeld("browser", "GET", "/1"))


@pytest.mark.parametrize(
    ("after", "limit", "found", "last"),
    [
        (0, 3, [4, 5, 6], 6),  # 1 to 3 are gone already
        (4, 3, [5, 6, 7], 7),
        (7, 3, [8], 8),
        (8, 3, [], 8),
        (99, 3, [], 99),
        (3, 100, [4, 5, 6, 7, 8], 8),
    ],
)
def test_pages_go_on_where_the_last_one_ended(
    after: int, limit: int, found: list[int], last: int
) -> None:
    page = filled(8, events=5).after(after, limit)
    assert (seqs(page.texts), page.last) == (found, last)
    assert (page.oldest, page.newest) == (4, 8)


def test_an_empty_log_has_nothing_and_says_so() -> None:
    assert filled(0).after(0, 10) == ([], 0, 1, 0)


@given(
    count=st.integers(0, 60),
    events=st.integers(1, 20),
    octets=st.integers(1, 4000),
    limit=st.integers(1, 7),
)
def test_reading_page_by_page_gives_every_event_that_is_kept_once(
    count: int, events: int, octets: int, limit: int
) -> None:
    log = filled(count, events=events, octets=octets)
    read: list[str] = []
    last = 0
    while texts := (page := log.after(last, limit)).texts:
        read += texts
        last = page.last
    assert len(read) <= events
    assert sum(map(len, read)) <= max(octets, max(map(len, read), default=0))
    assert seqs(read) == list(range(count - len(read) + 1, count + 1))


def test_the_newest_event_is_kept_however_large_it_is() -> None:
    log = filled(3, octets=10)
    assert seqs(log.after(0, 10).texts) == [3]


def test_subscribers_hear_every_event_once_and_in_order_from_many_threads() -> None:
    log = EventLog(clock=lambda: 5, events=10)
    event = RequestHeld("browser", "GET", "/")
    heard: list[int] = []
    log.subscribe(lambda entry, text: heard.append(entry.seq))
    threads = [
        Thread(target=lambda: [log.record("1", event) for _ in range(100)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == list(range(1, 801))
