"""The leanest CPython code that does express-session's work for one configuration.

It is what the middleware's own cost is measured against: one cookie name, one secret, a dict for
a store, no options, no events, no errors, no streaming.  It must write the same bytes, or the
comparison is worth nothing; the benchmark checks that before it measures.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from hmac import compare_digest
from json import JSONDecoder, JSONEncoder
from secrets import token_urlsafe
from time import gmtime, strftime, time_ns

_FRONT = "connect.sid="
_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_decode = JSONDecoder().decode


class LeanSessions:
    """A WSGI middleware; the application finds its session, a dict, under "lean.session"."""

    def __init__(self, app, secret: bytes, max_age_ms: int | None = None) -> None:
        self.app = app
        self.max_age = max_age_ms
        self.store: dict[str, tuple[int | None, str]] = {}
        key = secret.ljust(64, b"\0")
        self._inner = sha256(bytes(octet ^ 0x36 for octet in key)).copy
        self._outer = sha256(bytes(octet ^ 0x5C for octet in key)).copy
        self._date = (0, "")

    def _signature(self, message: bytes) -> bytes:
        inner = self._inner()
        inner.update(message)
        outer = self._outer()
        outer.update(inner.digest())
        return b64encode(outer.digest()).rstrip(b"=")

    def __call__(self, environ, start_response):
        session_id = None
        header = environ.get("HTTP_COOKIE", "")
        at = header.find(_FRONT)
        if at >= 0:
            end = header.find(";", at)
            value = header[at + 12 : end if end >= 0 else None]
            value = value.replace("%3A", ":").replace("%2B", "+").replace("%2F", "/")
            if value[:2] == "s:":
                candidate, _, signature = value[2:].rpartition(".")
                if compare_digest(self._signature(candidate.encode()), signature.encode()):
                    session_id = candidate
        entry = None
        if session_id is not None:
            entry = self.store.get(session_id)
            if entry is not None and entry[0] is not None and entry[0] <= time_ns() // 1_000_000:
                del self.store[session_id]
                entry = None
        if entry is None:
            fresh = True
            session_id = token_urlsafe(24)
            before = "{}"
            session = {}
        else:
            fresh = False
            before = entry[1]
            session = _decode(before)
        environ["lean.session"] = session
        held = []

        def start(status, headers, exc_info=None):
            held[:] = status, headers

        body = self.app(environ, start)
        after = _encode(session)
        status, headers = held
        expires = None
        if self.max_age is not None:
            expires = time_ns() // 1_000_000 + self.max_age
        modified = after != before
        if modified or not fresh:
            self.store[session_id] = (expires, after)
        if modified and (fresh or expires is not None):
            if fresh:
                signature = self._signature(session_id.encode()).decode()
            encoded = signature.replace("+", "%2B").replace("/", "%2F")
            attributes = "; Path=/; HttpOnly"
            if expires is not None:
                second = expires // 1000
                if self._date[0] != second:
                    text = strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime(second))
                    self._date = (second, f"; Path=/; Expires={text}; HttpOnly")
                attributes = self._date[1]
            line = f"connect.sid=s%3A{session_id}.{encoded}{attributes}"
            headers = [*headers, ("Set-Cookie", line)]
        start_response(status, headers)
        return body
