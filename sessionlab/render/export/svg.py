"""A picture of a terminal.

Rules
- System fonts only, monospace ones first, Korean ones among them.
- Every run is placed by itself and stretched to its cells, and so is every wide character.  Other
  fonts can make the picture uglier, but the columns stay straight.
- Box lines are drawn as paths, because fonts leave gaps between rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from sessionlab.render.export.runs import BACKGROUND, FOREGROUND, Run
from sessionlab.render.safe import visible

_CELL = 8.4
_LINE = 20.0
_SIZE = 14
_BASE = 14.5
_MARGIN = 18.0
_BAR = 34.0
_FONTS = (
    "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono','D2Coding',"
    "'NanumGothicCoding','Noto Sans Mono CJK KR','Noto Sans CJK KR','Apple SD Gothic Neo',"
    "'Malgun Gothic',monospace"
)
_STROKES = {"─": "h", "│": "v", "┼": "hv"}
_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" \
width="{width:g}" height="{height:g}" role="img" aria-label="{title}">
<title>{title}</title>
<style>
text {{ font: {size}px {fonts}; fill: {foreground}; white-space: pre }}
{classes}
</style>
<rect width="{width:g}" height="{height:g}" rx="9" fill="{background}"/>
<g fill="#444c56"><circle cx="22" cy="19" r="5.5"/><circle cx="40" cy="19" r="5.5"/>\
<circle cx="58" cy="19" r="5.5"/></g>
<text x="{middle:g}" y="24" text-anchor="middle" style="fill:#8b949e">{title}</text>
<g transform="translate({left:g} {top:g})">
{text}
</g>
</svg>
"""


def svg_picture(lines: Sequence[Iterable[Run]], width: int, title: str) -> str:
    """The lines as a picture ``width`` cells wide."""
    classes: dict[str, str] = {}
    frames: dict[str, list[str]] = {}
    text: list[str] = []
    for row, line in enumerate(lines):
        for run in line:
            text += _text_elements(run, row, classes)
            for stroke in _strokes(run, row):
                frames.setdefault(_colour(run), []).append(stroke)
    for colour, strokes in frames.items():
        text.append(f'<path stroke="{colour}" d="{"".join(strokes)}"/>')
    whole = width * _CELL + 2 * _MARGIN
    return _PICTURE.format(
        width=whole,
        height=len(lines) * _LINE + _BAR + _MARGIN,
        middle=whole / 2,
        left=_MARGIN,
        top=_BAR,
        title=escape(visible(title)),
        size=_SIZE,
        fonts=_FONTS,
        foreground=FOREGROUND,
        background=BACKGROUND,
        classes="\n".join(f".{name} {{ {css} }}" for css, name in classes.items()),
        text="\n".join(text),
    )


def _text_elements(run: Run, row: int, classes: dict[str, str]) -> Iterator[str]:
    """The run's words as elements; blanks and box lines are left out."""
    y = row * _LINE + _BASE
    css = run.css.replace("color:", "fill:", 1)
    attribute = f' class="{classes.setdefault(css, f"s{len(classes)}")}"' if css else ""
    for word, x, cells in _words(run):
        left = x * _CELL
        stretch = f' textLength="{cells * _CELL:g}" lengthAdjust="spacingAndGlyphs"'
        if run.wide:
            left += _CELL - _SIZE / 2  # in the middle of its two cells
            stretch = ""
        yield f'<text x="{left:g}" y="{y:g}"{stretch}{attribute}>{escape(word)}</text>'


def _words(run: Run) -> Iterator[tuple[str, int, int]]:
    """Text, first cell, number of cells: wide characters one by one, narrow ones by words."""
    if run.wide:
        for index, character in enumerate(run.text):
            yield character, run.x + 2 * index, 2
        return
    written = "".join(" " if character in _STROKES else character for character in run.text)
    x = run.x
    for blank, word in _split(written):
        x += blank
        yield word, x, len(word)
        x += len(word)


def _split(text: str) -> Iterator[tuple[int, str]]:
    """The words, each with the number of blanks before it."""
    blanks = 0
    for part in text.split(" "):
        if part:
            yield blanks, part
            blanks = 0
        blanks += 1


def _strokes(run: Run, row: int) -> Iterator[str]:
    for index, character in enumerate(run.text):
        left, top = (run.x + index) * _CELL, row * _LINE
        for direction in _STROKES.get(character, ""):
            if direction == "h":
                yield f"M{left:g} {top + _LINE / 2:g}h{_CELL:g}"
            else:
                yield f"M{left + _CELL / 2:g} {top:g}v{_LINE:g}"


def _colour(run: Run) -> str:
    return next((part[6:] for part in run.css.split(";") if part.startswith("color:")), FOREGROUND)
