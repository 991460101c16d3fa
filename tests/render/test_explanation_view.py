"""What ``explain`` shows: whole pages at fixed widths, and nothing hostile in any of them.

After a change that is meant::

    SESSIONLAB_GOLDEN=write python -m pytest tests/render/test_explanation_view.py

and then read the difference as a reviewer would.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from sessionlab.diagnose.address import WebAddress, read_address
from sessionlab.diagnose.find import find_causes
from sessionlab.diagnose.lines import explain_lines
from sessionlab.diagnose.observe import Observation, observe
from sessionlab.diagnose.start import Credentials, Start
from sessionlab.http.client import Answer
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.render.explanation import ExplanationView
from sessionlab.render.verdict_rows import MOST_COOKIES
from sessionlab.render.visits import VisitsView

GOLDEN = Path(__file__).parent / "explanation"
NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
SIGNED = (
    "connect.sid=s%3AK2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs15.R44uoJa98XLcFx2HXC6MIjO0flCxq8hjAYVRdo7QFYw"
)
OTHER = (
    "connect.sid=s%3AA9bTz04mLm4qN1yXvRk8sJw2dHf6gPo3.vJ2mUQh0Zc1Xy7Wn5Rk3Tb9Ld4Fs6Gp8Ha0Je2Iq1Mo"
)
LOCAL = "http://localhost:3000/session"
TEXT = ("Content-Type", "text/plain")
SGR = re.compile("\x1b\\[[0-9;]*m")
HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b2J\x9d0;title\x9c",
    "a\r\nSet-Cookie: b\x00c\x7f",
    "\u202egnp.exe\u2066\u200b",
    "[red]markup[/red][link=http://evil.example]x[/link]",
    "[/]",
    "{field}",
    "\ud800",
    "e" + "\u0301" * 40,
)


def lines_view(
    lines: list[str], url: str, start: Start, language: str, **more: Any
) -> ExplanationView:
    if then := more.pop("then", None):
        more["then"] = read_address(then)
    found = explain_lines(lines, read_address(url), start, lambda _: None, now=NOW, **more)
    return ExplanationView(found, Catalogue(language))


def seen(answers: list[Answer], url: str = LOCAL, start: Start | None = None) -> Observation:
    """A visit for each answer; redirects take theirs, and the last one stays."""
    left = list(answers)

    def ask(address: WebAddress, method: str, headers: Mapping[str, str]) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    requests = [(read_address(url), start or Start())] * 3
    return observe(requests, lambda _: None, ask, lambda: NOW)


def visits_view(observation: Observation, language: str, *, insecure: bool = False) -> VisitsView:
    causes = find_causes(observation)
    return VisitsView(observation, causes, Catalogue(language), insecure=insecure)


def ok(*lines: str, words: str = "1번 접속", **more: str) -> Answer:
    headers = [(name.replace("_", "-"), value) for name, value in more.items()]
    headers += [("Set-Cookie", line) for line in lines]
    return Answer(200, "OK", (TEXT, *headers), words.encode("utf-8", "surrogatepass"))


EVIL = read_address("https://evil.example")
FRONT = read_address("http://localhost:5173")
LINES: dict[str, tuple[list[str], str, Start, dict[str, Any]]] = {
    "everything-wrong": (
        [f"{SIGNED}; Domain=other.example; Secure; SameSite=None; Max-Age=99999999; Sequre"],
        "http://shop.example/login",
        Start(),
        {},
    ),
    "two-names-of-one-machine": (
        [f"{SIGNED}; Path=/; HttpOnly; SameSite=Lax"],
        LOCAL,
        Start(),
        {"then": "http://127.0.0.1:3000/session"},
    ),
    "posted-from-elsewhere": (
        ["sid=1; Path=/; HttpOnly; SameSite=Lax", "theme=dark; Path=/; SameSite=None; Secure"],
        "https://shop.example/",
        Start(method="POST", page=EVIL),
        {"after": 180_000},
    ),
    "fetched": (
        [f"{SIGNED}; Path=/; HttpOnly; SameSite=Lax"],
        LOCAL,
        Start(page=FRONT, top_level=False, fetch=Credentials.SAME_ORIGIN),
        {},
    ),
    "read-by-a-script": (
        ["이름=값; Path=/; HttpOnly; SameSite=Lax", "b=2; SameSite=Lax; Max-Age=3600"],
        LOCAL,
        Start(document_cookie=True),
        {},
    ),
    "all-well": ([f"{SIGNED}; Path=/; HttpOnly; SameSite=Lax"], LOCAL, Start(), {}),
}
MOVED = Answer(
    302,
    "Found",
    (("Location", "http://127.0.0.1:3000/me"), ("Set-Cookie", f"{SIGNED}; Path=/; HttpOnly")),
)
VISITS: dict[str, tuple[Observation, bool]] = {
    "session-kept": (
        seen([ok(f"{SIGNED}; Path=/; HttpOnly; SameSite=Lax"), ok(words="2번 접속")]),
        False,
    ),
    "no-cookie": (seen([ok()]), False),
    "new-id-each-time": (
        seen([ok(f"{each}; Path=/; HttpOnly") for each in (SIGNED, OTHER, SIGNED)]),
        False,
    ),
    "redirected-to-another-host": (seen([MOVED, ok(), MOVED, ok(), MOVED, ok()]), False),
    "fetched": (
        seen(
            [ok(f"{SIGNED}; Path=/; HttpOnly", Access_Control_Allow_Origin="*")],
            LOCAL,
            Start(page=FRONT, top_level=False, fetch=Credentials.SAME_ORIGIN),
        ),
        False,
    ),
    "behind-tls": (
        seen([Answer(500, "Internal Server Error", (TEXT,), b"oops")], "https://shop.example/"),
        True,
    ),
}


def drawn(view: Any, width: int, *, colour: bool = False) -> str:
    output = StringIO()
    console = Console(
        file=output,
        width=width,
        highlight=False,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        _environ={"FORCE_COLOR": "1"} if colour else {},
    )
    console.print(view)
    return output.getvalue()


def compare_with_golden(name: str, page: str, width: int) -> None:
    lines = page.splitlines()
    assert [line for line in lines if cell_len(line) > width] == []
    text = "".join(f"{line.rstrip()}\n" for line in lines)
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("SESSIONLAB_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LINES)
def test_the_page_of_lines_is_as_it_was(name: str, language: str, width: int) -> None:
    lines, url, start, more = LINES[name]
    page = drawn(lines_view(lines, url, start, language, **more), width)
    compare_with_golden(f"lines-{name}-{language}-{width}", page, width)


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", VISITS)
def test_the_page_of_visits_is_as_it_was(name: str, language: str, width: int) -> None:
    observation, insecure = VISITS[name]
    page = drawn(visits_view(observation, language, insecure=insecure), width)
    compare_with_golden(f"visits-{name}-{language}-{width}", page, width)


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (Start(), None),
        (
            Start(page=EVIL),
            "a link or a form of https://evil.example navigates the tab: cross-site",
        ),
        (Start(page=EVIL, top_level=False), "https://evil.example loads it as a part of itself"),
        (Start(fetch=Credentials.OMIT), "fetch() of the site's own page"),
    ],
)
def test_a_visit_says_what_started_it_unless_the_user_did(start: Start, words: str | None) -> None:
    page = drawn(visits_view(seen([ok("a=1")], start=start), "en"), 200)
    assert page.count("started") == (3 if words else 0)
    assert page.count(words or "navigates") == (3 if words else 0)


def test_an_id_has_one_colour_in_the_cookie_and_in_the_finding() -> None:
    page = drawn(visits_view(VISITS["new-id-each-time"][0], "en"), 80, colour=True)
    first = set(re.findall(r"\x1b\[([0-9;]*)mK2xF…s15", page))
    second = set(re.findall(r"\x1b\[([0-9;]*)mA9bT…Po3", page))
    assert (len(first), len(second), len(first | second)) == (1, 1, 2)
    assert page.count("K2xF…s15") >= 4


def check_harmless(page: str) -> None:
    bare = SGR.sub("", page)
    assert [each for each in bare if each != "\n" and not each.isprintable()] == []


@pytest.mark.parametrize("evil", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_line_reaches_no_terminal(evil: str, language: str) -> None:
    for line in (
        f"{evil}={evil}; {evil}={evil}",
        f"a={evil}; Domain={evil}; Path={evil}; SameSite={evil}; Expires={evil}; Max-Age={evil}",
        f"a=s:{evil}.{evil}; Path=/{evil}",
        evil,
    ):
        for start in (Start(), Start(method="POST", page=EVIL)):
            check_harmless(drawn(lines_view([line], LOCAL, start, language), 80, colour=True))


@pytest.mark.parametrize("evil", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_server_reaches_no_terminal(evil: str, language: str) -> None:
    octets = evil.encode("utf-8", "surrogatepass").decode("latin-1")
    headers = (
        TEXT,
        ("Set-Cookie", f"{octets}={octets}; Path={octets}"),
        ("Set-Cookie", f"sid={'x' * 32}; Domain={octets}; Expires={octets}"),
        ("Set-Cookie", f"sid={'y' * 32}; Path=/{octets}"),
        ("Date", octets),
        ("Access-Control-Allow-Origin", octets),
        ("Access-Control-Allow-Credentials", octets),
    )
    start = Start(page=FRONT, top_level=False, fetch=Credentials.INCLUDE)
    for more, status in (((), 500), ((("Location", octets),), 302)):
        answer = Answer(status, octets, (*headers, *more), octets.encode("latin-1"))
        view = visits_view(seen([answer], start=start), language)
        check_harmless(drawn(view, 80, colour=True))


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(["a=", "connect.sid=s:", ".", "; ", "Path=", "Domain=", "\n", *HOSTILE])
        | st.text(max_size=5),
        max_size=8,
    ).map("".join),
    st.sampled_from([1, 12, 40, 80]),
    st.sampled_from(LANGUAGES),
)
def test_any_line_is_drawn_at_any_width(line: str, width: int, language: str) -> None:
    check_harmless(drawn(lines_view([line], LOCAL, Start(), language), width, colour=True))
    octets = line.encode("utf-8", "surrogatepass").decode("latin-1")
    view = visits_view(seen([ok(octets, words=line)]), language)
    check_harmless(drawn(view, width, colour=True))


def test_what_nobody_can_read_at_once_is_cut_and_said() -> None:
    lines = [f"a{number}=b" for number in range(MOST_COOKIES + 7)]
    page = drawn(lines_view(lines, LOCAL, Start(), "en"), 80)
    assert page.count("left out: 7") == 2
    page = drawn(lines_view(["a=" + "x" * 100_000], LOCAL, Start(), "en"), 80)
    assert len(page) < 3000
