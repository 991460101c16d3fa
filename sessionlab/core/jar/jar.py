"""The jar: what a browser stores and sends.

Rules
- The jar has no clock: the caller passes ``now``, in milliseconds since the epoch.
- Cookies are kept by registrable domain, so a request looks only at its own site's cookies.
- An expired cookie is never sent.  It is dropped when its key is set again, when its site or the
  jar is too full, and by `Jar.purge`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from sessionlab.core.errors import SessionlabError
from sessionlab.core.jar.admit import Candidate, judge, judge_in_jar
from sessionlab.core.jar.codes import Refusal, SendWarning, SetOutcome, SetWarning
from sessionlab.core.jar.cookie import CookieKey, CookieOrigin, StoredCookie
from sessionlab.core.jar.evict import (
    JarEntry,
    Limits,
    evict_from_jar,
    evict_from_partition,
    evict_from_site,
)
from sessionlab.core.jar.parse import parse_set_cookie
from sessionlab.core.jar.request import PublicSuffix, RequestContext, Sites
from sessionlab.core.jar.send import send_warnings, withheld_reasons
from sessionlab.core.jar.verdict import JarVerdict, Selection, SendVerdict

_Bucket = dict[CookieKey, JarEntry]
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f;]")


class CookieNotFound(SessionlabError, LookupError):
    """A cookie that is not in the jar; ``key`` is the key that was looked up."""

    def __init__(self, key: CookieKey) -> None:
        where = f"{key.domain}{key.path}"
        super().__init__(
            f"no cookie {key.name!r} of {where} in this jar; it may have been deleted or evicted"
        )
        self.key = key


class Jar:
    """The cookies of one browser.  Not thread-safe."""

    def __init__(self, public_suffix: PublicSuffix, limits: Limits | None = None) -> None:
        self._sites = Sites(public_suffix)
        self._limits = limits or Limits()
        self._buckets: dict[str, _Bucket] = {}
        self._count = 0

    # ---- what a browser does

    def set(self, line: str, context: RequestContext, now: int) -> JarVerdict:
        """Process one Set-Cookie line, or one assignment to ``document.cookie``.

        Raises InvalidUrl for the context's ``url``.
        """
        candidate = judge(parse_set_cookie(line, now), self._sites.resolve(context), self._sites)
        site = self._sites.registrable_domain(candidate.domain)
        bucket = self._buckets.get(site, {})
        judge_in_jar(candidate, bucket.values())
        key = candidate.key
        old = bucket.get(key)
        if old and old.cookie.expired(now):
            old = None
        if old and old.cookie.http_only and candidate.request.is_script:
            candidate.refusals.append(Refusal.OVERWRITES_HTTP_ONLY)
        if candidate.refusals:
            return _verdict(SetOutcome.REFUSED, candidate)
        return self._admit(candidate, site, key, old.cookie if old else None, now)

    def select(self, context: RequestContext, now: int) -> Selection:
        """Judge every cookie of the site, and give the Cookie header.

        Longer paths come first; among equal paths, the older cookie.  Raises InvalidUrl for the
        context's ``url``.
        """
        request = self._sites.resolve(context)
        bucket = self._buckets.get(self._sites.registrable_domain(request.target.host), {})
        entries = sorted(bucket.values(), key=lambda e: (-len(e.cookie.path), e.cookie.created))
        judged = [(entry, withheld_reasons(entry.cookie, request, now)) for entry in entries]
        names = Counter(entry.cookie.name for entry, reasons in judged if not reasons)
        verdicts: list[SendVerdict] = []
        for entry, reasons in judged:
            cookie, sent = entry.cookie, not reasons
            warnings: tuple[SendWarning, ...] = ()
            if sent:
                entry.last_access = now
                warnings = send_warnings(cookie, request, now, names[cookie.name])
            verdicts.append(SendVerdict(cookie, sent, reasons, warnings, request))
        header = "; ".join(verdict.cookie.pair for verdict in verdicts if verdict.sent)
        return Selection(header, tuple(verdicts))

    def close_browser(self) -> tuple[StoredCookie, ...]:
        """Drop the cookies without an expiry; return them."""
        return self._drop(lambda cookie: cookie.expires is None)

    def purge(self, now: int) -> tuple[StoredCookie, ...]:
        """Drop the expired cookies; return them."""
        return self._drop(lambda cookie: cookie.expired(now))

    # ---- what a person does to it

    def edit(self, cookie: StoredCookie, value: str) -> StoredCookie:
        """Give a stored cookie another value, as in the developer tools.

        Raises CookieNotFound, and ValueError for a value that a header cannot hold.
        """
        entry = self._buckets.get(self._site_of(cookie), {}).get(cookie.key)
        if entry is None:
            raise CookieNotFound(cookie.key)
        edited = replace(entry.cookie, value=value, origin=CookieOrigin.EDITED)
        _check_sendable(edited)
        entry.cookie = edited
        return edited

    def put(self, cookie: StoredCookie, now: int) -> None:
        """Store a cookie as it is, without checking any rule.

        Raises ValueError for a name or value that a header cannot hold.
        """
        _check_sendable(cookie)
        self._insert(self._site_of(cookie), cookie.key, cookie, now)

    def remove(self, cookie: StoredCookie) -> None:
        """Remove a cookie.  It need not be in the jar."""
        self._forget(self._site_of(cookie), cookie.key)

    def copy_to(self, other: Jar, now: int) -> tuple[StoredCookie, ...]:
        """Copy the cookies that are valid at ``now`` into another jar; return the copies."""
        copies = tuple(replace(cookie, origin=CookieOrigin.COPIED) for cookie in self.cookies(now))
        for cookie in copies:
            other.put(cookie, now)
        return copies

    def cookies(self, now: int) -> Iterator[StoredCookie]:
        """The cookies that are valid at ``now``, site by site, oldest first."""
        return (cookie for cookie in self if not cookie.expired(now))

    def __iter__(self) -> Iterator[StoredCookie]:
        """Every cookie in the jar, expired ones that were not yet dropped included."""
        for bucket in list(self._buckets.values()):
            for entry in list(bucket.values()):
                yield entry.cookie

    def __len__(self) -> int:
        return self._count

    # ---- the buckets

    def _admit(
        self,
        candidate: Candidate,
        site: str,
        key: CookieKey,
        replaced: StoredCookie | None,
        now: int,
    ) -> JarVerdict:
        cookie = candidate.to_stored(replaced, now)
        expired = cookie.expired(now)
        if expired or not replaced:
            self._forget(site, key)  # if nothing is replaced: an expired cookie with this key
        if expired:
            outcome = SetOutcome.DELETED if replaced else SetOutcome.NOTHING_TO_DELETE
            return _verdict(outcome, candidate, replaced=replaced)
        bucket = self._insert(site, key, cookie, now)
        evicted: tuple[StoredCookie, ...] = ()
        limits = self._limits
        if cookie.partition or len(bucket) > limits.site or self._count > limits.jar:
            evicted = self._make_room(site, cookie, now)
        if evicted:
            candidate.warnings.append(SetWarning.EVICTED_OTHERS)
        outcome = SetOutcome.REPLACED if replaced else SetOutcome.STORED
        return _verdict(outcome, candidate, cookie, replaced, evicted)

    def _make_room(self, site: str, cookie: StoredCookie, now: int) -> tuple[StoredCookie, ...]:
        """Evict what the new cookie leaves no room for; return the evicted, without the expired."""
        limits = self._limits
        partition = cookie.partition
        bucket = self._buckets[site]
        evicted: list[JarEntry] = []
        if partition or len(bucket) > limits.site:
            for key in [key for key, entry in bucket.items() if entry.cookie.expired(now)]:
                self._forget(site, key)
            mates = [entry for entry in bucket.values() if entry.cookie.partition == partition]
            evict = evict_from_partition if partition else evict_from_site
            evicted = evict(mates, limits)
            self._forget_all(evicted)
        if self._count > limits.jar:
            self.purge(now)
            everywhere = (entry for each in self._buckets.values() for entry in each.values())
            unpartitioned = [entry for entry in everywhere if entry.cookie.partition is None]
            evicted_everywhere = evict_from_jar(unpartitioned, now, limits)
            self._forget_all(evicted_everywhere)
            evicted += evicted_everywhere
        return tuple(entry.cookie for entry in evicted)

    def _site_of(self, cookie: StoredCookie) -> str:
        return self._sites.registrable_domain(cookie.domain)

    def _insert(self, site: str, key: CookieKey, cookie: StoredCookie, now: int) -> _Bucket:
        bucket = self._buckets.setdefault(site, {})
        self._count += key not in bucket
        bucket[key] = JarEntry(cookie, now)
        return bucket

    def _forget(self, site: str, key: CookieKey) -> None:
        bucket = self._buckets.get(site, {})
        if bucket.pop(key, None):
            self._count -= 1
            if not bucket:
                del self._buckets[site]

    def _forget_all(self, entries: Iterable[JarEntry]) -> None:
        for entry in entries:
            self._forget(self._site_of(entry.cookie), entry.cookie.key)

    def _drop(self, unwanted: Callable[[StoredCookie], bool]) -> tuple[StoredCookie, ...]:
        dropped = tuple(cookie for cookie in self if unwanted(cookie))
        for cookie in dropped:
            self.remove(cookie)
        return dropped


def _verdict(
    outcome: SetOutcome,
    candidate: Candidate,
    cookie: StoredCookie | None = None,
    replaced: StoredCookie | None = None,
    evicted: tuple[StoredCookie, ...] = (),
) -> JarVerdict:
    return JarVerdict(
        outcome=outcome,
        reasons=tuple(candidate.refusals),
        warnings=tuple(candidate.warnings),
        cookie=cookie,
        replaced=replaced,
        evicted=evicted,
        set_cookie=candidate.cookie,
        request=candidate.request,
    )


def _check_sendable(cookie: StoredCookie) -> None:
    if _UNSENDABLE.search(cookie.name + cookie.value) or "=" in cookie.name:
        raise ValueError(
            f"{cookie.pair!r}: a cookie holds no control characters and no ';', its name no '='"
        )
