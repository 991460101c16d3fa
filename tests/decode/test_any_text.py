"""Whatever the text is: an answer, in bounded time, that JSON can hold."""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionlab.decode import CookieSource, Status, inspect_text
from sessionlab.decode.formats import formats, plain

from .vectors import KEYS, SEALED, SECRET, SENT, SIGNED

PIECES = st.sampled_from(
    [
        "connect.sid=", "session=", "session.sig=", "a=", "s:", "s%3A", "S:", "%25", "%", "%2", ".",
        "…", ";", "; ", "\n", "\r\n", " ", "\t", '"', "'", "Cookie: ", "Set-Cookie: ", "; Path=/",
        "; Secure", "; Max-Age=", "; Expires=", "; Domain=", "; SameSite=None", "curl ", "-b ",
        "-H ", "\\", "^", "`", "$'", "\x00", "\x1b[31m", "\u202e", "\ud800", "\udfff", "\ufeff",
        "=", "==", "eyJ9", "e30=", "A" * 43, "0" * 64, SENT, SIGNED["not percent-encoded"],
        SEALED["as it is written"], "한글", "\U0001f600", "__Host-", "{", "}", "http://",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=3) | st.characters(), max_size=12).map("".join)
SECRETS = st.lists(
    st.sampled_from([SECRET, KEYS[0], "a", "a,b", "A=b", "'x'", "\ud800", " \n"]) | st.text(),
    max_size=3,
)


@settings(max_examples=400)
@given(TEXTS, SECRETS)
def test_any_text_is_answered(text: str, secrets: list[str]) -> None:
    found = inspect_text(text, secrets)
    assert found.cookies or found.problems
    data = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert [each["status"] for each in data["cookies"]] == [each.status for each in found.cookies]
    for reading in found.cookies:
        assert (reading.secret is not None) == (reading.status is Status.VALID)
        assert (reading.set_cookie is not None) == (reading.given.source is CookieSource.SET_COOKIE)


@settings(max_examples=200)
@given(TEXTS)
def test_nothing_is_valid_without_a_secret(text: str) -> None:
    assert all(reading.status is not Status.VALID for reading in inspect_text(text).cookies)


SIZE = 2**18
LONG = {
    "one value": "a=" + "x" * SIZE,
    "one name": "x" * SIZE + "=1",
    "many cookies": "a=b;" * (SIZE // 4),
    "many names": ";".join(f"a{number}={number}" for number in range(20_000)),
    "many signed cookies": ";".join(f"a{number}={SENT}" for number in range(2_500)),
    "many lines": "a=b\n" * (SIZE // 4),
    "many headers": "Cookie: a=b\n" * (SIZE // 12),
    "many Set-Cookie lines": "Set-Cookie: a=b; Path=/\n" * (SIZE // 100),
    "many attributes": "Set-Cookie: a=b" + "; Path=/" * (SIZE // 8),
    "one long attribute": "Set-Cookie: a=b; Path=" + "/" * SIZE,
    "a long signed value": "s:" + "x" * SIZE + "." + "A" * 43,
    "a long signature": "s:x." + "A" * SIZE,
    "many dots": "s:" + "." * SIZE,
    "many prefixes": "s:" * (SIZE // 2),
    "many percent signs": "a=" + "%" * SIZE,
    "many escapes": "a=" + "%25" * (SIZE // 3),
    "encoded many times": "s%" + "25" * (SIZE // 2) + "3A",
    "quotes": '"' * SIZE,
    "quotes in a value": "a=" + '"' * SIZE,
    "base64": "ey" + "J" * SIZE,
    "a deep session": "session=" + "W1tb" * (SIZE // 4),
    "letters": "x" * SIZE,
    "colons": ":" * SIZE,
    "words": "x " * (SIZE // 2),
    "a command": "curl -b '" + "a=b;" * (SIZE // 4) + "'",
    "a command of options": "curl" + " -b a=b" * (SIZE // 7),
    "a command of quotes": "curl " + "'" * SIZE,
    "a command of backslashes": "curl " + "\\" * SIZE,
    "a command of carets": "curl ^\n" + "^" * SIZE,
    "prompts": "$ " * (SIZE // 2),
    "assignments": "A=b " * (SIZE // 4),
}


def work(text: str) -> float:
    """Seconds of the processor's time, of which a busy machine takes no more."""
    began = process_time()
    inspect_text(text, [SECRET, "another"])
    return process_time() - began


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_a_long_text_takes_no_longer_than_its_length(text: str) -> None:
    """Four times the text, some four times the work; sixteen times, if each part met each other."""
    assert work(text) < 8 * work(text[: len(text) // 4]) + 1


def test_the_plain_format_is_asked_last_and_reads_everything() -> None:
    *others, last = formats()
    assert last is plain.FORMAT
    assert all(each.rank < last.rank for each in others)
