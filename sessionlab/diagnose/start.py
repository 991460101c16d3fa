"""How a request starts: from which page, by what, with credentials or without.

Rules
- fetch's default credentials mode is "same-origin": the browser then neither sends cookies to
  another origin nor keeps that origin's (Fetch standard, 4.6).
- Everything else that decides about cookies is in the jar.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sessionlab.core.jar import Api, RequestContext
from sessionlab.diagnose.address import WebAddress

OPAQUE = "null"
"""How the origin of a page without one is written: a file, a sandboxed frame."""


class Credentials(StrEnum):
    """The credentials mode of ``fetch``: whether cookies go along."""

    OMIT = "omit"
    SAME_ORIGIN = "same-origin"
    INCLUDE = "include"


@dataclass(frozen=True, slots=True)
class Start:
    """What starts a request.

    ``page`` starts it; None: the user types the address, or the site's own page asks.
    ``is_opaque``: a page without an origin starts it.  ``top_level``: it navigates the whole tab.
    ``fetch``: a script's fetch starts it, with these credentials.  ``document_cookie``: there is
    no request, but a script of the URL's page reads ``document.cookie``.
    """

    method: str = "GET"
    page: WebAddress | None = None
    is_opaque: bool = False
    top_level: bool = True
    fetch: Credentials | None = None
    document_cookie: bool = False

    @property
    def origin(self) -> str | None:
        """The origin of the page that starts it; None where it is the URL's own."""
        if self.is_opaque:
            return OPAQUE
        return None if self.page is None else self.page.origin

    def is_cross_origin(self, address: WebAddress) -> bool:
        """Whether the page is of another origin than the URL; two ports are two origins."""
        return self.origin not in (None, address.origin)

    def without_credentials(self, address: WebAddress) -> bool:
        """Whether fetch's credentials mode keeps cookies out, both ways."""
        if self.fetch is Credentials.SAME_ORIGIN:
            return self.is_cross_origin(address)
        return self.fetch is Credentials.OMIT

    def context(self, address: WebAddress, method: str | None = None) -> RequestContext:
        """The request as the jar sees it."""
        return RequestContext(
            address.url,
            method or self.method,
            initiator=None if self.document_cookie else self.origin,
            top_level=self.top_level and not self.document_cookie,
            api=Api.DOM if self.document_cookie else Api.HTTP,
        )

    def to_json(self, address: WebAddress) -> dict[str, Any]:
        """The request, to this address, as JSON-safe data."""
        return {
            "url": address.url,
            "method": self.method,
            "from": self.origin,
            "top_level": self.top_level,
            "fetch": self.fetch and self.fetch.value,
            "document_cookie": self.document_cookie,
            "without_credentials": self.without_credentials(address),
        }
