"""Cookie dates are read as RFC 6265bis 5.1.1 reads them, in work that grows with their length."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.jar import parse_cookie_date


def _at(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wed, 21 Oct 2026 07:28:00 GMT", _at(2026, 10, 21, 7, 28)),
        ("Wednesday, 21-Oct-26 07:28:00 GMT", _at(2026, 10, 21, 7, 28)),
        ("Wed Oct 21 07:28:00 2026", _at(2026, 10, 21, 7, 28)),
        ("07:28:00 2026 october 21", _at(2026, 10, 21, 7, 28)),
        ("21 Oct 2026 7:28:0", _at(2026, 10, 21, 7, 28)),
        ("21 Oct 2026 07:28:00 +0900", _at(2026, 10, 21, 7, 28)),
        ("21 Oct 2026 07:28:00 08:00:00 22 Nov 2027", _at(2026, 10, 21, 7, 28)),
        ("01 Jan 70 00:00:00", 0),
        ("01 Jan 69 00:00:00", _at(2069, 1, 1)),
        ("01 Jan 00 00:00:00", _at(2000, 1, 1)),
        ("01 Jan 99 00:00:00", _at(1999, 1, 1)),
        ("01 Jan 1601 00:00:00", _at(1601, 1, 1)),
        ("29 Feb 2028 23:59:59", _at(2028, 2, 29, 23, 59, 59)),
    ],
)
def test_a_date_is_understood(text: str, expected: int) -> None:
    assert parse_cookie_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "21 Oct 2026",
        "21 2026 07:28:00",
        "Oct 2026 07:28:00",
        "21 Oct 07:28:00",
        "01 Jan 1600 00:00:00",
        "01 Jan 100 00:00:00",
        "29 Feb 2026 00:00:00",
        "00 Jan 2026 00:00:00",
        "32 Jan 2026 00:00:00",
        "01 Jan 2026 24:00:00",
        "01 Jan 2026 00:60:00",
        "01 Jan 2026 00:00:60",
        "01 Jan 2026 000:00:00",
        "01 Jan 2026 00:00:000",
        "001 Jan 2026 00:00:00",
        "01 Jan 20260 00:00:00",
        "٠١ Jan 2026 00:00:00",
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_cookie_date(text) is None


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31, 23, 59, 59)))
def test_a_date_as_servers_write_it_comes_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    text = moment.strftime("%a, %d %b ") + f"{moment.year:04} " + moment.strftime("%H:%M:%S GMT")
    assert parse_cookie_date(text) == round(moment.timestamp() * 1000)


def _lines_run(text: str) -> int:
    """How many lines of Python run while a date is read."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        parse_cookie_date(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", ["1 ", "1", "1:", "99:99:99 ", "jan ", "a", " ", "1:1:1x "])
def test_twice_the_length_is_at_most_twice_the_work(piece: str) -> None:
    short, long = (_lines_run(piece * (size // len(piece))) for size in (16 * 1024, 32 * 1024))
    # What is done once per call weighs nothing against thousands of tokens.
    assert long <= 2 * short + 50
