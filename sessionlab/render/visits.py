"""Visits to a server, hop by hop, and what is the matter with its cookies, for a person to read.

Rules
- The reader of `sessionlab.diagnose.observe.Observation.to_json` and of the findings.
- A session ID has one colour and keeps it, from the cookie to the finding that names it.
- What is sure, what is possible and what is good to know have marks of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.explanation import started
from sessionlab.render.grid import headed
from sessionlab.render.ids import IdColours
from sessionlab.render.listing import Row, listed, shortened, widest
from sessionlab.render.look import Line, Look
from sessionlab.render.phrase import phrase, styled
from sessionlab.render.styles import (
    CHANGED,
    FINDING_MARK,
    FITS,
    FITS_MARK,
    HEADING,
    LABEL,
    QUIET,
    REFUSED,
    REFUSED_MARK,
    WITHHELD_MARK,
)
from sessionlab.render.verdict_rows import MOST_COOKIES, VerdictRows

_LABEL_CELLS = 18
_MOST_PHRASE = 60
_SHORT_PHRASE = 9
_MARKS = {
    "cause": (REFUSED_MARK, REFUSED),
    "possible": ("?", CHANGED),
    "note": ("·", QUIET),
    "fine": (FITS_MARK, FITS),
}
_IDS = ("sent_id", "given_id")


class VisitsView:
    """A renderable: every visit, then the findings and the result."""

    def __init__(self, found: Mapping[str, Any], catalogue: Catalogue) -> None:
        self._found = found
        self._catalogue = catalogue
        self._ids = IdColours()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        total = options.max_width
        look = Look(self._catalogue, self._ids, max(total - _LABEL_CELLS, 12))
        rows = VerdictRows(self._catalogue, look, once=True)
        parts = [
            (self._title(number, visit), list(self._visit(rows, visit)))
            for number, visit in enumerate(self._found["visits"], start=1)
        ]
        column = max(widest(part) for _, part in parts)
        for title, part in parts:
            yield from headed(console, "", title, total)
            yield from listed(console, part, column, total)
            yield Text()
        yield from headed(console, "", self._said("said.diagnosis", HEADING), total)
        findings = list(self._findings(look))
        yield from listed(console, findings, 1, total)

    # -- one visit ---------------------------------------------------------------------------

    def _title(self, number: int, visit: Mapping[str, Any]) -> Text:
        first = visit["hops"][0]
        fields = {"number": number, "method": first["method"], "url": first["url"]}
        return self._said("said.visit", HEADING, **fields)

    def _visit(self, rows: VerdictRows, visit: Mapping[str, Any]) -> Iterator[Row]:
        request = visit["request"]
        if request["from"] is not None or request["fetch"]:
            how = started(self._catalogue, request, request["relation"])
            yield Row(self._said("label.started", LABEL), (how,))
        for hop in visit["hops"]:
            yield from self._hop(rows, hop)
        if visit["ending"] != "answered":
            words = self._said(f"ending.{visit['ending']}", REFUSED)
            yield Row(styled(WITHHELD_MARK, REFUSED), (Line(words, hang=0),))

    def _hop(self, rows: VerdictRows, hop: Mapping[str, Any]) -> Iterator[Row]:
        barred = hop["without_credentials"]
        yield from self._cookies(rows, hop, barred=barred)
        yield self._answer(hop)
        lines = hop["set"]
        for each in lines[:MOST_COOKIES]:
            yield from rows.stored(each, barred)
        if len(lines) > MOST_COOKIES:
            yield rows.more(len(lines) - MOST_COOKIES)
        if not lines:
            none = Line(self._said("said.no-set-cookie", QUIET), hang=0)
            yield Row(self._said("label.set-cookie", LABEL), (none,))

    def _cookies(
        self, rows: VerdictRows, hop: Mapping[str, Any], *, barred: str | None
    ) -> Iterator[Row]:
        cookies = hop["cookies"]
        going = [] if barred else [each for each in cookies if each["sent"]]
        header = [rows.pair(each) for each in going[:MOST_COOKIES]]
        if not header:
            header = [Line(self._said("said.no-cookie", QUIET), hang=0)]
        yield Row(self._said("label.cookie", LABEL), tuple(header))
        withheld = [each for each in cookies if not each["sent"]]
        for each in withheld[:MOST_COOKIES]:
            yield from rows.judged(each)
        left = max(len(going) - MOST_COOKIES, 0) + max(len(withheld) - MOST_COOKIES, 0)
        if left:
            yield rows.more(left)

    def _answer(self, hop: Mapping[str, Any]) -> Row:
        label = styled(str(hop["status"]), LABEL)
        reason = safe.text(hop["phrase"][:_MOST_PHRASE], LABEL)
        lines: list[Line] = []
        if reason.cell_len <= _SHORT_PHRASE:
            label.append(" ").append(reason)
        else:
            lines.append(Line(reason))
        if hop["location"] is not None:
            lines.append(Line(self._said("said.redirect", location=hop["location"])))
        elif hop["words"] is not None:
            lines.append(Line(self._said("said.words", words=hop["words"])))
        return Row(label, tuple(lines))

    # -- what is the matter ------------------------------------------------------------------

    def _findings(self, look: Look) -> Iterator[Row]:
        findings: Sequence[Mapping[str, Any]] = self._found["findings"]
        if self._found["insecure"]:
            words = self._said("visit.insecure", CHANGED)
            yield Row(styled("!", CHANGED), (Line(words, hang=0),))
        if self._found["probed"]:
            words = self._said("visit.probed", QUIET)
            yield Row(styled("·", QUIET), (Line(words, hang=0),))
        for finding in findings:
            mark, style = _MARKS[finding["weight"]]
            yield Row(styled(mark, style), tuple(self._finding(finding, look)))
        weights = [finding["weight"] for finding in findings]
        key = next((each for each in ("cause", "possible") if each in weights), "none")
        result = self._said(f"result.{key}", HEADING, count=weights.count(key))
        yield Row(styled(FINDING_MARK, HEADING), (Line(result, hang=0),))

    def _finding(self, finding: Mapping[str, Any], look: Look) -> Iterator[Line]:
        key = f"explain.finding.{finding['code']}"
        fields = shortened(finding["evidence"])
        for name in _IDS:
            if isinstance(session_id := fields.get(name), str):
                fields[name] = look.id(session_id)
        yield Line(phrase(self._catalogue, f"{key}.what", **fields), hang=0)
        if self._catalogue.has(f"{key}.change"):
            change = phrase(self._catalogue, f"{key}.change", **fields)
            yield Line(self._said("label.change", QUIET, change=change), hang=0)
        if mend := finding["mend"]:
            labels = {name: self._said(f"label.{name}", LABEL) for name in mend}
            column = max(label.cell_len for label in labels.values())
            for name, label in labels.items():
                label.pad_right(column - label.cell_len)
                yield Line(Text("  ").append(label).append(f"  {mend[name]}"), hang=column + 4)

    def _said(self, key: str, style: str = "", **fields: Any) -> Text:
        return phrase(self._catalogue, f"explain.{key}", style, **shortened(fields))
