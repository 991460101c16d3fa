"""From what was seen at a server to what is wrong with it: a pure function.

Rules
- Every cause is reported once for a cookie: certain causes first, then possible ones.
- A cookie that is withheld on the way (at a redirect, at an unrelated host) is not a problem.  It
  is one where the visit ends, or where a cookie of its name is set again.
- Evidence is text as people read it, or whole numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from email.utils import formatdate

from sessionlab.core.jar import JarVerdict, Refusal, SetOutcome, Withheld, parse_cookie_date
from sessionlab.diagnose.causes import Cause, Diagnosis, Weight
from sessionlab.diagnose.cors import judge_cors
from sessionlab.diagnose.observe import Hop, Observation, VisitEnding
from sessionlab.diagnose.octets import to_text
from sessionlab.diagnose.session_id import session_id_of

SHORT_LIFE = 90
"""Seconds; a day counted in milliseconds is 86."""
CLOCKS_MAY_DIFFER = 60
"""Seconds that the Date header may be off without a note."""

_DELETIONS = frozenset({"", "deleted"})
_REFUSED: Mapping[Refusal, Cause] = {
    Refusal.SCHEME_WITHOUT_COOKIES: Cause.MALFORMED,
    Refusal.CONTROL_CHARACTER: Cause.MALFORMED,
    Refusal.TAB_INSIDE: Cause.MALFORMED,
    Refusal.EMPTY: Cause.MALFORMED,
    Refusal.TOO_LONG: Cause.TOO_LARGE,
    Refusal.DOMAIN_NOT_ASCII: Cause.DOMAIN_REFUSED,
    Refusal.DOMAIN_ONLY_A_DOT: Cause.DOMAIN_REFUSED,
    Refusal.DOMAIN_PUBLIC_SUFFIX: Cause.DOMAIN_REFUSED,
    Refusal.DOMAIN_MISMATCH: Cause.DOMAIN_REFUSED,
    Refusal.SECURE_FROM_HTTP: Cause.SECURE_REFUSED,
    Refusal.HIDES_SECURE_COOKIE: Cause.HIDES_SECURE,
    Refusal.SAME_SITE_FROM_CROSS_SITE: Cause.SAME_SITE_REFUSED,
    Refusal.SAME_SITE_MISSING_FROM_CROSS_SITE: Cause.SAME_SITE_REFUSED,
    Refusal.SAME_SITE_NONE_WITHOUT_SECURE: Cause.NEEDS_SECURE,
    Refusal.SECURE_PREFIX_WITHOUT_SECURE: Cause.PREFIX_REFUSED,
    Refusal.HOST_PREFIX_WITHOUT_SECURE: Cause.PREFIX_REFUSED,
    Refusal.HOST_PREFIX_WITH_DOMAIN: Cause.PREFIX_REFUSED,
    Refusal.HOST_PREFIX_WITHOUT_ROOT_PATH: Cause.PREFIX_REFUSED,
    Refusal.HTTP_PREFIX_WITHOUT_SECURE: Cause.PREFIX_REFUSED,
    Refusal.HTTP_PREFIX_WITHOUT_HTTP_ONLY: Cause.PREFIX_REFUSED,
    Refusal.PREFIX_IN_NAMELESS_VALUE: Cause.MALFORMED,
    Refusal.PARTITIONED_WITHOUT_SECURE: Cause.NEEDS_SECURE,
}
"""All refusals but the two that only a script meets."""
_WITHHELD: Mapping[Withheld, Cause] = {
    Withheld.EXPIRED: Cause.EXPIRED,
    Withheld.OTHER_PARTITION: Cause.PARTITION_ELSEWHERE,
    Withheld.OTHER_HOST: Cause.HOST_ELSEWHERE,
    Withheld.OTHER_DOMAIN: Cause.HOST_ELSEWHERE,
    Withheld.OTHER_PATH: Cause.PATH_ELSEWHERE,
    Withheld.SECURE_OVER_HTTP: Cause.SECURE_WITHHELD,
    Withheld.STRICT_CROSS_SITE: Cause.STRICT_WITHHELD,
    Withheld.LAX_NOT_TOP_LEVEL: Cause.LAX_WITHHELD,
    Withheld.LAX_UNSAFE_METHOD: Cause.LAX_WITHHELD,
    Withheld.LAX_BY_DEFAULT_NOT_TOP_LEVEL: Cause.LAX_WITHHELD,
    Withheld.LAX_BY_DEFAULT_UNSAFE_METHOD: Cause.LAX_WITHHELD,
}
"""All but the scheme, which is http or https here, and HttpOnly, which only a script meets."""
_ELSEWHERE = frozenset({Cause.HOST_ELSEWHERE, Cause.PATH_ELSEWHERE, Cause.PARTITION_ELSEWHERE})


def find_causes(seen: Observation) -> tuple[Diagnosis, ...]:
    """Everything that is wrong, and what is good to know; certain causes come first."""
    found: dict[tuple[Cause, object], Diagnosis] = {}
    for each in _diagnose(seen):
        found.setdefault((each.cause, each.evidence.get("name")), each)
    for name in {each.evidence.get("name") for each in found.values() if is_trouble(each)}:
        found.pop((Cause.SESSION_KEPT, name), None)  # it was kept at some hops only
    causes, weights = list(Cause), list(Weight)

    def rank(each: Diagnosis) -> tuple[int, int]:
        return weights.index(each.cause.weight), causes.index(each.cause)

    return tuple(sorted(found.values(), key=rank))


def is_trouble(diagnosis: Diagnosis) -> bool:
    """Whether the cause explains, or may explain, what goes wrong."""
    return diagnosis.cause.weight in (Weight.CAUSE, Weight.POSSIBLE)


def _diagnose(seen: Observation) -> Iterator[Diagnosis]:
    for hop in seen.hops:
        yield from judge_cors(hop.start, hop.address, hop.answer)
        yield from _refused(hop)
        yield from _answer(hop)
        yield from _duplicates(hop)
    yield from _no_cookie(seen)
    yield from _times(seen)
    yield from _withheld(seen)
    yield from _endings(seen)
    yield from _sessions(seen)


# -- the cookie does not come, or is refused -----------------------------------------------------


def _no_cookie(seen: Observation) -> Iterator[Diagnosis]:
    hops = list(seen.hops)
    if any(hop.stored for hop in hops):
        return
    last = hops[-1].address
    evidence: dict[str, str | int] = {"url": last.url, "host": last.host}
    if seen.probe is not None and (lines := seen.probe.all("Set-Cookie")):
        names = ", ".join(to_text(line.partition("=")[0].strip()) for line in lines)
        yield Diagnosis(Cause.SECURE_KEPT_BACK, {**evidence, "names": names})
        return
    if last.is_encrypted:
        yield Diagnosis(Cause.PROXY_NOT_TRUSTED, evidence)
    else:
        yield Diagnosis(Cause.SECURE_MAYBE_KEPT_BACK, evidence)
    if (status := hops[-1].answer.status) >= 500:
        yield Diagnosis(Cause.PATH_MAYBE_UNCOVERED, {**evidence, "status": status})
    yield Diagnosis(Cause.SESSION_UNINITIALIZED, evidence)


def _refused(hop: Hop) -> Iterator[Diagnosis]:
    for verdict in hop.stored:
        for reason in verdict.reasons:
            if cause := _REFUSED.get(reason):
                yield Diagnosis(cause, _evidence(verdict, hop))


def _evidence(verdict: JarVerdict, hop: Hop) -> dict[str, str | int]:
    evidence = verdict.evidence
    return {
        "name": to_text(verdict.set_cookie.name),
        "url": hop.address.url,
        "host": hop.address.host,
        "domain": to_text(evidence["domain"]),
        "size": verdict.set_cookie.size,
        "site": evidence["top_site"],
    }


# -- its time is over ----------------------------------------------------------------------------


def _times(seen: Observation) -> Iterator[Diagnosis]:
    kept = {it.set_cookie.name for hop in seen.hops for it in hop.stored if it.cookie}
    for hop in seen.hops:
        text = hop.answer.first("Date")
        date = parse_cookie_date(text) if text else None
        if date is not None and text and abs(date - hop.at) > CLOCKS_MAY_DIFFER * 1000:
            clocks = {"server": to_text(text), "ours": formatdate(hop.at / 1000, usegmt=True)}
            yield Diagnosis(Cause.CLOCKS_DIFFER, clocks)
        for verdict in hop.stored:
            if verdict.cookie is None and verdict.set_cookie.name not in kept:
                yield from _over(verdict, hop, date)
            elif verdict.cookie is not None:
                yield from _short(verdict, hop, date)


def _over(verdict: JarVerdict, hop: Hop, date: int | None) -> Iterator[Diagnosis]:
    cookie = verdict.set_cookie
    deleting = verdict.outcome in (SetOutcome.DELETED, SetOutcome.NOTHING_TO_DELETE)
    if not deleting or cookie.value in _DELETIONS:
        return
    evidence = {"name": to_text(cookie.name), "expires": to_text(verdict.evidence["expires"])}
    by_clock = cookie.max_age is None and cookie.expires is not None
    if by_clock and date is not None and cookie.expires and cookie.expires > date:
        ours = formatdate(hop.at / 1000, usegmt=True)
        server = formatdate(date / 1000, usegmt=True)
        yield Diagnosis(Cause.CLOCK_SKEW, {**evidence, "server": server, "ours": ours})
    else:
        yield Diagnosis(Cause.EXPIRED_AT_ONCE, evidence)


def _short(verdict: JarVerdict, hop: Hop, date: int | None) -> Iterator[Diagnosis]:
    cookie = verdict.set_cookie
    if cookie.max_age is not None:
        seconds: float = cookie.max_age
    elif cookie.expires is not None:
        seconds = (cookie.expires - (hop.at if date is None else date)) / 1000
    else:
        return
    if 0 < seconds <= SHORT_LIFE and session_id_of(cookie.name, cookie.value):
        name = to_text(cookie.name)
        yield Diagnosis(Cause.SHORT_LIVED, {"name": name, "seconds": max(1, round(seconds))})


# -- the browser keeps it back -------------------------------------------------------------------


def _withheld(seen: Observation) -> Iterator[Diagnosis]:
    for visit in seen.visits:
        for hop in visit.hops:
            yield from _withheld_at(hop, is_last=hop is visit.hops[-1])


def _withheld_at(hop: Hop, *, is_last: bool) -> Iterator[Diagnosis]:
    names_set = {verdict.set_cookie.name for verdict in hop.stored}
    names_sent = {verdict.cookie.name for verdict in hop.sent}
    has_session = any(session_id_of(it.cookie.name, it.cookie.value) for it in hop.sent)
    for verdict in hop.judged:
        cookie = verdict.cookie
        matters = is_last or cookie.name in names_set
        if verdict.sent or cookie.name in names_sent or not matters:
            continue
        evidence = {
            "name": to_text(cookie.name),
            "url": hop.address.url,
            "method": hop.method,
            "host": hop.address.host,
            "domain": cookie.domain,
            "path": to_text(cookie.path),
            "page": hop.start.origin or "",
        }
        for reason in verdict.reasons:
            cause = _WITHHELD.get(reason)
            if cause and not (has_session and cause in _ELSEWHERE):
                yield Diagnosis(cause, evidence)


# -- the server has no use for it ----------------------------------------------------------------


def _duplicates(hop: Hop) -> Iterator[Diagnosis]:
    for name, count in Counter(verdict.cookie.name for verdict in hop.sent).items():
        if count > 1:
            places = ", ".join(
                to_text(verdict.cookie.domain + verdict.cookie.path)
                for verdict in hop.sent
                if verdict.cookie.name == name
            )
            yield Diagnosis(
                Cause.DUPLICATE_NAME,
                {"name": to_text(name), "url": hop.address.url, "count": count, "places": places},
            )


def _answer(hop: Hop) -> Iterator[Diagnosis]:
    answer = hop.answer
    evidence: dict[str, str | int] = {
        "url": hop.address.url,
        "status": answer.status,
        "phrase": to_text(answer.phrase),
    }
    if answer.status == 431:
        size = sum(len(verdict.cookie.pair) + 2 for verdict in hop.sent)
        yield Diagnosis(Cause.HEADERS_TOO_LARGE, {**evidence, "size": size})
    elif answer.status >= 400:
        yield Diagnosis(Cause.ANSWER_IS_ERROR, evidence)
    if not answer.is_whole:
        yield Diagnosis(Cause.BODY_NOT_READ, evidence)


def _endings(seen: Observation) -> Iterator[Diagnosis]:
    for visit in seen.visits:
        last = visit.hops[-1]
        if visit.ending is VisitEnding.TOO_MANY_REDIRECTS:
            count = len(visit.hops)
            yield Diagnosis(Cause.REDIRECT_LOOP, {"count": count, "url": last.address.url})
        elif visit.ending is VisitEnding.LEFT_HTTP:
            location = to_text(last.answer.first("Location") or "")
            yield Diagnosis(Cause.LEFT_HTTP, {"location": location})


def _sessions(seen: Observation) -> Iterator[Diagnosis]:
    """What became of each session cookie that was sent, and whether there was one at all."""
    hops = list(seen.hops)
    names = {
        verdict.set_cookie.name: None
        for hop in hops
        for verdict in hop.stored
        if session_id_of(verdict.set_cookie.name, verdict.set_cookie.value)
    }
    others = {verdict.set_cookie.name: None for hop in hops for verdict in hop.stored}
    if others and not names:
        yield Diagnosis(Cause.NO_SESSION_COOKIE, {"names": ", ".join(map(to_text, others))})
    for name in names:
        yield from _ids(name, hops)


def _ids(name: str, hops: list[Hop]) -> Iterator[Diagnosis]:
    kept: list[str] = []
    lost: list[tuple[str, str]] = []
    for hop in hops:
        sent = [it.cookie.value for it in hop.sent if it.cookie.name == name]
        before = session_id_of(name, sent[0]) if sent else None
        if before is None:
            continue
        lines = [it.set_cookie for it in hop.stored if it.set_cookie.name == name]
        after = session_id_of(name, lines[-1].value) if lines else before
        if after == before:
            kept.append(before)
        elif after is not None:
            lost.append((before, after))
    evidence: dict[str, str | int] = {
        "name": to_text(name),
        "times": len(lost),
        "of": len(lost) + len(kept),
    }
    if lost:
        sent_id, given_id = map(to_text, lost[0])
        cause = Cause.ID_SOMETIMES_KEPT if kept else Cause.ID_NEVER_KEPT
        yield Diagnosis(cause, {**evidence, "sent_id": sent_id, "given_id": given_id})
    elif kept:
        yield Diagnosis(Cause.SESSION_KEPT, {**evidence, "sent_id": to_text(kept[0])})
