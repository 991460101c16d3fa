"""Set-Cookie lines and a later request: is each cookie kept, is it sent, and if not, why?

Rules
- The jar decides; this module judges no cookie itself.
- The lines come in one response, in their order, into an empty jar.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sessionlab.core.jar import (
    Jar,
    JarVerdict,
    PublicSuffix,
    ResolvedRequest,
    SendVerdict,
    Sites,
)
from sessionlab.diagnose.address import WebAddress
from sessionlab.diagnose.octets import to_octets, to_text
from sessionlab.diagnose.start import Start
from sessionlab.diagnose.verdicts import judge_all, judged_json, stored_json

_SET_COOKIE = re.compile(r"\s*(?:[<*]\s*)?[\"']?set-cookie\s*:[ \t]*(.*?)[ \t]*", re.I | re.S)


class Note(StrEnum):
    """What often surprises people; sentences below ``explain.note``."""

    LOOPBACK_NAMES = "loopback-names"  # localhost and 127.0.0.1 are two hosts, and two sites
    PORTS_SHARED = "ports-shared"  # two ports of a host have the same cookies
    SCHEMES_APART = "schemes-apart"  # http and https of a host are two sites


class LinesExplained(NamedTuple):
    """What becomes of the lines.

    ``stored`` has a verdict for each line, ``judged`` one for each cookie in the jar afterwards.
    ``request`` is the later request as the jar saw it, ``header`` its Cookie header, empty if no
    cookie is sent.  ``after``: milliseconds between the two.
    """

    address: WebAddress
    set_by: Start
    lines: tuple[str, ...]
    stored: tuple[JarVerdict, ...]
    then: WebAddress
    start: Start
    request: ResolvedRequest
    after: int
    judged: tuple[SendVerdict, ...]
    header: str
    notes: tuple[Note, ...]

    @property
    def is_well(self) -> bool:
        """Whether every cookie was kept and is sent."""
        if self.start.without_credentials(self.then):
            return False
        sent = {verdict.cookie.key for verdict in self.judged if verdict.sent}
        # One that was stored may have been deleted or evicted by a later line.
        return all(it.cookie is not None and it.cookie.key in sent for it in self.stored)

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON-safe data; times in milliseconds since the epoch or seconds."""
        return {
            "response": self.set_by.to_json(self.address),
            "set": [
                stored_json(line, verdict)
                for line, verdict in zip(self.lines, self.stored, strict=True)
            ],
            "request": {
                **self.start.to_json(self.then),
                "after": self.after // 1000,
                "relation": self.request.relation.value,
                "site": self.request.site,
            },
            "cookies": [judged_json(verdict) for verdict in self.judged],
            "cookie_header": to_text(self.header) or None,
            "notes": [note.value for note in self.notes],
            "is_well": self.is_well,
        }


def read_lines(text: str) -> list[str]:
    """The Set-Cookie lines of a text: those that begin with ``Set-Cookie:``, else every line."""
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    named = [found[1] for line in lines if (found := _SET_COOKIE.fullmatch(line))]
    return named or lines


def explain_lines(
    lines: Sequence[str],
    address: WebAddress,
    start: Start,
    public_suffix: PublicSuffix,
    *,
    now: int,
    set_by: Start | None = None,
    then: WebAddress | None = None,
    after: int = 0,
) -> LinesExplained:
    """Judge the lines, which came from ``address``, and a request ``after`` ms later.

    ``set_by`` started the request that they answer.  ``start`` starts the later one, which goes
    to ``then``, or to the same URL again.  ``now``: milliseconds since the epoch.
    """
    set_by = set_by or Start()
    then = then or address
    jar = Jar(public_suffix)
    context = set_by.context(address)
    octets = tuple(map(to_octets, lines))
    stored = tuple(jar.set(line, context, now) for line in octets)
    judged = judge_all(jar, start.context(then), public_suffix, now + after)
    sent = [] if start.without_credentials(then) else [it.cookie for it in judged if it.sent]
    return LinesExplained(
        address=address,
        set_by=set_by,
        lines=octets,
        stored=stored,
        then=then,
        start=start,
        request=Sites(public_suffix).resolve(start.context(then)),
        after=after,
        judged=judged,
        header="; ".join(cookie.pair for cookie in sent),
        notes=tuple(_notes(address, then, start)),
    )


def _notes(address: WebAddress, then: WebAddress, start: Start) -> list[Note]:
    others = [address, *([start.page] if start.page else [])]
    found: dict[Note, None] = {}
    for other in others:
        if other.host != then.host and other.is_loopback and then.is_loopback:
            found[Note.LOOPBACK_NAMES] = None
        elif other.host == then.host and other.is_encrypted != then.is_encrypted:
            found[Note.SCHEMES_APART] = None
        elif other.host == then.host and other.port != then.port:
            found[Note.PORTS_SHARED] = None
    return list(found)
