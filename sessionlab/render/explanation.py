"""What becomes of Set-Cookie lines and goes with a later request, for a person to read.

Rules
- The reader of `sessionlab.diagnose.lines.LinesExplained.to_json`.
- Two parts: what the browser keeps, and what it sends; below them the result in one sentence.
- Marks and words carry the meaning; colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from sessionlab.render.catalogue import Catalogue
from sessionlab.render.grid import headed
from sessionlab.render.ids import IdColours
from sessionlab.render.listing import Row, listed, sentence, shortened, widest
from sessionlab.render.look import Line, Look
from sessionlab.render.phrase import phrase, styled
from sessionlab.render.styles import FINDING_MARK, HEADING, LABEL, QUIET
from sessionlab.render.verdict_rows import MOST_COOKIES, VerdictRows

_LABEL_CELLS = 16
_KEPT = frozenset({"stored", "replaced"})


class ExplanationView:
    """A renderable: the lines, the request, and the result."""

    def __init__(self, found: Mapping[str, Any], catalogue: Catalogue) -> None:
        self._found = found
        self._catalogue = catalogue

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        total = options.max_width
        look = Look(self._catalogue, IdColours(), max(total - _LABEL_CELLS, 12))
        rows = VerdictRows(self._catalogue, look)
        kept, sent = list(self._kept(rows)), list(self._sent(rows))
        column = max(widest(kept), widest(sent))
        for title, part in ((self._answers(), kept), (self._later(), sent)):
            yield from headed(console, "", title, total)
            yield from listed(console, part, column, total)
            yield Text()
        yield from listed(
            console, [Row(styled(FINDING_MARK, HEADING), (self._result(),))], 1, total
        )

    # -- what the browser keeps --------------------------------------------------------------

    def _answers(self) -> Text:
        response = self._found["response"]
        key = "answers" if response["from"] is None else "answers-fetch"
        fields = {"url": response["url"], "page": response["from"] or ""}
        return self._said(f"said.{key}", HEADING, **fields)

    def _kept(self, rows: VerdictRows) -> Iterator[Row]:
        found = self._found["set"]
        for each in found[:MOST_COOKIES]:
            yield from rows.stored(each)
        if len(found) > MOST_COOKIES:
            yield rows.more(len(found) - MOST_COOKIES)

    # -- what the browser sends --------------------------------------------------------------

    def _later(self) -> Text:
        request = self._found["request"]
        key = "later-after" if request["after"] else "later"
        if request["document_cookie"]:
            key = "later-script"
        fields = {"method": request["method"], "url": request["url"], "seconds": request["after"]}
        return self._said(f"said.{key}", HEADING, **fields)

    def _sent(self, rows: VerdictRows) -> Iterator[Row]:
        request, cookies = self._found["request"], self._found["cookies"]
        barred, by_script = request["without_credentials"], request["document_cookie"]
        if not by_script:
            how = started(self._catalogue, request, request["relation"])
            yield Row(self._said("label.started", LABEL), (how,))
        going = [] if barred else [each for each in cookies if each["sent"]]
        header = [rows.pair(each) for each in going[:MOST_COOKIES]]
        none = self._said("said.no-cookie" if cookies else "said.nothing-kept", QUIET)
        label = "label.document-cookie" if by_script else "label.cookie"
        yield Row(self._said(label, LABEL), tuple(header) or (Line(none, hang=0),))
        if barred and cookies:
            yield rows.barred(request["fetch"])
        # What goes with no fetch like this has only its own reasons to be listed for.
        judged = [each for each in cookies if each["reasons"]] if barred else cookies
        for each in judged[:MOST_COOKIES]:
            yield from rows.judged(each, by_script=by_script)
        if len(judged) > MOST_COOKIES:
            yield rows.more(len(judged) - MOST_COOKIES)
        for note in self._found["notes"]:
            key = f"explain.note.{note}"
            yield Row(styled("·", QUIET), (sentence(self._catalogue, key, {}),))

    # -- the result --------------------------------------------------------------------------

    def _result(self) -> Line:
        request, cookies = self._found["request"], self._found["cookies"]
        stored = sum(each["outcome"] in _KEPT for each in self._found["set"])
        sent = 0 if request["without_credentials"] else sum(each["sent"] for each in cookies)
        count = len(self._found["set"])
        fields = {"count": count, "stored": stored, "sent": sent, "cookies": len(cookies)}
        by_script = request["document_cookie"]
        if self._found["is_well"]:
            key = "visible" if by_script else "all-well"
        elif stored == 0:
            key = "not-stored"
        elif stored == count and sent == 0:
            key = "not-visible" if by_script else "not-sent"
        else:
            key = "some-visible" if by_script else "some"
        return Line(self._said(f"result.{key}", HEADING, **fields), hang=0)

    def _said(self, key: str, style: str = "", **fields: Any) -> Text:
        return phrase(self._catalogue, f"explain.{key}", style, **shortened(fields))


def started(catalogue: Catalogue, request: Mapping[str, Any], relation: str) -> Line:
    """What starts a request, and whether that is of the same site."""
    page, mode = request["from"], request["fetch"]
    if page is None:
        key = "own-fetch" if mode else "typed" if request["top_level"] else "own-part"
        return sentence(catalogue, f"explain.started.{key}", {})
    key = "page-fetch" if mode else "page-top-level" if request["top_level"] else "page-part"
    words = catalogue.text(f"explain.relation.{relation}")
    fields = {"page": page, "mode": mode or "", "relation": words}
    return sentence(catalogue, f"explain.started.{key}", fields)
