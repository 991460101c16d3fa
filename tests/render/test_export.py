"""Files: the same bytes each time, nothing from another host, everything in its column."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from rich.cells import cell_len
from rich.console import RenderableType

from sessionlab.render.catalogue import Catalogue
from sessionlab.render.compare import render_comparison
from sessionlab.render.export import to_html, to_svg, to_text

from .drawing import drawn
from .test_golden import comparison

SVG = "{http://www.w3.org/2000/svg}"
CELL = 8.4


def parts(language: str = "ko") -> list[RenderableType]:
    return list(render_comparison(comparison(), Catalogue(language)))


def test_the_text_is_what_a_console_prints() -> None:
    expected = "".join(f"{line.rstrip()}\n" for line in drawn(parts(), 120))
    assert to_text(parts(), width=120) == expected


@pytest.mark.parametrize("write", [to_svg, to_html])
def test_a_file_refers_to_nothing_elsewhere(write: Callable[..., str]) -> None:
    text = write(parts(), width=120, title="compare")
    addresses = set(re.findall(r"(?:https?:)?//[\w.:/-]+", text))
    assert addresses - {"http://www.w3.org/2000/svg"} == set()
    for forbidden in ("@font-face", "@import", "url(", "<script", "href", "src="):
        assert forbidden not in text


@pytest.mark.parametrize("write", [to_svg, to_html])
def test_two_exports_are_the_same(write: Callable[..., str]) -> None:
    first = write(parts(), width=120, title="compare")
    assert first == write(parts(), width=120, title="compare")


def test_the_picture_is_well_formed_and_named() -> None:
    root = ET.fromstring(to_svg(parts(), width=120, title="a <b> & c"))
    assert root.find(f"{SVG}title").text == "a <b> & c"  # type: ignore[union-attr]


def test_everything_in_the_picture_stands_in_its_cells() -> None:
    """What is read off the places of the words is the text itself, column by column."""
    root = ET.fromstring(to_svg(parts(), width=120, title="x"))
    rows: dict[str, list[tuple[float, str]]] = {}
    for text in root.find(f"{SVG}g[@transform]").iter(f"{SVG}text"):  # type: ignore[union-attr]
        rows.setdefault(text.attrib["y"], []).append((float(text.attrib["x"]), text.text or ""))
        if "textLength" in text.attrib:
            wanted = cell_len(text.text or "") * CELL
            assert float(text.attrib["textLength"]) == pytest.approx(wanted, abs=0.01)
    read = []
    for row in sorted(rows, key=float):
        line = ""
        for x, word in sorted(rows[row]):
            # A wide character stands in the middle of its cells, a little to the right.
            blanks = round(x / CELL - 0.1) - cell_len(line)
            assert blanks >= 0
            line += " " * blanks + word
        read.append(line)
    lines = [re.sub("[─│┼]", " ", line).rstrip() for line in drawn(parts(), 120)]
    assert read == [line for line in lines if line]


class Page(HTMLParser):
    """Collects the text of the ``pre`` and the widths of the boxes of wide characters."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.inside = False
        self.box: str | None = None
        self.boxes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = self.inside or tag == "pre"
        if tag == "i":
            self.box = dict(attrs)["style"]

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "pre"
        self.box = None if tag == "i" else self.box

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data
        if self.box is not None:
            self.boxes.append((data, self.box))


def test_the_page_has_the_text_and_boxes_for_wide_characters() -> None:
    page = Page()
    page.feed(to_html(parts(), width=120, title="compare", language="ko"))
    assert page.text.rstrip("\n") == to_text(parts(), width=120).rstrip("\n")
    assert page.boxes
    for text, style in page.boxes:
        assert f"width:{cell_len(text)}ch" in style


def test_the_page_says_its_language() -> None:
    assert '<html lang="ko">' in to_html(parts(), width=80, title="x", language="ko")
