"""Set-Cookie lines: what the attributes say, and what a browser would refuse."""

from __future__ import annotations

import pytest

from sessionlab.decode import ProblemCode, Status, inspect_text
from sessionlab.decode.attributes import read_attributes

from .vectors import SECRET, SENT

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
DAY = 86_400_000

REFUSED = [
    ("a=1; SameSite=None", ["same-site-none-without-secure"]),
    ("a=1; Partitioned", ["partitioned-without-secure"]),
    ("__Secure-a=1", ["secure-prefix-without-secure"]),
    ("__Host-a=1; Secure; Path=/; Domain=example.com", ["host-prefix-with-domain"]),
    ("__Host-a=1; Secure; Path=/x", ["host-prefix-without-root-path"]),
    ("__Host-a=1; Path=/", ["host-prefix-without-secure"]),
    ("a=1\x00; Secure", ["control-character"]),
    (f"a={'x' * 4096}", ["too-long"]),
    ("a=1; Secure; SameSite=None; Partitioned", []),
    ("__Host-a=1; Secure; Path=/", []),
    ("a=1; Domain=example.com", []),
    ("a=1; Domain=.example.com", []),
    ("a=1; Domain=localhost", []),
    ("a=1; Domain=127.0.0.1", []),
    ("a=1; Path=/elsewhere", []),
    ("a=1; Secure", []),
]


@pytest.mark.parametrize(("line", "refusals"), REFUSED)
def test_what_a_browser_refuses_wherever_the_line_comes_from(
    line: str, refusals: list[str]
) -> None:
    assert list(read_attributes(line, NOW).refusals) == refusals
    assert inspect_text(f"Set-Cookie: {line}").is_refused == bool(refusals)


@pytest.mark.parametrize(
    ("line", "expires", "over"),
    [
        ("a=1", None, False),
        ("a=1; Max-Age=60", NOW + 60_000, False),
        ("a=1; Max-Age=0", 0, True),
        ("a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT", NOW, True),
        ("a=1; Expires=Thu, 01 Jan 2026 00:00:01 GMT", NOW + 1000, False),
        ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 0, True),
        ("a=1; Expires=Fri, 02 Jan 2026 00:00:00 GMT", NOW + DAY, False),
        ("a=1; Expires=Fri, 02 Jan 2026 00:00:00 GMT; Max-Age=1", NOW + 1000, False),
        ("a=1; Max-Age=999999999", NOW + 400 * DAY, False),
    ],
)
def test_how_long_a_cookie_lasts(line: str, expires: int | None, over: bool) -> None:
    report = read_attributes(line, NOW)
    assert (report.expires, report.over) == (expires, over)


def test_attributes_stand_in_their_order_as_written() -> None:
    report = read_attributes("a=1; PATH=/ ;HttpOnly; made=up", NOW)
    assert [tuple(each) for each in report.attributes] == [
        ("path", "/"),
        ("httponly", None),
        ("made", "up"),
    ]
    assert report.warnings == ("attribute-unknown", "same-site-missing")
    assert report.values["unknown"] == "made"


def test_the_value_of_a_set_cookie_line_is_verified() -> None:
    found = inspect_text(f"Set-Cookie: connect.sid={SENT}; Path=/; HttpOnly", [SECRET])
    assert [reading.status for reading in found.cookies] == [Status.VALID]
    assert not found.is_refused


def test_two_lines_of_one_name_are_no_duplicates() -> None:
    """The second replaces the first, or stands beside it under another path."""
    found = inspect_text("Set-Cookie: a=1; Path=/\nSet-Cookie: a=2; Path=/x")
    assert [reading.problems for reading in found.cookies] == [(), ()]


@pytest.mark.parametrize("source", ["Cookie: ", "Set-Cookie: "])
def test_what_is_too_large_for_a_browser_is_told(source: str) -> None:
    for size, told in ((4096, False), (4097, True)):
        (reading,) = inspect_text(f"{source}a={'x' * (size - 1)}").cookies
        assert (ProblemCode.TOO_LARGE in [problem.code for problem in reading.problems]) == told
