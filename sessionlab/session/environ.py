"""A session's places in a WSGI environ, and how an application reaches them.

Rules
- ``environ["sessionlab.session"]`` is express-session's ``req.session``,
  ``environ["sessionlab.session_id"]`` its ``req.sessionID``, ``environ["sessionlab.store"]`` its
  ``req.sessionStore``.  An application may overwrite or delete them; the middleware reads them
  again when it decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import quote, urlsplit

from sessionlab.core.errors import NotASession, SessionlabError
from sessionlab.session.session import Session

if TYPE_CHECKING:
    from sessionlab.core.record import Record
    from sessionlab.session.wsgi import WsgiDoor

SESSION_KEY: Final = "sessionlab.session"
SESSION_ID_KEY: Final = "sessionlab.session_id"
STORE_KEY: Final = "sessionlab.store"
DOOR_KEY: Final = "sessionlab.door"


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
    return cast("Session | None", _inside(request).get(SESSION_KEY))


def set_session(request: object, session: Session | None) -> None:
    """Put another session in the place of a request's, or None to unset it.

    Raises NotASession for anything else (to replace the data, change the session itself), and
    SessionlabError if the application does not stand behind a SessionMiddleware.
    """
    if session is not None and not isinstance(session, Session):
        raise NotASession(session)
    _inside(request)[SESSION_KEY] = session


def new_session(request: object) -> Session:
    """Begin a new session with a new ID, as ``req.sessionStore.generate(req)`` does.

    The old record, if there is one, stays where it is.  Raises SessionlabError where the request
    has no session to replace: outside the middleware or the cookie's path.
    """
    door = _door_of(request)
    return door.exchange.generate(door)


def session_from_record(request: object, record: Record) -> Session:
    """Make a record the request's session, as ``req.sessionStore.createSession`` does.

    It gets the request's session ID.  Raises RecordError, and SessionlabError as `new_session`.
    """
    door = _door_of(request)
    return door.exchange.create_session(door, record)


def _inside(request: object) -> dict[str, Any]:
    """The environ of a request that came through the middleware.  Raises SessionlabError."""
    environ = environ_of(request)
    if SESSION_KEY not in environ and DOOR_KEY not in environ:
        raise _outside()
    return environ


def _door_of(request: object) -> WsgiDoor:
    environ = environ_of(request)
    if DOOR_KEY not in environ:
        raise _outside()
    return cast("WsgiDoor", environ[DOOR_KEY])


def _outside() -> SessionlabError:
    return SessionlabError(
        "this request has no session: wrap the application in SessionMiddleware "
        "(and see that the request's path lies below the cookie's)"
    )


def raw_path(environ: Mapping[str, Any]) -> str:
    """The path as it stood in the request line, mount included, without the query."""
    uri = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if uri is None:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        return quote(path.encode("latin-1"), safe="/:@!$&'()*+,;=~") or "/"
    if uri[:1] != "/" and "://" in uri:
        return urlsplit(uri).path or "/"
    return re.split("[?#]", uri, maxsplit=1)[0] or "/"


def is_secure(environ: Mapping[str, Any], trust_proxy: bool | None) -> bool:
    """Whether a request came over TLS.

    ``trust_proxy``: True: as X-Forwarded-Proto says too; False: as the connection is; None: as
    the framework says, whatever it believes.
    """
    if trust_proxy is None:
        return bool(environ.get("wsgi.url_scheme") == "https")
    # Werkzeug's ProxyFix has the framework believe the proxy; what came in stands here.
    came_in: Mapping[str, Any] = environ.get("werkzeug.proxy_fix.orig") or environ
    if came_in.get("wsgi.url_scheme") == "https":
        return True
    if not trust_proxy:
        return False
    forwarded: str = environ.get("HTTP_X_FORWARDED_PROTO", "")
    return forwarded.partition(",")[0].strip().lower() == "https"
