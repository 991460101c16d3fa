"""What the inspector found in cookies.

Rules
- Every value may be hostile: it is made visible, is never markup, and is cut if it is very long.
- Marks and words carry the meaning; colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from sessionlab.decode import Role, Severity, Status
from sessionlab.render import safe
from sessionlab.render.elide import cut
from sessionlab.render.grid import LineBlock, padded
from sessionlab.render.listing import ListRow, listed, row, with_change
from sessionlab.render.look import width
from sessionlab.render.phrase import phrase
from sessionlab.render.styles import (
    CHANGED,
    FINDING,
    FINDING_MARK,
    FITS,
    FITS_MARK,
    FRAME,
    HEADING,
    ID_COLOURS,
    LABEL,
    QUIET,
    REFUSED,
    REFUSED_MARK,
    SIGNATURE,
)

if TYPE_CHECKING:
    from rich.console import Console

    from sessionlab.decode import Inspection, Problem, Reading
    from sessionlab.decode.results import CookiePart, SetCookieReport
    from sessionlab.render.catalogue import Catalogue

MOST_COOKIES = 40
_MOST_CHARACTERS = 1200
_MOST_LINES = 60
_MOST_NAME = 40
_MOST_ATTRIBUTES = 30
_MOST_ATTRIBUTE = 200
_STATUS = {
    Status.VALID: (FITS_MARK, f"bold {FITS}"),
    Status.INVALID: (REFUSED_MARK, f"bold {REFUSED}"),
    Status.UNVERIFIED: ("?", f"bold {CHANGED}"),
    Status.UNSIGNED: ("○", "bold"),
}
_SEVERITY = {
    Severity.REFUSED: (REFUSED_MARK, REFUSED),
    Severity.WARNING: ("!", CHANGED),
    Severity.NOTE: ("·", QUIET),
}


class InspectionView(LineBlock):
    """All cookies of an inspection: their parts, data, findings and attributes.

    ``secrets``: words for each secret that was tried, in order.
    """

    def __init__(
        self, found: Inspection, catalogue: Catalogue, secrets: Sequence[str] = ()
    ) -> None:
        self._found = found
        self._catalogue = catalogue
        self._secrets = secrets
        self._id_styles: dict[str, str] = {}
        self._said_once: set[str] = set()  # verdicts that are not repeated for each cookie

    def lines(self, console: Console, total: int) -> Iterator[Text]:
        """The cookies, one below the other."""
        self._said_once = set()
        cookies = self._found.cookies
        if problems := self._found.problems:
            yield from listed(console, map(self._problem, problems), total)
            yield Text()
        for index, cookie in enumerate(cookies[:MOST_COOKIES]):
            if index:
                yield Text()
            yield from self._cookie(console, total, cookie)
        if len(cookies) > MOST_COOKIES:
            yield Text()
            yield self._more("cookies", len(cookies) - MOST_COOKIES)

    # -- one cookie --------------------------------------------------------------------------

    def _cookie(self, console: Console, total: int, cookie: Reading) -> Iterator[Text]:
        yield self._heading(total, cookie)
        yield from listed(console, self._anatomy(cookie, total), total)
        if findings := list(self._findings(cookie)):
            yield Text()
            yield from listed(console, findings, total)
        if cookie.set_cookie is not None:
            yield from self._set_cookie(console, total, cookie.set_cookie)

    def _heading(self, total: int, cookie: Reading) -> Text:
        mark, style = _STATUS[cookie.status]
        verdict = Text(f"{mark} ", style).append(self._phrase(f"status.{cookie.status}"))
        name = cookie.given.name
        title = (
            self._phrase("label.nameless", HEADING)
            if name is None
            else Text(cut(name, _MOST_NAME), HEADING)
        )
        line = Text().append("── ", FRAME).append(title).append(" ── ", FRAME)
        line.append(self._phrase(f"format.{cookie.format}"))
        room = total - width(line) - width(verdict) - 5
        line.append(" " + "─" * room + " " if room > 0 else " ── ", FRAME)
        return line.append(verdict).append(" ──" if room > 0 else "", FRAME)

    def _anatomy(self, cookie: Reading, total: int) -> Iterator[ListRow]:
        raw, parts = cookie.given.raw, cookie.parts
        texts = [self._part(part) for part in parts]
        widest = max(map(width, texts), default=0)
        column = widest if widest <= total // 3 else None
        signed = [part for part in parts if part.role in (Role.ID, Role.SIGNATURE)]
        if raw != cookie.value or len(signed) > 1:
            yield row(self._label("label.raw"), self._raw_value(cookie))
        if raw != cookie.value:
            yield row(self._label("label.value"), self._decoded_value(cookie))
        for part, text in zip(parts, texts, strict=True):
            note = self._phrase(f"note.{part.note}", QUIET, **part.values)
            yield row(self._label(f"role.{part.role}"), *_with_note(text, note, total, column))
        if cookie.data is not None:
            yield row(self._label("label.data"), *self._data(cookie.data))
        if cookie.repaired is not None:
            yield row(self._label("label.repaired"), self._value(cookie.repaired, FITS))

    def _findings(self, cookie: Reading) -> Iterator[ListRow]:
        mark, style = _STATUS[cookie.status]
        verdict = f"verdict.{cookie.format}.{cookie.status}"
        if verdict not in self._said_once:
            secret = "" if cookie.secret is None else self._secrets[cookie.secret]
            yield row(Text(mark, style), self._phrase(verdict, FINDING, secret=secret))
        if cookie.status is Status.UNSIGNED:
            self._said_once.add(verdict)
        yield from map(self._problem, cookie.problems)
        readable = f"readable.{cookie.format}"
        if self._catalogue.has(f"inspect.{readable}") and any(
            part.role in (Role.SIGNATURE, Role.DATA, Role.SEAL) for part in cookie.parts
        ):
            yield row(Text(FINDING_MARK, FINDING), self._phrase(readable, FINDING))

    def _problem(self, problem: Problem) -> ListRow:
        key = f"problems.{problem.code}"
        return self._advice(problem.severity, f"{key}.what", f"{key}.change", problem.values)

    def _set_cookie(self, console: Console, total: int, report: SetCookieReport) -> Iterator[Text]:
        from sessionlab.render.attribute_table import AttributeTable

        attributes = report.attributes
        line = ";".join(["", *(_attribute_text(*each) for each in attributes[:_MOST_ATTRIBUTES])])
        yield Text()
        yield from AttributeTable((line,), self._catalogue, absent=True).lines(console, total)
        if len(attributes) > _MOST_ATTRIBUTES:
            yield self._more("lines", len(attributes) - _MOST_ATTRIBUTES)
        if rows := list(self._jar_rows(report)):
            yield Text()
            yield from listed(console, rows, total)

    def _jar_rows(self, report: SetCookieReport) -> Iterator[ListRow]:
        """How long the browser keeps the cookie, and its refusals and warnings."""
        from sessionlab.core.jar import SetWarning
        from sessionlab.render.moment import moment

        said_by_the_table = (SetWarning.SAME_SITE_MISSING, SetWarning.ATTRIBUTE_UNKNOWN)
        if report.over:
            yield row(Text("·", QUIET), self._phrase("label.lasts-over"))
        elif report.expires is not None:
            until = self._phrase("label.lasts-until", time=moment(report.expires))
            yield row(Text("·", QUIET), until)
        for refusal in report.refusals:
            yield self._jar_advice(Severity.REFUSED, "refusal", refusal, report)
        for warning in report.warnings:
            if warning not in said_by_the_table:
                yield self._jar_advice(Severity.WARNING, "set-warning", warning, report)

    def _jar_advice(
        self, severity: Severity, table: str, code: str, report: SetCookieReport
    ) -> ListRow:
        what, change = (f"jar.{table}.{part}.{code}" for part in ("reason", "fix"))
        return self._advice(severity, what, change, report.values)

    # -- pieces ------------------------------------------------------------------------------

    def _phrase(self, key: str, style: str = "", **fields: Any) -> Text:
        return phrase(self._catalogue, f"inspect.{key}", style, **fields)

    def _label(self, key: str) -> Text:
        return self._phrase(key, LABEL)

    def _more(self, what: str, count: int) -> Text:
        return self._phrase(f"label.more-{what}", QUIET, count=count)

    def _advice(
        self, severity: Severity, what: str, change: str, values: Mapping[str, str | int]
    ) -> ListRow:
        mark, style = _SEVERITY[severity]
        return row(Text(mark, style), *with_change(self._catalogue, what, change, values))

    def _value(self, value: str, style: str = "") -> Text:
        """A value, cut at `_MOST_CHARACTERS`; says how many are missing."""
        shown = safe.text(value[:_MOST_CHARACTERS], style)
        if len(value) > _MOST_CHARACTERS:
            shown.append("\n").append(self._more("characters", len(value) - _MOST_CHARACTERS))
        return shown

    def _part(self, part: CookiePart) -> Text:
        return self._value(part.text, self._style(part))

    def _style(self, part: CookiePart) -> str:
        if part.role == Role.ID:
            following = ID_COLOURS[len(self._id_styles) % len(ID_COLOURS)]
            return self._id_styles.setdefault(part.text, following)
        return SIGNATURE if part.role in (Role.SIGNATURE, Role.SEAL, Role.PREFIX) else ""

    def _raw_value(self, cookie: Reading) -> Text:
        """The value as sent; the ID has its colour, and what follows it the signature's."""
        shown = self._value(cookie.given.raw)
        for part in cookie.parts:
            if part.role == Role.ID and (start := shown.plain.find(part.text)) >= 0:
                end = start + len(part.text)
                shown.stylize(self._style(part), start, end)
                shown.stylize(SIGNATURE, end)
        return shown

    def _decoded_value(self, cookie: Reading) -> Text:
        """The decoded value; its parts have their colours if they add up to it."""
        if len(cookie.parts) == 3 and len(cookie.value) <= _MOST_CHARACTERS:
            prefix, middle, last = cookie.parts
            if f"{prefix.text}{middle.text}.{last.text}" == cookie.value:
                shown = self._part(prefix).append(self._part(middle))
                return shown.append(".", QUIET).append(self._part(last))
        return self._value(cookie.value)

    def _data(self, data: Any) -> Iterator[Text]:
        import json

        lines = json.dumps(data, ensure_ascii=False, indent=2).split("\n")
        yield from map(self._value, lines[:_MOST_LINES])
        if len(lines) > _MOST_LINES:
            yield self._more("lines", len(lines) - _MOST_LINES)


def _attribute_text(name: str, value: str | None) -> str:
    """An attribute as in the line, name and value cut at `_MOST_ATTRIBUTE` characters."""
    return "=".join(
        part if len(part) <= _MOST_ATTRIBUTE else f"{part[:_MOST_ATTRIBUTE]}…"
        for part in (name, value)
        if part is not None
    )


def _with_note(text: Text, note: Text, total: int, column: int | None) -> tuple[Text, ...]:
    """A part and its note: the note in a column of its own, after the part, or below it."""
    if not text.plain:
        return (note,)
    if column is not None:
        return (padded(text, column).append("   ").append(note),)
    if text.cell_len + note.cell_len < total - 20:
        return (text.append("   ").append(note),)
    return text, note
