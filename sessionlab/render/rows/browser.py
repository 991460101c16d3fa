"""The browser's rows: the request, its cookies, the answer, and what the browser keeps."""

from __future__ import annotations

from itertools import groupby

from rich.text import Text

from sessionlab.core.events import (
    BrowserClosed,
    CookieEdited,
    CookiesCopied,
    CookieStored,
    Event,
    SentCookie,
    ServerRestarted,
    TimePassed,
    WithheldCookie,
)
from sessionlab.core.jar.codes import SetOutcome
from sessionlab.core.jar.cookie import CookieOrigin
from sessionlab.render import safe
from sessionlab.render.cookie_text import cookie_pair, cookie_value, readable_json, set_cookie_lines
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
from sessionlab.transcript.steps import LaneStep, RoundTrip, first_line

_ORIGIN_MARKS = {
    CookieOrigin.EDITED: EDITED_MARK,
    CookieOrigin.COPIED: COPIED_MARK,
    CookieOrigin.SCRIPT: SCRIPT_MARK,
}
_BODY_LINES = 4
_MANY_ANSWERS = 8
_MANY_OCTETS = 1024
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def prelude(step: LaneStep, look: Look) -> list[Line]:
    """What happened before the request: time, restarts, copied and edited cookies."""
    return [line for event in step.prelude for line in _prelude_event(event, look)]


def request(trip: RoundTrip, look: Look) -> list[Line]:
    """The client, the request line, and the form as sent."""
    asked = trip.request
    if asked is None:
        return []
    line = safe.text(asked.client, QUIET).append("  ")
    line.append(safe.text(asked.method, "bold")).append(" ")
    server = Text()
    if asked.software is not None:
        server = Text("  ").append(look.words(f"request.{asked.software}", "bold"))
    elif asked.server is not None:
        server = Text("  ").append(look.words("request.server", "bold", server=asked.server))
    line.append(look.value(asked.path, width(line) + width(server))).append(server)
    return [Line(line), Line(look.value(asked.body, 2))] if asked.body else [Line(line)]


def sends(trip: RoundTrip, look: Look) -> list[Line]:
    """The cookies that are sent, with their origin, and those that are withheld."""
    asked = trip.request
    if asked is None:
        return []
    lines = [line for cookie in asked.cookies for line in _sent_cookie(cookie, look)]
    lines += [line for cookie in asked.withheld for line in _withheld_cookie(cookie, look)]
    if asked.cookie_bytes > _MANY_OCTETS:
        lines.append(Line(look.words("sends.octets", QUIET, octets=f"{asked.cookie_bytes:,}")))
    return lines or look.quiet("nothing.sends")


def answers(trip: RoundTrip, look: Look) -> list[Line]:
    """The status and the first lines of the body."""
    answer = trip.response
    if answer is None:
        return []
    refused = answer.status >= 400
    line = safe.text(str(answer.status), REFUSED if refused else QUIET)
    if refused:
        line.append("  ").append(safe.text(answer.phrase, REFUSED))
    body = [part for part in answer.body.splitlines() if part.strip()]
    lines = []
    for part in body[:_BODY_LINES]:
        line.append("  ")
        lines.append(line.append(look.value(part, width(line), "bold")))
        line = Text("   ")
    if len(body) != len(lines):
        lines.append(line.append("  …", QUIET))
    return [Line(shown, hang=5) for shown in lines or [line]]


def all_answers(step: LaneStep, look: Look) -> list[Line]:
    """The first line of each body in order; equal ones in a row are counted."""
    answers = [first_line(trip.response) if trip.response else "" for trip in step.trips]
    parts: list[Text] = []
    for said, alike in groupby(answers):
        count = len(list(alike))
        part = look.value(said, style="bold")
        parts.append(part.append(f" ×{count}" if count > 1 else "", QUIET))
    if len(parts) > _MANY_ANSWERS and not look.wide:
        parts[_MANY_ANSWERS - 1 : -1] = [Text("…")]
    return [Line(Text(" → ").join(parts))] if parts else []


def sets(trip: RoundTrip, look: Look) -> list[Line]:
    """The Set-Cookie lines of the answer, and what keeps them out of shared caches."""
    answer = trip.response
    if answer is None:
        return []
    lines = [line for value in answer.set_cookie for line in set_cookie_lines(value, look)]
    if lines and any(line.lower().startswith("vary:") for line in answer.caching):
        lines += [Line(look.value(line, style=QUIET)) for line in answer.caching]
    return lines


def keeps(trip: RoundTrip, look: Look) -> list[Line]:
    """What the browser did with each Set-Cookie line."""
    lines: list[Line] = []
    done: dict[SetOutcome, list[Text]] = {}
    for stored in trip.of(CookieStored):
        name = look.value(stored.name, 20, "bold")
        if stored.verdict.accepted:
            done.setdefault(stored.verdict.outcome, []).append(name)
            continue
        mark = styled(f"{REFUSED_MARK} ", REFUSED)
        lines.append(Line(mark.append(look.words("kept.refused", name=name))))
        for code in stored.verdict.reasons:
            lines.append(Line(Text("  ").append(look.words(f"refusal.{code}", REFUSED)), hang=4))
    for outcome, names in done.items():
        said = look.words(f"kept.{outcome}", name=Text(", ").join(names))
        lines.append(Line(styled(f"{FITS_MARK} ", FITS).append(said)))
    return lines


def _prelude_event(event: Event, look: Look) -> list[Line]:
    match event:
        case CookieEdited():
            return _cookie_edit(event, look)
        case CookiesCopied(source, client):
            names = _names(event.names, look)
            said = look.words("before.copy", names=names, source=source, client=client)
            return [Line(styled(f"{COPIED_MARK} ", EDITED).append(said))]
        case BrowserClosed(client):
            key = "before.close" if event.names else "before.close-nothing"
            said = look.words(key, client=client, names=_names(event.names, look))
            return [Line(styled(f"{WITHHELD_MARK} ", REMOVED).append(said))]
        case ServerRestarted(lost, server):
            key = "before.restart" if server is None else "before.restart-one"
            said = look.words(key + ("-lost" if lost else ""), lost=lost, server=server or 0)
            return [Line(styled("⟲ ", CHANGED).append(said))]
        case TimePassed(seconds):
            said = look.words("before.advance", passed=_duration(seconds, look))
            return [Line(styled("⟳ ", CHANGED).append(said))]
    return [Line(look.words(f"before.{event.kind}", **{k: str(v) for k, v in vars(event).items()}))]


def _names(names: tuple[str, ...], look: Look) -> Text:
    return Text(", ").join(look.value(name, style="bold") for name in names)


def _cookie_edit(event: CookieEdited, look: Look) -> list[Line]:
    """The value before and after; of base64 JSON, the JSON."""
    before, after = event.before, event.after
    name = look.value(event.name, 20, "bold")
    said = look.words("before.edit", client=event.client, name=name)
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


def _sent_cookie(cookie: SentCookie, look: Look) -> list[Line]:
    changed = cookie.origin in (CookieOrigin.EDITED, CookieOrigin.SCRIPT)
    mark = Text()
    if cookie.origin in _ORIGIN_MARKS:
        mark.append(f"  {_ORIGIN_MARKS[cookie.origin]} ", EDITED)
        mark.append(look.words(f"origin.{cookie.origin}", EDITED))
    pair = cookie_pair(cookie.name, cookie.value, look, taken=width(mark), changed=changed)
    if width(pair) + width(mark) <= look.room:
        lines = [Line(pair.append(mark))]
    else:
        lines = [Line(pair), Line(mark)]
    if (data := readable_json(cookie.value)) is not None:
        lines.append(
            Line(styled("  = ", QUIET).append(look.value(data, 4, EDITED if changed else QUIET)))
        )
    return lines


def _withheld_cookie(cookie: WithheldCookie, look: Look) -> list[Line]:
    name = look.value(cookie.name, 20, "bold")
    lines = [
        Line(styled(f"{WITHHELD_MARK} ", REFUSED).append(look.words("sends.withheld", name=name)))
    ]
    for code in cookie.reasons:
        lines.append(Line(Text("  ").append(look.words(f"withheld.{code}", QUIET)), hang=4))
    return lines


def _duration(seconds: float, look: Look) -> Text:
    """``1 h 30 min``; units that are zero are left out."""
    parts: list[Text] = []
    left = seconds
    for unit, size in _UNITS:
        amount, left = divmod(left, size)
        if amount:
            parts.append(look.words(f"unit.{unit}", amount=f"{amount:g}"))
    if left or not parts:
        parts.append(look.words("unit.second", amount=f"{left:g}"))
    return Text(" ").join(parts)
