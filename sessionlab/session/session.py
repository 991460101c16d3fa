"""The session that an application holds, and how it reaches it.

Rules
- The truth stands in the WSGI environ: ``environ["sessionlab.session"]`` is express-session's
  ``req.session``, ``environ["sessionlab.session_id"]`` its ``req.sessionID``,
  ``environ["sessionlab.store"]`` its ``req.sessionStore``.  An application may overwrite or
  delete them; the middleware reads them again when it decides.
- A session is a dict, and every key is free: ``session["id"]`` and ``session.id`` are two things.
  Its values must be JSON.  What JSON makes other of (a tuple becomes a list) is so from the next
  request on.
- ``session["cookie"]`` is kept too, as ``$cookie`` in the record, because a record's ``cookie``
  member is the cookie's state; the cookie itself is ``session.cookie``.
- `reload` and `regenerate` put a new Session into the environ and return it, as Express makes a
  new ``req.session``; the old one is then nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from sessionlab.core.errors import NotASession, SessionlabError

if TYPE_CHECKING:
    from sessionlab.core.record import Record
    from sessionlab.session.cookie import Cookie
    from sessionlab.session.exchange import Exchange

SESSION_KEY: Final = "sessionlab.session"
SESSION_ID_KEY: Final = "sessionlab.session_id"
STORE_KEY: Final = "sessionlab.store"
EXCHANGE_KEY: Final = "sessionlab.exchange"


class Session(dict[str, Any]):
    """One session's data, a dict, with what can be done to the session as methods.

    ``id`` is the session's ID and never changes; ``cookie`` is its `Cookie`.  `save`, `reload`,
    `regenerate` and `destroy` ask the store at once and raise what it raises.
    """

    __slots__ = ("_exchange", "_id", "cookie", "tracked")

    cookie: Cookie

    def __init__(
        self,
        data: Mapping[str, Any],
        session_id: str,
        cookie: Cookie,
        exchange: Exchange,
        tracked: bool,
    ) -> None:
        dict.__init__(self, data)
        self._id = session_id
        self.cookie = cookie
        self._exchange = exchange
        # express-session wraps the methods of the sessions that it makes itself, not of those
        # that regenerate makes: a save of such a one is not remembered, and is done twice.
        self.tracked = tracked

    @property
    def id(self) -> str:
        """The session's ID, as it stands in the cookie and is the key of the record."""
        return self._id

    def save(self) -> None:
        """Save now.  At the end of the request it is saved again only if it changed since.

        A session saved like this but otherwise never changed is in the store, and yet its
        cookie is not sent.  Raises SessionDataError, and what the store raises.
        """
        self._exchange.save(self)

    def reload(self) -> Session:
        """Read the record again and put it in this session's place; return the new Session.

        Raises SessionNotFound if there is no record any more; this session then stays.
        """
        return self._exchange.reload(self)

    def touch(self) -> None:
        """Move the cookie's expiry to its original max age from now."""
        self._exchange.touch(self)

    def regenerate(self, *, keep_data: bool = False) -> Session:
        """Destroy the record and begin a new, empty session with a new ID; return it.

        ``keep_data``: not empty, but with this one's data: a login that does not lose the cart.

        What a login must do, so that an ID planted before it is worth nothing.  If destroying
        fails, the new session is there all the same, and the error is raised.
        """
        return self._exchange.regenerate(self, keep_data=keep_data)

    def destroy(self) -> None:
        """Destroy the record; the request has no session any more.

        The browser keeps its cookie: nothing tells it otherwise.
        """
        self._exchange.destroy(self)

    def __repr__(self) -> str:
        return f"<Session {dict.__repr__(self)}>"  # no ID: this ends up in logs


def environ_of(request: object) -> dict[str, Any]:
    """The WSGI environ behind an environ or a request of Werkzeug, Flask or their like.

    Raises TypeError for anything else.
    """
    if isinstance(request, dict):
        return request
    environ = getattr(request, "environ", None)
    if isinstance(environ, dict):
        return environ
    raise TypeError(
        f"there is no WSGI environ in {type(request).__name__}: "
        "give the environ, or a request that has one"
    )


def get_session(request: object) -> Session | None:
    """The session of a request: an environ, or a Werkzeug or Flask request.

    None: it was unset or destroyed, the path lies outside the cookie's, or the store is away.
    Raises SessionlabError if the application does not stand behind a SessionMiddleware, TypeError
    for something that has no environ.
    """
    environ = environ_of(request)
    if SESSION_KEY not in environ and EXCHANGE_KEY not in environ:
        raise _outside()
    return cast("Session | None", environ.get(SESSION_KEY))


def set_session(request: object, session: Session | None) -> None:
    """Put another session in the place of a request's, or None to unset it.

    Raises NotASession for anything else (to replace the data, change the session itself), and
    SessionlabError if the application does not stand behind a SessionMiddleware.
    """
    if session is not None and not isinstance(session, Session):
        raise NotASession(session)
    environ = environ_of(request)
    if SESSION_KEY not in environ and EXCHANGE_KEY not in environ:
        raise _outside()
    environ[SESSION_KEY] = session


def new_session(request: object) -> Session:
    """Begin a new session with a new ID, as ``req.sessionStore.generate(req)`` does.

    The old record, if there is one, stays where it is.  Raises SessionlabError where the request
    has no session to replace: outside the middleware or the cookie's path.
    """
    return _exchange_of(request).generate(tracked=False)


def session_from_record(request: object, record: Record) -> Session:
    """Make a record the request's session, as ``req.sessionStore.createSession`` does.

    It gets the request's session ID.  Raises RecordError, and SessionlabError as `new_session`.
    """
    return _exchange_of(request).create_session(record, tracked=False)


def _exchange_of(request: object) -> Exchange:
    environ = environ_of(request)
    if EXCHANGE_KEY not in environ:
        raise _outside()
    return cast("Exchange", environ[EXCHANGE_KEY])


def _outside() -> SessionlabError:
    return SessionlabError(
        "this request has no session: wrap the application in SessionMiddleware "
        "(and see that the request's path lies below the cookie's)"
    )
