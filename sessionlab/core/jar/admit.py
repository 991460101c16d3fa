"""May this cookie be stored?  (RFC 6265bis 5.7, with what today's browsers do.)

Rules
- Every rule is checked, in the order of the RFC, even after one has failed: the answer lists all
  that is wrong.
- Where the RFC leaves a choice, the jar does as Chromium: it refuses an inner TAB and a Domain of a
  lone dot; a Domain that is an IPv6 address needs brackets; a Domain that is the host's IP address
  makes a host-only cookie; Secure cookies work on loopback; Partitioned requires Secure;
  ``__Http-`` and ``__Host-Http-`` are prefixes.
- Where Chromium departs from the RFC, the jar follows the RFC: it refuses a Domain beyond ASCII; a
  nameless cookie may hold a "="; an attribute that cannot be understood does not undo an earlier
  one; a replaced cookie keeps its place in the Cookie header even if its value changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sessionlab.core.jar.codes import Refusal, SetWarning
from sessionlab.core.jar.cookie import (
    CookieKey,
    CookieOrigin,
    PartitionKey,
    SameSite,
    StoredCookie,
)
from sessionlab.core.jar.evict import JarEntry
from sessionlab.core.jar.hosts import default_path, domain_match, path_match
from sessionlab.core.jar.parse import SetCookie
from sessionlab.core.jar.request import Relation, ResolvedRequest, Sites

_PREFIX = re.compile(r"__(?:(secure)|(host-http)|(host)|(http))-", re.IGNORECASE)
_LABELS = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?")


@dataclass(slots=True)
class Candidate:
    """A cookie that is not yet in the jar: where it would be stored, and what was found."""

    cookie: SetCookie
    request: ResolvedRequest
    domain: str
    host_only: bool
    path: str
    refusals: list[Refusal]
    warnings: list[SetWarning]

    @property
    def partition(self) -> PartitionKey | None:
        """Its partition in the jar; None for a cookie without Partitioned."""
        return self.request.partition if self.cookie.partitioned else None

    @property
    def key(self) -> CookieKey:
        """Its identity in the jar."""
        return CookieKey(self.partition, self.cookie.name, self.domain, self.host_only, self.path)

    def to_stored(self, replaced: StoredCookie | None, now: int) -> StoredCookie:
        """The cookie to store.  ``replaced``: the stored cookie with the same key."""
        cookie = self.cookie
        since = replaced.value_since if replaced and replaced.value == cookie.value else now
        return StoredCookie(
            name=cookie.name,
            value=cookie.value,
            domain=self.domain,
            host_only=self.host_only,
            path=self.path,
            expires=cookie.expiry(now),
            secure=cookie.secure,
            http_only=cookie.http_only,
            same_site=cookie.same_site,
            partition=self.partition,
            priority=cookie.priority,
            created=replaced.created if replaced else now,
            value_since=since,
            origin=CookieOrigin.SCRIPT if self.request.is_script else CookieOrigin.SERVER,
        )


def judge(cookie: SetCookie, request: ResolvedRequest, sites: Sites) -> Candidate:
    """Check the rules that come before the first one that needs the jar."""
    candidate = Candidate(
        cookie=cookie,
        request=request,
        domain=request.target.host,
        host_only=True,
        path=cookie.path or default_path(request.target.path),
        refusals=list(cookie.refusals),
        warnings=list(cookie.warnings),
    )
    if not request.target.has_cookies:
        candidate.refusals.insert(0, Refusal.SCHEME_WITHOUT_COOKIES)
    if cookie.domain is not None:
        _judge_domain(candidate, sites)
    if not path_match(request.target.path, candidate.path):
        candidate.warnings.append(SetWarning.PATH_ELSEWHERE)
    _judge_access(candidate)
    return candidate


def judge_in_jar(candidate: Candidate, neighbours: Iterable[JarEntry]) -> None:
    """Check the remaining rules.  ``neighbours``: the jar's cookies of the same site."""
    cookie = candidate.cookie
    if (
        not cookie.secure
        and not candidate.request.target.trusted
        and any(_hides(candidate, entry.cookie) for entry in neighbours)
    ):
        candidate.refusals.append(Refusal.HIDES_SECURE_COOKIE)
    _judge_same_site(candidate)
    if cookie.name[:2] == "__" or (not cookie.name and cookie.value[:2] == "__"):
        _judge_prefix(candidate)
    if cookie.partitioned and not cookie.secure:
        candidate.refusals.append(Refusal.PARTITIONED_WITHOUT_SECURE)


def _judge_domain(candidate: Candidate, sites: Sites) -> None:
    domain = candidate.cookie.domain
    host = candidate.request.target.host
    refusals = candidate.refusals
    if candidate.cookie.domain_is_dot:
        refusals.append(Refusal.DOMAIN_ONLY_A_DOT)
    if not domain:
        return
    if not domain.isascii():
        refusals.append(Refusal.DOMAIN_NOT_ASCII)
        return
    # A text like "http://x/" cannot be looked up in the list, and matches no host anyway.
    shared = _LABELS.fullmatch(domain) and sites.is_public_suffix(domain)
    if domain == host and (shared or candidate.request.target.is_ip):
        candidate.warnings.append(SetWarning.DOMAIN_MADE_HOST_ONLY)
        return
    if shared:
        refusals.append(Refusal.DOMAIN_PUBLIC_SUFFIX)
    if not domain_match(host, domain):
        refusals.append(Refusal.DOMAIN_MISMATCH)
        return
    candidate.domain = domain
    candidate.host_only = False


def _judge_access(candidate: Candidate) -> None:
    cookie, request = candidate.cookie, candidate.request
    if cookie.secure and not request.target.trusted:
        candidate.refusals.append(Refusal.SECURE_FROM_HTTP)
    if cookie.secure and request.target.trusted and not request.target.encrypted:
        candidate.warnings.append(SetWarning.SECURE_ON_LOOPBACK)
    if cookie.http_only and request.is_script:
        candidate.refusals.append(Refusal.HTTP_ONLY_FROM_SCRIPT)


def _hides(candidate: Candidate, stored: StoredCookie) -> bool:
    """Whether the new cookie could be sent in place of a stored Secure one."""
    return (
        stored.secure
        and stored.name == candidate.cookie.name
        and stored.partition == candidate.partition
        and (
            domain_match(candidate.domain, stored.domain)
            or domain_match(stored.domain, candidate.domain)
        )
        and path_match(candidate.path, stored.path)
    )


def _judge_same_site(candidate: Candidate) -> None:
    cookie, relation = candidate.cookie, candidate.request.relation
    if cookie.same_site is SameSite.DEFAULT:
        if SetWarning.SAME_SITE_UNKNOWN not in candidate.warnings:
            candidate.warnings.append(SetWarning.SAME_SITE_MISSING)
        if relation is Relation.CROSS_SITE:
            candidate.refusals.append(Refusal.SAME_SITE_MISSING_FROM_CROSS_SITE)
    elif cookie.same_site is not SameSite.NONE:
        if relation is Relation.CROSS_SITE:
            candidate.refusals.append(Refusal.SAME_SITE_FROM_CROSS_SITE)
    elif not cookie.secure:
        candidate.refusals.append(Refusal.SAME_SITE_NONE_WITHOUT_SECURE)
    if relation is Relation.CROSS_SITE and not cookie.partitioned:
        candidate.warnings.append(SetWarning.THIRD_PARTY)


def _judge_prefix(candidate: Candidate) -> None:
    cookie, refusals = candidate.cookie, candidate.refusals
    found = _PREFIX.match(cookie.name or cookie.value)
    if not found:
        return
    if not cookie.name:
        refusals.append(Refusal.PREFIX_IN_NAMELESS_VALUE)
        return
    secure, host_http, host, http = found.groups()
    if secure and not cookie.secure:
        refusals.append(Refusal.SECURE_PREFIX_WITHOUT_SECURE)
    if host or host_http:
        if not cookie.secure:
            refusals.append(Refusal.HOST_PREFIX_WITHOUT_SECURE)
        if not candidate.host_only:
            refusals.append(Refusal.HOST_PREFIX_WITH_DOMAIN)
        if cookie.path != "/":
            refusals.append(Refusal.HOST_PREFIX_WITHOUT_ROOT_PATH)
    if http and not cookie.secure:
        refusals.append(Refusal.HTTP_PREFIX_WITHOUT_SECURE)
    if (http or host_http) and not cookie.http_only:
        refusals.append(Refusal.HTTP_PREFIX_WITHOUT_HTTP_ONLY)
