"""Is this cookie sent?  (RFC 6265bis 5.8.3.)

Rules
- Every rule is checked, so the reasons are complete.  A cookie is sent if there is none.
- Lax+POST: a cookie without SameSite whose value is at most two minutes old goes with a cross-site
  navigation of an unsafe method, as in Chromium.
"""

from __future__ import annotations

from typing import Final

from sessionlab.core.jar.codes import SendWarning, Withheld
from sessionlab.core.jar.cookie import SameSite, StoredCookie
from sessionlab.core.jar.hosts import path_match
from sessionlab.core.jar.request import Relation, ResolvedRequest

LAX_POST_WINDOW: Final = 2 * 60 * 1000
"""Milliseconds during which a cookie without SameSite goes with a cross-site POST navigation."""


def withheld_reasons(
    cookie: StoredCookie, request: ResolvedRequest, now: int
) -> tuple[Withheld, ...]:
    """Every reason not to send the cookie at ``now`` (ms since the epoch)."""
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


def send_warnings(
    cookie: StoredCookie, request: ResolvedRequest, now: int, namesakes: int
) -> tuple[SendWarning, ...]:
    """The warnings of a cookie that is sent.  ``namesakes``: sent cookies of its name, with it."""
    relation = request.relation
    found: list[SendWarning] = []
    if cookie.secure and not request.target.encrypted:
        found.append(SendWarning.SECURE_ON_LOOPBACK)
    if (
        cookie.same_site is SameSite.DEFAULT
        and relation is Relation.CROSS_SITE_UNSAFE_NAVIGATION
        and now - cookie.value_since <= LAX_POST_WINDOW
    ):
        found.append(SendWarning.LAX_POST_WINDOW)
    if relation is Relation.CROSS_SITE and cookie.partition is None:
        found.append(SendWarning.THIRD_PARTY)
    if namesakes > 1:
        found.append(SendWarning.SAME_NAME)
    return tuple(found)


def _same_site_refusal(cookie: StoredCookie, relation: Relation, now: int) -> Withheld | None:
    """The reason that SameSite gives, for a request that is not same-site."""
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
