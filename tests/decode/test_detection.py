"""What people paste, and the cookies that are found in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.wire import decode_cookie, find_cookie
from sessionlab.decode import CookieSource, ProblemCode, Status, inspect_text
from sessionlab.decode.detect import find_cookies

from .vectors import SECRET, SENT, SIGNED

RAW = SIGNED["not percent-encoded"]
HALF = len(SENT) // 2

FOUND: list[tuple[str, CookieSource, list[tuple[str | None, str]]]] = [
    # values alone
    (SENT, CookieSource.VALUE, [(None, SENT)]),
    (RAW, CookieSource.VALUE, [(None, RAW)]),
    (f"  {SENT}\n", CookieSource.VALUE, [(None, SENT)]),
    (f'"{SENT}"', CookieSource.VALUE, [(None, SENT)]),
    (f"'{SENT}';", CookieSource.VALUE, [(None, SENT)]),
    (f"“{SENT}”", CookieSource.VALUE, [(None, SENT)]),
    (f"\ufeff{SENT}", CookieSource.VALUE, [(None, SENT)]),
    (f"{SENT};", CookieSource.VALUE, [(None, SENT)]),
    (f"{SENT}; Path=/; HttpOnly", CookieSource.VALUE, [(None, SENT)]),
    (f"{SENT[:HALF]}\n   {SENT[HALF:]}", CookieSource.VALUE, [(None, SENT)]),
    (f"{SENT}\n{RAW}", CookieSource.VALUE, [(None, SENT), (None, RAW)]),
    (RAW[2:], CookieSource.VALUE, [(None, RAW[2:])]),
    (f"{RAW[2:]}=", CookieSource.VALUE, [(None, f"{RAW[2:]}=")]),
    ("s%253Aabc", CookieSource.VALUE, [(None, "s%253Aabc")]),
    ("S%3aabc", CookieSource.VALUE, [(None, "S%3aabc")]),
    ("eyJhIjoxfQ==", CookieSource.VALUE, [(None, "eyJhIjoxfQ==")]),
    # pairs
    (f"connect.sid={SENT}", CookieSource.COOKIES, [("connect.sid", SENT)]),
    (f'"connect.sid={SENT}"', CookieSource.COOKIES, [("connect.sid", SENT)]),
    (f"connect.sid={SENT};", CookieSource.COOKIES, [("connect.sid", SENT)]),
    ("a=1; b=2;c = 3 ", CookieSource.COOKIES, [("a", "1"), ("b", "2"), ("c", "3")]),
    ("a=1\nb=2; c=3\n", CookieSource.COOKIES, [("a", "1"), ("b", "2"), ("c", "3")]),
    ("a=1\r\nb=2", CookieSource.COOKIES, [("a", "1"), ("b", "2")]),
    ("a=x=y==", CookieSource.COOKIES, [("a", "x=y==")]),
    ("koa:sess=e30=", CookieSource.COOKIES, [("koa:sess", "e30=")]),
    ("a=", CookieSource.COOKIES, [("a", "")]),
    ("a=1; nothing; b=2", CookieSource.COOKIES, [("a", "1"), ("b", "2")]),
    (
        f"connect.sid={SENT[:HALF]}\n{SENT[HALF:]}",
        CookieSource.COOKIES,
        [("connect.sid", SENT)],
    ),
    ('document.cookie = "a=1; b=2"', CookieSource.COOKIES, [("a", "1"), ("b", "2")]),
    ("이름=값", CookieSource.COOKIES, [("이름", "값")]),
    # header lines
    (
        f"Cookie: connect.sid={SENT}; a=b",
        CookieSource.COOKIE_HEADER,
        [("connect.sid", SENT), ("a", "b")],
    ),
    (f"cookie:connect.sid={SENT}", CookieSource.COOKIE_HEADER, [("connect.sid", SENT)]),
    (f"> Cookie: connect.sid={SENT}", CookieSource.COOKIE_HEADER, [("connect.sid", SENT)]),
    (f"cookie:\n{RAW[:1]}id={RAW}", CookieSource.COOKIE_HEADER, [("sid", RAW)]),
    ("'Cookie: a=1'", CookieSource.COOKIE_HEADER, [("a", "1")]),
    ('"Cookie": "a=1; b=2",', CookieSource.COOKIE_HEADER, [("a", "1"), ("b", "2")]),
    (
        "GET /session?x=1 HTTP/1.1\nHost: localhost:3000\nCookie: a=1\nAccept: */*\n",
        CookieSource.COOKIE_HEADER,
        [("a", "1")],
    ),
    ("Set-Cookie: a=1; Path=/; HttpOnly", CookieSource.SET_COOKIE, [("a", "1")]),
    (
        "< set-cookie: a=1\n< set-cookie: b=2; Secure",
        CookieSource.SET_COOKIE,
        [("a", "1"), ("b", "2")],
    ),
    ("Set-Cookie: nameless; Secure", CookieSource.SET_COOKIE, [("", "nameless")]),
    ("a=1; Path=/; HttpOnly", CookieSource.SET_COOKIE, [("a", "1")]),
    ("a=1; HTTPONLY; Made-Up=x", CookieSource.SET_COOKIE, [("a", "1")]),
    ("a=1; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT", CookieSource.SET_COOKIE, [("a", "1")]),
    # anything else with a signed value in it
    (f'{{"connect.sid": "{SENT}", "x": 1}}', CookieSource.COOKIES, [("connect.sid", SENT)]),
    (f"connect.sid\t{SENT}\tlocalhost\t/", CookieSource.COOKIES, [("connect.sid", SENT)]),
    (f"the value ({SENT}) is new", CookieSource.VALUE, [(None, SENT)]),
]

NOTHING = [
    ("", ProblemCode.EMPTY_INPUT),
    (" \n\t", ProblemCode.EMPTY_INPUT),
    ("hello", ProblemCode.NO_COOKIE_FOUND),
    ("hello world = x", ProblemCode.NO_COOKIE_FOUND),
    ("Cookie:", ProblemCode.NO_COOKIE_FOUND),
    ("{}", ProblemCode.NO_COOKIE_FOUND),
    ("http://localhost:3000/session?a=b", ProblemCode.LOOKS_LIKE_URL),
    ("localhost:3000", ProblemCode.LOOKS_LIKE_URL),
    ("//evil.example/", ProblemCode.LOOKS_LIKE_URL),
    ("curl http://localhost:3000/session", ProblemCode.CURL_WITHOUT_COOKIE),
    ("curl -b cookies.txt http://localhost:3000/", ProblemCode.CURL_COOKIE_FILE),
]


@pytest.mark.parametrize(("text", "source", "cookies"), FOUND)
def test_cookies_are_found_in_what_people_paste(
    text: str, source: CookieSource, cookies: list[tuple[str | None, str]]
) -> None:
    found = find_cookies(text).cookies
    assert [(cookie.name, cookie.raw) for cookie in found] == cookies
    assert {cookie.source for cookie in found} == {source}


@pytest.mark.parametrize(("text", "code"), NOTHING)
def test_a_text_without_cookies_says_what_it_is(text: str, code: ProblemCode) -> None:
    found = inspect_text(text)
    assert not found.is_readable
    assert [problem.code for problem in found.problems] == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{SENT};", ProblemCode.TRAILING_SEMICOLON),
        (f"{SENT[:HALF]}\n{SENT[HALF:]}", ProblemCode.LINES_JOINED),
        (f"connect.sid={SENT[:HALF]}\n{SENT[HALF:]}", ProblemCode.LINES_JOINED),
        (f"log: sid {SENT}", ProblemCode.FOUND_INSIDE),
    ],
)
def test_what_was_done_to_the_text_is_told(text: str, code: ProblemCode) -> None:
    found = inspect_text(text, [SECRET])
    assert [problem.code for problem in found.problems] == [code]
    assert [reading.status for reading in found.cookies] == [Status.VALID]


def test_request_and_response_are_two_groups() -> None:
    found = find_cookies("> Cookie: a=1\n< Set-Cookie: a=2; Path=/")
    assert [(each.source, each.group) for each in found.cookies] == [
        (CookieSource.COOKIE_HEADER, 0),
        (CookieSource.SET_COOKIE, 1),
    ]


@given(st.text(alphabet='ab=;"% \t\\25\u00e9', max_size=40))
def test_a_header_is_split_as_the_server_splits_it(header: str) -> None:
    text = f"Cookie: x=y;{header}"
    first: dict[str | None, str] = {}
    for reading in inspect_text(text).cookies:
        first.setdefault(reading.given.name, reading.value)
    whole = f"x=y;{header}".strip()
    names = {pair.partition("=")[0].strip(" \t") for pair in whole.split(";")}
    server = {name: decode_cookie(find_cookie(whole, name) or "") for name in names}
    assert {name: value for name, value in first.items() if value} == {
        name: value for name, value in server.items() if value
    }
