"""The jar's verdicts: on every cookie, and as text and JSON-safe data.

Rules
- A cookie of another host is judged like any other, so that the reason why it stays behind can be
  given; `Jar.select` judges the cookies of the URL's own site alone.
- A verdict holds octets; its evidence and its JSON are text as people read it.
"""

from __future__ import annotations

from typing import Any

from sessionlab.core.jar import (
    Jar,
    JarVerdict,
    PublicSuffix,
    RequestContext,
    SendVerdict,
    Sites,
)
from sessionlab.core.jar.send import withheld_reasons
from sessionlab.diagnose.octets import to_text
from sessionlab.diagnose.session_id import session_id_of


def judge_all(
    jar: Jar, context: RequestContext, public_suffix: PublicSuffix, now: int
) -> tuple[SendVerdict, ...]:
    """Verdicts on every cookie of the jar: those of the URL's site first, then all others."""
    of_site = jar.select(context, now).verdicts
    known = {verdict.cookie.key for verdict in of_site}
    request = Sites(public_suffix).resolve(context)
    elsewhere = (
        SendVerdict(
            cookie,
            sent=False,
            reasons=withheld_reasons(cookie, request, now),
            warnings=(),
            request=request,
        )
        for cookie in jar
        if cookie.key not in known
    )
    return (*of_site, *elsewhere)


def evidence_of(verdict: JarVerdict | SendVerdict) -> dict[str, str]:
    """What the sentences about a verdict may mention."""
    return {name: to_text(value) for name, value in verdict.evidence.items()}


def stored_json(line: str, verdict: JarVerdict) -> dict[str, Any]:
    """A Set-Cookie line and what became of it, as JSON-safe data."""
    cookie = verdict.cookie
    name, value = to_text(verdict.set_cookie.name), to_text(verdict.set_cookie.value)
    return {
        "line": to_text(line),
        "name": name,
        "value": value,
        "session_id": session_id_of(name, value),
        "outcome": verdict.outcome.value,
        "reasons": [reason.value for reason in verdict.reasons],
        "warnings": [warning.value for warning in verdict.warnings],
        "expires": cookie.expires if cookie else None,
        "evidence": evidence_of(verdict),
    }


def judged_json(verdict: SendVerdict) -> dict[str, Any]:
    """A cookie and whether it goes with a request, as JSON-safe data."""
    return {
        "name": to_text(verdict.cookie.name),
        "value": to_text(verdict.cookie.value),
        "sent": verdict.sent,
        "reasons": [reason.value for reason in verdict.reasons],
        "warnings": [warning.value for warning in verdict.warnings],
        "evidence": evidence_of(verdict),
    }
