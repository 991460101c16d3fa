"""Columns: every line takes the same cells, and nothing is lost on the way."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.elide import elide
from sessionlab.render.grid import broken, fitted, headed, labelled
from sessionlab.render.look import Line

CONSOLE = Console(file=StringIO(), width=80)
WORDS = st.text(st.sampled_from("ab 접속쿠키=;…✗한\u0301"), max_size=60)


@given(st.lists(st.lists(WORDS, max_size=3), min_size=1, max_size=4), st.integers(60, 200))
def test_every_line_takes_the_same_cells(cells: list[list[str]], total: int) -> None:
    grid = fitted(total, ["세션 ID", "because"], len(cells))
    lines = [[Line(safe.text(text)) for text in cell] for cell in cells]
    drawn = list(grid.row(CONSOLE, labelled("세션 ID"), lines))
    assert {cell_len(line.plain) for line in [*drawn, grid.rule()]} == {total}


@given(WORDS, st.integers(6, 40))
def test_a_long_line_goes_on_below_with_nothing_lost(text: str, room: int) -> None:
    pieces = broken(CONSOLE, Line(safe.text(text)), room)
    assert all(cell_len(piece.plain) <= room for piece in pieces)
    together = "".join(piece.plain for piece in pieces)
    assert together.replace(" ", "") == safe.visible(text).replace(" ", "")


def test_what_goes_on_below_is_indented() -> None:
    pieces = broken(CONSOLE, Line(Text("cookie  sent: the browser"), hang=8), 20)
    assert [piece.plain for piece in pieces] == ["cookie  sent: the", "        browser"]


def test_a_heading_that_is_too_long_goes_on_below() -> None:
    lines = list(headed(CONSOLE, "4  ", Text("앨리스가 쿠키를 고칩니다"), 26))
    assert [line.plain for line in lines] == [
        "── 4  앨리스가 쿠키를 ────",
        "      고칩니다            ",
    ]


@given(WORDS, st.integers(1, 40))
def test_an_elided_value_fits_and_shows_that_something_is_missing(text: str, room: int) -> None:
    shown = elide(text, room)
    assert cell_len(shown) <= max(room, 2)
    assert shown == safe.visible(text) or "…" in shown


@pytest.mark.parametrize(
    ("room", "shown"),
    [(26, "abcdefghijklmnopqrstuvwxyz"), (20, "abcdefghijklmno…wxyz"), (8, "abcdefg…")],
)
def test_the_end_of_a_value_stays_if_there_is_room(room: int, shown: str) -> None:
    assert elide("abcdefghijklmnopqrstuvwxyz", room) == shown
