"""What the inspector found, for a person to read.

Rules
- The reader of `sessionlab.decode.results.Inspection.to_json`: codes come in, sentences of the
  catalogue go out.
- Every value may be hostile: it is made visible, never markup, and cut where it is very long.
- Marks and words carry the meaning; colour only repeats it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.elide import elide
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
    from rich.console import Console, ConsoleOptions, RenderResult

    from sessionlab.render.catalogue import Catalogue

MOST_COOKIES = 40
_MOST_CHARACTERS = 1200
_MOST_LINES = 60
_MOST_NAME = 40
_MOST_FIELD = 120
_MOST_ATTRIBUTES = 30
_MOST_ATTRIBUTE = 200
_STATUS = {
    "valid": (FITS_MARK, f"bold {FITS}"),
    "invalid": (REFUSED_MARK, f"bold {REFUSED}"),
    "unverified": ("?", f"bold {CHANGED}"),
    "unsigned": ("○", "bold"),
}
_SEVERITY = {"refused": (REFUSED_MARK, REFUSED), "warning": ("!", CHANGED), "note": ("·", QUIET)}
_SAID_BY_THE_TABLE = frozenset({"same-site-missing", "attribute-unknown"})


class Row(NamedTuple):
    """A label (or a mark) and what stands beside it."""

    label: Text
    body: Text


class InspectionView:
    """A renderable: all cookies of an inspection, each with what is to be said of it.

    ``secrets`` name the secrets that were tried, in words; ``catalogue`` gives the language.
    """

    def __init__(
        self, found: Mapping[str, Any], catalogue: Catalogue, secrets: Sequence[str] = ()
    ) -> None:
        self._found = found
        self._catalogue = catalogue
        self._secrets = secrets
        self._id_styles: dict[str, str] = {}
        self._once: set[str] = set()  # verdicts that are not said for each cookie anew

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        total = options.max_width
        for line in self._lines(console, total):
            yield from line.render(console, end="\n")

    def _lines(self, console: Console, total: int) -> Iterator[Text]:
        self._once = set()
        cookies: Sequence[Mapping[str, Any]] = self._found["cookies"]
        if problems := self._found["problems"]:
            yield from _beside(console, total, map(self._problem, problems))
            yield Text()
        for index, cookie in enumerate(cookies[:MOST_COOKIES]):
            if index:
                yield Text()
            yield from self._cookie(console, total, cookie)
        if len(cookies) > MOST_COOKIES:
            yield Text()
            yield self._more("cookies", len(cookies) - MOST_COOKIES)

    # -- one cookie --------------------------------------------------------------------------

    def _cookie(self, console: Console, total: int, cookie: Mapping[str, Any]) -> Iterator[Text]:
        yield self._heading(total, cookie)
        yield from _beside(console, total, self._anatomy(cookie, total))
        if findings := list(self._findings(cookie)):
            yield Text()
            yield from _beside(console, total, findings)
        if cookie["set_cookie"] is not None:
            yield from self._set_cookie(console, total, cookie)

    def _heading(self, total: int, cookie: Mapping[str, Any]) -> Text:
        status = cookie["status"]
        mark, style = _STATUS[status]
        verdict = Text(f"{mark} ", style).append(self._said(f"status.{status}"))
        name = cookie["name"]
        title = (
            self._said("label.nameless", HEADING)
            if name is None
            else Text(elide(name[: 2 * _MOST_NAME], _MOST_NAME), HEADING)
        )
        line = Text().append("── ", FRAME).append(title).append(" ── ", FRAME)
        line.append(self._said(f"format.{cookie['format']}"))
        room = total - line.cell_len - verdict.cell_len - 5
        line.append(" " + "─" * room + " " if room > 0 else " ── ", FRAME)
        return line.append(verdict).append(" ──" if room > 0 else "", FRAME)

    def _anatomy(self, cookie: Mapping[str, Any], total: int) -> Iterator[Row]:
        parts = cookie["parts"]
        texts = [self._part(part) for part in parts]
        widest = max((text.cell_len for text in texts), default=0)
        column = widest if widest <= total // 3 else None
        signed = [part for part in parts if part["role"] in ("id", "signature")]
        if cookie["raw"] != cookie["value"] or len(signed) > 1:
            yield Row(self._label("label.raw"), self._sent(cookie))
        if cookie["raw"] != cookie["value"]:
            yield Row(self._label("label.value"), self._decoded(cookie))
        for part, text in zip(parts, texts, strict=True):
            note = part["note"]
            words = self._said(f"note.{note['code']}", QUIET, **note["values"])
            yield Row(self._label(f"role.{part['role']}"), _with_note(text, words, total, column))
        if cookie["data"] is not None:
            yield Row(self._label("label.data"), self._data(cookie["data"]))
        if cookie["repaired"] is not None:
            yield Row(self._label("label.repaired"), self._value(cookie["repaired"], FITS))

    def _findings(self, cookie: Mapping[str, Any]) -> Iterator[Row]:
        status, format_ = cookie["status"], cookie["format"]
        mark, style = _STATUS[status]
        key = f"verdict.{format_}.{status}"
        index = cookie["secret"]
        secret = "" if index is None else self._secrets[index]
        if key not in self._once:
            yield Row(Text(mark, style), self._said(key, FINDING, secret=secret))
        if status == "unsigned":
            self._once.add(key)
        for problem in cookie["problems"]:
            yield self._problem(problem)
        if any(part["role"] in ("signature", "data", "seal") for part in cookie["parts"]):
            yield Row(Text(FINDING_MARK, FINDING), self._said(f"readable.{format_}", FINDING))

    def _problem(self, problem: Mapping[str, Any]) -> Row:
        mark, style = _SEVERITY[problem["severity"]]
        key, values = f"problems.{problem['code']}", _short(problem["values"])
        body = phrase(self._catalogue, f"{key}.what", **values)
        return Row(Text(mark, style), self._with_change(body, f"{key}.change", values))

    def _set_cookie(
        self, console: Console, total: int, cookie: Mapping[str, Any]
    ) -> Iterator[Text]:
        from sessionlab.render.attribute_table import AttributeTable

        report = cookie["set_cookie"]
        attributes = report["attributes"]
        line = ";".join(["", *map(_written, attributes[:_MOST_ATTRIBUTES])])
        yield Text()
        yield from AttributeTable((line,), self._catalogue, absent=True).lines(console, total)
        if len(attributes) > _MOST_ATTRIBUTES:
            yield self._more("lines", len(attributes) - _MOST_ATTRIBUTES)
        said = [
            *((code, "refusal", "refused") for code in report["refusals"]),
            *((code, "set-warning", "warning") for code in report["warnings"]),
        ]
        rows = [
            self._jar(code, table_name, severity, _short(report["values"]))
            for code, table_name, severity in said
            if code not in _SAID_BY_THE_TABLE
        ]
        if report["expires"] is not None:
            rows.insert(0, Row(Text("·", QUIET), self._lasts(report)))
        if rows:
            yield Text()
            yield from _beside(console, total, rows)

    def _jar(self, code: str, table: str, severity: str, values: Mapping[str, str]) -> Row:
        mark, style = _SEVERITY[severity]
        body = phrase(self._catalogue, f"jar.{table}.reason.{code}", **values)
        return Row(Text(mark, style), self._with_change(body, f"jar.{table}.fix.{code}", values))

    def _lasts(self, report: Mapping[str, Any]) -> Text:
        if report["over"]:
            return self._said("label.lasts-over")
        return self._said("label.lasts-until", time=moment(report["expires"]))

    # -- pieces ------------------------------------------------------------------------------

    def _said(self, key: str, style: str = "", **fields: Any) -> Text:
        return phrase(self._catalogue, f"inspect.{key}", style, **fields)

    def _label(self, key: str) -> Text:
        return self._said(key, LABEL)

    def _more(self, what: str, count: int) -> Text:
        return self._said(f"label.more-{what}", QUIET, count=count)

    def _with_change(self, body: Text, key: str, values: Mapping[str, Any]) -> Text:
        if self._catalogue.has(key):
            change = phrase(self._catalogue, key, **values)
            body.append("\n").append(self._said("label.change", QUIET, change=change))
        return body

    def _value(self, value: str, style: str = "") -> Text:
        """A value, cut where it is longer than anybody reads."""
        shown = safe.text(value[:_MOST_CHARACTERS], style)
        if len(value) > _MOST_CHARACTERS:
            shown.append("\n").append(self._more("characters", len(value) - _MOST_CHARACTERS))
        return shown

    def _part(self, part: Mapping[str, Any]) -> Text:
        return self._value(part["text"], self._style(part))

    def _style(self, part: Mapping[str, Any]) -> str:
        if part["role"] == "id":
            following = ID_COLOURS[len(self._id_styles) % len(ID_COLOURS)]
            return self._id_styles.setdefault(part["text"], following)
        return SIGNATURE if part["role"] in ("signature", "seal", "prefix") else ""

    def _sent(self, cookie: Mapping[str, Any]) -> Text:
        """The value as sent, the ID and what follows it in their colours."""
        shown = self._value(cookie["raw"])
        for part in cookie["parts"]:
            if part["role"] == "id" and (start := shown.plain.find(part["text"])) >= 0:
                end = start + len(part["text"])
                shown.stylize(self._style(part), start, end)
                shown.stylize(SIGNATURE, end)
        return shown

    def _decoded(self, cookie: Mapping[str, Any]) -> Text:
        """The decoded value, its parts in their colours where they make it up."""
        parts = cookie["parts"]
        pieces = [part["text"] for part in parts]
        if len(pieces) == 3 and f"{pieces[0]}{pieces[1]}.{pieces[2]}" == cookie["value"]:
            prefix, session_id, signature = (self._part(part) for part in parts)
            if len(cookie["value"]) <= _MOST_CHARACTERS:
                return prefix.append(session_id).append(".", QUIET).append(signature)
        return self._value(cookie["value"])

    def _data(self, data: Any) -> Text:
        import json

        lines = json.dumps(data, ensure_ascii=False, indent=2).split("\n")
        shown = Text("\n").join(self._value(line) for line in lines[:_MOST_LINES])
        if len(lines) > _MOST_LINES:
            shown.append("\n").append(self._more("lines", len(lines) - _MOST_LINES))
        return shown


def _short(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a sentence, none longer than a sentence can bear."""
    return {
        name: f"{value[:_MOST_FIELD]}…" if len(str(value)) > _MOST_FIELD else value
        for name, value in values.items()
    }


def _written(attribute: Mapping[str, Any]) -> str:
    """An attribute as in the line, cut where it is longer than anybody reads."""
    return "=".join(
        part if len(part) <= _MOST_ATTRIBUTE else f"{part[:_MOST_ATTRIBUTE]}…"
        for part in attribute.values()
        if part is not None
    )


def _with_note(text: Text, note: Text, total: int, column: int | None) -> Text:
    """A part and what it is: in a column of its own, else behind it, else below it."""
    if not text.plain:
        return note
    if column is not None:
        return _padded(text, column).append("   ").append(note)
    if text.cell_len + note.cell_len < total - 20:
        return text.append("   ").append(note)
    return text.append("\n").append(note)


def moment(ms: int) -> str:
    """A time in milliseconds since the epoch, to the second, in UTC."""
    from datetime import UTC, datetime, timedelta

    try:
        found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    except OverflowError:
        return str(ms)
    return found.strftime("%Y-%m-%d %H:%M:%S UTC")


def _beside(console: Console, total: int, rows: Iterator[Row] | Sequence[Row]) -> Iterator[Text]:
    """Rows with their labels in one column."""
    rows = list(rows)
    column = max((row.label.cell_len for row in rows), default=0)
    room = max(total - column - 3, 12)
    for label, body in rows:
        lines = [
            piece
            for line in body.split("\n")
            for piece in line.wrap(console, room, overflow="fold")
        ]
        for index, line in enumerate(lines or [Text()]):
            line.rstrip()
            head = _padded(label if index == 0 else Text(), column)
            yield Text(" ").append(head).append("  ").append(line)


def _padded(text: Text, cells: int) -> Text:
    padded = text.copy()
    padded.pad_right(max(cells - text.cell_len, 0))
    return padded
