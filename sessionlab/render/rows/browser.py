"""What the browser does and gets: the request, its cookies, the answer, what it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from sessionlab.core.events import Event, Kind
from sessionlab.render import safe
from sessionlab.render.cookie_text import cookie_pair, cookie_value, readable_json, set_cookie_lines
from sessionlab.render.exchange import Exchange, LaneStep
from sessionlab.render.look import Line, Look, width
from sessionlab.render.phrase import styled
from sessionlab.render.styles import (
    ADDED,
    CHANGED,
    COPIED_MARK,
    EDITED,
    EDITED_MARK,
    FITS,
    FITS_MARK,
    QUIET,
    REFUSED,
    REFUSED_MARK,
    REMOVED,
    SCRIPT_MARK,
    WITHHELD_MARK,
)

_ORIGIN_MARKS = {"edited": EDITED_MARK, "copied": COPIED_MARK, "script": SCRIPT_MARK}
_BODY_LINES = 4
_MANY_ANSWERS = 8
_MANY_OCTETS = 1024
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def prelude(step: LaneStep, look: Look) -> list[Line]:
    """What was done before the request: time, restarts, copied and edited cookies."""
    return [line for event in step.prelude for line in _before(event, look)]


def request(exchange: Exchange, look: Look) -> list[Line]:
    """Who asks for what, and the form that is sent along."""
    event = exchange.first(Kind.REQUEST)
    if event is None:
        return []
    data = event.data
    line = safe.text(data["client"], QUIET).append("  ")
    line.append(safe.text(data["method"], "bold")).append(" ")
    server = Text()
    if software := data.get("software"):
        server = Text("  ").append(look.words(f"request.{software}", "bold"))
    elif data.get("server") is not None:
        server = Text("  ").append(look.words("request.server", "bold", server=data["server"]))
    line.append(look.value(data["path"], width(line) + width(server))).append(server)
    if not data["body"]:
        return [Line(line)]
    return [Line(line), Line(look.value(data["body"], 2))]


def sends(exchange: Exchange, look: Look) -> list[Line]:
    """The cookies that go along, whence they came, and those that are held back."""
    event = exchange.first(Kind.REQUEST)
    if event is None:
        return []
    data = event.data
    lines: list[Line] = []
    for cookie in data["cookies"]:
        lines += _sent(cookie, look)
    for cookie in data["withheld"]:
        lines += _withheld(cookie, look)
    if data["cookie_bytes"] > _MANY_OCTETS:
        lines.append(Line(look.words("sends.octets", QUIET, octets=f"{data['cookie_bytes']:,}")))
    return lines or look.quiet("nothing.sends")


def answers(exchange: Exchange, look: Look) -> list[Line]:
    """The status and the first lines of the body."""
    event = exchange.last(Kind.RESPONSE)
    if event is None:
        return []
    data = event.data
    refused = data["status"] >= 400
    line = safe.text(str(data["status"]), REFUSED if refused else QUIET)
    if refused:
        line.append("  ").append(safe.text(data["phrase"], REFUSED))
    body = [part for part in data["body"].splitlines() if part.strip()]
    lines = []
    for part in body[:_BODY_LINES]:
        line.append("  ")
        lines.append(line.append(look.value(part, width(line), "bold")))
        line = Text("   ")
    if len(body) != len(lines):
        lines.append(line.append("  …", QUIET))
    return [Line(shown, hang=5) for shown in lines or [line]]


def all_answers(step: LaneStep, look: Look) -> list[Line]:
    """The first lines of all bodies, one after the other; what is alike is counted."""
    runs: list[tuple[str, int]] = []
    for exchange in step.exchanges:
        event = exchange.last(Kind.RESPONSE)
        said = "" if event is None else _first_line(event)
        if runs and runs[-1][0] == said:
            runs[-1] = (said, runs[-1][1] + 1)
        else:
            runs.append((said, 1))
    parts = [
        look.value(said, style="bold").append(f" ×{count}" if count > 1 else "", QUIET)
        for said, count in runs
    ]
    if len(parts) > _MANY_ANSWERS and not look.wide:
        parts[_MANY_ANSWERS - 1 : -1] = [Text("…")]
    return [Line(Text(" → ").join(parts))] if parts else []


def _first_line(event: Event) -> str:
    """The first line of a body, or the status where there is none."""
    lines = [line for line in event.data["body"].splitlines() if line.strip()]
    return str(lines[0]) if lines else str(event.data["status"])


def sets(exchange: Exchange, look: Look) -> list[Line]:
    """The Set-Cookie lines of the answer, and what keeps them out of shared caches."""
    event = exchange.last(Kind.RESPONSE)
    if event is None:
        return []
    lines = [
        line
        for set_cookie in event.data["set_cookie"]
        for line in set_cookie_lines(set_cookie, look)
    ]
    caching = event.data.get("caching", ())
    if lines and any(line.lower().startswith("vary:") for line in caching):
        lines += [Line(look.value(line, style=QUIET)) for line in caching]
    return lines


def keeps(exchange: Exchange, look: Look) -> list[Line]:
    """What the browser did with each Set-Cookie line."""
    lines: list[Line] = []
    done: dict[str, list[Text]] = {}
    for event in exchange.of(Kind.COOKIE_STORED):
        verdict = event.verdict or {}
        name = look.value(event.data["name"], 20, "bold")
        if verdict.get("accepted", True):
            done.setdefault(verdict.get("outcome", "stored"), []).append(name)
            continue
        mark = styled(f"{REFUSED_MARK} ", REFUSED)
        lines.append(Line(mark.append(look.words("kept.refused", name=name))))
        for code in verdict.get("reasons", ()):
            lines.append(Line(Text("  ").append(look.words(f"refusal.{code}", REFUSED)), hang=4))
    for outcome, names in done.items():
        said = look.words(f"kept.{outcome}", name=Text(", ").join(names))
        lines.append(Line(styled(f"{FITS_MARK} ", FITS).append(said)))
    return lines


def _before(event: Event, look: Look) -> list[Line]:
    data = event.data
    if event.kind is Kind.COPY:
        names = Text(", ").join(look.value(name, style="bold") for name in data["names"])
        mark = styled(f"{COPIED_MARK} ", EDITED)
        said = look.words("before.copy", names=names, source=data["source"], client=data["client"])
        return [Line(mark.append(said))]
    if event.kind is Kind.EDIT:
        return _edit(data, look)
    if event.kind is Kind.CLOSE:
        key = "before.close" if data["names"] else "before.close-nothing"
        names = Text(", ").join(look.value(name, style="bold") for name in data["names"])
        said = look.words(key, client=data["client"], names=names)
        return [Line(styled(f"{WITHHELD_MARK} ", REMOVED).append(said))]
    if event.kind is Kind.RESTART:
        key = "before.restart" if data.get("server") is None else "before.restart-one"
        key += "-lost" if data["lost"] else ""
        said = look.words(key, lost=data["lost"], server=data.get("server") or 0)
        return [Line(styled("⟲ ", CHANGED).append(said))]
    passed = _duration(data["seconds"], look)
    return [Line(styled("⟳ ", CHANGED).append(look.words("before.advance", passed=passed)))]


def _edit(data: Mapping[str, Any], look: Look) -> list[Line]:
    """Where the value is base64 of JSON, the JSON is what was edited."""
    before, after = data["before"], data["after"]
    name = look.value(data["name"], 20, "bold")
    said = look.words("before.edit", client=data["client"], name=name)
    lines = [Line(styled(f"{EDITED_MARK} ", EDITED).append(said))]
    plain = [readable_json(value or "") for value in (before, after)]
    if plain[0] and plain[1]:
        before, after = plain
    old = styled("∅", QUIET) if before is None else cookie_value(before, look, taken=6)
    new = styled("∅", QUIET) if after is None else cookie_value(after, look, taken=6, changed=True)
    if width(old) + width(new) + 5 <= look.room:
        lines.append(Line(Text("  ").append(old).append(" → ", QUIET).append(new)))
    else:
        lines.append(Line(Text("  ").append("- ", REMOVED).append(old)))
        lines.append(Line(Text("  ").append("+ ", ADDED).append(new)))
    return lines


def _sent(cookie: Mapping[str, Any], look: Look) -> list[Line]:
    origin = cookie["origin"]
    changed = origin in ("edited", "script")
    mark = Text()
    if origin in _ORIGIN_MARKS:
        mark.append(f"  {_ORIGIN_MARKS[origin]} ", EDITED)
        mark.append(look.words(f"origin.{origin}", EDITED))
    pair = cookie_pair(cookie["name"], cookie["value"], look, taken=width(mark), changed=changed)
    if width(pair) + width(mark) <= look.room:
        lines = [Line(pair.append(mark))]
    else:
        lines = [Line(pair), Line(mark)]
    if (data := readable_json(cookie["value"])) is not None:
        lines.append(
            Line(styled("  = ", QUIET).append(look.value(data, 4, EDITED if changed else QUIET)))
        )
    return lines


def _withheld(cookie: Mapping[str, Any], look: Look) -> list[Line]:
    name = look.value(cookie["name"], 20, "bold")
    lines = [
        Line(styled(f"{WITHHELD_MARK} ", REFUSED).append(look.words("sends.withheld", name=name)))
    ]
    for code in cookie["reasons"]:
        lines.append(Line(Text("  ").append(look.words(f"withheld.{code}", QUIET)), hang=4))
    return lines


def _duration(seconds: float, look: Look) -> Text:
    """``1 h 30 min``: the units that are not zero."""
    parts: list[Text] = []
    left = seconds
    for unit, size in _UNITS:
        amount, left = divmod(left, size)
        if amount:
            parts.append(look.words(f"unit.{unit}", amount=f"{amount:g}"))
    if left or not parts:
        parts.append(look.words("unit.second", amount=f"{left:g}"))
    return Text(" ").join(parts)
