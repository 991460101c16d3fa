"""The three designs, each as a place for the visitor's data behind one small interface.

Rules
- The handlers are the same for all designs; what differs between them stands here.
- Data is a mutable mapping: it is read, changed, and reaches the browser or the store by the
  design's own ways.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.exceptions import ServiceUnavailable

from sessionlab.core.wire.cookie_text import serialize_cookie
from sessionlab.demo.plain import PlainCookies
from sessionlab.session.cookie_session import get_cookie_session, set_cookie_session
from sessionlab.session.session import Session, get_session

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response


class Visitor(Protocol):
    """What a design knows of who sent this request."""

    data: MutableMapping[str, Any]

    def log_in(self, who: dict[str, Any]) -> None:
        """Remember who it is; ``who`` is added to the data."""

    def log_out(self) -> None:
        """Forget everything, as this design can."""

    def send(self, response: Response) -> None:
        """Add to the response what the browser must keep."""


class PlainVisitor:
    """Data in plain cookies: logging out clears them, and is no more than a request to."""

    def __init__(self, request: Request) -> None:
        self._cookies = PlainCookies(request.environ.get("HTTP_COOKIE", ""))
        self.data: MutableMapping[str, Any] = self._cookies

    def log_in(self, who: dict[str, Any]) -> None:
        """Write it into cookies that anybody can write."""
        self.data.update(who)

    def log_out(self) -> None:
        """Ask the browser to drop the cookies."""
        self.data.clear()

    def send(self, response: Response) -> None:
        """Send the cookies that changed."""
        for line in self._cookies.set_cookies():
            response.headers.add("Set-Cookie", line)


class SealedVisitor:
    """Data sealed in a cookie: logging out clears it, but a copy of it stays good."""

    def __init__(self, request: Request) -> None:
        self._request = request
        session = get_cookie_session(request)
        self.data: MutableMapping[str, Any] = {} if session is None else session

    def log_in(self, who: dict[str, Any]) -> None:
        """Seal it in, too."""
        self.data.update(who)

    def log_out(self) -> None:
        """Set the session to none: the browser is asked to drop the cookie."""
        set_cookie_session(self._request, None)
        self.data = {}

    def send(self, response: Response) -> None:
        """The middleware does it."""


class AtLogin(StrEnum):
    """What becomes of the session's ID and data when somebody logs in."""

    KEEP_ID = "keep-id"
    REGENERATE = "regenerate"  # another ID, and the data is lost
    REGENERATE_KEEP_DATA = "regenerate-keep-data"


class AtLogout(StrEnum):
    """What is ended when somebody logs out."""

    DESTROY = "destroy"  # the record
    CLEAR_COOKIE = "clear-cookie"  # the browser's cookie, and nothing else


class SessionVisitor:
    """Data on the server: logging out destroys the record; the cookie stays, worth nothing."""

    def __init__(
        self,
        request: Request,
        *,
        name: str = "connect.sid",
        at_login: AtLogin = AtLogin.REGENERATE_KEEP_DATA,
        at_logout: AtLogout = AtLogout.DESTROY,
    ) -> None:
        """``name`` is the session cookie's."""
        session = get_session(request)
        if session is None:
            raise ServiceUnavailable("There is no session for this request.")
        self._session: Session = session
        self._name = name
        self._at_login = at_login
        self._at_logout = at_logout
        self._clears_cookie = False
        self.data: MutableMapping[str, Any] = session

    def log_in(self, who: dict[str, Any]) -> None:
        """Change the ID, so that one planted before is worth nothing; unless it is kept."""
        if self._at_login is not AtLogin.KEEP_ID:
            keeps = self._at_login is AtLogin.REGENERATE_KEEP_DATA
            self.data = self._session = self._session.regenerate(keep_data=keeps)
        self.data.update(who)

    def log_out(self) -> None:
        """Destroy the record; or only ask the browser to forget, as ``clearCookie`` does."""
        if self._at_logout is AtLogout.CLEAR_COOKIE:
            self._clears_cookie = True
        else:
            self._session.destroy()
        self.data = {}

    def send(self, response: Response) -> None:
        """The middleware does it, but for what is not its business."""
        if self._clears_cookie:
            attributes = self._session.cookie.attributes
            line = serialize_cookie(
                self._name, "", domain=attributes.domain, path=attributes.path, expires=0
            )
            response.headers.add("Set-Cookie", line)
