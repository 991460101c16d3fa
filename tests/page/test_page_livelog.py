"""The block that a request becomes in the terminal."""

from __future__ import annotations

import re
import unicodedata
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from werkzeug.test import Client

from sessionlab.core.decide import Reason
from sessionlab.core.options import CookieOptions, SessionOptions
from sessionlab.core.wire import sign
from sessionlab.demo.apps import make_demo_app
from sessionlab.page.eventlog import EventLog
from sessionlab.page.livelog import LiveLog
from sessionlab.page.traffic import Traffic
from sessionlab.render.catalogue import Catalogue
from sessionlab.session.stores import MemoryStore

IDS = ("AAAA0000000000000000000000000aaa", "BBBB0000000000000000000000000bbb")
SIGNATURE = sign(IDS[0], "key").rpartition(".")[2][:4]


MATCHES = Catalogue("en").text("reasons.short.valid-signature")
MATCHES_NOT = Catalogue("en").text("reasons.short.bad-signature")


def watched(language: str = "en", width: int = 80, colours: bool = False, **options: Any) -> Any:
    """An application whose requests are printed, and the paper that they are printed on."""
    ids = iter(IDS * 10)
    paper = StringIO()
    console = Console(
        file=paper,
        width=width,
        highlight=False,
        soft_wrap=True,
        force_terminal=colours,
        color_system="256" if colours else None,
    )
    live = LiveLog(console, Catalogue(language))
    log = EventLog(clock=lambda: 0)
    log.subscribe(lambda entry, text: [console.print(line) for line in live.block(entry)])
    traffic = Traffic(log)
    given = {"secrets": "key", "genid": lambda environ: next(ids), "store": MemoryStore()} | options
    app = make_demo_app(SessionOptions(**given), clock=lambda: 0, listener=traffic.listener)
    return traffic.around(app), paper


def block(app: Any, paper: StringIO, method: str, path: str, **more: Any) -> list[str]:
    """The lines that one request prints."""
    paper.truncate(paper.seek(0))
    local = {"REMOTE_ADDR": more.pop("client", "127.0.0.1")}
    Client(app, use_cookies=False).open(path, method=method, environ_base=local, **more)
    return paper.getvalue().splitlines()


def why(reason: str, language: str = "en") -> str:
    """What was done and why, as the catalogue says it."""
    say = Catalogue(language).text
    outcome = Reason(reason).outcome
    return f"{say(f'reasons.outcome-short.{outcome}')}: {say(f'reasons.short.{reason}')}"


def test_a_first_visit_shows_the_new_id_the_record_and_the_cookie_with_the_reasons() -> None:
    assert block(*watched(), "GET", "/session") == [
        "── 1  GET /session ──────────────────────────────────────────── 200  1번 접속 ──",
        " sends      │ no cookie",
        f" signature  │ {Catalogue('en').text('reasons.short.no-cookie')}",
        " session ID │ AAAA…aaa new",
        " asks store │ set AAAA…aaa",
        " store      │ + AAAA…aaa  count 1",
        f" because    │ cookie  {why('new-modified-sent')}",
        f"            │ store   {why('new-modified')}",
        f" sets       │ connect.sid=s%3AAAAA…aaa.{SIGNATURE}…; Path=/; HttpOnly",
    ]


def rows(lines: list[str]) -> dict[str, list[str]]:
    """The block's cells by their labels."""
    found: dict[str, list[str]] = {}
    label = ""
    for line in lines[1:]:
        name, _, cell = line.partition("│")
        label = name.strip() or label
        found.setdefault(label, []).append(cell.strip())
    return found


def visit(app: Any, paper: StringIO, times: int = 1) -> str:
    """Visit, and return the Cookie header that a browser would send next."""
    client = Client(app)
    for _ in range(times):
        client.get("/session")
    paper.truncate(paper.seek(0))
    return str(client.get("/").request.environ["HTTP_COOKIE"])


def test_a_second_visit_shows_what_changed_in_the_record() -> None:
    app, paper = watched()
    cookie = visit(app, paper)
    shown = rows(block(app, paper, "GET", "/session", headers={"Cookie": cookie}))
    assert shown["signature"] == [f"AAAA…aaa · {SIGNATURE}…  ✓ {MATCHES}"]
    assert shown["session ID"] == ["AAAA…aaa found"]
    assert shown["asks store"] == ["get AAAA…aaa  ✓ found", "set AAAA…aaa"]
    assert shown["store"] == ["~ AAAA…aaa  count 1 → 2"]
    assert shown["sets"] == ["no Set-Cookie"]


def test_a_login_shows_the_record_that_goes_and_the_one_that_comes() -> None:
    app, paper = watched()
    headers = {"Cookie": visit(app, paper)}
    lines = block(app, paper, "POST", "/session/login", data={"user": "ann"}, headers=headers)
    shown = rows(lines)
    assert set(shown["store"]) == {'+ BBBB…bbb  count 1 · user "ann"', "- AAAA…aaa  count 1"}
    assert "session.regenerate()" in shown["asks store"]
    assert lines[0].endswith("─ 200  ann ──")


def test_a_flipped_signature_is_shown_as_refused() -> None:
    app, paper = watched()
    cookie = visit(app, paper).replace(f".{SIGNATURE}", f".!{SIGNATURE[1:]}")
    shown = rows(block(app, paper, "GET", "/session", headers={"Cookie": cookie}))
    assert shown["signature"] == [f"AAAA…aaa · !{SIGNATURE[1:]}…  ✗ {MATCHES_NOT} → ignored"]
    assert shown["session ID"] == ["AAAA…aaa refused → BBBB…bbb new"]


def test_a_secure_cookie_over_http_says_why_it_was_withheld() -> None:
    app, paper = watched(cookie=CookieOptions(secure=True))
    shown = rows(block(app, paper, "GET", "/session"))
    assert shown["because"][0] == f"cookie  {why('secure-over-http')}"
    assert shown["sets"] == ["no Set-Cookie"]


def test_the_plain_design_shows_its_cookies_and_nothing_that_it_does_not_have() -> None:
    app, paper = watched()
    shown = rows(block(app, paper, "GET", "/cookie", headers={"Cookie": "count=1"}))
    assert shown == {"sends": ["count=1"], "sets": ["count=2; Path=/"]}


@pytest.mark.parametrize(
    ("path", "start", "end"),
    [("/", "── 1  GET / ─", "─ 200  OK ──"), ("/no", "── 1  GET /no ─", "─ 404  NOT FOUND ──")],
)
def test_what_no_design_has_to_do_with_is_one_line(path: str, start: str, end: str) -> None:
    (line,) = block(*watched(), "GET", path, headers={"Cookie": "a=b"})
    assert (line[: len(start)], line[-len(end) :], len(line)) == (start, end, 80)


def test_a_client_on_another_machine_is_named() -> None:
    (line,) = block(*watched(), "GET", "/", client="192.0.2.1")
    assert line.startswith("── 1  192.0.2.1  GET / ─")


def test_korean_blocks_stand_in_line() -> None:
    lines = block(*watched("ko"), "GET", "/session")
    assert rows(lines)["이유"] == [
        f"쿠키   {why('new-modified-sent', 'ko')}",
        f"스토어 {why('new-modified', 'ko')}",
    ]
    assert len({cells(line.partition("│")[0]) for line in lines[1:]}) == 1


def cells(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(language: str, width: int) -> None:
    app, paper = watched(language, width, cookie=CookieOptions(max_age=60, same_site="lax"))
    headers = {"Cookie": visit(app, paper) + "; other=" + "가나다" * 30}
    lines = block(app, paper, "GET", "/session", headers=headers)
    lines += block(app, paper, "GET", "/" + "long-" * 60)
    lines += block(app, paper, "POST", "/cookie/cart", data={"item": "긴 상품 " * 40})
    assert len(lines) > 10
    assert [line for line in lines if cells(line) > width] == []


def test_where_there_is_room_ids_are_whole() -> None:
    shown = rows(block(*watched(width=200), "GET", "/session"))
    assert shown["session ID"] == [f"{IDS[0]} new"]


def test_an_id_has_one_colour_in_all_rows_and_a_second_one_has_another() -> None:
    app, paper = watched(colours=True)
    headers = {"Cookie": visit(app, paper)}
    text = "\n".join(
        block(app, paper, "POST", "/session/login", data={"user": "ann"}, headers=headers)
    )
    styles = {
        short: {text[:at].rpartition("\x1b[")[2] for at in _finds(text, short)}
        for short in ("AAAA…aaa", "BBBB…bbb")
    }
    assert [len(found) for found in styles.values()] == [1, 1]
    assert styles["AAAA…aaa"] != styles["BBBB…bbb"]


def _finds(text: str, part: str) -> list[int]:
    return [at for at in range(len(text)) if text.startswith(part, at)]


HOSTILE = [
    "\x1b[31mred",
    "\x1b]52;c;aGk=\x07",
    "\x1b]8;;http://evil\x1b\\link",
    "\x9b31m",
    "\u202etxt",
    "[bold red]markup[/]",
    ":smile:",
    "a\nb",
    "⟨ESC⟩",
]


@pytest.mark.parametrize("colours", [False, True])
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_reach_the_terminal_harmlessly(value: str, colours: bool) -> None:
    app, paper = watched(colours=colours, width=160)
    wire = value.replace("\n", "").encode().decode("latin-1")
    headers = {"Cookie": f"{wire}={wire}; connect.sid={wire}; session={wire}; session.sig={wire}"}
    lines = block(app, paper, "GET", f"/session/{value}", headers=headers)
    lines += block(app, paper, "POST", "/session/login", data={"user": value}, headers=headers)
    lines += block(app, paper, "POST", "/cookie/cart", data={"item": value}, headers=headers)
    lines += block(app, paper, "GET", "/signed-cookie", headers=headers)
    text = "\n".join(lines)
    plain = _without_colours(text) if colours else text
    assert [c for c in plain if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")] == []
    assert "smile" not in value or ":smile:" in plain
    assert "bold" not in value or "[bold red]markup" in plain


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0")))
def test_no_cookie_header_breaks_a_block(header: str) -> None:
    app, paper = watched()
    for path in ("/session", "/signed-cookie", "/cookie"):
        lines = block(app, paper, "GET", path, headers={"Cookie": header})
        assert lines[0].endswith("─ 200  1번 접속 ──") or header
        assert [c for line in lines for c in line if unicodedata.category(c) in ("Cc", "Cf")] == []


def _without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)
