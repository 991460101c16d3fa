"""Cookies of no format that is known here: shown, and nothing claimed about them."""

from __future__ import annotations

import pytest

from sessionlab.decode import Status
from sessionlab.decode.formats.recognised import RecognisedProblem

from .vectors import SECRET, codes, one

OTHER = [
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0." + "A" * 43, "JSON Web Token"),
    ("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "JSON Web Token"),
    ("eyJ1c2VyIjoxfQ.Z5x0Aw." + "A" * 27, "itsdangerous"),
    (".eJyrVkosLclQsgIAEP4D8g.Z5x0Aw." + "A" * 27, "itsdangerous"),
    ("eyJhIjoxfQ:1tX2y3:" + "A" * 43, "Django signing"),
]
PLAIN = ["dark", "a.b.c", "a:b:c", "GA1.1.123456789.1700000000", "1.2.3.4", "s", "j:{}", "x" * 43]


@pytest.mark.parametrize(("value", "name"), OTHER)
def test_another_signed_format_is_named_and_left_unverified(value: str, name: str) -> None:
    reading = one(f"token={value}", SECRET)
    assert (reading.format, reading.status) == ("plain", Status.UNVERIFIED)
    assert [(each.code, each.values) for each in reading.problems] == [
        (RecognisedProblem.OTHER_FORMAT, {"format": name})
    ]


@pytest.mark.parametrize("value", PLAIN)
def test_a_plain_value_is_unsigned(value: str) -> None:
    reading = one(f"theme={value}", SECRET)
    assert (reading.format, reading.status) == ("plain", Status.UNSIGNED)
    assert codes(reading) == []
    assert [part.text for part in reading.parts] == [value]


def test_a_plain_value_is_decoded_as_the_server_decodes_it() -> None:
    assert one("a=%EC%84%B8%EC%85%98").value == "세션"
    assert one('a="x y"').value == "x y"
    assert one("a=%EC%84").value == "%EC%84"
