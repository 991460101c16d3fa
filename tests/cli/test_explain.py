"""``sessionlab explain`` with Set-Cookie lines: what it prints, where, and its exit code."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionlab.cli import run
from sessionlab.cli.exit import Exit
from sessionlab.cli.explain_arguments import LARGEST_INPUT
from tests import PATIENCE

ROOT = Path(__file__).parents[2]
SHOP = "https://shop.example/a"
LOCAL = "http://localhost:3000/"
EVIL = ("--from", "https://evil.example")
FETCH = ("--fetch", "--from", "http://localhost:5173")
SGR = re.compile("\x1b\\[[0-9;]*m")
Explain = Callable[..., tuple[int, str, str]]


@pytest.fixture
def explain(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Explain:
    """Run the command in this process: exit code, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")

    def command(*arguments: str, stdin: bytes = b"") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = run(["explain", *arguments])
        output = capsys.readouterr()
        return code, output.out, output.err

    return command


def process(*arguments: str, stdin: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    ours = ("COLUMNS", "FORCE_COLOR", "NO_COLOR", "LANG", "LC_ALL", "LC_MESSAGES", "TERM")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-m", "sessionlab", "explain", *arguments],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        timeout=PATIENCE,
        env=kept | {"LANG": "C.UTF-8", "PYTHONUTF8": "1"} | more,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("a=1; SameSite=Lax", SHOP), 0, "Stored, and sent with this request."),
        (("a=1; Path=/", "b=2; Path=/", SHOP), 0, "Stored, and sent with this request."),
        (("Set-Cookie: a=1", SHOP), 0, "✓ sent      a"),
        (("a=1; Secure", "http://shop.example/"), 1, "http://shop.example is not encrypted"),
        (("a=1; Path=/x", SHOP), 1, "Its path /x does not cover /a."),
        (("a=1", LOCAL, "--then", "http://127.0.0.1:3000/"), 1, "two hosts and two sites"),
        (("a=1", LOCAL, "--then", "http://localhost:8080/"), 0, "Cookies know no ports"),
        (("a=1; SameSite=Lax", SHOP, *EVIL, "--method", "post"), 1, "with POST, which is no safe"),
        (("a=1; SameSite=Lax", SHOP, *EVIL), 0, "navigates the tab: cross-site"),
        (("a=1; SameSite=Lax", SHOP, *EVIL, "--not-top-level"), 1, "does not navigate the whole"),
        (("a=1; SameSite=Strict", SHOP, "--from", "null"), 1, "another site started the request"),
        (("a=1", SHOP, *EVIL, "--method", "POST", "--after", "121"), 1, "two minutes in which"),
        (("a=1; Max-Age=60", SHOP, "--after", "61"), 1, "Its time is over."),
        (("a=1; HttpOnly", SHOP, "--document-cookie"), 1, "not visible to the script"),
        (("a=1", SHOP, "--document-cookie"), 0, "visible to the script"),
        (("a=1", LOCAL, *FETCH), 1, "sends no cookie"),
        (("a=1", LOCAL, *FETCH, "--credentials", "include"), 0, "Stored, and sent"),
        (("a=1", SHOP, "--set-from", "https://evil.example"), 1, "can not be set there"),
        (("a=1; Domain=co.uk", "https://shop.co.uk/"), 1, "co.uk is a public suffix"),
        (("a=; Max-Age=0", SHOP), 1, "nothing to delete"),
        (("=abc", SHOP), 0, "(without a name)"),
        (("a=1", "b=2; Secure", "http://shop.example/a"), 1, "Stored: 1 of 2 lines. Sent: 1 of 1"),
        (("", SHOP), 1, "neither a name nor a value"),
        (("a=1", SHOP, "--lang", "ko"), 0, "저장되고, 이 요청에 실립니다."),
    ],
)  # fmt: skip
def test_the_answer_and_its_exit_code(
    explain: Explain, arguments: tuple[str, ...], code: int, said: str
) -> None:
    assert (found := explain(*arguments))[0] == code, found
    assert said in found[1]
    assert found[2] == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to explain"),
        (("a=1",), "which URL did that line come from?"),
        (("-",), "which URL did that line come from?"),
        (("a=1", "b=2"), "which URL did that line come from?"),
        (("a=1", "localhost:3000"), "write http://localhost:3000 or https://localhost:3000"),
        (("a=1", "nowhere"), "nowhere is no URL: write it as http://host/path"),
        (("a=1", "http://u:p@shop.example/"), "leave out what stands before the @"),
        (("a=1", "http://a b/"), "has no host that a browser would ask"),
        (("a=1", "http://a.example:99999/"), "has no port between 1 and 65535"),
        (("a=1", SHOP, "--then", "b"), "b is no URL"),
        (("a=1", SHOP, "--from", "evil"), "evil is no URL"),
        (("a=1", SHOP, "--set-from", "evil"), "evil is no URL"),
        (("a=1", SHOP, "--method", "GET /"), "GET / is no HTTP method"),
        (("a=1", SHOP, "--method", "connect"), "connect is no HTTP method"),
        (("a=1", SHOP, "--method", "GET\r\nX: y"), "is no HTTP method"),
        (("a=1", SHOP, "--credentials", "omit"), "give --fetch, too"),
        (("a=1", SHOP, "--visits", "3"), "--visits is for a visit"),
        (("a=1", SHOP, "--insecure"), "--insecure is for a visit"),
        (("http://127.0.0.1:9/", "--after", "0"), "--after needs a Set-Cookie line"),
        (("http://127.0.0.1:9/", "--document-cookie"), "--document-cookie needs a Set-Cookie line"),
        (("ftp://shop.example/",), "ftp can not be visited"),
        (("http://127.0.0.1:9/", "--then", "ws://shop.example/"), "ws can not be visited"),
        (("a=1", SHOP, "--after", "x"), "--after"),
        (("http://127.0.0.1:9/", "--visits", "1"), "--visits"),
        (("--nope",), "--nope"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line_on_stderr(
    explain: Explain, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = explain(*arguments)
    assert (code, out) == (Exit.USAGE, "")
    assert said in err
    assert err.count("\n") == 1


def test_lines_come_from_standard_input_as_they_were_copied(explain: Explain) -> None:
    headers = (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nDate: x\r\nSet-Cookie: b=2; Path=/\r\n"
    )
    code, out, _ = explain("-", SHOP, "--json", stdin=headers)
    assert (code, json.loads(out)["cookie_header"]) == (Exit.OK, "a=1; b=2")
    code, out, _ = explain("-", SHOP, "--json", stdin=b"\xef\xbb\xbfa=1\nb=\xff\n")
    assert [each["value"] for each in json.loads(out)["set"]] == ["1", "\xff"]


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b"", "no line on standard input"),
        (b"\n\n", "no line"),
        (b"a" * (LARGEST_INPUT + 1), "longer"),
    ],
)
def test_standard_input_without_a_line_or_without_an_end_is_refused(
    explain: Explain, stdin: bytes, said: str
) -> None:
    code, out, err = explain("-", SHOP, stdin=stdin)
    assert (code, out) == (Exit.USAGE, "")
    assert said in err


def test_json_has_everything_with_codes_for_sentences(explain: Explain) -> None:
    line = "connect.sid=s%3AK2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs15.AAAA; Path=/; Secure"
    code, out, _ = explain(line, "http://shop.example/", *EVIL, "--json")
    found = json.loads(out)
    assert code == Exit.CHECK_FAILED
    assert found["set"][0]["reasons"] == ["secure-from-http"]
    assert found["set"][0]["session_id"] == "K2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs15"
    assert found["set"][0]["evidence"]["host"] == "shop.example"
    assert found["cookie_header"] is None
    assert found["request"] == {
        "url": "http://shop.example/",
        "method": "GET",
        "from": "https://evil.example",
        "top_level": True,
        "fetch": None,
        "document_cookie": False,
        "without_credentials": False,
        "after": 0,
        "relation": "cross-site-navigation",
        "site": "http://shop.example",
    }


@pytest.mark.parametrize(
    "evil",
    [
        "\x1b]52;c;ZXZpbA==\x07",
        "\x9b2J",
        "a\r\nSet-Cookie: b",
        "\u202egnp",
        "[red]x[/red]",
        "\udcff",
    ],
)
def test_nothing_hostile_reaches_the_terminal(explain: Explain, evil: str) -> None:
    for arguments in (
        (f"{evil}={evil}; Domain={evil}; Path={evil}; SameSite={evil}", SHOP),
        ("a=1", evil),
        ("a=1", SHOP, "--then", evil),
        ("a=1", SHOP, "--method", evil),
        ("a=1", f"http://shop.example/{evil}", "--from", f"http://evil.example/{evil}"),
    ):
        for more in ((), ("--json",)):
            _, out, err = explain(*arguments, *more)
            bare = SGR.sub("", out + err)
            assert [each for each in bare if each != "\n" and not each.isprintable()] == []


@settings(max_examples=150)
@given(st.text(), st.sampled_from([SHOP, LOCAL, "-x"]) | st.text(), st.booleans())
def test_any_line_and_any_url_get_an_answer(
    explain: Explain, line: str, url: str, as_json: bool
) -> None:
    code, out, err = explain(*(["--json"] if as_json else []), "--", line, url)
    assert code in (Exit.OK, Exit.CHECK_FAILED, Exit.USAGE)
    assert (out == "") is (code == Exit.USAGE)
    assert "defect" not in err


def test_what_is_not_needed_is_not_imported() -> None:
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from sessionlab.cli import run\n"
            f"code = run(['explain', 'a=1', '{LOCAL}', '--json'])\n"
            "wanted = ('werkzeug', 'rich', 'http.client', 'ssl', 'publicsuffixlist')\n"
            "print(code, [name for name in wanted if name in sys.modules], file=sys.stderr)",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert found.stderr == "0 []\n"


def test_the_output_of_a_pipe_is_80_columns_without_colour() -> None:
    done = process("a=1; Secure", "http://shop.example/", "--lang", "ko")
    assert (done.returncode, done.stderr) == (Exit.CHECK_FAILED, b"")
    assert b"\x1b" not in done.stdout
    assert "거부" in done.stdout.decode()


def test_octets_that_are_no_utf_8_are_taken_as_they_are() -> None:
    done = process("-", SHOP, "--json", stdin=b"a=\xb0\xa1\n")
    assert json.loads(done.stdout)["set"][0]["value"] == "\xb0\xa1"
    done = subprocess.run(
        [sys.executable, "-m", "sessionlab", "explain", b"a=\xb0\xa1", SHOP, "--json"],
        cwd=ROOT,
        capture_output=True,
        timeout=PATIENCE,
    )
    assert json.loads(done.stdout)["set"][0]["value"] == "\xb0\xa1"


def test_help_names_both_uses_and_the_exit_codes() -> None:
    for language, said in (("en", "Exit codes"), ("ko", "종료 코드")):
        done = process("--help", SESSIONLAB_LANG=language, LANG=f"{language}_KR.UTF-8")
        assert done.returncode == 0
        assert said in done.stdout.decode()
