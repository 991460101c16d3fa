"""The three designs: three places for a visitor's data behind one small interface.

Rules
- The handlers are the same for all designs; this file has what differs.
- Data is a mutable mapping.  The design takes its changes to the browser or the store.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

from werkzeug.exceptions import ServiceUnavailable

from sessionlab.core.wire.cookie_text import serialize_cookie
from sessionlab.demo.login import AtLogin, AtLogout
from sessionlab.demo.plain import PlainCookies
from sessionlab.session.cookie_session import get_cookie_session, set_cookie_session
from sessionlab.session.environ import get_session
from sessionlab.session.session import Session

if TYPE_CHECKING:
    from werkzeug.wrappers import Request, Response


class Visitor(Protocol):
    """The visitor who sent this request, as a design knows them."""

    data: MutableMapping[str, Any]

    def log_in(self, who: dict[str, Any]) -> None:
        """Add ``who`` to the data."""

    def log_out(self) -> None:
        """Forget the visitor, as far as this design can."""

    def send(self, response: Response) -> None:
        """Add the cookies of this design to the response, unless its middleware does."""


class PlainVisitor:
    """Data in plain cookies: a logout asks the browser to delete them."""

    def __init__(self, request: Request) -> None:
        self._cookies = PlainCookies(request.environ.get("HTTP_COOKIE", ""))
        self.data: MutableMapping[str, Any] = self._cookies

    def log_in(self, who: dict[str, Any]) -> None:
        """Write ``who`` into cookies, which anyone else can write, too."""
        self.data.update(who)

    def log_out(self) -> None:
        """Ask the browser to delete the cookies."""
        self.data.clear()

    def send(self, response: Response) -> None:
        """Send the cookies that changed."""
        for line in self._cookies.set_cookies():
            response.headers.add("Set-Cookie", line)


class SealedVisitor:
    """Data sealed in a cookie: a logout deletes it, but a copy stays valid."""

    def __init__(self, request: Request) -> None:
        self._request = request
        session = get_cookie_session(request)
        self.data: MutableMapping[str, Any] = {} if session is None else session

    def log_in(self, who: dict[str, Any]) -> None:
        """Add ``who`` to the sealed data."""
        self.data.update(who)

    def log_out(self) -> None:
        """Set the session to None: the middleware asks the browser to delete the cookie."""
        set_cookie_session(self._request, None)
        self.data = {}

    def send(self, response: Response) -> None:
        """Do nothing: the middleware sends the cookie."""


class SessionVisitor:
    """Data on the server: a logout destroys the record, and the cookie opens nothing."""

    def __init__(
        self,
        request: Request,
        *,
        name: str,
        at_login: AtLogin,
        at_logout: AtLogout,
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
        """Change the ID, so that a planted one opens nothing; with KEEP_ID, keep it."""
        if self._at_login is not AtLogin.KEEP_ID:
            keeps = self._at_login is AtLogin.REGENERATE_KEEP_DATA
            self.data = self._session = self._session.regenerate(keep_data=keeps)
        self.data.update(who)

    def log_out(self) -> None:
        """Destroy the record, or only delete the cookie, as Express's ``clearCookie`` does."""
        if self._at_logout is AtLogout.CLEAR_COOKIE:
            self._clears_cookie = True
        else:
            self._session.destroy()
        self.data = {}

    def send(self, response: Response) -> None:
        """Delete the cookie after such a logout; the middleware sends all others."""
        if self._clears_cookie:
            attributes = self._session.cookie.attributes
            line = serialize_cookie(
                self._name, "", domain=attributes.domain, path=attributes.path, expires=0
            )
            response.headers.add("Set-Cookie", line)
