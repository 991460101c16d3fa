"""The inspector's tables: whole pages at fixed widths, and nothing hostile in any of them.

After a change that is meant::

    SESSIONLAB_GOLDEN=write python -m pytest tests/render/test_inspection_view.py

and then read the difference as a reviewer would.
"""

from __future__ import annotations

import os
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from sessionlab.core.wire import encode_component, sign
from sessionlab.decode import inspect_text
from sessionlab.diagnose.server_state import read_state
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.render.inspection import MOST_COOKIES, InspectionView
from sessionlab.render.server_state import ServerStateView

GOLDEN = Path(__file__).parent / "inspection"
NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
ID = "K2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs15"
SECRET = "a secret of our own, long enough"
SENT = encode_component("s:" + sign(ID, SECRET))
SEALED = (
    "session=eyJ1c2VyIjoi7JWo66as7IqkIiwiY2FydCI6WyI8Yj4iLCJbcmVkXSJdfQ==; "
    "session.sig=AAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
PAGES: dict[str, tuple[str, list[str]]] = {
    "valid": (f"connect.sid={SENT}", ["another secret, which is older yet", SECRET]),
    "near-miss": (f"connect.sid={SENT.replace('%2B', '%20')}", [SECRET]),
    "sealed": (f"Cookie: theme=dark; {SEALED}; lang=ko", [SECRET]),
    "set-cookie": (
        f"Set-Cookie: connect.sid={SENT}; Path=/; Expires=Fri, 02 Jan 2026 00:00:00 GMT; "
        "HttpOnly; SameSite=None",
        [],
    ),
}
STATE: dict[str, Any] = {
    "options": {
        "name": "connect.sid",
        "secrets": 2,
        "resave": False,
        "trust_proxy": None,
        "genid": None,
        "cookie": {"path": "/", "max_age": 3600.0, "http_only": True},
    },
    "store": {
        "kind": "MemoryStore",
        "connected": True,
        "size": 3,
        "records": [
            {
                "id": ID,
                "record": '{"cookie":{"originalMaxAge":3600000,"expires":'
                '"2026-01-01T01:00:00.000Z","httpOnly":true,"path":"/"},"user":"앨리스","count":3}',
                "expires": NOW + 3_600_000,
            },
            {"id": "../\x1b[31m", "record": "no record\x1b[31m", "expires": None},
        ],
        "next": "2:last id",
    },
}
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


def view_of(text: str, secrets: list[str], language: str) -> InspectionView:
    found = inspect_text(text, secrets, now=NOW)
    names = [f"--secret number {number}" for number in range(1, len(secrets) + 1)]
    return InspectionView(found, Catalogue(language), names)


def server_view(state: Any, url: str = "http://x", language: str = "en") -> ServerStateView:
    found = read_state(state)
    assert found is not None
    return ServerStateView(found, url, Catalogue(language), now=NOW)


def compare_with_golden(name: str, page: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if os.environ.get("SESSIONLAB_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(page, encoding="utf-8")
    assert page == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_as_it_was(name: str, language: str, width: int) -> None:
    page = drawn(view_of(*PAGES[name], language), width)
    assert [line for line in page.splitlines() if cell_len(line) > width] == []
    compare_with_golden(f"{name}-{language}-{width}", page)


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_servers_page_is_as_it_was(language: str, width: int) -> None:
    page = drawn(server_view(STATE, "http://127.0.0.1:3000", language), width)
    assert [line for line in page.splitlines() if cell_len(line) > width] == []
    compare_with_golden(f"server-{language}-{width}", page)


def test_the_id_has_one_colour_and_the_signature_another() -> None:
    page = drawn(view_of(*PAGES["valid"], "en"), 200, colour=True)
    colours = set(re.findall(rf"\x1b\[([0-9;]*)m{ID}", page))
    signature = sign(ID, SECRET).rpartition(".")[2]
    others = set(re.findall(rf"\x1b\[([0-9;]*)m{re.escape(signature)}", page))
    assert (len(colours), len(others), len(colours | others)) == (1, 1, 2)


def check_harmless(page: str) -> None:
    bare = SGR.sub("", page)
    assert [each for each in bare if each != "\n" and not each.isprintable()] == []


@pytest.mark.parametrize("evil", HOSTILE)
@pytest.mark.parametrize(
    "place",
    [
        "{}={}", "connect.sid={}", "connect.sid=s:{}.{}", "s%3A{}.{}", "Set-Cookie: {}={}; {}={}",
        "Set-Cookie: a=b; Domain={}; Path={}; SameSite={}; Expires={}; Max-Age={}",
        "curl -b {}", "session={}; session.sig={}", "a=1; {}=2; {}=3", "s:x.{}", "log s%3Ax{}.{}",
    ],
)  # fmt: skip
def test_hostile_text_reaches_no_terminal(evil: str, place: str) -> None:
    text = place.replace("{}", evil)
    for secrets in ([], [evil, SECRET]):
        for language in LANGUAGES:
            check_harmless(drawn(view_of(text, secrets, language), 80, colour=True))


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(["a=", "connect.sid=s:", ".", "; ", "Set-Cookie: ", "\n", *HOSTILE])
        | st.text(max_size=5),
        max_size=8,
    ).map("".join),
    st.sampled_from([1, 12, 40, 80]),
)
def test_any_text_is_drawn_without_a_control_character(text: str, width: int) -> None:
    check_harmless(drawn(view_of(text, ["x"], "ko"), width, colour=True))


def test_markup_is_shown_as_it_stands() -> None:
    assert "[red]x[/red]" in drawn(view_of("a=[red]x[/red]", [], "en"), 80, colour=True)


def test_what_nobody_can_read_at_once_is_cut_and_said() -> None:
    page = drawn(view_of("a=" + "x" * 5000, [], "en"), 80)
    assert page.count("x") < 1300
    assert "characters left out: 3800" in page
    page = drawn(view_of("; ".join(f"a{n}=b" for n in range(MOST_COOKIES + 7)), [], "en"), 80)
    assert "cookies left out: 7" in page


def test_a_store_that_does_not_answer_is_named() -> None:
    store = {"kind": "RedisStore", "connected": False, "error": "gone"}
    page = drawn(server_view({**STATE, "store": store}), 80)
    assert "The store is not connected" in page
    assert "answers with an error: gone" in page
    assert "not connected" not in drawn(server_view(STATE), 80)


def test_an_id_is_written_whole_where_there_is_room_or_no_other() -> None:
    records = STATE["store"]["records"]
    for width, shown, whole in (
        (109, records, False),
        (109, records[:1], True),
        (110, records, True),
    ):
        store = {**STATE["store"], "records": shown}
        assert (ID[:20] in drawn(server_view({**STATE, "store": store}), width)) is whole


def test_what_the_attribute_table_explains_is_not_said_again() -> None:
    page = drawn(view_of("Set-Cookie: a=1; Made-Up=x", [], "en"), 200)
    assert page.count("no SameSite") == 1
    assert len([line for line in page.splitlines() if "made-up" in line.lower()]) == 1
    assert " ! " not in page


def test_a_record_that_can_not_be_read_is_listed_with_the_reason() -> None:
    store = {**STATE["store"], "size": 4, "broken": [{"id": "bad", "error": "no record"}]}
    lines = drawn(server_view({**STATE, "store": store}), 120).splitlines()
    assert any(line.split() == ["bad", "—", "—", "no", "record"] for line in lines), lines
    assert any("--after '2:last id'" in line for line in lines)
    assert "--after" not in drawn(server_view({**STATE, "store": {**store, "next": None}}), 120)


@pytest.mark.parametrize("evil", HOSTILE)
def test_a_hostile_server_reaches_no_terminal(evil: str) -> None:
    record = {"id": evil, "record": '{"cookie":{"path":"' + evil + '"}}', "expires": 10**30}
    state = {
        "options": {evil: evil, "cookie": {evil: {evil: [evil]}}, "secrets": evil},
        "store": {
            "kind": evil,
            "connected": False,
            "size": evil,
            "next": evil,
            "records": [record, record],
            "broken": [{"id": evil, "error": evil}],
        },
    }
    for store in (state["store"], {"error": evil}):
        check_harmless(drawn(server_view({**state, "store": store}, evil), 80, colour=True))
