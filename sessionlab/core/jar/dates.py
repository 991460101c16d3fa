"""Cookie dates (RFC 6265bis 5.1.1), which are looser than any other date on the web.

Rules
- A date is tokens between delimiters, in any order.  The first token that looks like a time is the
  time, and so on for the day, the month and the year.
- Every character is read once, so the work is linear in the length.
- Zone names and weekdays are ignored: a cookie date is UTC.
"""

from __future__ import annotations

import re
from datetime import date

_TOKEN = re.compile(r"[^\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])")
_DAY = re.compile(r"([0-9]{1,2})(?![0-9])")
_YEAR = re.compile(r"([0-9]{2,4})(?![0-9])")
_MONTHS = {
    month: number
    for number, month in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST_YEAR = 1601


def parse_cookie_date(text: str) -> int | None:
    """Milliseconds since the epoch; None if the text is not a cookie date."""
    time: tuple[int, int, int] | None = None
    day = month = year = None
    for token in _TOKEN.finditer(text):
        word = token.group()
        if time is None and (found := _TIME.match(word)):
            hour, minute, second = found.groups()
            time = (int(hour), int(minute), int(second))
        elif day is None and (found := _DAY.match(word)):
            day = int(found.group(1))
        elif month is None and (number := _MONTHS.get(word[:3].lower())):
            month = number
        elif year is None and (found := _YEAR.match(word)):
            year = int(found.group(1))
        if time is not None and day is not None and month is not None and year is not None:
            return _milliseconds(_four_digit_year(year), month, day, time)
    return None


def _four_digit_year(year: int) -> int:
    if 70 <= year <= 99:
        return year + 1900
    if year <= 69:
        return year + 2000
    return year


def _milliseconds(year: int, month: int, day: int, time: tuple[int, int, int]) -> int | None:
    hour, minute, second = time
    if year < _FIRST_YEAR or hour > 23 or minute > 59 or second > 59:
        return None
    try:
        days = date(year, month, day).toordinal() - _EPOCH_DAY
    except ValueError:  # the 31st of April
        return None
    return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000
