"""What a browser keeps of Set-Cookie lines and sends with a later request.

Rules
- Two parts: what the browser keeps, and what it sends.  Below them the result in one sentence.
- Marks and words carry the meaning; colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from sessionlab.core.jar import Relation
from sessionlab.diagnose.lines import LinesExplained
from sessionlab.diagnose.start import Start
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.grid import headed
from sessionlab.render.ids import IdColours
from sessionlab.render.listing import ListRow, listed, row, shortened, widest
from sessionlab.render.look import Line, Look
from sessionlab.render.phrase import phrase, styled
from sessionlab.render.styles import FINDING_MARK, HEADING, LABEL, QUIET
from sessionlab.render.verdict_rows import MOST_COOKIES, VerdictRows

_LABEL_CELLS = 16


class ExplanationView:
    """A renderable: the lines, the request, and the result."""

    def __init__(self, found: LinesExplained, catalogue: Catalogue) -> None:
        self._found = found
        self._catalogue = catalogue
        # A fetch that leaves credentials out sends no cookie.
        self._is_barred = found.start.without_credentials(found.then)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        total = options.max_width
        look = Look(self._catalogue, IdColours(), max(total - _LABEL_CELLS, 12))
        rows = VerdictRows(self._catalogue, look)
        kept = list(rows.stored(self._found.lines, self._found.stored))
        sent = list(self._sent_rows(rows))
        column = max(widest(kept), widest(sent))
        for title, part in ((self._kept_title(), kept), (self._sent_title(), sent)):
            yield from headed(console, "", title, total)
            yield from listed(console, part, total, column)
            yield Text()
        yield from listed(console, [row(styled(FINDING_MARK, HEADING), self._result())], total)

    # -- what the browser keeps --------------------------------------------------------------

    def _kept_title(self) -> Text:
        page = self._found.set_by.origin
        key = "answers" if page is None else "answers-fetch"
        url = self._found.address.url
        return self._phrase(f"said.{key}", HEADING, url=url, page=page or "")

    # -- what the browser sends --------------------------------------------------------------

    def _sent_title(self) -> Text:
        start, seconds = self._found.start, self._found.after // 1000
        key = "later-after" if seconds else "later"
        if start.document_cookie:
            key = "later-script"
        fields = {"method": start.method, "url": self._found.then.url, "seconds": seconds}
        return self._phrase(f"said.{key}", HEADING, **fields)

    def _sent_rows(self, rows: VerdictRows) -> Iterator[ListRow]:
        start, verdicts = self._found.start, self._found.judged
        by_script = start.document_cookie
        if not by_script:
            how = started(self._catalogue, start, self._found.request.relation)
            yield row(self._phrase("label.started", LABEL), how)
        sent = [] if self._is_barred else [it.cookie for it in verdicts if it.sent]
        none = self._phrase("said.no-cookie" if verdicts else "said.nothing-kept", QUIET)
        header = tuple(map(rows.pair, sent[:MOST_COOKIES])) or (Line(none, hang=0),)
        label = "label.document-cookie" if by_script else "label.cookie"
        yield ListRow(self._phrase(label, LABEL), header)
        if self._is_barred and start.fetch and verdicts:
            yield rows.barred(start.fetch)
        # The fetch withholds every cookie; list those that have reasons of their own.
        judged = [it for it in verdicts if it.reasons or not self._is_barred]
        for verdict in judged[:MOST_COOKIES]:
            yield from rows.judged(verdict, by_script=by_script)
        if len(judged) > MOST_COOKIES:
            yield rows.more(len(judged) - MOST_COOKIES)
        for note in self._found.notes:
            yield row(styled("·", QUIET), self._phrase(f"note.{note}"))

    # -- the result --------------------------------------------------------------------------

    def _result(self) -> Text:
        found = self._found
        stored = sum(verdict.cookie is not None for verdict in found.stored)
        sent = 0 if self._is_barred else sum(verdict.sent for verdict in found.judged)
        count = len(found.stored)
        fields = {"count": count, "stored": stored, "sent": sent, "cookies": len(found.judged)}
        by_script = found.start.document_cookie
        if found.is_well:
            key = "visible" if by_script else "all-well"
        elif stored == 0:
            key = "not-stored"
        elif stored == count and sent == 0:
            key = "not-visible" if by_script else "not-sent"
        else:
            key = "some-visible" if by_script else "some"
        return self._phrase(f"result.{key}", HEADING, **fields)

    def _phrase(self, key: str, style: str = "", **fields: Any) -> Text:
        return phrase(self._catalogue, f"explain.{key}", style, **shortened(fields))


def started(catalogue: Catalogue, start: Start, relation: Relation) -> Text:
    """What starts a request, and whether it is on the same site."""
    page = start.origin
    if page is None:
        key = "own-fetch" if start.fetch else "typed" if start.top_level else "own-part"
    else:
        key = "page-fetch" if start.fetch else "page-top-level" if start.top_level else "page-part"
    words = catalogue.text(f"explain.relation.{relation}")
    fields = {"page": page or "", "mode": start.fetch or "", "relation": words}
    return phrase(catalogue, f"explain.started.{key}", **shortened(fields))
