"""The session that an application holds.

Rules
- A session is a dict, and every key is free: ``session["id"]`` and ``session.id`` are two things.
  Its values must be JSON.  What JSON turns into something else (a tuple becomes a list) is that
  from the next request on.
- ``session["cookie"]`` is kept too, as ``$cookie`` in the record, because a record's ``cookie``
  member is the cookie's state; the cookie itself is ``session.cookie``.
- `reload` and `regenerate` return a new Session that is the request's from then on, as Express
  makes a new ``req.session``; the old one belongs to no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sessionlab.session.cookie import Cookie
    from sessionlab.session.engine import Door


class Session(dict[str, Any]):
    """One session's data, a dict, with what can be done to the session as methods.

    ``id`` is the session's ID and never changes; ``cookie`` is its `Cookie`.  `save`, `reload`,
    `regenerate` and `destroy` ask the store at once and raise what it raises.
    """

    __slots__ = ("_door", "_id", "cookie", "tracked")

    cookie: Cookie

    def __init__(
        self,
        data: Mapping[str, Any],
        session_id: str,
        cookie: Cookie,
        door: Door,
        tracked: bool,
    ) -> None:
        dict.__init__(self, data)
        self._id = session_id
        self.cookie = cookie
        self._door = door
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
        self._door.perform(self._door.exchange.save(self._door, self))

    def reload(self) -> Session:
        """Read the record again and put it in this session's place; return the new Session.

        Raises SessionNotFound if the record is gone; this session then stays.
        """
        return self._door.perform(self._door.exchange.reload(self._door, self))

    def touch(self) -> None:
        """Move the cookie's expiry to its original max age from now."""
        self._door.exchange.touch(self._door, self)

    def regenerate(self, *, keep_data: bool = False) -> Session:
        """Destroy the record and begin a new, empty session with a new ID; return it.

        ``keep_data``: not empty, but with this one's data: a login that does not lose the cart.

        What a login must do, so that an ID planted before it is worth nothing.  If destroying
        fails, the new session is there all the same, and the error is raised.
        """
        steps = self._door.exchange.regenerate(self._door, self, keep_data=keep_data)
        return self._door.perform(steps)

    def destroy(self) -> None:
        """Destroy the record; the request has no session any more.

        The browser keeps its cookie, which then opens nothing.
        """
        self._door.perform(self._door.exchange.destroy(self._door, self))

    def __repr__(self) -> str:
        return f"<Session {dict.__repr__(self)}>"  # no ID: this ends up in logs
