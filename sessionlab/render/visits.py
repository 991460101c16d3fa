"""Visits to a server, hop by hop, and what is wrong with its cookies.

Rules
- A session ID has the same colour in a cookie and in the diagnosis that names it.
- Certain causes, possible causes and notes have different marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from sessionlab.diagnose.ask import words_of
from sessionlab.diagnose.causes import Diagnosis, Weight
from sessionlab.diagnose.observe import Hop, Observation, ServerVisit, VisitEnding
from sessionlab.diagnose.octets import to_text
from sessionlab.diagnose.start import Credentials
from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.explanation import started
from sessionlab.render.grid import headed, padded
from sessionlab.render.ids import IdColours
from sessionlab.render.listing import ListRow, listed, row, shortened, widest, with_change
from sessionlab.render.look import Line, Look, width
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
    Weight.CAUSE: (REFUSED_MARK, REFUSED),
    Weight.POSSIBLE: ("?", CHANGED),
    Weight.NOTE: ("·", QUIET),
    Weight.FINE: (FITS_MARK, FITS),
}
_IDS = ("sent_id", "given_id")


class VisitsView:
    """A renderable: every visit, then the diagnosis and the result."""

    def __init__(
        self,
        seen: Observation,
        diagnoses: Sequence[Diagnosis],
        catalogue: Catalogue,
        *,
        insecure: bool = False,
    ) -> None:
        self._seen = seen
        self._diagnoses = diagnoses
        self._catalogue = catalogue
        self._insecure = insecure
        self._ids = IdColours()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        total = options.max_width
        look = Look(self._catalogue, self._ids, max(total - _LABEL_CELLS, 12))
        rows = VerdictRows(self._catalogue, look, once=True)
        parts = [
            (self._title(number, visit), list(self._visit_rows(rows, visit)))
            for number, visit in enumerate(self._seen.visits, start=1)
        ]
        column = max(widest(part) for _, part in parts)
        for title, part in parts:
            yield from headed(console, "", title, total)
            yield from listed(console, part, total, column)
            yield Text()
        yield from headed(console, "", self._phrase("said.diagnosis", HEADING), total)
        yield from listed(console, self._diagnosis_rows(look), total)

    # -- one visit ---------------------------------------------------------------------------

    def _title(self, number: int, visit: ServerVisit) -> Text:
        first = visit.hops[0]
        fields = {"number": number, "method": first.method, "url": first.address.url}
        return self._phrase("said.visit", HEADING, **fields)

    def _visit_rows(self, rows: VerdictRows, visit: ServerVisit) -> Iterator[ListRow]:
        first = visit.hops[0]
        if first.start.origin is not None or first.start.fetch:
            how = started(self._catalogue, first.start, first.relation)
            yield row(self._phrase("label.started", LABEL), how)
        for hop in visit.hops:
            yield from self._hop_rows(rows, hop)
        if visit.ending is not VisitEnding.ANSWERED:
            words = self._phrase(f"ending.{visit.ending}", REFUSED)
            yield row(styled(WITHHELD_MARK, REFUSED), words)

    def _hop_rows(self, rows: VerdictRows, hop: Hop) -> Iterator[ListRow]:
        yield from self._cookie_rows(rows, hop)
        yield self._answer_row(hop)
        barred: Credentials | None = hop.start.fetch if hop.without_credentials else None
        lines = hop.answer.all("Set-Cookie")
        yield from rows.stored(lines, hop.stored, barred)
        if not lines:
            none = self._phrase("said.no-set-cookie", QUIET)
            yield row(self._phrase("label.set-cookie", LABEL), none)

    def _cookie_rows(self, rows: VerdictRows, hop: Hop) -> Iterator[ListRow]:
        header = tuple(rows.pair(it.cookie) for it in hop.sent[:MOST_COOKIES])
        none = self._phrase("said.no-cookie", QUIET)
        yield ListRow(self._phrase("label.cookie", LABEL), header or (Line(none, hang=0),))
        withheld = [verdict for verdict in hop.judged if not verdict.sent]
        for verdict in withheld[:MOST_COOKIES]:
            yield from rows.judged(verdict)
        left = max(len(hop.sent) - MOST_COOKIES, 0) + max(len(withheld) - MOST_COOKIES, 0)
        if left:
            yield rows.more(left)

    def _answer_row(self, hop: Hop) -> ListRow:
        answer = hop.answer
        label = styled(str(answer.status), LABEL)
        reason = safe.text(to_text(answer.phrase)[:_MOST_PHRASE], LABEL)
        lines: list[Line] = []
        if width(reason) <= _SHORT_PHRASE:
            label.append(" ").append(reason)
        else:
            lines.append(Line(reason))
        location = answer.first("Location")
        if location is not None:
            lines.append(Line(self._phrase("said.redirect", location=to_text(location))))
        elif words := words_of(answer):
            lines.append(Line(self._phrase("said.words", words=words)))
        return ListRow(label, tuple(lines))

    # -- what is wrong -----------------------------------------------------------------------

    def _diagnosis_rows(self, look: Look) -> Iterator[ListRow]:
        if self._insecure:
            yield row(styled("!", CHANGED), self._phrase("visit.insecure", CHANGED))
        if self._seen.probe is not None:
            yield row(styled("·", QUIET), self._phrase("visit.probed", QUIET))
        for diagnosis in self._diagnoses:
            mark, style = _MARKS[diagnosis.cause.weight]
            yield ListRow(styled(mark, style), tuple(self._cause_lines(diagnosis, look)))
        weights = [diagnosis.cause.weight for diagnosis in self._diagnoses]
        key = next((each for each in (Weight.CAUSE, Weight.POSSIBLE) if each in weights), None)
        count = 0 if key is None else weights.count(key)
        result = self._phrase(f"result.{key or 'none'}", HEADING, count=count)
        yield row(styled(FINDING_MARK, HEADING), result)

    def _cause_lines(self, diagnosis: Diagnosis, look: Look) -> Iterator[Line]:
        fields = shortened(diagnosis.evidence)
        for name in _IDS:
            if isinstance(session_id := fields.get(name), str):
                fields[name] = look.id(session_id)
        key = f"explain.finding.{diagnosis.cause}"
        for sentence in with_change(self._catalogue, f"{key}.what", f"{key}.change", fields):
            yield Line(sentence, hang=0)
        if mend := diagnosis.mend:
            spellings = mend._asdict()
            labels = {name: self._phrase(f"label.{name}", LABEL) for name in spellings}
            column = max(map(width, labels.values()))
            for name, label in labels.items():
                line = Text("  ").append(padded(label, column)).append(f"  {spellings[name]}")
                yield Line(line, hang=column + 4)

    def _phrase(self, key: str, style: str = "", **fields: Any) -> Text:
        return phrase(self._catalogue, f"explain.{key}", style, **shortened(fields))
