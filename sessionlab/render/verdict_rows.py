"""A browser's verdicts on cookies as rows: kept or refused, sent or withheld, and every reason.

Rules
- The readers of the JSON of `sessionlab.diagnose.verdicts`: codes come in, sentences go out.
- A warning is said once on a page, however often it is given; a reason is said in full once, and
  in its short form after that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from sessionlab.render.catalogue import Catalogue
from sessionlab.render.cookie_text import cookie_pair, set_cookie_lines
from sessionlab.render.elide import elide
from sessionlab.render.inspection import moment
from sessionlab.render.listing import Row, sentence, with_change
from sessionlab.render.look import Line, Look
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
_KEPT = frozenset({"stored", "replaced"})


class VerdictRows:
    """Makes the rows of one page.

    ``once``: what was said before is not said again in full.
    """

    def __init__(self, catalogue: Catalogue, look: Look, *, once: bool = False) -> None:
        self._catalogue = catalogue
        self._look = look
        self._once = once
        self._seen: set[tuple[str, str, str]] = set()

    def stored(self, found: Mapping[str, Any], barred: str | None = None) -> Iterator[Row]:
        """A Set-Cookie line and what became of it.

        ``barred``: the credentials mode of a fetch for which the browser keeps no cookie.
        """
        label = self._said("label.set-cookie", LABEL)
        yield Row(label, tuple(set_cookie_lines(found["line"][:_MOST_LINE], self._look)))
        outcome = found["outcome"]
        mark, style = (FITS_MARK, FITS) if outcome in _KEPT else (REFUSED_MARK, REFUSED)
        verdict = self._verdict(mark, style, f"outcome.{outcome}")
        reasons = list(self._reasons("refusal", found, found["name"]))
        if barred and not reasons:
            yield self.barred(barred, "not-kept")
        elif not reasons:
            yield Row(verdict, (Line(self._lasts(found), hang=0),))
        for index, lines in enumerate(reasons):
            yield Row(styled(REFUSED_MARK, REFUSED) if index else verdict, lines)
        yield from self._warnings("set-warning", found, found["name"])

    def judged(self, found: Mapping[str, Any], *, by_script: bool = False) -> Iterator[Row]:
        """A cookie and whether it goes with the request, or is visible to a script."""
        sent = found["sent"]
        words = ("hidden", "visible") if by_script else ("withheld", "sent")
        mark, style = (FITS_MARK, FITS) if sent else (WITHHELD_MARK, REFUSED)
        label = self._verdict(mark, style, f"verdict.{words[sent]}")
        name = self._name(found["name"])
        reasons = list(self._reasons("withheld", found, found["name"]))
        if not reasons:
            yield Row(label, (Line(name, hang=0),))
        for index, (first, *rest) in enumerate(reasons):
            body = Text().append(name).append(": ").append(first.text)
            yield Row(styled(mark, style) if index else label, (Line(body, hang=0), *rest))
        if sent:
            yield from self._warnings("send-warning", found, found["name"])

    def barred(self, mode: str, what: str = "withheld") -> Row:
        """That a fetch with this credentials mode sends no cookies, or keeps none."""
        key = f"explain.barred.{what}"
        change = "explain.finding.credentials-left-out.change"
        if self._once:  # a finding says it
            lines: tuple[Line, ...] = (sentence(self._catalogue, key, {"mode": mode}),)
        else:
            lines = with_change(self._catalogue, key, change, {"mode": mode})
        return Row(self._verdict(WITHHELD_MARK, REFUSED, f"verdict.{what}"), lines)

    def pair(self, found: Mapping[str, Any]) -> Line:
        """A cookie as it stands in the Cookie header."""
        value = found["value"][:_MOST_LINE]
        if not found["name"]:
            return Line(self._look.value(value))
        return Line(cookie_pair(found["name"][:_MOST_LINE], value, self._look))

    def more(self, count: int) -> Row:
        """That there is more, and where."""
        return Row(Text(), (Line(self._said("said.more", QUIET, count=count), hang=0),))

    def _reasons(
        self, table: str, found: Mapping[str, Any], name: str
    ) -> Iterator[tuple[Line, ...]]:
        for code in found["reasons"]:
            if self._is_new(table, code, name):
                key = f"jar.{table}.reason.{code}", f"jar.{table}.fix.{code}"
                yield with_change(self._catalogue, *key, found["evidence"])
            else:
                yield (Line(phrase(self._catalogue, f"jar.{table}.short.{code}"), hang=0),)

    def _warnings(self, table: str, found: Mapping[str, Any], name: str) -> Iterator[Row]:
        for code in found["warnings"]:
            if self._is_new(table, code, name):
                key = f"jar.{table}.reason.{code}", f"jar.{table}.fix.{code}"
                lines = with_change(self._catalogue, *key, found["evidence"])
                yield Row(styled("!", CHANGED), lines)

    def _is_new(self, table: str, code: str, name: str) -> bool:
        key = (table, code, name)
        is_new = key not in self._seen or not self._once
        self._seen.add(key)
        return is_new

    def _name(self, name: str) -> Text:
        if not name:
            return self._said("label.nameless", HEADING)
        return styled(elide(name[: 2 * _MOST_NAME], _MOST_NAME), HEADING)

    def _verdict(self, mark: str, style: str, key: str) -> Text:
        return styled(f"{mark} ", style).append(self._said(key, style))

    def _lasts(self, found: Mapping[str, Any]) -> Text:
        if found["outcome"] not in _KEPT:
            return phrase(self._catalogue, f"jar.outcome.{found['outcome']}")
        if found["expires"] is None:
            return self._said("said.until-closed")
        return self._said("said.until", time=moment(found["expires"]))

    def _said(self, key: str, style: str = "", **fields: Any) -> Text:
        return phrase(self._catalogue, f"explain.{key}", style, **fields)
