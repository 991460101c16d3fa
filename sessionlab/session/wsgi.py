"""The WSGI door: when the cookie is decided, and when the store.

Rules
- The cookie is decided at the first byte, because the headers go out with it; the store is
  settled when the body ends.  What the application changes in between is saved, but its cookie
  is not sent.
- The client must not see the end of a response whose session is not yet saved.  A body that is
  there as a whole is settled before anything goes out.  With Content-Length, the chunk that
  completes it waits for the application to end and for the store; without, the store is settled
  when the body is exhausted, before the server writes the end.  No other chunk waits for anything.
  What write() writes counts like a chunk.  Where no body follows the headers (HEAD, 204, 304),
  the application's is run to its end before they go out.
- An application that raises has made no response: nothing is saved and no cookie is sent.
- A client that goes away does not undo what the application did: close() settles the store.
- When the request has ended, its session and its environ no longer hold each other.

Source: PEP 3333; express-session 1.19.0 for the two moments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sessionlab.core.errors import SessionlabError
from sessionlab.core.events import Event, Failed
from sessionlab.core.options import Environ, SessionOptions
from sessionlab.session.cache_headers import keep_out_of_shared_caches
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.engine import Engine, ErrorHook, Listener
from sessionlab.session.environ import (
    DOOR_KEY,
    SESSION_ID_KEY,
    SESSION_KEY,
    STORE_KEY,
    is_secure,
    raw_path,
)
from sessionlab.session.exchange import Exchange
from sessionlab.session.store_calls import Steps, T, perform

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

    from sessionlab.core.store import Store
    from sessionlab.session.session import Session

_Headers = list[tuple[str, str]]


class SessionMiddleware:
    """Gives each request of a WSGI application a session, as express-session does in Node.

    ``clock`` returns milliseconds since the epoch.  ``on_error(error, environ)`` is called with
    errors after the headers; without it they are logged, without a session ID.
    ``listener(environ, event)`` is called with every event (`sessionlab.core.events`) as it
    happens; without it, none is built.

        app = SessionMiddleware(app, SessionOptions(secrets="keyboard cat"))

    Everything that a test or a harness has to control is a parameter: the clock here, ``genid``
    and ``store`` among the options; a store is any subclass of `Store`, and one that logs or
    fails is a subclass of `MemoryStore` with a method or two overridden.  Setting its
    ``connected`` to False takes it away.

    Errors of the store while the session is opened are raised, before the application is called,
    and so is RecordError for a text that is not a record.  While the headers are not out,
    SessionDataError (data that is not JSON) and NotASession are raised, too.
    """

    def __init__(
        self,
        app: WSGIApplication,
        options: SessionOptions,
        *,
        clock: Clock = now_ms,
        on_error: ErrorHook | None = None,
        listener: Listener | None = None,
    ) -> None:
        self.app = app
        self.options = options
        self._engine = Engine(options, clock=clock, on_error=on_error, listener=listener)
        self.store = self._engine.store

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request (PEP 3333)."""
        if environ.get(SESSION_KEY) is not None:  # a second middleware has nothing to add
            return self.app(environ, start_response)
        door = WsgiDoor(self._engine, environ, start_response)
        if not door.open():
            return self.app(environ, start_response)
        body = self.app(environ, door.start)
        if type(body) in (list, tuple) and door.status is not None and not door.written:
            door.finish()
            return body
        return _Body(body, door, environ.get("REQUEST_METHOD") == "HEAD")


class WsgiDoor:
    """One request's way in and out: its environ, and its response while that is held back."""

    # Defaults stand in the class: most responses set only a few of them.

    status: str | None = None
    exc_info: Any = None
    sent = False
    settled = False
    written = False
    """Whether the application used write()."""
    held = b""
    """What it wrote that must not go out before the store is settled."""
    _write: Callable[[bytes], object] | None = None
    _left: float | None = None

    def __init__(self, engine: Engine, environ: Environ, start_response: StartResponse) -> None:
        self._engine = engine
        self._start_response = start_response
        self.native = environ
        self.exchange = Exchange(engine)
        self.headers: _Headers = []

    # ---- what the engine asks of a door

    @property
    def session_id(self) -> Any:
        """`Door.session_id`."""
        return self.native.get(SESSION_ID_KEY)

    @property
    def store(self) -> Store:
        """`Door.store`."""
        store: Store = self.native[STORE_KEY]
        return store

    def is_secure(self, trust_proxy: bool | None) -> bool:
        """`Door.is_secure`."""
        return is_secure(self.native, trust_proxy)

    def place(self, session: Session | None) -> None:
        """`Door.place`."""
        if session is None:
            self.native.pop(SESSION_KEY, None)
        else:
            self.native[SESSION_ID_KEY] = session.id
            self.native[SESSION_KEY] = session

    def perform(self, steps: Steps[T]) -> T:
        """`Door.perform`."""
        return perform(steps, self._engine.listener and self._tell)

    def _tell(self, event: Event) -> None:
        if self._engine.listener is not None:
            self._engine.listener(self.native, event)

    # ---- the request comes in

    def open(self) -> bool:
        """Open the request's session; False where it has none.  Raises what the store raises."""
        environ, engine = self.native, self._engine
        environ[STORE_KEY] = engine.store
        covered = engine.covers_all and environ.get("PATH_INFO", "")[:1] == "/"
        covered = covered or engine.covers(self, raw_path(environ))
        steps = self.exchange.open(self, environ.get("HTTP_COOKIE"), covered=covered)
        if perform(steps, engine.listener and self._tell) is None:
            del environ[STORE_KEY]
            environ[SESSION_KEY] = None
            return False
        environ[DOOR_KEY] = self
        return True

    # ---- the response goes out

    def start(
        self, status: str, headers: _Headers, exc_info: Any = None
    ) -> Callable[[bytes], object]:
        """The ``start_response`` of the application."""
        if exc_info is not None:
            try:
                if self.sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                self.exc_info = exc_info
                exc_info = None
        elif self.status is not None:
            raise AssertionError("start_response was called twice without exc_info")
        self.status = status
        self.headers = headers
        return self.write

    def finish(self) -> None:
        """Settle, send and end: the body is there as a whole."""
        environ, engine, exchange = self.native, self._engine, self.exchange
        session, session_id = environ.get(SESSION_KEY), environ.get(SESSION_ID_KEY)
        perform(exchange.settle(self, session, session_id), engine.listener and self._tell)
        self._send_headers(exchange.cookie_line(self, session, session_id))
        self.end()

    def send(self) -> None:
        """Decide the cookie and hand the headers to the server."""
        self.sent = True
        session, session_id = self.native.get(SESSION_KEY), self.native.get(SESSION_ID_KEY)
        self._send_headers(self.exchange.cookie_line(self, session, session_id))

    def _send_headers(self, line: str | None) -> None:
        if self.status is None:
            raise AssertionError("the application sent a body without calling start_response")
        headers = self.headers
        if line is not None:
            if self._engine.options.safeguards.cache_headers:
                headers = keep_out_of_shared_caches(headers)
            headers = [*headers, ("Set-Cookie", line)]
        if self.exc_info is None:
            self._write = self._start_response(self.status, headers)
        else:
            self._write = self._start_response(self.status, headers, self.exc_info)
            self.exc_info = None

    def write(self, data: bytes) -> None:
        """The ``write`` of PEP 3333: sends at once, but for what completes Content-Length."""
        self.written = True
        if self.completes(data) or self.held:
            self.held += data
            return
        if not self.sent:
            self.send()
        if self._write is not None:
            self._write(data)

    def completes(self, chunk: bytes) -> bool:
        """Whether this next chunk completes what Content-Length promised."""
        if self._left is None:
            length = self._length()
            self._left = float("inf") if length is None else length
        self._left -= len(chunk)
        return self._left <= 0

    def bodiless(self) -> bool:
        """Whether the status says that no body follows."""
        return self.status is not None and self.status[:3] in ("204", "304")

    def settle(self) -> None:
        """Settle the store, once."""
        if not self.settled:
            self.settled = True
            try:
                session, session_id = self.native.get(SESSION_KEY), self.native.get(SESSION_ID_KEY)
                self.perform(self.exchange.settle(self, session, session_id))
            except SessionlabError as error:
                if not self.sent:
                    raise
                self._engine.report(self, Failed.SAVE, error)  # no response can carry it any more

    def end(self) -> None:
        """The request is over: let go of the environ, which holds the session.

        An application that keeps the session may go on to save it; what that takes stays.
        """
        environ = self.native
        self.native = {
            SESSION_ID_KEY: environ.get(SESSION_ID_KEY),
            STORE_KEY: environ.get(STORE_KEY),
        }
        if self._engine.needs_native:
            mine = (SESSION_KEY, DOOR_KEY)
            self.native |= {key: value for key, value in environ.items() if key not in mine}

    def _length(self) -> int | None:
        """The Content-Length, if the application gave a whole one."""
        for name, value in self.headers:
            if name.lower() == "content-length" and value.isdecimal():
                return int(value)
        return None


class _Body:
    """A body that comes in chunks; sends the headers before the first, settles before the last."""

    __slots__ = ("_ahead", "_body", "_chunks", "_door", "_failed", "_head")

    def __init__(self, body: Iterable[bytes], door: WsgiDoor, head: bool) -> None:
        self._body = body
        self._chunks: Iterator[bytes] | None = None
        self._ahead: bytes | None = None
        self._door = door
        self._head = head
        self._failed = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        door = self._door
        try:
            chunk = self._next_chunk()
            if chunk is None:
                if door.status is None:
                    raise AssertionError("the application did not call start_response")
                door.settle()
            if not door.sent:
                door.send()
        except BaseException:
            self._failed = True
            raise
        if chunk is None:
            raise StopIteration
        return chunk

    def _next_chunk(self) -> bytes | None:
        """The next chunk, or None at the end; behind the one that completes the body, settle.

        What the application does behind its last chunk belongs to the request, too.
        """
        door = self._door
        if self._chunks is None:
            self._chunks = iter(self._body)
            if door.held:
                return self._last(door.held)
        chunk = next(self._chunks, None) if self._ahead is None else self._ahead
        self._ahead = None
        if chunk is None:
            return None
        if self._head or door.bodiless():
            # The client sees the end with the headers: the body is run to its end before them.
            for _ in self._chunks:
                pass
            return None
        return self._last(chunk) if door.completes(chunk) else chunk

    def _last(self, chunk: bytes) -> bytes:
        chunks = self._chunks
        self._ahead = None if chunks is None else next(chunks, None)
        if self._ahead is None:
            self._door.settle()
        return chunk

    def close(self) -> None:
        """Close the application's body; settle the store if its end was never reached."""
        try:
            if not self._failed:
                self._door.settle()
        finally:
            self._door.end()
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
