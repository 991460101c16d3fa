"""Who asks for what, from where: the request as the cookie rules see it.

Rules
- A site is a scheme and a registrable domain (http and https are two sites).
- A request is same-site when the site in the address bar, every frame around the page, the
  document that started the request and the URL itself agree (RFC 6265bis 5.2).  Where a redirect
  came from does not count; browsers tried that and took it back.
- A cross-site navigation of the whole tab is told from every other cross-site request, and one
  with an unsafe method from one with a safe method.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sessionlab.core.jar.cookie import PartitionKey
from sessionlab.core.jar.hosts import InvalidUrl, Target, is_ip, parse_url

PublicSuffix = Callable[[str], str | None]
"""Gives the public suffix of a canonical host: ``co.uk`` for ``www.example.co.uk``.

A host that is a public suffix gives itself.  None counts as: the last label.  The list behind it
changes every week, so it belongs to a library; the core asks whoever builds the jar.
"""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_MOST_REMEMBERED = 4096


class Api(StrEnum):
    """Who handles the cookies: HTTP headers, or a script through ``document.cookie``."""

    HTTP = "http"
    DOM = "dom"


class Relation(StrEnum):
    """How the request stands to the site that started it."""

    SAME_SITE = "same-site"
    CROSS_SITE_NAVIGATION = "cross-site-navigation"  # of the whole tab, safe method
    CROSS_SITE_UNSAFE_NAVIGATION = "cross-site-unsafe-navigation"  # such as a form's POST
    CROSS_SITE = "cross-site"  # an image, a fetch, a frame


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request, or one access to ``document.cookie``, in a browser.

    ``url``: where it goes, as it is sent (dot segments resolved, percent signs in place); for a
    script, the page it runs in.
    ``initiator``: the URL (or origin) of the document that started it.  None: nobody did, the
    address was typed, or the page asks for its own parts.
    ``top_level``: it navigates the whole tab.
    ``top_level_url``: what stands in the address bar, for a request that is no such navigation.
    None: the initiator, and without one the URL itself.
    ``cross_site_ancestor``: a frame between the address bar and the page is of another site.
    """

    url: str
    method: str = "GET"
    initiator: str | None = None
    top_level: bool = True
    top_level_url: str | None = None
    cross_site_ancestor: bool = False
    api: Api = Api.HTTP


@dataclass(frozen=True, slots=True)
class Request:
    """A context worked out: what every rule is asked about."""

    context: RequestContext
    target: Target
    site: str
    relation: Relation
    partition: PartitionKey

    @property
    def is_script(self) -> bool:
        """Whether a script asks, which may not see HttpOnly cookies."""
        return self.context.api is Api.DOM


class Sites:
    """Which site a host belongs to, and what follows for a request.

    Answers are remembered, because a request asks once for its header and once for each line of
    the response; a server can make us meet any number of hosts, so there is an end to it.
    """

    def __init__(self, public_suffix: PublicSuffix) -> None:
        self._public_suffix = public_suffix
        self._domains: dict[str, str] = {}
        self._requests: dict[RequestContext, Request] = {}

    def is_public_suffix(self, host: str) -> bool:
        """Whether nobody may own this host, so that no cookie may be shared below it."""
        return not is_ip(host) and self._suffix(host) == host

    def registrable_domain(self, host: str) -> str:
        """The part of a canonical host that somebody registered, or the host itself.

        The host itself is given for an IP address and for a public suffix.
        """
        known = self._domains.get(host)
        if known is None:
            if len(self._domains) >= _MOST_REMEMBERED:
                self._domains.clear()
            known = self._domains[host] = self._registrable_domain(host)
        return known

    def resolve(self, context: RequestContext) -> Request:
        """Work out a context.  Raises InvalidUrl for its ``url``; any other URL may be opaque."""
        known = self._requests.get(context)
        if known is None:
            if len(self._requests) >= _MOST_REMEMBERED:
                self._requests.clear()
            known = self._requests[context] = self._resolve(context)
        return known

    def _resolve(self, context: RequestContext) -> Request:
        target = parse_url(context.url)
        domain = self.registrable_domain(target.host)
        site = f"{target.scheme}://{domain}"
        if context.top_level:
            top_site: str = site
            first_party = True
        else:
            top_site = self._site_of(context.top_level_url or context.initiator, site)
            first_party = top_site == site and not context.cross_site_ancestor
        return Request(
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
            # "null", data:, about:blank: an origin like no other.
            return "null"
        return f"{target.scheme}://{self.registrable_domain(target.host)}"

    def _registrable_domain(self, host: str) -> str:
        if is_ip(host):
            return host
        suffix = self._suffix(host)
        if suffix == host:
            return host
        owned = host[: -len(suffix) - 1]
        return f"{owned.rpartition('.')[2]}.{suffix}"

    def _suffix(self, host: str) -> str:
        # A trailing dot names the same place for DNS; it is no part of the list.
        bare = host.removesuffix(".")
        suffix = self._public_suffix(bare) or bare.rpartition(".")[2]
        return suffix + host[len(bare) :]
