"""The session itself in a sealed cookie, as cookie-session 2.x keeps it: there is no store.

Rules
- ``NAME`` holds the session, base64 of its JSON: everybody who has the cookie can read it.
  ``NAME.sig`` seals it: a url-safe base64 HMAC-SHA1, without padding, over ``NAME=VALUE``.
- The cookies are looked at when the application first asks for the session, not before, and are
  written only if the session is another than it was.
- A seal that does not fit is cleared and one of an older key is renewed when it is read.
- Whatever the session's size, it is written.  A browser refuses more than 4096 octets, silently.
- Two deliberate differences: a sealed value that is JSON but no object is unreadable here (there,
  accidents of JavaScript), and a cookie that can not be sent is reported (there, silence).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sessionlab.core.decide import (
    OpenFacts,
    Outcome,
    SealFacts,
    Verdict,
    decide_open,
    decide_seal,
)
from sessionlab.core.errors import OptionsError, SessionlabError
from sessionlab.core.events import Kind
from sessionlab.core.options import CookieOptions, epoch_milliseconds, milliseconds
from sessionlab.core.unset import UNSET
from sessionlab.core.wire.cookie_text import serialize_cookie
from sessionlab.core.wire.sealed import (
    attributes_text,
    decode_session,
    encode_session,
    find_raw_cookie,
    seal,
    sealed_by,
)
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.engine import ErrorHook, Listener

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ENVIRON_KEY = "sessionlab.cookie_session"
_LONG_AGO = 0
_NOT_ASKED = object()


class SecureOverHttp(SessionlabError):
    """A Secure cookie was to be sent over a connection that is not encrypted."""

    def __init__(self) -> None:
        super().__init__("Cannot send secure cookie over unencrypted connection")


class CookieSession(dict[str, Any]):
    """A session that lives in a cookie: a dict of what JSON can hold."""

    def __init__(self, data: Mapping[str, Any], *, value: str | None = None) -> None:
        """``value`` is the cookie's value that the data came in; None: the session is new."""
        super().__init__(data)
        self._value = value

    @property
    def is_new(self) -> bool:
        """Whether it did not come with this request."""
        return self._value is None

    @property
    def is_changed(self) -> bool:
        """Whether its value is another than the browser's.  Raises SessionDataError."""
        return self._value is None or self._value != encode_session(self)


def get_cookie_session(environ_or_request: Any) -> CookieSession | None:
    """The request's session, a new one if none came with it; None if it was unset.

    Raises LookupError where no `CookieSessionMiddleware` is around the application.
    """
    return _exchange(environ_or_request).get()


def set_cookie_session(environ_or_request: Any, data: Mapping[str, Any] | None) -> None:
    """Begin a new session with this data, or unset it: None clears the browser's cookie."""
    _exchange(environ_or_request).put(data)


def _exchange(environ_or_request: Any) -> _Exchange:
    environ = getattr(environ_or_request, "environ", environ_or_request)
    try:
        exchange: _Exchange = environ[_ENVIRON_KEY]
    except KeyError:
        raise LookupError("no CookieSessionMiddleware is around this application") from None
    return exchange


class CookieSessionMiddleware:
    """WSGI middleware that keeps each session in a sealed cookie.

    ``secrets``: the first seals, all are tried on reading.  ``cookie`` gives the attributes; its
    ``secure`` left unset (or "auto") marks the cookie Secure exactly when the request came over
    https.  ``clock`` returns milliseconds since the epoch and is asked where ``max_age`` is set.
    ``listener`` sees every step.  ``on_error`` is told why a cookie could not be sent (a Secure one
    over http, a session that JSON can not hold); without it, the log is.
    """

    def __init__(
        self,
        app: WSGIApplication,
        secrets: str | bytes | Sequence[str | bytes],
        name: str = "session",
        *,
        cookie: CookieOptions | None = None,
        clock: Clock = now_ms,
        on_error: ErrorHook | None = None,
        listener: Listener | None = None,
    ) -> None:
        """Raises OptionsError without a secret, CookieError for a cookie that can't be written."""
        self._app = app
        self.secrets = (secrets,) if isinstance(secrets, str | bytes) else tuple(secrets)
        if not self.secrets or not all(self.secrets):
            raise OptionsError("a sealed session needs a secret, and none may be empty", "secrets")
        self.name = name
        self.cookie = CookieOptions() if cookie is None else cookie
        self.clock = clock
        self.on_error = on_error
        self.listener = listener
        _refuse_unwritable(name, self.cookie)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        exchange = environ[_ENVIRON_KEY] = _Exchange(self, environ)
        response = _Response(exchange, start_response)
        return response.of(self._app(environ, response.start))


def _refuse_unwritable(name: str, cookie: CookieOptions) -> None:
    """Raises CookieError for a name or an attribute that would break out of the header."""
    serialize_cookie(
        name,
        "",
        domain=cookie.domain,
        path=cookie.path,
        priority=cookie.priority,
        same_site=cookie.same_site,
    )


class _Exchange:
    """One request's session: not asked for, in hand, or unset."""

    def __init__(self, settings: CookieSessionMiddleware, environ: WSGIEnvironment) -> None:
        self._settings = settings
        self._environ = environ
        self._session: Any = _NOT_ASKED
        self._lines: list[str] = []
        self._tls = environ.get("wsgi.url_scheme") == "https"

    def get(self) -> CookieSession | None:
        if self._session is _NOT_ASKED:
            self._session = self._open()
        session: CookieSession | None = self._session
        return session

    def put(self, data: Mapping[str, Any] | None) -> None:
        if data is not None and not isinstance(data, Mapping):
            raise TypeError("a session can only be set to None or a mapping")
        self._session = None if data is None else CookieSession(data)

    def _open(self) -> CookieSession:
        """Look at the cookies.  A seal that is none is cleared, an old one renewed."""
        name, secrets = self._settings.name, self._settings.secrets
        header = self._environ.get("HTTP_COOKIE", "")
        value = find_raw_cookie(header, name)
        found = find_raw_cookie(header, f"{name}.sig")
        secret = None if value is None or found is None else sealed_by(name, value, found, secrets)
        data = None
        if value is not None and secret is not None:
            try:
                data = decode_session(value)
            except ValueError:
                data = None
            if secret > 0:
                self._lines.append(self._sig_line(seal(name, value, secrets[0])))
        elif value is not None and found is not None:
            self._lines.append(self._sig_line(""))
        verdict = decide_open(
            OpenFacts(
                cookie_present=value is not None,
                seal_present=found is not None,
                seal_fits=secret is not None,
                data_readable=data is not None,
            )
        )
        self._tell(
            Kind.COOKIE_READ,
            verdict,
            {"name": name, "raw": value, "id": None, "signature": found, "secret": secret},
        )
        return CookieSession({}) if data is None else CookieSession(data, value=value)

    def _sig_line(self, sealed: str) -> str:
        """The line that sets the seal alone, or removes it; it has none of the cookie's options."""
        expires = None if sealed else _LONG_AGO
        attributes = attributes_text(expires=expires, secure=self._tls)
        return f"{self._settings.name}.sig={sealed}{attributes}"

    def finish(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The headers with the session's cookies: the first byte goes out."""
        headers = [*headers, *(("Set-Cookie", line) for line in self._lines)]
        written: list[str] = []
        verdict = None
        try:
            verdict = decide_seal(self._facts())
            if verdict.outcome in (Outcome.SEND, Outcome.CLEAR):
                written = self._written()
        except SessionlabError as error:
            self._fail(error)
        if written:
            replaced = tuple(line.partition("=")[0] + "=" for line in written)
            headers = [
                (field, line)
                for field, line in headers
                if field.lower() != "set-cookie" or not line.startswith(replaced)
            ]
            headers += (("Set-Cookie", line) for line in written)
        if verdict is not None:
            set_cookie = written[0] if written else None
            data = {"name": self._settings.name, "id": None, "set_cookie": set_cookie}
            self._tell(Kind.COOKIE_DECIDED, verdict, data)
        return headers

    def _facts(self) -> SealFacts:
        session = self._session
        if session is _NOT_ASKED or session is None:
            return SealFacts(session is None, session is None, False, False, False)
        return SealFacts(
            accessed=True,
            unset=False,
            was_there=not session.is_new,
            has_data=bool(session),
            changed=session.is_changed,
        )

    def _written(self) -> list[str]:
        """The two lines of the session in hand, or those that remove it.

        Raises SecureOverHttp and SessionDataError.
        """
        name, cookie = self._settings.name, self._settings.cookie
        secure = self._tls if cookie.secure in (UNSET, None, "auto") else bool(cookie.secure)
        if secure and not self._tls:
            raise SecureOverHttp
        value = encode_session(self._session) if self._session is not None else ""
        attributes = attributes_text(
            path=cookie.path or None,
            expires=self._expires() if value else _LONG_AGO,
            domain=cookie.domain or None,
            priority=cookie.priority or None,
            same_site=cookie.same_site or None,
            secure=secure,
            http_only=bool(cookie.http_only),
            partitioned=bool(cookie.partitioned),
        )
        sealed = seal(name, value, self._settings.secrets[0])
        return [f"{name}={value}{attributes}", f"{name}.sig={sealed}{attributes}"]

    def _expires(self) -> int | None:
        """When the cookie ends, in ms; None: with the browser's session."""
        cookie = self._settings.cookie
        if cookie.max_age:
            return self._settings.clock() + int(milliseconds(cookie.max_age))
        if isinstance(cookie.expires, datetime):
            return epoch_milliseconds(cookie.expires)
        return None

    def _fail(self, error: SessionlabError) -> None:
        self._tell(Kind.ERROR, None, {"where": "cookie", "error": str(error)})
        if self._settings.on_error is not None:
            self._settings.on_error(error, self._environ)
            return
        import logging

        logging.getLogger("sessionlab").error(
            "sealed session: no cookie was sent: %s", type(error).__name__
        )

    def _tell(self, kind: Kind, verdict: Verdict | None, data: dict[str, Any]) -> None:
        if self._settings.listener is not None:
            self._settings.listener(self._environ, kind, verdict, data)


class _Response:
    """Holds the headers back until the first byte, so that the session may change until then."""

    def __init__(self, exchange: _Exchange, start_response: StartResponse) -> None:
        self._exchange = exchange
        self._start_response = start_response
        self._head: tuple[str, list[tuple[str, str]], OptExcInfo | None] | None = None
        self._write: Callable[[bytes], object] | None = None

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """What the application calls as its ``start_response``."""
        if self._write is not None:
            return self._start_response(status, headers, exc_info)
        self._head = (status, headers, exc_info)
        return self._send

    def of(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        try:
            for chunk in chunks:
                self._send_head()
                yield chunk
            self._send_head()
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def _send(self, chunk: bytes) -> None:
        self._send_head()(chunk)

    def _send_head(self) -> Callable[[bytes], object]:
        if self._write is None:
            if self._head is None:
                raise AssertionError("the application did not call start_response")
            status, headers, exc_info = self._head
            self._write = self._start_response(status, self._exchange.finish(headers), exc_info)
        return self._write
