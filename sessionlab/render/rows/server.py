"""The server's rows: how it reads the cookie, and what it decides."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from sessionlab.core.decide import Outcome, Reason, Verdict
from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    ErrorOccurred,
    SessionOpened,
    StoreDecided,
)
from sessionlab.render import cookie_text
from sessionlab.render.look import Line, Look, width
from sessionlab.render.phrase import phrase, styled
from sessionlab.render.styles import ADDED, FITS, FITS_MARK, QUIET, REFUSED, REFUSED_MARK
from sessionlab.transcript.steps import RoundTrip, cookie_came

_ACCEPTED = frozenset({Outcome.LOOK_UP, Outcome.OPEN})


def signature(trip: RoundTrip, look: Look) -> list[Line]:
    """What is signed, the signature, and whether they fit."""
    return [line for read in trip.of(CookieRead) for line in _judged_signature(read, look)]


def session_id(trip: RoundTrip, look: Look) -> list[Line]:
    """The ID of the cookie, why it was not taken, and the ID that the application got."""
    lines: list[Line] = []
    read = trip.first(CookieRead)
    for opened in trip.of(SessionOpened):
        line = Text()
        if read is not None and read.id is not None and read.id != opened.id:
            fate = _why_not_taken(read, opened)
            line.append(look.id(read.id)).append(" ").append(look.words(f"id.{fate}", REFUSED))
        if opened.id is not None:
            if line.plain:
                line.append(" → ", QUIET)
            line.append(look.id(opened.id)).append(" ")
            line.append(
                look.words("id.new", ADDED) if opened.new else look.words("id.known", QUIET)
            )
        if line.plain:
            lines.append(Line(line))
        read = None
    return lines


def because(trip: RoundTrip, look: Look) -> list[Line]:
    """What was decided about the session, the cookie and the store, and why."""
    lines: list[Line] = []
    for read in trip.of(CookieRead):
        if read.verdict.outcome is Outcome.NO_SESSION:
            lines += decision("session", read.verdict, look)
    for decided in trip.of(CookieDecided):
        if decided.verdict is None:
            lines += look.quiet("unseen")
        else:
            lines += decision("cookie", decided.verdict, look)
    for stored in trip.of(StoreDecided):
        lines += decision("store", stored.verdict, look)
    for failed in trip.of(ErrorOccurred):
        error = look.value(failed.error, style=REFUSED)
        said = look.words(f"error.{failed.where}", REFUSED, error=error)
        lines.append(Line(styled(f"{REFUSED_MARK} ", REFUSED).append(said)))
    return lines


def decision(about: str, verdict: Verdict, look: Look) -> list[Line]:
    """One verdict: what it is about (session, cookie or store), what is done, and why.

    A wide look adds the reason's code, the whole sentence and the questions asked.
    """
    reason = verdict.reason
    label = look.words(f"about.{about}", QUIET).append(" ")
    done = phrase(look.catalogue, f"reasons.outcome-short.{verdict.outcome}", "bold")
    why = phrase(look.catalogue, f"reasons.short.{reason}")
    hang = width(label)
    lines = [Line(label.append(done).append(": ").append(why), hang=hang)]
    if look.wide:
        sentence = phrase(look.catalogue, f"reasons.reason.{reason}", QUIET)
        code = Text(" " * hang).append(f"{reason}  ", QUIET)
        lines.append(Line(code.append(sentence), hang=hang))
        lines += _checks(verdict, look, hang)
    return lines


def _checks(verdict: Verdict, look: Look, indent: int) -> Iterator[Line]:
    """A line for each question, in the order in which they were asked; the last one decided."""
    for check in verdict.checks:
        line = Text(" " * indent).append("· ", QUIET)
        line.append(phrase(look.catalogue, f"reasons.question.{check.question}", QUIET))
        line.append(" ").append(look.words("check.yes" if check.answer else "check.no", "bold"))
        yield Line(line, hang=indent + 2)


def _judged_signature(read: CookieRead, look: Look) -> list[Line]:
    why = phrase(look.catalogue, f"reasons.short.{read.verdict.reason}")
    if not cookie_came(read.verdict):
        why.stylize(QUIET)
        return [Line(why)]
    fits = read.verdict.outcome in _ACCEPTED
    said = Text(f"{FITS_MARK if fits else REFUSED_MARK} ").append(why)
    if not fits:
        said.append(" → ").append(look.words("signature.ignored"))
    said.stylize(FITS if fits else REFUSED)
    if read.secret:
        said.append(look.words("signature.older", QUIET, number=read.secret + 1))
    parts = _signed_parts(read, look)
    if parts is None:
        return [Line(said)]
    if width(parts) + width(said) + 2 <= look.room:
        return [Line(parts.append("  ").append(said))]
    return [Line(parts), Line(said)]


def _signed_parts(read: CookieRead, look: Look) -> Text | None:
    """What is signed, and the signature; None for a cookie without these parts."""
    if read.signature is None:
        return None
    if read.id is not None:
        signed = look.id(read.id)
    else:
        signed = look.value(read.raw or "", look.room * 2 // 3)
    return signed.append(" · ", QUIET).append(cookie_text.signature(read.signature, look))


def _why_not_taken(read: CookieRead, opened: SessionOpened) -> str:
    """Why the ID of the cookie was not taken: a key of ``compare.id``."""
    if opened.verdict is not None and opened.verdict.reason is Reason.OUTLIVED:
        return "outlived"
    return "unknown" if read.verdict.outcome in _ACCEPTED else "refused"
