"""Tables as files: ``.txt``, ``.html`` and ``.svg``, the same bytes for the same input.

Rules
- The width is given in cells; the terminal at hand has no influence.
- A file refers to nothing on another host: no font, no style, no script.
- Wide characters take exactly two cells, whatever font the reader has.

    to_svg(render_comparison(view, catalogue), width=120, title="cookie-vs-session")
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType

from sessionlab.render.export.html import html_page
from sessionlab.render.export.runs import drawn
from sessionlab.render.export.svg import svg_picture

__all__ = ["to_html", "to_svg", "to_text"]


def to_text(parts: Iterable[RenderableType], *, width: int) -> str:
    """The parts as plain text, without trailing blanks."""
    lines = drawn(parts, width)
    return "".join("".join(run.text for run in line) + "\n" for line in lines)


def to_html(
    parts: Iterable[RenderableType], *, width: int, title: str, language: str = "en"
) -> str:
    """The parts as a whole HTML page."""
    return html_page(drawn(parts, width), title, language)


def to_svg(parts: Iterable[RenderableType], *, width: int, title: str) -> str:
    """The parts as a picture of a terminal."""
    return svg_picture(drawn(parts, width), width, title)
