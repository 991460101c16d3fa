"""What one SessionMiddleware knows for all of its requests: options made ready for use.

Rules
- Whatever can be worked out once is worked out here: keyed hashes, the cookie's constant texts.
- The request is only read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from os import urandom
from typing import Any
from urllib.parse import quote, urlsplit

from sessionlab.core.decide import LoadFacts, ReadFacts, Verdict, decide_load, decide_read
from sessionlab.core.events import Kind
from sessionlab.core.options import CookieOptions, Environ, SessionOptions, milliseconds
from sessionlab.core.record import CookieAttributes
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
from sessionlab.session.stores.base import Store
from sessionlab.session.stores.memory import MemoryStore

Listener = Callable[[Environ, Kind, Verdict | None, dict[str, Any]], None]
"""Told of each step as it happens; see `sessionlab.core.events.Kind` for the data of each."""

ErrorHook = Callable[[BaseException, Environ], None]
"""Told of an error that came after the headers, when no response can carry it any more."""

DISCONNECTED = decide_read(ReadFacts(False, False, False, False, False))
OUTSIDE = decide_read(ReadFacts(True, False, False, False, False))
NO_COOKIE = decide_read(ReadFacts(True, True, False, False, False))
NOT_SIGNED = decide_read(ReadFacts(True, True, True, False, False))
BAD_SIGNATURE = decide_read(ReadFacts(True, True, True, True, False))
VALID = decide_read(ReadFacts(True, True, True, True, True))
FOUND = decide_load(LoadFacts(True, False))
UNKNOWN_ID = decide_load(LoadFacts(False, False))
OUTLIVED = decide_load(LoadFacts(True, True))

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
        timeout = options.safeguards.absolute_timeout
        self.timeout = None if timeout is None else milliseconds(timeout)
        self.store: Store = MemoryStore(clock=clock) if options.store is None else options.store
        self._signer = Signer(options.secrets)  # type: ignore[arg-type] # a tuple since it was made
        self._match = self._signer.match
        self._name = options.name
        # A header that begins with the cookie needs no search, unless the name is a strange one.
        self._front = f"{options.name}=" if _is_plain(options.name) else "\0"
        cookie = options.cookie
        self._template = _template(cookie) if isinstance(cookie, CookieOptions) else None
        self.covers_all = isinstance(cookie, CookieOptions) and (cookie.path or "/") == "/"

    def cookie_options(self, environ: Environ) -> CookieOptions:
        """The cookie's options for a request."""
        cookie = self.options.cookie
        return cookie if isinstance(cookie, CookieOptions) else cookie(environ)

    def covers(self, environ: Environ) -> bool:
        """Whether the request's path lies below the cookie's: a plain prefix of the raw path."""
        path = self.cookie_options(environ).path or "/"
        return _raw_path(environ).startswith(path)

    def read(self, header: str) -> tuple[Verdict, str | None, str, int]:
        """Judge a Cookie header.

        Returns the verdict, the cookie's decoded value (None: there is no such cookie), the ID
        that its signature vouches for ("" for none) and the index of the secret that made it.
        """
        front = self._front
        value: str | None
        if header.startswith(front):
            end = header.find(";")
            value = unquote_cookie(header[len(front) : end] if end > 0 else header[len(front) :])
        else:
            value = find_cookie(header, self._name)
        if not value:
            return NO_COOKIE, value, "", 0
        raw = value.replace("%3A", ":").replace("%2B", "+").replace("%2F", "/")
        if "%" in raw:
            raw = decode_cookie(value)
        if raw[:2] != "s:":
            return NOT_SIGNED, raw, "", 0
        secret = self._match(raw[2:])
        if secret is None:
            return BAD_SIGNATURE, raw, "", 0
        return VALID, raw, raw[2 : raw.rindex(".")], secret

    def new_id(self, environ: Environ) -> str:
        """A new session ID."""
        genid = self.options.genid
        return session_id_from_bytes(urandom(24)) if genid is None else genid(environ)

    def new_cookie(self, environ: Environ) -> Cookie:
        """The cookie of a session that begins with this request."""
        if self._template is not None:
            attributes = self._template
            age = attributes.original_max_age
            expires = age if age is None or age is UNSET else self.clock() + age
            return Cookie(attributes, expires, self.clock)
        options = self.cookie_options(environ)
        age, expires = options.expiry(self.clock())
        attributes = options.attributes(age, request_secure=self.request_secure(environ))
        return Cookie(attributes, expires, self.clock)

    def request_secure(self, environ: Environ) -> bool:
        """Whether the request came over TLS, as far as ``trust_proxy`` lets a proxy say so."""
        trust = self.options.trust_proxy
        if trust is None:
            return bool(environ.get("wsgi.url_scheme") == "https")
        # Werkzeug's ProxyFix has the framework believe the proxy; what came in stands here.
        came_in: Mapping[str, Any] = environ.get("werkzeug.proxy_fix.orig") or environ
        if came_in.get("wsgi.url_scheme") == "https":
            return True
        if not trust:
            return False
        forwarded: str = environ.get("HTTP_X_FORWARDED_PROTO", "")
        return forwarded.partition(",")[0].strip().lower() == "https"

    def set_cookie(self, session_id: str, cookie: Cookie, signed: str | None) -> str:
        """The Set-Cookie line; ``signed`` is the ID with its signature, if it is known.

        Raises CookieError.
        """
        name = self._name
        attributes = cookie.attributes.header(cookie.expiry)
        if signed is None:
            signed = self._signer.sign(session_id)
        if self._front == "\0" or not _is_plain(session_id):
            return serialize_pair(name, f"s:{signed}") + attributes
        value = signed.replace("+", "%2B").replace("/", "%2F")
        return f"{name}=s%3A{value}{attributes}"

    def clear_cookie(self, environ: Environ, attributes: CookieAttributes | None) -> str:
        """The Set-Cookie line that takes the cookie away: the same name, domain and path.

        ``attributes`` are those of the session that was opened; None: there was none, and the
        options have to tell.  Raises CookieError.
        """
        if attributes is None:
            options = self.cookie_options(environ)
            attributes = options.attributes(None, request_secure=self.request_secure(environ))
        return f"{serialize_pair(self._name, '')}{attributes.header(0)}"

    def report(self, where: str, error: Exception, environ: Environ) -> None:
        """An error that no response can carry any more: to the listener, the hook and the log."""
        if self.listener is not None:
            self.listener(environ, Kind.ERROR, None, {"where": where, "error": str(error)})
        if self.on_error is not None:
            self.on_error(error, environ)
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


def _raw_path(environ: Environ) -> str:
    """The path as it stood in the request line, mount included, without the query."""
    uri = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if uri is None:
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        return quote(path.encode("latin-1"), safe="/:@!$&'()*+,;=~") or "/"
    if uri[:1] != "/" and "://" in uri:
        return urlsplit(uri).path or "/"
    return re.split("[?#]", uri, maxsplit=1)[0] or "/"
