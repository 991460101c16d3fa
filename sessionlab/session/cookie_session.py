"""The session itself in a sealed cookie, as cookie-session 2.x keeps it: there is no store.

Rules
- ``NAME`` holds the session, base64 of its JSON: everybody who has the cookie can read it.
  ``NAME.sig`` seals it: a url-safe base64 HMAC-SHA1, without padding, over ``NAME=VALUE``.
- The cookies are looked at when the application first asks for the session, not before, and are
  written only if the session is another than it was.
- A seal that does not fit is cleared and one of an older key is renewed when it is read.
- Whatever the session's size, it is written.  A browser refuses more than 4096 octets, silently.
- Two deliberate differences: a sealed value that is JSON but no object is unreadable here (there,
  accidents of JavaScript), and a cookie that cannot be sent is reported (there, silence).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sessionlab.core.decide import (
    OpenFacts,
    Outcome,
    Question,
    Reason,
    SealFacts,
    Verdict,
    decide_open,
    decide_seal,
)
from sessionlab.core.errors import OptionsError, SessionDataError, SessionlabError
from sessionlab.core.events import CookieDecided, CookieRead, ErrorOccurred, Event, Failed
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
    environ, sealed = _sealed_cookie(environ_or_request)
    return sealed.get(environ)


def set_cookie_session(environ_or_request: Any, data: Mapping[str, Any] | None) -> None:
    """Begin a new session with this data, or unset it: None clears the browser's cookie."""
    _, sealed = _sealed_cookie(environ_or_request)
    sealed.put(data)


def _sealed_cookie(environ_or_request: Any) -> tuple[WSGIEnvironment, _SealedCookie]:
    environ = getattr(environ_or_request, "environ", environ_or_request)
    try:
        sealed: _SealedCookie = environ[_ENVIRON_KEY]
    except KeyError:
        raise LookupError("no CookieSessionMiddleware is around this application") from None
    return environ, sealed


class CookieSessionMiddleware:
    """WSGI middleware that keeps each session in a sealed cookie.

    ``secrets``: the first seals, all are tried on reading.  ``cookie`` gives the attributes; its
    ``secure`` left unset (or "auto") marks the cookie Secure exactly when the request came over
    https.  ``clock`` returns milliseconds since the epoch and is asked where ``max_age`` is set.
    ``listener`` is called with the environ and each event; ``on_error`` with why a cookie could not
    be sent (a Secure one over http, a session that JSON cannot hold); without it, that is logged.
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
        sealed = environ[_ENVIRON_KEY] = _SealedCookie(
            self,
            environ.get("HTTP_COOKIE", ""),
            environ.get("wsgi.url_scheme") == "https",
        )
        response = _HeldHeaders(partial(sealed.finish, environ), start_response)
        return response.of(self._app(environ, response.start))

    def tell(self, environ: WSGIEnvironment, event: Event) -> None:
        """Let the listener know of an event, if there is one."""
        if self.listener is not None:
            self.listener(environ, event)

    def report(self, environ: WSGIEnvironment, error: SessionlabError) -> None:
        """Let the hook, or else the log, know why no cookie was sent."""
        self.tell(environ, ErrorOccurred(Failed.COOKIE, str(error)))
        if self.on_error is not None:
            self.on_error(error, environ)
            return
        import logging

        logging.getLogger("sessionlab").error(
            "sealed session: no cookie was sent: %s", type(error).__name__
        )


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


class _SealedCookie:
    """One request's session: not asked for, in hand, or unset.

    ``environ`` in its methods is what the hooks are given; it is not kept, because it keeps this.
    """

    def __init__(self, settings: CookieSessionMiddleware, header: str, is_tls: bool) -> None:
        """``header`` is the value of the Cookie header."""
        self._settings = settings
        self._header = header
        self._is_tls = is_tls
        self._session: Any = _NOT_ASKED
        self._lines: list[str] = []

    def get(self, environ: WSGIEnvironment) -> CookieSession | None:
        """The session, read from the cookies when it is first asked for."""
        if self._session is _NOT_ASKED:
            self._session = self._open(environ)
        session: CookieSession | None = self._session
        return session

    def put(self, data: Mapping[str, Any] | None) -> None:
        """Begin a new session, or unset it.  Raises TypeError for anything but a mapping."""
        if data is not None and not isinstance(data, Mapping):
            raise TypeError("a session can only be set to None or a mapping")
        self._session = None if data is None else CookieSession(data)

    def _open(self, environ: WSGIEnvironment) -> CookieSession:
        """Look at the cookies.  A seal that does not fit is cleared, an old one renewed."""
        name, secrets = self._settings.name, self._settings.secrets
        value = find_raw_cookie(self._header, name)
        found = find_raw_cookie(self._header, f"{name}.sig")
        secret = None if value is None or found is None else sealed_by(name, value, found, secrets)
        # Nothing is decoded before its seal fits, unless the decision asks.
        data = None if secret is None else _decoded(value)
        if value is not None and secret is not None and secret > 0:
            self._lines.append(self._sig_line(seal(name, value, secrets[0])))
        elif value is not None and found is not None and secret is None:
            self._lines.append(self._sig_line(""))
        verdict = decide_open.work_out(
            OpenFacts(
                cookie_present=value is not None,
                seal_present=found is not None,
                seal_fits=secret is not None,
                data_readable=None if secret is None else data is not None,
            ),
            lambda question: _decoded(value) is not None,
        )
        self._settings.tell(environ, CookieRead(verdict, name, value, None, found, secret))
        if verdict.outcome is not Outcome.OPEN:
            return CookieSession({})
        data = _decoded(value) if data is None else data
        return CookieSession({} if data is None else data, value=value)

    def _sig_line(self, sealed: str) -> str:
        """The line that sets the seal alone, or removes it; it has none of the cookie's options."""
        expires = None if sealed else _LONG_AGO
        attributes = attributes_text(expires=expires, secure=self._is_tls)
        return f"{self._settings.name}.sig={sealed}{attributes}"

    def finish(
        self, environ: WSGIEnvironment, headers: list[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """The headers with the session's cookies: the first byte goes out."""
        headers = [*headers, *(("Set-Cookie", line) for line in self._lines)]
        written: list[str] = []
        verdict = decide_seal.work_out(self._facts(), self._is_changed)
        if verdict.outcome in (Outcome.SEND, Outcome.CLEAR):
            try:
                written = self._written(verdict.outcome)
            except SessionlabError as error:
                self._settings.report(environ, error)
                verdict = Verdict.of(Reason.COOKIE_FAILED, verdict.checks)
        if written:
            replaced = tuple(line.partition("=")[0] + "=" for line in written)
            headers = [
                (field, line)
                for field, line in headers
                if field.lower() != "set-cookie" or not line.startswith(replaced)
            ]
            headers += (("Set-Cookie", line) for line in written)
        name = self._settings.name
        set_cookie = written[0] if written else None
        self._settings.tell(environ, CookieDecided(verdict, name, None, set_cookie))
        return headers

    def _facts(self) -> SealFacts:
        session = self._session
        in_hand = isinstance(session, CookieSession)
        return SealFacts(
            accessed=session is not _NOT_ASKED,
            unset=session is None,
            was_there=in_hand and not session.is_new,
            has_data=in_hand and bool(session),
            changed=None,
        )

    def _is_changed(self, question: Question) -> bool:
        """The fact that is left open: writing the session costs work."""
        try:
            return isinstance(self._session, CookieSession) and self._session.is_changed
        except SessionDataError:
            return True  # what came with the request was JSON, and this is not

    def _written(self, outcome: Outcome) -> list[str]:
        """The two lines that send the session in hand, or remove the cookies.

        Raises SecureOverHttp and SessionDataError.
        """
        name, cookie = self._settings.name, self._settings.cookie
        secure = self._is_tls if cookie.secure in (UNSET, None, "auto") else bool(cookie.secure)
        if secure and not self._is_tls:
            raise SecureOverHttp
        data = self._session if isinstance(self._session, CookieSession) else {}
        value = encode_session(data) if outcome is Outcome.SEND else ""
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


def _decoded(value: str | None) -> dict[str, Any] | None:
    """The data in a cookie's value; None where it is not base64 of a JSON object."""
    try:
        return None if value is None else decode_session(value)
    except ValueError:
        return None


class _HeldHeaders:
    """Holds the headers back until the first byte, so that the session may change until then.

    ``finish`` adds the session's cookies to them.
    """

    def __init__(
        self,
        finish: Callable[[list[tuple[str, str]]], list[tuple[str, str]]],
        start_response: StartResponse,
    ) -> None:
        self._finish = finish
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
            self._write = self._start_response(status, self._finish(headers), exc_info)
        return self._write
