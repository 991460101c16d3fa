"""What the server makes of the cookie, and what it decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from sessionlab.core.events import Event, Kind
from sessionlab.render import cookie_text
from sessionlab.render.checks import checks
from sessionlab.render.exchange import Exchange
from sessionlab.render.look import Line, Look, width
from sessionlab.render.phrase import phrase, styled
from sessionlab.render.styles import ADDED, FITS, FITS_MARK, QUIET, REFUSED, REFUSED_MARK

_ACCEPTED = frozenset({"look-up", "open"})
_NOTHING_CAME = frozenset({"no-cookie", "sealed-no-cookie", "store-disconnected", "path-outside"})


def signature(exchange: Exchange, look: Look) -> list[Line]:
    """The cookie's value split into what is signed and the signature, and whether they fit."""
    lines: list[Line] = []
    for event in exchange.of(Kind.COOKIE_READ):
        lines += _judged(event, look)
    return lines


def session_id(exchange: Exchange, look: Look) -> list[Line]:
    """The ID that came, what became of it, and the one that the application was handed."""
    lines: list[Line] = []
    came = _id_that_came(exchange)
    for event in exchange.of(Kind.SESSION_OPEN):
        handed, new = event.data["id"], event.data["new"]
        line = Text()
        if came is not None and came[0] != handed:
            fate = came[1] if _reason(event) != "outlived" else "outlived"
            line.append(look.id(came[0])).append(" ").append(look.words(f"id.{fate}", REFUSED))
        if handed is not None:
            if line.plain:
                line.append(" → ", QUIET)
            line.append(look.id(handed)).append(" ")
            line.append(look.words("id.new", ADDED) if new else look.words("id.known", QUIET))
        if line.plain:
            lines.append(Line(line))
        came = None
    return lines


def because(exchange: Exchange, look: Look) -> list[Line]:
    """What was decided about the session, the cookie and the store, and why."""
    lines: list[Line] = []
    for event in exchange.of(Kind.COOKIE_READ):
        if event.verdict is not None and event.verdict["outcome"] == "no-session":
            lines += decision("session", event.verdict, look)
    for kind, about in ((Kind.COOKIE_DECIDED, "cookie"), (Kind.STORE_DECIDED, "store")):
        for event in exchange.of(kind):
            if event.verdict is not None:
                lines += decision(about, event.verdict, look)
            elif kind is Kind.COOKIE_DECIDED:
                lines += look.quiet("unseen")
    for event in exchange.of(Kind.ERROR):
        error = look.value(event.data["error"], style=REFUSED)
        said = look.words(f"error.{event.data['where']}", REFUSED, error=error)
        lines.append(Line(styled(f"{REFUSED_MARK} ", REFUSED).append(said)))
    return lines


def decision(about: str, verdict: Mapping[str, Any], look: Look) -> list[Line]:
    """One verdict: what it is about (session, cookie or store), what is done, and why.

    If wide, the reason's code, the whole sentence and the questions that were asked follow.
    """
    reason, outcome = verdict["reason"], verdict["outcome"]
    label = look.words(f"about.{about}", QUIET).append(" ")
    done = phrase(look.catalogue, f"reasons.outcome-short.{outcome}", "bold")
    why = phrase(look.catalogue, f"reasons.short.{reason}")
    hang = width(label)
    lines = [Line(label.append(done).append(": ").append(why), hang=hang)]
    if look.wide:
        sentence = phrase(look.catalogue, f"reasons.reason.{reason}", QUIET)
        code = Text(" " * hang).append(f"{reason}  ", QUIET)
        lines.append(Line(code.append(sentence), hang=hang))
        lines += checks(verdict, look, hang)
    return lines


def _judged(event: Event, look: Look) -> list[Line]:
    verdict = event.verdict or {}
    reason = verdict.get("reason")
    if reason is None:
        return []
    why = phrase(look.catalogue, f"reasons.short.{reason}")
    if reason in _NOTHING_CAME:
        why.stylize(QUIET)
        return [Line(why)]
    fits = verdict["outcome"] in _ACCEPTED
    said = Text(f"{FITS_MARK if fits else REFUSED_MARK} ").append(why)
    if not fits:
        said.append(" → ").append(look.words("signature.ignored"))
    said.stylize(FITS if fits else REFUSED)
    if event.data["secret"]:
        said.append(look.words("signature.older", QUIET, number=event.data["secret"] + 1))
    parts = _parts(event.data, look)
    if parts is None:
        return [Line(said)]
    if width(parts) + width(said) + 2 <= look.room:
        return [Line(parts.append("  ").append(said))]
    return [Line(parts), Line(said)]


def _parts(data: Mapping[str, Any], look: Look) -> Text | None:
    """What is signed, and the signature; None where there are no such parts."""
    if data["signature"] is None:
        return None
    if data["id"] is not None:
        signed = look.id(data["id"])
    else:
        signed = look.value(data["raw"] or "", look.room * 2 // 3)
    return signed.append(" · ", QUIET).append(cookie_text.signature(data["signature"], look))


def _reason(event: Event) -> str | None:
    return None if event.verdict is None else event.verdict["reason"]


def _id_that_came(exchange: Exchange) -> tuple[str, str] | None:
    """The ID in the cookie, and why it was not taken: ``refused`` or ``unknown``."""
    read = exchange.first(Kind.COOKIE_READ)
    if read is None or read.data["id"] is None:
        return None
    accepted = read.verdict is not None and read.verdict["outcome"] in _ACCEPTED
    return read.data["id"], "unknown" if accepted else "refused"
