"""A server visited as a browser would: what was asked, answered, kept and sent, hop by hop.

Rules
- The jar decides what is kept and sent; the first visit begins with an empty one.
- Redirects are followed as browsers follow them, up to a limit, and only to http and https.
- Where no cookie came over http, one more request says ``X-Forwarded-Proto: https``.  It
  distinguishes a server that withholds its Secure cookie from one that sets no cookie.
- Requests go to the user's own server, with safe methods unless the user names another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sessionlab.core.jar import Jar, JarVerdict, PublicSuffix, Relation, SendVerdict, Sites
from sessionlab.diagnose.address import InvalidAddress, WebAddress, follow
from sessionlab.diagnose.ask import Transport, Unreachable, words_of
from sessionlab.diagnose.octets import to_text
from sessionlab.diagnose.start import Start
from sessionlab.diagnose.verdicts import judge_all, judged_json, stored_json
from sessionlab.http.client import Answer

MOST_HOPS = 10
"""Redirects that are followed in one visit."""
_SAFE = frozenset({"GET", "HEAD"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": "sessionlab",
    "Accept": "text/html,application/json;q=0.9,*/*;q=0.8",
    "Connection": "close",
}


class VisitEnding(StrEnum):
    """How a visit ended; sentences below ``explain.ending``."""

    ANSWERED = "answered"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    LEFT_HTTP = "left-http"  # a redirect to a URL that is not http or https


class Hop(NamedTuple):
    """One request and its answer.

    ``judged``: every cookie of the jar and whether it goes along.  ``stored``: a verdict for each
    Set-Cookie line of the answer.  ``at``: when it was answered, milliseconds since the epoch.
    A fetch without credentials neither sends nor keeps cookies; the verdicts then say what would
    happen if it did.
    """

    start: Start
    address: WebAddress
    method: str
    relation: Relation
    judged: tuple[SendVerdict, ...]
    answer: Answer
    stored: tuple[JarVerdict, ...]
    at: int

    @property
    def without_credentials(self) -> bool:
        """Whether no cookie is sent, and none is kept."""
        return self.start.without_credentials(self.address)

    @property
    def sent(self) -> tuple[SendVerdict, ...]:
        """The cookies that went along."""
        if self.without_credentials:
            return ()
        return tuple(verdict for verdict in self.judged if verdict.sent)

    def _keeps(self, verdict: JarVerdict) -> bool:
        return verdict.cookie is not None and not self.without_credentials

    def to_json(self) -> dict[str, Any]:
        """The hop as JSON-safe data."""
        lines = self.answer.all("Set-Cookie")
        location = self.answer.first("Location")
        return {
            "method": self.method,
            "url": self.address.url,
            "without_credentials": self.start.fetch if self.without_credentials else None,
            "cookies": [judged_json(verdict) for verdict in self.judged],
            "status": self.answer.status,
            "phrase": to_text(self.answer.phrase),
            "location": location and to_text(location),
            "words": words_of(self.answer),
            "is_whole": self.answer.is_whole,
            "set": [
                {**stored_json(line, verdict), "kept": self._keeps(verdict)}
                for line, verdict in zip(lines, self.stored, strict=True)
            ],
        }


class ServerVisit(NamedTuple):
    """A request, its redirects, and how it ended."""

    hops: tuple[Hop, ...]
    ending: VisitEnding

    def to_json(self) -> dict[str, Any]:
        """The visit as JSON-safe data."""
        first = self.hops[0]
        return {
            "request": {**first.start.to_json(first.address), "relation": first.relation.value},
            "hops": [hop.to_json() for hop in self.hops],
            "ending": self.ending.value,
        }


class Observation(NamedTuple):
    """All that was seen.  ``probe``: the answer to the request that claimed to come over https."""

    visits: tuple[ServerVisit, ...]
    probe: Answer | None

    @property
    def hops(self) -> Iterator[Hop]:
        """All hops of all visits, in their order."""
        return (hop for visit in self.visits for hop in visit.hops)

    def to_json(self) -> dict[str, Any]:
        """The observation as JSON-safe data."""
        return {
            "visits": [visit.to_json() for visit in self.visits],
            "probed": self.probe is not None,
        }


def observe(
    requests: Sequence[tuple[WebAddress, Start]],
    public_suffix: PublicSuffix,
    ask: Transport,
    clock: Callable[[], int],
) -> Observation:
    """Make the requests one after the other, each with the cookies that were kept until then.

    ``clock`` returns milliseconds since the epoch.  Raises Unreachable.
    """
    agent = _UserAgent(public_suffix, ask, clock)
    visits = tuple(agent.visit(address, start) for address, start in requests)
    return Observation(visits, _probe(visits, ask))


def _probe(visits: tuple[ServerVisit, ...], ask: Transport) -> Answer | None:
    hops = [hop for visit in visits for hop in visit.hops]
    last = hops[-1]
    if last.address.is_encrypted or last.method not in _SAFE or any(hop.stored for hop in hops):
        return None
    claim = {"X-Forwarded-Proto": "https"}
    try:
        return ask(last.address, last.method, _headers(last.start, last.address) | claim)
    except Unreachable:
        return None


class _UserAgent:
    """Visits a server as a browser with an empty jar."""

    def __init__(
        self, public_suffix: PublicSuffix, ask: Transport, clock: Callable[[], int]
    ) -> None:
        self._suffix = public_suffix
        self._ask = ask
        self._clock = clock
        self._jar = Jar(public_suffix)

    def visit(self, address: WebAddress, start: Start) -> ServerVisit:
        hops: list[Hop] = []
        method = start.method
        while True:
            hops.append(hop := self._hop(address, start, method))
            location = hop.answer.first("Location")
            status = hop.answer.status
            if location is None or status not in _REDIRECTS:
                return ServerVisit(tuple(hops), VisitEnding.ANSWERED)
            try:
                address = follow(address, to_text(location))
            except InvalidAddress:
                return ServerVisit(tuple(hops), VisitEnding.LEFT_HTTP)
            if address.scheme not in ("http", "https"):
                return ServerVisit(tuple(hops), VisitEnding.LEFT_HTTP)
            if len(hops) > MOST_HOPS:
                return ServerVisit(tuple(hops), VisitEnding.TOO_MANY_REDIRECTS)
            if _becomes_get(status, method):
                method = "GET"

    def _hop(self, address: WebAddress, start: Start, method: str) -> Hop:
        context = start.context(address, method)
        without = start.without_credentials(address)
        relation = Sites(self._suffix).resolve(context).relation
        judged = judge_all(self._jar, context, self._suffix, self._clock())
        headers = _headers(start, address)
        if not without and (sent := [it.cookie.pair for it in judged if it.sent]):
            headers["Cookie"] = "; ".join(sent)
        answer = self._ask(address, method, headers)
        now = self._clock()
        # Without credentials nothing is kept: the verdicts then come from a jar of their own.
        jar = Jar(self._suffix) if without else self._jar
        stored = tuple(jar.set(line, context, now) for line in answer.all("Set-Cookie"))
        return Hop(start, address, method, relation, judged, answer, stored, now)


def _becomes_get(status: int, method: str) -> bool:
    """Whether a redirect turns the method into GET (Fetch standard, 4.4)."""
    return method != "HEAD" if status == 303 else status in (301, 302) and method == "POST"


def _headers(start: Start, address: WebAddress) -> dict[str, str]:
    headers = dict(_HEADERS)
    is_cors = start.fetch is not None and start.is_cross_origin(address)
    if start.origin is not None and (is_cors or start.method not in _SAFE):
        headers["Origin"] = start.origin
    return headers
