"""Set-Cookie lines and a later request: what is kept, what is sent, and every reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.diagnose.address import read_address
from sessionlab.diagnose.lines import LinesExplained, explain_lines, read_lines
from sessionlab.diagnose.start import Credentials, Start
from sessionlab.diagnose.suffixes import public_suffix

from .support import NOW, start

HTTP = "http://shop.example/a/b"
HTTPS = "https://shop.example/a/b"
LOCAL = "http://localhost:3000/"
EVIL = "https://evil.example"


def explained(line: str, url: str, starts: Start | None = None, **more: Any) -> LinesExplained:
    if then := more.pop("then", None):
        more["then"] = read_address(then)
    return explain_lines(
        line.split("\n"), read_address(url), starts or Start(), public_suffix, now=NOW, **more
    )


# A line, its URL, what starts the later request and where that goes: the reasons why the line is
# refused, those why its cookie is withheld, and the notes.
CASES: list[tuple[str, str, dict[str, Any], list[str], list[str], list[str]]] = [
    ("a=1", HTTP, {}, [], [], []),
    ("a=1; Path=/", HTTP, {"then": "http://shop.example/"}, [], [], []),
    ("a=1", HTTP, {"then": "http://shop.example/c"}, [], ["other-path"], []),
    ("a=1; Secure", HTTP, {}, ["secure-from-http"], [], []),
    (
        "a=1; Secure; Domain=co.uk; SameSite=None",
        HTTP,
        {},
        ["domain-public-suffix", "domain-mismatch", "secure-from-http"],
        [],
        [],
    ),
    ("a=1; Secure", LOCAL, {}, [], [], []),
    ("a=1; Secure", HTTPS, {"then": HTTP}, [], ["secure-over-http"], ["schemes-apart"]),
    ("a=1", LOCAL, {"then": "http://127.0.0.1:3000/"}, [], ["other-host"], ["loopback-names"]),
    ("a=1", "http://127.0.0.1:3000/", {"then": LOCAL}, [], ["other-host"], ["loopback-names"]),
    ("a=1", LOCAL, {"then": "http://localhost:8080/"}, [], [], ["ports-shared"]),
    ("a=1", HTTPS, {"then": "https://www.shop.example/a/b"}, [], ["other-host"], []),
    ("a=1; Domain=shop.example", HTTPS, {"then": "https://www.shop.example/a/b"}, [], [], []),
    (
        "a=1; Domain=shop.example; Path=/",
        HTTPS,
        {"then": "https://other.example/"},
        [],
        ["other-domain"],
        [],
    ),
    ("a=1; SameSite=Lax", HTTPS, {"starts": start(EVIL)}, [], [], []),
    (
        "a=1; SameSite=Lax",
        HTTPS,
        {"starts": start(EVIL, method="POST")},
        [],
        ["lax-unsafe-method"],
        [],
    ),
    ("a=1", HTTPS, {"starts": start(EVIL, method="POST")}, [], [], []),
    (
        "a=1",
        HTTPS,
        {"starts": start(EVIL, method="POST"), "after": 121_000},
        [],
        ["lax-by-default-unsafe-method"],
        [],
    ),
    (
        "a=1; SameSite=Lax",
        HTTPS,
        {"starts": start(EVIL, top_level=False)},
        [],
        ["lax-not-top-level"],
        [],
    ),
    ("a=1; SameSite=Strict", HTTPS, {"starts": start(EVIL)}, [], ["strict-cross-site"], []),
    ("a=1; SameSite=Strict", HTTPS, {"starts": Start(is_opaque=True)},
     [], ["strict-cross-site"], []),
    ("a=1; SameSite=None; Secure", HTTPS, {"starts": start(EVIL, top_level=False)}, [], [], []),
    ("a=1; SameSite=Lax", LOCAL, {"starts": start("http://localhost:5173", top_level=False)},
     [], [], ["ports-shared"]),
    ("a=1; SameSite=Lax", LOCAL, {"starts": start("http://127.0.0.1:5173", top_level=False)},
     [], ["lax-not-top-level"], ["loopback-names"]),
    ("a=1; SameSite=Strict", HTTPS, {"starts": start("http://shop.example")},
     [], ["strict-cross-site"], ["schemes-apart"]),
    ("a=1; HttpOnly", HTTP, {"starts": Start(document_cookie=True)},
     [], ["http-only-from-script"], []),
    ("a=1", HTTP, {"starts": Start(document_cookie=True)}, [], [], []),
    ("a=1; Max-Age=60", HTTP, {"after": 61_000}, [], ["expired"], []),
    ("a=1; Max-Age=60", HTTP, {"after": 59_000}, [], [], []),
    ("a=1; SameSite=Lax", HTTPS, {"set_by": start(EVIL, top_level=False)},
     ["same-site-from-cross-site"], [], []),
    ("a=1; Secure; Path=/", "ftp://shop.example/", {},
     ["scheme-without-cookies", "secure-from-http"], [], []),
]  # fmt: skip


@pytest.mark.parametrize(("line", "url", "more", "refused", "withheld", "notes"), CASES)
def test_every_reason_is_given(
    line: str,
    url: str,
    more: dict[str, Any],
    refused: list[str],
    withheld: list[str],
    notes: list[str],
) -> None:
    found = explained(line, url, **more)
    data = found.to_json()
    assert data["set"][0]["reasons"] == refused
    assert [code for cookie in data["cookies"] for code in cookie["reasons"]] == withheld
    assert data["notes"] == notes
    assert found.is_well is not bool(refused or withheld)
    assert bool(data["cookie_header"]) is found.is_well


def test_a_fetch_of_another_origin_takes_no_cookies_along_unless_told_to() -> None:
    page = "http://localhost:5173"
    for mode, sent in (("same-origin", None), ("omit", None), ("include", "a=1")):
        found = explained("a=1", LOCAL, start(page, fetch=mode))
        assert found.to_json()["cookie_header"] == sent
        assert found.is_well is bool(sent)


def test_a_fetch_of_the_same_origin_does() -> None:
    same = Start(fetch=Credentials.SAME_ORIGIN, top_level=False)
    assert explained("a=1", LOCAL, same).header == "a=1"
    assert explained("a=1", LOCAL, start(LOCAL, fetch="omit")).header == ""


def test_lines_come_in_their_order_and_the_later_wins() -> None:
    found = explained("a=1; Path=/\na=2; Path=/\nb=3; Path=/", HTTP)
    data = found.to_json()
    assert [each["outcome"] for each in data["set"]] == ["stored", "replaced", "stored"]
    assert data["cookie_header"] == "a=2; b=3"
    assert found.is_well


@pytest.mark.parametrize("line", ["a=; Max-Age=0", "a=1; Path=/\na=; Max-Age=0; Path=/", ""])
def test_what_is_deleted_or_empty_is_not_kept(line: str) -> None:
    assert not explained(line, HTTP).is_well


def test_a_cookie_that_later_lines_evict_is_not_well() -> None:
    assert explained("\n".join(f"a{number}=1" for number in range(180)), HTTP).is_well
    assert not explained("\n".join(f"a{number}=1" for number in range(181)), HTTP).is_well


def test_text_beyond_ascii_is_judged_as_the_octets_of_utf_8() -> None:
    data = explained("이름=값", HTTP).to_json()
    assert (data["set"][0]["name"], data["cookie_header"]) == ("이름", "이름=값")
    size = explained(f"a={'값' * 1366}", HTTP).to_json()["set"][0]["evidence"]["size"]
    assert size == str(1 + 3 * 1366)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a=1", ["a=1"]),
        ("Set-Cookie: a=1; Path=/", ["a=1; Path=/"]),
        ("set-cookie:a=1", ["a=1"]),
        ("< Set-Cookie: a=1", ["a=1"]),
        ("a=1\nb=2\n\n", ["a=1", "b=2"]),
        (
            "HTTP/1.1 200 OK\r\nDate: x\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n<p>",
            ["a=1", "b=2"],
        ),
        ("a=1\x0bb", ["a=1\x0bb"]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_lines_are_taken_from_what_people_paste(text: str, lines: list[str]) -> None:
    assert read_lines(text) == lines


URLS = st.sampled_from([HTTP, HTTPS, LOCAL, "http://[::1]/", "ws://a.example/", "ftp://a/"])
LINES = st.text() | st.lists(
    st.sampled_from(
        [
            "a=1",
            "; ",
            "Secure",
            "Path=",
            "Domain=",
            "Max-Age=",
            "Expires=",
            "SameSite=",
            "__Host-",
            "/",
        ]
    )
    | st.text(max_size=4)
).map("".join)
STARTS = st.builds(
    Start,
    method=st.sampled_from(["GET", "POST"]),
    page=st.none() | st.just(read_address(EVIL)),
    is_opaque=st.booleans(),
    top_level=st.booleans(),
    fetch=st.none() | st.sampled_from(Credentials),
    document_cookie=st.booleans(),
)


@given(st.lists(LINES, max_size=4), URLS, URLS, STARTS, STARTS, st.integers(0, 10**12))
def test_any_line_is_explained_as_data_that_json_can_hold(
    lines: list[str], url: str, then: str, first: Start, later: Start, after: int
) -> None:
    found = explain_lines(
        lines,
        read_address(url),
        later,
        public_suffix,
        now=NOW,
        set_by=first,
        then=read_address(then),
        after=after,
    )
    json.dumps(found.to_json())


@given(st.text())
def test_any_text_has_lines(text: str) -> None:
    assert all(isinstance(line, str) for line in read_lines(text))
