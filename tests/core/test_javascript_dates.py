"""Dates as JavaScript has them: whole milliseconds, ISO 8601 and the form of the HTTP headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.wire.javascript import date_value, iso_date, parse_date, utc_date

LAST = 8_640_000_000_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(-LAST, LAST)
# what Python's own datetime can hold, as an independent writer
ORDINARY = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))

# milliseconds, ISO 8601, the form of the headers
WRITTEN = [
    (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
    (-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
    (1_767_225_600_999, "2026-01-01T00:00:00.999Z", "Thu, 01 Jan 2026 00:00:00 GMT"),
    (951_782_400_000, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
    (-62_167_219_200_000, "0000-01-01T00:00:00.000Z", "Sat, 01 Jan 0000 00:00:00 GMT"),
    (-62_167_219_200_001, "-000001-12-31T23:59:59.999Z", "Fri, 31 Dec -0001 23:59:59 GMT"),
    (253_402_300_800_000, "+010000-01-01T00:00:00.000Z", "Sat, 01 Jan 10000 00:00:00 GMT"),
    (LAST, "+275760-09-13T00:00:00.000Z", "Sat, 13 Sep 275760 00:00:00 GMT"),
    (-LAST, "-271821-04-20T00:00:00.000Z", "Tue, 20 Apr -271821 00:00:00 GMT"),
]


@pytest.mark.parametrize(("ms", "iso", "utc"), WRITTEN)
def test_a_moment_is_written_in_both_forms(ms: int, iso: str, utc: str) -> None:
    assert (iso_date(ms), utc_date(ms)) == (iso, utc)
    assert parse_date(iso) == ms


@given(MOMENTS)
def test_every_moment_reads_back_from_its_iso_form(ms: int) -> None:
    assert parse_date(iso_date(ms)) == ms


@given(ORDINARY)
def test_the_forms_agree_with_pythons_own_calendar(moment: datetime) -> None:
    ms = (moment - EPOCH) // timedelta(milliseconds=1)
    whole = moment.replace(microsecond=0)
    assert iso_date(ms)[:19] == whole.replace(tzinfo=None).isoformat()
    assert parse_date(utc_date(ms)) == (whole - EPOCH) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("ms", "value"),
    [
        (0, 0),
        (1.9, 1),
        (-1.9, -1),
        (-0.5, 0),
        (LAST, LAST),
        (-LAST, -LAST),
        (LAST + 1, nan),
        (-LAST - 1, nan),
        (LAST + 0.5, LAST),
        (nan, nan),
        (inf, nan),
        (-inf, nan),
    ],
)
def test_a_time_value_is_whole_or_no_date(ms: float, value: float) -> None:
    found = date_value(ms)
    assert isnan(found) if isnan(value) else found == value
    assert isnan(found) or isinstance(found, int)


# other spellings of 2024-05-06T07:08:09.010Z, to the precision that they have
SPELLINGS = {
    "without milliseconds": ("2024-05-06T07:08:09Z", 1_714_979_289_000),
    "with an offset": ("2024-05-06T09:08:09.010+02:00", 1_714_979_289_010),
    "without a zone, taken as UTC": ("2024-05-06T07:08:09.010", 1_714_979_289_010),
    "more digits than milliseconds": ("2024-05-06T07:08:09.010999Z", 1_714_979_289_010),
    "a date alone": ("2024-05-06", 1_714_953_600_000),
    "as in a header": ("Mon, 06 May 2024 07:08:09 GMT", 1_714_979_289_000),
}


@pytest.mark.parametrize(("text", "ms"), SPELLINGS.values(), ids=SPELLINGS)
def test_a_spelling_that_programs_write_is_read(text: str, ms: int) -> None:
    assert parse_date(text) == ms


NO_DATES = {
    "empty": "",
    "a word": "tomorrow",
    "a number": "1714979289010",
    "a 13th month": "2024-13-01T00:00:00.000Z",
    "the 30th of February": "2024-02-30T00:00:00.000Z",
    "the same in a year of six digits": "+012024-02-30T00:00:00.000Z",
    "minus the year zero, then nothing": "-000000",
    "the millisecond after the last": "+275760-09-13T00:00:00.001Z",
    "a year of seven digits": "+1000000-01-01T00:00:00.000Z",
    "a year of six digits that needs but four": "+002024-05-06T07:08:09.010Z",
    "a header's form in another zone": "Mon, 06 May 2024 07:08:09 CET",
}


@pytest.mark.parametrize("text", NO_DATES.values(), ids=NO_DATES)
def test_what_is_no_date_is_an_invalid_one(text: str) -> None:
    assert isnan(parse_date(text))


@given(st.text(st.sampled_from("0123456789-+:.TZ GMTJan,")))
def test_no_text_is_too_strange_to_be_judged(text: str) -> None:
    found = parse_date(text)
    assert isnan(found) or abs(found) <= LAST
