"""Everything in a transcript may come from an attacker; none of it reaches the terminal raw."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from sessionlab.core.decide import Reason
from sessionlab.core.events import (
    KINDS,
    CookieDecided,
    ErrorOccurred,
    Failed,
    RequestHeld,
    RequestResumed,
    ServerRestarted,
    StoreDecided,
    TimePassed,
    WithheldCookie,
)
from sessionlab.core.jar.codes import Withheld
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.render.compare import render_comparison
from sessionlab.render.export import to_html, to_svg, to_text
from tests.transcript.lane import Lane

from .drawing import cells, drawn
from .views import view_of

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
    "</text></svg><script>alert(1)</script>",
    "\ud800",
    "e" + "\u0301" * 40,
)
SGR = re.compile("\x1b\\[[0-9;]*m")


def everywhere(evil: str) -> Lane:
    """A lane in which every text that can come from outside is this one."""
    signed = f"s%3A{evil}.{evil}"
    lane = (
        Lane("hostile").copy(evil, evil, evil).edit(evil, evil, f"{evil}2").edit(evil, signed, evil)
    )
    lane.close(evil)
    lane.request(
        (evil, evil, "edited"),
        (evil, signed, "copied"),
        client=evil,
        method=evil,
        path=evil,
        body=evil,
        withheld=(WithheldCookie(evil, evil, (Withheld.OTHER_PATH,)),),
    )
    lane.read(Reason.BAD_SIGNATURE, name=evil, raw=signed, id=evil, signature=evil)
    lane.opened(f"{evil}new", True).store("get", evil, found=False, error=evil, record=evil)
    lane.call("save", evil, error=evil)
    lane.add(ErrorOccurred(Failed.SAVE, evil))
    lines = (f"{evil}={evil}; {evil}={evil}; Path={evil}", f"a={signed}; Domain={evil}")
    lane.response(evil, *lines, caching=(f"Vary: {evil}",))
    lane.stored(evil, "refused", "too-long").stored(evil)
    data = f'{{"cookie":{{}},"k":{json_text(evil)}}}'
    lane.snapshot({evil: data, "x": evil}, {f"{evil}new": data, "x": data})
    return overlapping(lane.at(2), evil)


def overlapping(lane: Lane, evil: str) -> Lane:
    """Two requests that meet in one record, of which each member's name and value is evil."""
    one, two = (f'{{"cookie":{{}},{json_text(evil)}:{number}}}' for number in (1, 2))
    for _ in range(2):
        lane.request(client=evil, path=evil, server=1)
        lane.read(Reason.VALID_SIGNATURE, id=evil)
        lane.store("get", evil, found=True, record=one).opened(evil, False).hold()
        lane.request(client=f"{evil}2").read(Reason.VALID_SIGNATURE, id=evil)
        lane.store("set", evil, record=two).response(evil).resume()
        lane.store("set", evil, record=one).response(evil)
        lane.snapshot({evil: one}, {evil: one})
        lane.at(3)
    return lane


def json_text(evil: str) -> str:
    import json

    return json.dumps(evil)


def forced(view: Any, language: str, width: int, wide: bool) -> str:
    output = StringIO()
    console = Console(
        file=output,
        width=width,
        force_terminal=True,
        color_system="truecolor",
        _environ={"FORCE_COLOR": "1"},
    )
    for part in render_comparison(view, Catalogue(language), wide=wide):
        console.print(part)
    return output.getvalue()


def controls(text: str) -> set[str]:
    return {
        character
        for character in text
        if character != "\n" and (ord(character) < 32 or 127 <= ord(character) < 160)
    }


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("evil", HOSTILE)
def test_no_hostile_value_reaches_the_terminal(evil: str, width: int, wide: bool) -> None:
    view = view_of(everywhere(evil), Lane("other").request().response(), note=evil)
    plain = "\n".join(drawn(render_comparison(view, Catalogue("en"), wide=wide), width))
    assert controls(plain) == set()
    assert not re.search("[\u200b-\u200f\u2028-\u202e\u2060-\u2069]", plain)
    coloured = forced(view, "en", width, wide)
    assert controls(SGR.sub("", coloured)) == set()
    # Nothing but what the console itself writes: the same characters as without colour.
    assert SGR.sub("", coloured).split("\n")[:-1] == plain.split("\n")


@pytest.mark.parametrize("evil", HOSTILE)
def test_markup_stays_text_and_lines_stay_aligned(evil: str) -> None:
    view = view_of(everywhere(evil))
    for language in LANGUAGES:
        assert cells(drawn(render_comparison(view, Catalogue(language)), 120)) == {120}


def test_markup_is_shown_as_it_is() -> None:
    text = "\n".join(
        drawn(render_comparison(view_of(everywhere("[red]x[/red]")), Catalogue("en")), 160)
    )
    assert "[red]x[/red]=[red]x[/red]" in text


@settings(max_examples=40)
@given(st.text(st.characters(exclude_categories=()), max_size=12))
def test_any_text_at_all_is_drawn(evil: str) -> None:
    view = view_of(everywhere(evil))
    parts = list(render_comparison(view, Catalogue("ko")))
    text = to_text(parts, width=100)
    assert controls(text) == set()
    text.encode()
    to_html(parts, width=100, title=evil).encode()
    to_svg(parts, width=100, title=evil).encode()


def test_all_kinds_are_covered() -> None:
    """A new kind of event must be made hostile here as well, or be without foreign text."""
    harmless = {
        ServerRestarted, TimePassed, CookieDecided, StoreDecided, RequestHeld, RequestResumed
    }  # fmt: skip
    assert {type(entry.event) for entry in everywhere("x").entries} | harmless == set(
        KINDS.values()
    )
