"""The request as the cookie rules see it: who asks for what, from where.

Rules
- A site is a scheme and a registrable domain, so http and https are two sites.
- A request is same-site if the address bar, every frame around the page, the document that started
  the request and the URL itself are of one site (RFC 6265bis 5.2).  Redirects do not count:
  browsers tried that and took it back.
- A cross-site navigation of the whole tab differs from other cross-site requests, and its method
  may be safe or unsafe.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from sessionlab.core.jar.cookie import PartitionKey
from sessionlab.core.jar.hosts import InvalidUrl, Target, is_ip, parse_url

PublicSuffix = Callable[[str], str | None]
"""Returns the public suffix of a canonical host: ``co.uk`` for ``www.example.co.uk``.

A host that is a public suffix is its own.  None means the last label.  The list changes every week,
so it belongs to a library; whoever builds the jar brings it.
"""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_CACHED = 4096


class Api(StrEnum):
    """Who handles the cookies: HTTP headers, or a script through ``document.cookie``."""

    HTTP = "http"
    DOM = "dom"


class Relation(StrEnum):
    """How the request relates to the site that started it."""

    SAME_SITE = "same-site"
    CROSS_SITE_NAVIGATION = "cross-site-navigation"  # of the whole tab, safe method
    CROSS_SITE_UNSAFE_NAVIGATION = "cross-site-unsafe-navigation"  # such as a form's POST
    CROSS_SITE = "cross-site"  # an image, a fetch, a frame


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request, or one access to ``document.cookie``, in a browser.

    ``url``: as it is sent, dot segments resolved and percent signs kept; for a script, the page it
    runs in.
    ``initiator``: the URL or origin of the document that started it.  None: the address was typed,
    or the page loads its own parts.
    ``top_level``: whether it navigates the whole tab.
    ``top_level_url``: the address bar, for a request that does not navigate the whole tab.  None:
    the initiator's URL; without an initiator, the request's own.
    ``cross_site_ancestor``: whether a frame between the address bar and the page is cross-site.
    """

    url: str
    method: str = "GET"
    initiator: str | None = None
    top_level: bool = True
    top_level_url: str | None = None
    cross_site_ancestor: bool = False
    api: Api = Api.HTTP


@dataclass(frozen=True, slots=True)
class ResolvedRequest:
    """A `RequestContext` with what the rules need to know about it, worked out by `Sites`."""

    context: RequestContext
    target: Target
    site: str
    relation: Relation
    partition: PartitionKey

    @property
    def is_script(self) -> bool:
        """Whether a script asks, which must not see HttpOnly cookies."""
        return self.context.api is Api.DOM


class Sites:
    """Works out sites and requests, with one list of public suffixes."""

    def __init__(self, public_suffix: PublicSuffix) -> None:
        self._public_suffix = public_suffix
        # A request asks once for its Cookie header and once for each Set-Cookie line.  The caches
        # are bounded because a server can name any number of hosts.
        self.registrable_domain = lru_cache(maxsize=_CACHED)(self._registrable_domain)
        self.resolve = lru_cache(maxsize=_CACHED)(self._resolve)

    def is_public_suffix(self, host: str) -> bool:
        """Whether a canonical host is a public suffix, for which no cookie may be shared."""
        return not is_ip(host) and self._suffix(host) == host

    def _registrable_domain(self, host: str) -> str:
        """The public suffix of a canonical host and one label more.

        An IP address and a public suffix are their own.
        """
        if is_ip(host):
            return host
        suffix = self._suffix(host)
        if suffix == host:
            return host
        owned = host[: -len(suffix) - 1]
        return f"{owned.rpartition('.')[2]}.{suffix}"

    def _resolve(self, context: RequestContext) -> ResolvedRequest:
        """Work out a context.  Raises InvalidUrl for its ``url``; its other URLs may be opaque."""
        target = parse_url(context.url)
        site = f"{target.scheme}://{self.registrable_domain(target.host)}"
        top_site, first_party = site, True
        if not context.top_level:
            top_site = self._site_of(context.top_level_url or context.initiator, site)
            first_party = top_site == site and not context.cross_site_ancestor
        return ResolvedRequest(
            context=context,
            target=target,
            site=site,
            relation=self._relation(context, site, first_party),
            partition=PartitionKey(top_site, not first_party),
        )

    def _relation(self, context: RequestContext, site: str, first_party: bool) -> Relation:
        if not first_party:
            return Relation.CROSS_SITE
        if context.api is Api.DOM or self._site_of(context.initiator, site) == site:
            return Relation.SAME_SITE
        if not context.top_level:
            return Relation.CROSS_SITE
        if context.method.upper() in _SAFE_METHODS:
            return Relation.CROSS_SITE_NAVIGATION
        return Relation.CROSS_SITE_UNSAFE_NAVIGATION

    def _site_of(self, url: str | None, site_if_none: str) -> str:
        if url is None:
            return site_if_none
        try:
            target = parse_url(url)
        except InvalidUrl:
            return "null"  # "null", data:, about:blank: an opaque origin, same-site with none
        return f"{target.scheme}://{self.registrable_domain(target.host)}"

    def _suffix(self, host: str) -> str:
        # The root's dot belongs to DNS; the list of public suffixes does not have it.
        bare = host.removesuffix(".")
        suffix = self._public_suffix(bare) or bare.rpartition(".")[2]
        return suffix + host[len(bare) :]
