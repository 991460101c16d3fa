"""Hostile values become visible, and never anything else."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from io import StringIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from sessionlab.render import safe
from sessionlab.render.safe import visible

# Everything Python can hold, lone surrogates included.
ANY_TEXT = st.text(st.characters(exclude_categories=()))
NAMES = {
    "NUL": 0, "SOH": 1, "STX": 2, "ETX": 3, "EOT": 4, "ENQ": 5, "ACK": 6, "BEL": 7, "BS": 8,
    "TAB": 9, "LF": 10, "VT": 11, "FF": 12, "CR": 13, "SO": 14, "SI": 15, "DLE": 16, "DC1": 17,
    "DC2": 18, "DC3": 19, "DC4": 20, "NAK": 21, "SYN": 22, "ETB": 23, "CAN": 24, "EM": 25,
    "SUB": 26, "ESC": 27, "FS": 28, "GS": 29, "RS": 30, "US": 31, "DEL": 127,
}  # fmt: skip


def original(shown: str) -> str:
    """The inverse of `visible`: if there is one, no two values look the same."""

    def character(match: re.Match[str]) -> str:
        name = match[1]
        return chr(int(name[2:], 16)) if name.startswith("U+") else chr(NAMES[name])

    return re.sub("⟨(.*?)⟩", character, shown)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("count=1", "count=1"),
        ("1번 접속", "1번 접속"),
        ("\x1b[31mred\x1b[0m", "⟨ESC⟩[31mred⟨ESC⟩[0m"),
        ("\x1b]8;;http://evil\x07link", "⟨ESC⟩]8;;http://evil⟨BEL⟩link"),
        ("\x1b]52;c;ZXZpbA==\x07", "⟨ESC⟩]52;c;ZXZpbA==⟨BEL⟩"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("a\r\nb\tc\x7f", "a⟨CR⟩⟨LF⟩b⟨TAB⟩c⟨DEL⟩"),
        ("a\u202eb\u2066c", "a⟨U+202E⟩b⟨U+2066⟩c"),
        ("a\u200bb\u2060c\ufeffd", "a⟨U+200B⟩b⟨U+2060⟩c⟨U+FEFF⟩d"),
        ("a\u2028b\u2029c", "a⟨U+2028⟩b⟨U+2029⟩c"),
        ("\ud800", "⟨U+D800⟩"),
        ("a\u00a0b\u3000c", "a⟨U+00A0⟩b⟨U+3000⟩c"),
        ("\u3164\u2800\u115f", "⟨U+3164⟩⟨U+2800⟩⟨U+115F⟩"),
        ("⟨ESC⟩", "⟨U+27E8⟩ESC⟨U+27E9⟩"),
        ("e\u0301", "e\u0301"),
        ("e\u0301\u0301\u0301", "e\u0301\u0301⟨U+0301⟩"),
        ("=\u0301", "=⟨U+0301⟩"),
        ("\u1112\u1161\u11ab", "\u1112\u1161\u11ab"),
        ("a\u1161", "a⟨U+1161⟩"),
        ("❤\ufe0f", "❤⟨U+FE0F⟩"),
        ("[red]x[/red]", "[red]x[/red]"),
    ],
)
def test_what_a_terminal_would_obey_is_written_by_name(value: str, shown: str) -> None:
    assert visible(value) == shown


@given(ANY_TEXT)
@example("".join(map(chr, range(256))))
def test_no_control_or_format_character_comes_through(value: str) -> None:
    categories = {unicodedata.category(character) for character in visible(value)}
    assert not categories & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    visible(value).encode("utf-8")


@given(ANY_TEXT)
@example("⟨ESC⟩\x1b")
def test_two_values_never_look_the_same(value: str) -> None:
    assert original(visible(value)) == value


@given(ANY_TEXT)
def test_every_character_takes_room_or_sits_on_one_that_does(value: str) -> None:
    assert bool(value) == bool(cell_len(visible(value)))


@given(ANY_TEXT)
@example("[red]a[/red] [link=http://evil]x[/link] :smile: \x1b[31m")
def test_rich_prints_the_visible_value_and_nothing_of_its_own(value: str) -> None:
    output = StringIO()
    console = Console(
        file=output, width=100_000, force_terminal=True, _environ={"FORCE_COLOR": "1"}
    )
    console.print(safe.text(value))
    assert output.getvalue() == f"{visible(value)}\n"


def test_the_style_of_a_value_does_not_spread() -> None:
    line = safe.text("a", "red").append("b")
    assert [(span.start, span.end) for span in line.spans] == [(0, 1)]


def test_sentences_and_visible_values_do_not_import_rich() -> None:
    code = (
        "import sys; from sessionlab.render import catalogue, safe;"
        "catalogue.Catalogue('ko').text('reasons.short.modified'); safe.visible('x');"
        "print([name for name in sys.modules if name.startswith('rich')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
