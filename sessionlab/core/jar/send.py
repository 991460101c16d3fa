"""Is this cookie sent?  (RFC 6265bis 5.8.3.)

Rules
- `reasons` asks every rule and lists all that speaks against sending; `is_sent` asks until the
  first no.  They agree: a test holds them together.
- Longer paths go first; of equal ones, the older cookie.
- Lax+POST: a cookie without SameSite whose value is at most two minutes old goes with a
  cross-site navigation of an unsafe method, as in Chromium.
"""

from __future__ import annotations

from typing import Final

from sessionlab.core.jar.codes import Withheld
from sessionlab.core.jar.cookie import SameSite, StoredCookie
from sessionlab.core.jar.hosts import path_match
from sessionlab.core.jar.request import Relation, Request

LAX_POST_WINDOW: Final = 2 * 60 * 1000
"""Milliseconds for which a cookie without SameSite goes with a cross-site POST navigation."""


def is_sent(cookie: StoredCookie, request: Request, now: int) -> bool:
    """Whether the cookie goes with the request at ``now``."""
    target = request.target
    host = target.host
    domain = cookie.domain
    if domain != host and (cookie.host_only or target.is_ip or not host.endswith("." + domain)):
        return False
    if cookie.expires is not None and cookie.expires <= now:
        return False
    path = cookie.path
    if path != "/" and not path_match(target.path, path):
        return False
    if cookie.secure and not target.trusted:
        return False
    if cookie.http_only and request.is_script:
        return False
    if cookie.partition is not None and cookie.partition != request.partition:
        return False
    if not target.has_cookies:
        return False
    relation = request.relation
    return relation is Relation.SAME_SITE or _same_site_refusal(cookie, relation, now) is None


def reasons(cookie: StoredCookie, request: Request, now: int) -> tuple[Withheld, ...]:
    """All that speaks against sending; empty where the cookie is sent."""
    target = request.target
    found: list[Withheld] = []
    if not target.has_cookies:
        found.append(Withheld.SCHEME_WITHOUT_COOKIES)
    if cookie.expired(now):
        found.append(Withheld.EXPIRED)
    if cookie.partition is not None and cookie.partition != request.partition:
        found.append(Withheld.OTHER_PARTITION)
    if cookie.domain != target.host:
        if cookie.host_only:
            found.append(Withheld.OTHER_HOST)
        elif target.is_ip or not target.host.endswith("." + cookie.domain):
            found.append(Withheld.OTHER_DOMAIN)
    if not path_match(target.path, cookie.path):
        found.append(Withheld.OTHER_PATH)
    if cookie.secure and not target.trusted:
        found.append(Withheld.SECURE_OVER_HTTP)
    if cookie.http_only and request.is_script:
        found.append(Withheld.HTTP_ONLY_FROM_SCRIPT)
    if request.relation is not Relation.SAME_SITE:
        refusal = _same_site_refusal(cookie, request.relation, now)
        if refusal is not None:
            found.append(refusal)
    return tuple(found)


def in_lax_post_window(cookie: StoredCookie, request: Request, now: int) -> bool:
    """Whether nothing but the cookie's youth lets SameSite pass it."""
    return (
        cookie.same_site is SameSite.DEFAULT
        and request.relation is Relation.CROSS_SITE_UNSAFE_NAVIGATION
        and now - cookie.value_since <= LAX_POST_WINDOW
    )


def header_order(cookie: StoredCookie) -> tuple[int, int]:
    """The sort key of the Cookie header; ties keep the jar's order."""
    return (-len(cookie.path), cookie.created)


def _same_site_refusal(cookie: StoredCookie, relation: Relation, now: int) -> Withheld | None:
    """What SameSite says against a request that is not same-site."""
    same_site = cookie.same_site
    if same_site is SameSite.NONE:
        return None
    if same_site is SameSite.STRICT:
        return Withheld.STRICT_CROSS_SITE
    if relation is Relation.CROSS_SITE_NAVIGATION:
        return None
    lax = same_site is SameSite.LAX
    if relation is Relation.CROSS_SITE:
        return Withheld.LAX_NOT_TOP_LEVEL if lax else Withheld.LAX_BY_DEFAULT_NOT_TOP_LEVEL
    if lax:
        return Withheld.LAX_UNSAFE_METHOD
    if now - cookie.value_since <= LAX_POST_WINDOW:
        return None
    return Withheld.LAX_BY_DEFAULT_UNSAFE_METHOD
