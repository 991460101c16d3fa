"""Commands that browsers and people make, taken apart as their shell would."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.decode import CookieSource, ProblemCode, inspect_text
from sessionlab.decode.curl import is_command, read_command, split_words

CHROME = r"""curl 'http://localhost:3000/session' \
  -H 'Accept: text/html' \
  -H 'Cookie: connect.sid=s%3Aabc.def; it=it'\''s' \
  --compressed"""
CHROME_B = r"""curl 'http://localhost:3000/session' \
  -H 'accept: */*' \
  -b 'a=1; b=2' \
  --insecure"""
CHROME_ANSI = r"""curl 'http://localhost/' -H $'cookie: a=it\'s\u0021\x41\101\n; b=2'"""
CHROME_WINDOWS = """curl ^"http://localhost:3000/session^" ^
  -H ^"Accept: */*^" ^
  -b ^"connect.sid=s^%^3Aabc.d^%^2Bf; q=^\\^"x^\\^"^" ^
  -H ^"User-Agent: x^\""""
FIREFOX_WINDOWS = """curl "http://localhost:3000/session" ^
-H "Cookie: connect.sid=s%3Aabc.def" """
POWERSHELL = """curl.exe "http://localhost:3000/" `
  -H "Cookie: a=1" """

SENT = [
    (CHROME, ["connect.sid=s%3Aabc.def; it=it's"]),
    (CHROME_B, ["a=1; b=2"]),
    (CHROME_ANSI, ["a=it's!AA\n; b=2"]),
    (CHROME_WINDOWS, ['connect.sid=s%3Aabc.d%2Bf; q="x"']),
    (FIREFOX_WINDOWS, ["connect.sid=s%3Aabc.def"]),
    (POWERSHELL, ["a=1"]),
    ("curl -b a=1 http://x/", ["a=1"]),
    ("curl -ba=1 http://x/", ["a=1"]),
    ("curl -sSb a=1 http://x/", ["a=1"]),
    ("curl -sba=1 http://x/", ["a=1"]),
    ("curl --cookie a=1 http://x/", ["a=1"]),
    ("curl --cookie=a=1 http://x/", ["a=1"]),
    ("curl -b a=1 -b b=2 http://x/", ["a=1", "b=2"]),
    ('curl -H"Cookie: a=1" http://x/', ["a=1"]),
    ('curl --header "cookie:a=1" http://x/', ["a=1"]),
    ('$ curl -H "Cookie: a=\\"1\\"" http://x/', ['a="1"']),
    ("PS C:\\> curl.exe -b 'a=1' http://x/", ["a=1"]),
    ("HTTPS_PROXY=x /usr/bin/curl -b 'a=1' http://x/", ["a=1"]),
    ("wget --header='Cookie: a=1' http://x/", ["a=1"]),
    ("http :3000/session 'Cookie:a=1'", ["a=1"]),
    ("-H 'Cookie: a=1' -H 'X: y'", ["a=1"]),
    ("curl -H 'Cookie: a=1", ["a=1"]),
    ("curl xb=1 -b a=1", ["a=1"]),
    ("curl -d 'x' -A '-b' --data-raw '-b z=1' -b a=1 http://x/", ["a=1"]),
]


@pytest.mark.parametrize(("command", "headers"), SENT)
def test_the_cookies_of_a_command_are_found(command: str, headers: list[str]) -> None:
    assert is_command(command)
    assert list(read_command(command).headers) == headers


@pytest.mark.parametrize(("command", "headers"), SENT)
def test_a_command_is_inspected_as_such(command: str, headers: list[str]) -> None:
    found = inspect_text(command)
    assert found.cookies
    assert {each.given.source for each in found.cookies} == {CookieSource.CURL}


@pytest.mark.parametrize(
    "text", ["a=1; b=2", "curly=1", "http=1", "xh", "the curl of it", "-bare=1"]
)
def test_what_is_no_command_is_left_alone(text: str) -> None:
    assert not is_command(text)


def test_a_cookie_file_is_named_and_not_opened() -> None:
    found = inspect_text("curl -b jar.txt -H 'Cookie: a=1' http://x/")
    assert [(each.code, each.values) for each in found.problems] == [
        (ProblemCode.CURL_COOKIE_FILE, {"file": "jar.txt"})
    ]
    assert len(found.cookies) == 1


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Zl", "Zp", "Zs"))), max_size=5))
def test_words_survive_the_shells_own_quoting(words: list[str]) -> None:
    line = " ".join(shlex.quote(word) for word in words)
    if '^"' not in line and "^\n" not in line and "^\r\n" not in line:
        assert list(split_words(line)) == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a \\\n b", ["a", "b"]),
        ("a \\\r\n b", ["a", "b"]),
        ("a `\n b", ["a", "b"]),
        ("a\\\nb", ["ab"]),
        ("a `b", ["a", "`b"]),
        ("a \\b '' \"\"", ["a", "b", "", ""]),
        (
            "'a b\"c' \"d\\\"e\\$f\\g\" $'\\x41\\101\\u00e9\\n' $h",
            ['a b"c', 'd"e$f\\g', "AAé\n", "$h"],
        ),
        ("'a b", ["a b"]),
        ('x"a b', ["xa b"]),
        ("$'a\\", ["a"]),
    ],
)
def test_a_line_is_split_as_a_shell_does(line: str, words: list[str]) -> None:
    assert list(split_words(line)) == words


@given(st.text(alphabet="abc=;-x41 \t\r\n", max_size=60))
def test_what_is_not_quoted_is_split_at_blanks(text: str) -> None:
    assert list(split_words(text)) == text.split()


@given(st.text(alphabet="abc'\"\\$^`\n\r x41u{}=;", max_size=60))
def test_nothing_is_made_up_where_quotes_are_never_closed(text: str) -> None:
    words = "".join(split_words(text))
    assert words.count("b") + words.count("c") <= text.count("b") + text.count("c")
