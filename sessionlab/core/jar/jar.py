"""The jar: what a browser stores and sends.

Rules
- The jar knows no time: every call is told ``now``, in milliseconds since the epoch.
- `Jar.set` and `Jar.select` explain; `Jar.header` gives the same header and explains nothing.
- Cookies are kept by registrable domain, so that a request looks at its own site's alone.
- An expired cookie is never sent; it is dropped when its site is next written to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from sessionlab.core.jar.admit import Candidate, judge, judge_rest
from sessionlab.core.jar.codes import Refusal, SendWarning, SetOutcome, SetWarning
from sessionlab.core.jar.cookie import CookieKey, Origin, StoredCookie
from sessionlab.core.jar.evict import (
    Entry,
    Limits,
    surplus_of_jar,
    surplus_of_partition,
    surplus_of_site,
)
from sessionlab.core.jar.parse import parse_set_cookie
from sessionlab.core.jar.request import PublicSuffix, Relation, Request, RequestContext, Sites
from sessionlab.core.jar.send import header_order, in_lax_post_window, is_sent, reasons
from sessionlab.core.jar.verdict import JarVerdict, Selection, SendVerdict

_Bucket = dict[CookieKey, Entry]
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f;]")


class CookieNotFound(LookupError):
    """A cookie that is not in the jar; ``key`` is what was looked for."""

    def __init__(self, key: CookieKey) -> None:
        where = f"{key.domain}{key.path}"
        super().__init__(
            f"no cookie {key.name!r} of {where} in this jar; it may have been replaced"
        )
        self.key = key


class Jar:
    """The cookies of one browser.

    ``public_suffix`` gives a host's public suffix (see `PublicSuffix`).  A jar is for one thread at
    a time.
    """

    def __init__(self, public_suffix: PublicSuffix, limits: Limits | None = None) -> None:
        self._sites = Sites(public_suffix)
        self._limits = limits or Limits()
        self._buckets: dict[str, _Bucket] = {}
        self._count = 0

    # -- what a browser does -----------------------------------------------------------------

    def set(self, line: str, context: RequestContext, now: int) -> JarVerdict:
        """Treat one Set-Cookie line, or one assignment to ``document.cookie``.

        Raises InvalidUrl where the context's URL is none.
        """
        candidate = judge(parse_set_cookie(line, now), self._sites.resolve(context), self._sites)
        site = self._sites.registrable_domain(candidate.domain)
        bucket = self._buckets.get(site, {})
        judge_rest(candidate, bucket.values())
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
        """Judge every cookie of the site for a request, and send those that pass."""
        request = self._sites.resolve(context)
        entries = sorted(self._candidates(request), key=_header_order)
        judged = [(entry, reasons(entry.cookie, request, now)) for entry in entries]
        names = Counter(entry.cookie.name for entry, why in judged if not why)
        verdicts: list[SendVerdict] = []
        for entry, why in judged:
            cookie = entry.cookie
            warnings: tuple[SendWarning, ...] = ()
            if not why:
                entry.last_access = now
                warnings = _send_warnings(cookie, request, now, names[cookie.name])
            verdicts.append(SendVerdict(cookie, not why, why, warnings, request))
        header = "; ".join(verdict.cookie.pair for verdict in verdicts if verdict.sent)
        return Selection(header, tuple(verdicts))

    def header(self, context: RequestContext, now: int) -> str:
        """The Cookie header of `select`, without its explanations."""
        request = self._sites.resolve(context)
        sent = [entry for entry in self._candidates(request) if is_sent(entry.cookie, request, now)]
        sent.sort(key=_header_order)
        for entry in sent:
            entry.last_access = now
        return "; ".join([entry.cookie.pair for entry in sent])

    def close_browser(self) -> tuple[StoredCookie, ...]:
        """Drop the cookies that last until the browser is closed; gives them."""
        return self._drop(lambda cookie: cookie.expires is None)

    def purge(self, now: int) -> tuple[StoredCookie, ...]:
        """Drop the expired cookies; gives them."""
        return self._drop(lambda cookie: cookie.expired(now))

    # -- what a person does to it ------------------------------------------------------------

    def edit(self, cookie: StoredCookie, value: str) -> StoredCookie:
        """Give a stored cookie another value, as in the developer tools.

        Raises CookieNotFound, and ValueError for a value that no header can hold.
        """
        entry = self._buckets.get(self._site_of(cookie), {}).get(cookie.key)
        if entry is None:
            raise CookieNotFound(cookie.key)
        edited = replace(entry.cookie, value=value, origin=Origin.EDITED)
        _check_sendable(edited)
        entry.cookie = edited
        return edited

    def put(self, cookie: StoredCookie, now: int) -> None:
        """Plant a cookie as it is; no rule is asked.

        Raises ValueError for a name or value that no header can hold.
        """
        _check_sendable(cookie)
        self._insert(self._site_of(cookie), cookie.key, cookie, now)

    def remove(self, cookie: StoredCookie) -> None:
        """Take a cookie out.  One that is not there is no error."""
        self._forget(self._site_of(cookie), cookie.key)

    def clear(self) -> None:
        """Take every cookie out."""
        self._buckets.clear()
        self._count = 0

    def copy_to(
        self, other: Jar, now: int, names: Collection[str] | None = None
    ) -> tuple[StoredCookie, ...]:
        """Copy the cookies that are valid at ``now`` to another client's jar; gives the copies.

        ``names``: only those called so.
        """
        copies = tuple(
            replace(cookie, origin=Origin.COPIED)
            for cookie in self.cookies(now)
            if names is None or cookie.name in names
        )
        for cookie in copies:
            other.put(cookie, now)
        return copies

    def cookies(self, now: int) -> Iterator[StoredCookie]:
        """The cookies that are valid at ``now``, site by site, oldest first."""
        return (cookie for cookie in self if not cookie.expired(now))

    def __iter__(self) -> Iterator[StoredCookie]:
        """Every cookie that is kept; also those that expired and were not dropped yet."""
        for bucket in list(self._buckets.values()):
            for entry in list(bucket.values()):
                yield entry.cookie

    def __len__(self) -> int:
        return self._count

    # -- inside ------------------------------------------------------------------------------

    def _candidates(self, request: Request) -> Iterable[Entry]:
        site = self._sites.registrable_domain(request.target.host)
        return self._buckets.get(site, {}).values()

    def _admit(
        self,
        candidate: Candidate,
        site: str,
        key: CookieKey,
        replaced: StoredCookie | None,
        now: int,
    ) -> JarVerdict:
        cookie = candidate.to_stored(replaced, now)
        gone = cookie.expired(now)
        if gone or not replaced:
            # Also an expired predecessor, with its place in the order.
            self._forget(site, key)
        if gone:
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
        """Evict what the new cookie leaves no room for; expired cookies go unmentioned."""
        limits = self._limits
        partition = cookie.partition
        bucket = self._buckets[site]
        gone: list[Entry] = []
        if partition or len(bucket) > limits.site:
            for key in [key for key, entry in bucket.items() if entry.cookie.expired(now)]:
                self._forget(site, key)
            mates = [entry for entry in bucket.values() if entry.cookie.partition == partition]
            surplus = surplus_of_partition if partition else surplus_of_site
            gone = surplus(mates, limits)
            self._forget_all(gone)
        if self._count > limits.jar:
            self.purge(now)
            everywhere = (entry for each in self._buckets.values() for entry in each.values())
            loose = [entry for entry in everywhere if entry.cookie.partition is None]
            surplus_everywhere = surplus_of_jar(loose, now, limits)
            self._forget_all(surplus_everywhere)
            gone += surplus_everywhere
        return tuple(entry.cookie for entry in gone)

    def _site_of(self, cookie: StoredCookie) -> str:
        return self._sites.registrable_domain(cookie.domain)

    def _insert(self, site: str, key: CookieKey, cookie: StoredCookie, now: int) -> _Bucket:
        bucket = self._buckets.setdefault(site, {})
        self._count += key not in bucket
        bucket[key] = Entry(cookie, now)
        return bucket

    def _forget(self, site: str, key: CookieKey) -> None:
        bucket = self._buckets.get(site, {})
        if bucket.pop(key, None):
            self._count -= 1
            if not bucket:
                del self._buckets[site]

    def _forget_all(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._forget(self._site_of(entry.cookie), entry.cookie.key)

    def _drop(self, unwanted: Callable[[StoredCookie], bool]) -> tuple[StoredCookie, ...]:
        dropped = tuple(cookie for cookie in self if unwanted(cookie))
        for cookie in dropped:
            self.remove(cookie)
        return dropped


def _header_order(entry: Entry) -> tuple[int, int]:
    return header_order(entry.cookie)


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


def _send_warnings(
    cookie: StoredCookie, request: Request, now: int, namesakes: int
) -> tuple[SendWarning, ...]:
    found: list[SendWarning] = []
    if cookie.secure and not request.target.encrypted:
        found.append(SendWarning.SECURE_ON_LOOPBACK)
    if in_lax_post_window(cookie, request, now):
        found.append(SendWarning.LAX_POST_WINDOW)
    if request.relation is Relation.CROSS_SITE and cookie.partition is None:
        found.append(SendWarning.THIRD_PARTY)
    if namesakes > 1:
        found.append(SendWarning.SAME_NAME)
    return tuple(found)


def _check_sendable(cookie: StoredCookie) -> None:
    if _UNSENDABLE.search(cookie.name + cookie.value) or "=" in cookie.name:
        raise ValueError(
            f"{cookie.pair!r}: a cookie holds no control characters and no ';', its name no '='"
        )
