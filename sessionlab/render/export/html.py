"""A page: the text in one ``pre``, styles inline, wide characters in boxes of two cells."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from sessionlab.render.export.runs import BACKGROUND, FOREGROUND, Run
from sessionlab.render.safe import visible

_FONTS = (
    "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','D2Coding','NanumGothicCoding',"
    "'Noto Sans Mono CJK KR','Apple SD Gothic Neo','Malgun Gothic',monospace"
)
_PAGE = """\
<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ margin: 1.5rem; background: {background}; color: {foreground} }}
pre {{ margin: 0; font: 14px/1.2 {fonts}; overflow-x: auto }}
i {{ display: inline-block; font-style: normal; white-space: nowrap; line-height: 1;
  letter-spacing: calc(2ch - 1em) }}
</style>
<pre>{text}</pre>
</html>
"""


def html_page(lines: Iterable[Iterable[Run]], title: str, language: str) -> str:
    """The lines as a whole page."""
    return _PAGE.format(
        language=escape(language),
        title=escape(visible(title)),
        background=BACKGROUND,
        foreground=FOREGROUND,
        fonts=_FONTS,
        text="\n".join("".join(map(_html, line)) for line in lines),
    )


def _html(run: Run) -> str:
    if run.wide:
        css = f"width:{run.cells}ch" + (f";{run.css}" if run.css else "")
        return f'<i style="{css}">{escape(run.text)}</i>'
    if run.css and not run.text.isspace():
        return f'<span style="{run.css}">{escape(run.text)}</span>'
    return escape(run.text)
