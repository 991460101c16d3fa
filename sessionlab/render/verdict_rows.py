"""A browser's verdicts on cookies as rows: kept or refused, sent or withheld, and every reason.

Rules
- With ``once``, a page shows each warning once, and each reason in full once, then in short.
- Verdicts hold octets; they are shown as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.text import Text

from sessionlab.core.jar import JarVerdict, SendVerdict, StoredCookie
from sessionlab.diagnose.octets import to_text
from sessionlab.diagnose.start import Credentials
from sessionlab.diagnose.verdicts import evidence_of
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.cookie_text import cookie_pair, set_cookie_lines
from sessionlab.render.elide import cut
from sessionlab.render.listing import ListRow, row, with_change
from sessionlab.render.look import Line, Look
from sessionlab.render.moment import moment
from sessionlab.render.phrase import phrase, styled
from sessionlab.render.styles import (
    CHANGED,
    FITS,
    FITS_MARK,
    HEADING,
    LABEL,
    QUIET,
    REFUSED,
    REFUSED_MARK,
    WITHHELD_MARK,
)

MOST_COOKIES = 40
_MOST_LINE = 2000
_MOST_NAME = 40
_Verdict = JarVerdict | SendVerdict


class VerdictRows:
    """Makes the rows of one page.

    ``once``: for pages with several visits, which would repeat the same reasons.
    """

    def __init__(self, catalogue: Catalogue, look: Look, *, once: bool = False) -> None:
        self._catalogue = catalogue
        self._look = look
        self._once = once
        self._seen: set[tuple[str, str, str]] = set()

    def stored(
        self,
        lines: Sequence[str],
        verdicts: Sequence[JarVerdict],
        barred: Credentials | None = None,
    ) -> Iterator[ListRow]:
        """The first Set-Cookie lines and what became of each.

        ``barred``: the credentials mode of a fetch for which the browser keeps no cookie.
        """
        for line, verdict in zip(lines[:MOST_COOKIES], verdicts, strict=False):
            yield from self._stored(line, verdict, barred)
        if len(lines) > MOST_COOKIES:
            yield self.more(len(lines) - MOST_COOKIES)

    def _stored(
        self, line: str, verdict: JarVerdict, barred: Credentials | None
    ) -> Iterator[ListRow]:
        lines = set_cookie_lines(to_text(line)[:_MOST_LINE], self._look)
        yield ListRow(self._phrase("label.set-cookie", LABEL), tuple(lines))
        mark, style = (FITS_MARK, FITS) if verdict.cookie else (REFUSED_MARK, REFUSED)
        label = self._marked(mark, style, f"outcome.{verdict.outcome}")
        reasons = list(self._reasons("refusal", verdict))
        if barred and not reasons:
            yield self.barred(barred, "not-kept")
        elif not reasons:
            yield row(label, self._lifetime(verdict))
        for index, sentences in enumerate(reasons):
            yield row(styled(REFUSED_MARK, REFUSED) if index else label, *sentences)
        yield from self._warnings("set-warning", verdict)

    def judged(self, verdict: SendVerdict, *, by_script: bool = False) -> Iterator[ListRow]:
        """A cookie and whether it goes with the request, or is visible to a script."""
        if verdict.sent:
            mark, style, word = FITS_MARK, FITS, "visible" if by_script else "sent"
        else:
            mark, style, word = WITHHELD_MARK, REFUSED, "hidden" if by_script else "withheld"
        label = self._marked(mark, style, f"verdict.{word}")
        name = self._name(to_text(verdict.cookie.name))
        reasons = list(self._reasons("withheld", verdict))
        if not reasons:
            yield row(label, name)
        for index, (first, *rest) in enumerate(reasons):
            body = Text().append(name).append(": ").append(first)
            yield row(styled(mark, style) if index else label, body, *rest)
        if verdict.sent:
            yield from self._warnings("send-warning", verdict)

    def barred(self, mode: Credentials, what: str = "withheld") -> ListRow:
        """Says that a fetch with this credentials mode sends, or keeps, no cookies."""
        key, fields = f"explain.barred.{what}", {"mode": mode}
        change = "explain.finding.credentials-left-out.change"
        if self._once:  # the diagnosis says what to change
            sentences: tuple[Text, ...] = (phrase(self._catalogue, key, mode=mode),)
        else:
            sentences = with_change(self._catalogue, key, change, fields)
        return row(self._marked(WITHHELD_MARK, REFUSED, f"verdict.{what}"), *sentences)

    def pair(self, cookie: StoredCookie) -> Line:
        """A cookie as in the Cookie header."""
        name, value = to_text(cookie.name)[:_MOST_LINE], to_text(cookie.value)[:_MOST_LINE]
        return Line(cookie_pair(name, value, self._look) if name else self._look.value(value))

    def more(self, count: int) -> ListRow:
        """Says how many cookies are left out, and where to see them."""
        return row(Text(), self._phrase("said.more", QUIET, count=count))

    def _reasons(self, table: str, verdict: _Verdict) -> Iterator[tuple[Text, ...]]:
        for code in verdict.reasons:
            if self._is_new(table, code, verdict):
                yield self._sentences(table, code, verdict)
            else:
                yield (phrase(self._catalogue, f"jar.{table}.short.{code}"),)

    def _warnings(self, table: str, verdict: _Verdict) -> Iterator[ListRow]:
        for code in verdict.warnings:
            if self._is_new(table, code, verdict):
                yield row(styled("!", CHANGED), *self._sentences(table, code, verdict))

    def _sentences(self, table: str, code: str, verdict: _Verdict) -> tuple[Text, ...]:
        what, change = f"jar.{table}.reason.{code}", f"jar.{table}.fix.{code}"
        return with_change(self._catalogue, what, change, evidence_of(verdict))

    def _is_new(self, table: str, code: str, verdict: _Verdict) -> bool:
        key = (table, code, verdict.evidence["name"])
        is_new = key not in self._seen or not self._once
        self._seen.add(key)
        return is_new

    def _name(self, name: str) -> Text:
        if not name:
            return self._phrase("label.nameless", HEADING)
        return styled(cut(name, _MOST_NAME), HEADING)

    def _marked(self, mark: str, style: str, key: str) -> Text:
        return styled(f"{mark} ", style).append(self._phrase(key, style))

    def _lifetime(self, verdict: JarVerdict) -> Text:
        if verdict.cookie is None:
            return phrase(self._catalogue, f"jar.outcome.{verdict.outcome}")
        if verdict.cookie.expires is None:
            return self._phrase("said.until-closed")
        return self._phrase("said.until", time=moment(verdict.cookie.expires))

    def _phrase(self, key: str, style: str = "", **fields: Any) -> Text:
        return phrase(self._catalogue, f"explain.{key}", style, **fields)
