"""What one middleware knows for all of its requests: options made ready for use.

Rules
- Whatever can be worked out once is worked out here: keyed hashes, the cookie's constant texts.
- A request is seen through its door only; nothing here knows a framework.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from os import urandom
from typing import TYPE_CHECKING, Any, Protocol

from sessionlab.core.decide import Question
from sessionlab.core.events import ErrorOccurred, Event, Failed
from sessionlab.core.options import CookieOptions, SessionOptions, milliseconds
from sessionlab.core.record import CookieAttributes
from sessionlab.core.store import Store
from sessionlab.core.unset import UNSET
from sessionlab.core.wire import session_id_from_bytes
from sessionlab.core.wire.cookie_text import (
    decode_cookie,
    find_cookie,
    serialize_pair,
    unquote_cookie,
)
from sessionlab.core.wire.signature import Signer
from sessionlab.session.clock import Clock
from sessionlab.session.cookie import SURELY_A_DATE, Cookie
from sessionlab.session.store_calls import Steps, T
from sessionlab.session.stores.memory import MemoryStore

if TYPE_CHECKING:
    from sessionlab.session.exchange import Exchange
    from sessionlab.session.session import Session

Listener = Callable[[Any, Event], None]
"""Called with the framework's request (the WSGI environ) and each event, as it happens."""

ErrorHook = Callable[[BaseException, Any], None]
"""Called with an error that came after the headers, when no response can carry it any more, and
the framework's request."""


class Door(Protocol):
    """One request as the engine sees it, through whatever framework it came."""

    @property
    def exchange(self) -> Exchange:
        """The engine's side of the request."""
        ...

    @property
    def native(self) -> Any:
        """The framework's own request: what ``genid``, a cookie function and hooks are given."""
        ...

    @property
    def session_id(self) -> Any:
        """The request's session ID as the application may have left it (``req.sessionID``)."""
        ...

    @property
    def store(self) -> Store:
        """The store that a session itself uses; the application may have put another there."""
        ...

    def is_secure(self, trust_proxy: bool | None) -> bool:
        """Whether the request came over TLS; ``trust_proxy`` is the option of that name."""
        ...

    def place(self, session: Session | None) -> None:
        """Make this session the request's, or take the request's away."""
        ...

    def perform(self, steps: Steps[T]) -> T:
        """Make the store calls that the steps ask for, and return their result."""
        ...


_is_plain = re.compile("[A-Za-z0-9_.-]*").fullmatch


class Engine:
    """The options of a middleware, ready for the hot path."""

    def __init__(
        self,
        options: SessionOptions,
        *,
        clock: Clock,
        on_error: ErrorHook | None,
        listener: Listener | None,
    ) -> None:
        self.options = options
        self.clock = clock
        self.on_error = on_error
        self.listener = listener
        self.guards_saving = options.safeguards.guards_saving
        self.clears_cookie = options.safeguards.clear_cookie
        timeout = options.safeguards.absolute_timeout
        self.timeout = None if timeout is None else milliseconds(timeout)
        self.store: Store = MemoryStore(clock=clock) if options.store is None else options.store
        self._signer = Signer(options.secrets)  # type: ignore[arg-type] # a tuple since it was made
        self._match = self._signer.match
        self._name = options.name
        # A header that begins with the cookie needs no search, unless the name is a strange one.
        self._usual_start = f"{options.name}=" if _is_plain(options.name) else "\0"
        cookie = options.cookie
        self._template = _template(cookie) if isinstance(cookie, CookieOptions) else None
        # What a session may still ask of its request when that has ended.
        self.needs_native = (
            listener is not None or options.genid is not None or self._template is None
        )
        self.covers_all = isinstance(cookie, CookieOptions) and (cookie.path or "/") == "/"

    def cookie_options(self, door: Door) -> CookieOptions:
        """The cookie's options for a request."""
        cookie = self.options.cookie
        return cookie if isinstance(cookie, CookieOptions) else cookie(door.native)

    def covers(self, door: Door, raw_path: str) -> bool:
        """Whether a path as it stood in the request line, mount included, lies below the cookie's.

        ``covers_all`` says so of every path at once.
        """
        return raw_path.startswith(self.cookie_options(door).path or "/")

    def read(self, header: str | None) -> tuple[str | None, str, int | None]:
        """Take the session's cookie out of a Cookie header.

        Returns its decoded value (None: there is no such cookie), the ID before the signature (""
        where it has no signature), and the index of the secret that made the signature (None: no
        secret did).
        """
        if not header:
            return None, "", None
        start = self._usual_start
        value: str | None
        if header.startswith(start):
            value = header[len(start) :].partition(";")[0].strip(" \t")
            if value[:1] == '"':
                value = unquote_cookie(value)
        else:
            value = find_cookie(header, self._name)
        if not value:
            return value, "", None
        raw = value.replace("%3A", ":").replace("%2B", "+").replace("%2F", "/")
        if "%" in raw:
            raw = decode_cookie(value)
        if raw[:2] != "s:":
            return raw, "", None
        signed = raw[2:]
        return raw, signed.rpartition(".")[0], self._match(signed)

    def cookie_fact(self, header: str | None, question: Question) -> bool:
        """A fact of `ReadFacts` about the cookie, where it was left open."""
        raw, session_id, secret = self.read(header)
        return {
            Question.COOKIE_PRESENT: bool(raw),
            Question.COOKIE_SIGNED: raw is not None and raw[:2] == "s:",
            Question.SIGNATURE_FITS: secret is not None,
            Question.HAS_ID: bool(session_id),
        }[question]

    def new_id(self, door: Door) -> str:
        """A new session ID."""
        genid = self.options.genid
        return session_id_from_bytes(urandom(24)) if genid is None else genid(door.native)

    def new_cookie(self, door: Door) -> Cookie:
        """The cookie of a session that begins with this request."""
        if self._template is not None:
            attributes = self._template
            age = attributes.original_max_age
            expires = age if age is None or age is UNSET else self.clock() + age
            return Cookie(attributes, expires, self.clock)
        options = self.cookie_options(door)
        age, expires = options.expiry(self.clock())
        attributes = options.attributes(age, request_secure=self.request_secure(door))
        return Cookie(attributes, expires, self.clock)

    def request_secure(self, door: Door) -> bool:
        """Whether the request came over TLS, as far as ``trust_proxy`` lets a proxy say so."""
        return door.is_secure(self.options.trust_proxy)

    def set_cookie(self, session_id: str, cookie: Cookie, signed: str | None) -> str:
        """The Set-Cookie line; ``signed`` is the ID with its signature, if it is known.

        Raises CookieError.
        """
        name = self._name
        attributes = cookie.attributes.header(cookie.expiry)
        if signed is None:
            signed = self._signer.sign(session_id)
        if self._usual_start == "\0" or not _is_plain(session_id):
            return serialize_pair(name, f"s:{signed}") + attributes
        value = signed.replace("+", "%2B").replace("/", "%2F")
        return f"{name}=s%3A{value}{attributes}"

    def clear_cookie(self, door: Door, attributes: CookieAttributes | None) -> str:
        """The Set-Cookie line that takes the cookie away: the same name, domain and path.

        ``attributes`` are those of the session that was opened; None: there was none, and the
        options say what they were.  Raises CookieError.
        """
        if attributes is None:
            options = self.cookie_options(door)
            attributes = options.attributes(None, request_secure=self.request_secure(door))
        return f"{serialize_pair(self._name, '')}{attributes.header(0)}"

    def report(self, door: Door, where: Failed, error: Exception) -> None:
        """An error that no response can carry any more: to the listener, the hook and the log."""
        if self.listener is not None:
            self.listener(door.native, ErrorOccurred(where, str(error)))
        if self.on_error is not None:
            self.on_error(error, door.native)
            return
        import logging

        # The type alone: a message may hold the key it was about, and a key holds the ID.
        logging.getLogger("sessionlab").error(
            "session: %s failed after the headers: %s", where, type(error).__name__
        )


def _template(options: CookieOptions) -> CookieAttributes | None:
    """The attributes that every new cookie has; None: they depend on the request or the time."""
    if "auto" in (options.secure, options.same_site) or options.expires is not UNSET:
        return None
    age = options.max_age
    if isinstance(age, int | float | timedelta):
        age = milliseconds(age)
        if not isinstance(age, int) or abs(age) > SURELY_A_DATE:
            return None
    return options.attributes(age, request_secure=False)
