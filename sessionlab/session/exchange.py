"""One request's way through the engine: open the session, decide the cookie, settle the store.

Rules
- The facts are gathered here, the decisions are made in `sessionlab.core.decide`, and what they
  say is carried out here.
- At most one signature is verified, and none is made unless the cookie is sent.
- The data is parsed once and written as JSON once; that text is also what "modified" compares.
- Events are built only while somebody listens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sessionlab.core.decide import (
    CookieFacts,
    Facts,
    Outcome,
    StoreFacts,
    Verdict,
    decide_cookie,
    decide_store,
)
from sessionlab.core.errors import CookieError, NotASession, SessionNotFound
from sessionlab.core.events import Kind
from sessionlab.core.options import Environ
from sessionlab.core.record import CookieAttributes, Record, dump_data
from sessionlab.core.safeguards import CREATED_KEY
from sessionlab.core.unset import UNSET
from sessionlab.session.cookie import Cookie
from sessionlab.session.engine import (
    DISCONNECTED,
    FOUND,
    NO_COOKIE,
    OUTLIVED,
    OUTSIDE,
    UNKNOWN_ID,
    VALID,
    Engine,
)
from sessionlab.session.guard import Guard
from sessionlab.session.observed import ObservedStore
from sessionlab.session.session import (
    EXCHANGE_KEY,
    SESSION_ID_KEY,
    SESSION_KEY,
    STORE_KEY,
    Session,
)
from sessionlab.session.stores.base import Store

_NO_SESSION = CookieFacts(*[False] * 10)
_CLEARED = _NO_SESSION._replace(clears_cookie=True)


def open_exchange(engine: Engine, environ: Environ) -> Exchange | None:
    """Open the request's session and put it into the environ; None: it has none.

    Raises what the store raises, and RecordError for a record that is none.
    """
    covered = engine.covers_all and environ.get("PATH_INFO", "")[:1] == "/"
    if not engine.store.connected or not (covered or engine.covers(environ)):
        environ[SESSION_KEY] = None
        if engine.listener is not None:
            verdict = OUTSIDE if engine.store.connected else DISCONNECTED
            engine.listener(environ, Kind.COOKIE_READ, verdict, _cookie_read(engine, None, "", 0))
        return None
    exchange = Exchange(engine, environ)
    environ[EXCHANGE_KEY] = exchange
    environ[STORE_KEY] = engine.store
    exchange.open()
    return exchange


def _cookie_read(engine: Engine, raw: str | None, session_id: str, secret: int) -> dict[str, Any]:
    signed = raw is not None and raw[:2] == "s:"
    value, _, signature = (raw or "")[2:].rpartition(".")
    return {
        "name": engine.options.name,
        "raw": raw,
        "id": value if signed else None,
        "signature": signature if signed else None,
        "secret": secret if session_id else None,
    }


class Exchange:
    """The session side of one request and its response."""

    # Defaults stand in the class: most requests never set most of them.

    _cookie_id: str | None = None
    """The ID that came in a cookie with a good signature."""
    _signed: str | None = None
    """That ID with its signature, if the newest secret made it."""
    _original_id: str = ""
    _baseline: str = "{}"
    """The data's JSON when the session was opened, as the store had it."""
    _known: str | None = "{}"
    """The baseline, if its text is certainly as we would write it."""
    _loaded: Record | None = None
    """The record that was loaded, if its text may not be as we would write it."""
    _saved: str | None = None
    """The data's JSON as the store is known to have it; None: it is not known."""
    _touched: bool = False
    _cookie_came: bool = False
    """Whether the browser sent a cookie of this name, whatever it was worth."""
    _guard: Guard | None = None
    """What this request has seen of its records, where a safeguard needs to know."""
    _opened_attributes: CookieAttributes | None = None
    """The cookie's attributes as the browser was last sent them, where a record tells."""
    _created: int | None = None
    """When the session began (ms), where there is an absolute timeout."""

    def __init__(self, engine: Engine, environ: Environ) -> None:
        self._engine = engine
        self._environ = environ
        self._store: Store | ObservedStore = engine.store
        if engine.listener is not None:
            self._store = ObservedStore(engine.store, engine.listener, environ)
        if engine.guards_saving:
            self._guard = Guard(engine.options.safeguards, self._tell_conflict)

    # ---- the request comes in

    def open(self) -> None:
        """Read the cookie, ask the store, and hand the application its session."""
        engine, environ = self._engine, self._environ
        header = environ.get("HTTP_COOKIE")
        if header:
            verdict, raw, session_id, secret = engine.read(header)
        else:
            verdict, raw, session_id, secret = NO_COOKIE, None, "", 0
        if engine.listener is not None:
            data = _cookie_read(engine, raw, session_id, secret)
            engine.listener(environ, Kind.COOKIE_READ, verdict, data)
        environ[SESSION_ID_KEY] = session_id
        self._cookie_came = raw is not None
        record = opened = None
        if verdict is VALID and session_id:
            self._cookie_id = session_id
            if secret == 0 and raw is not None:
                self._signed = raw[2:]
            record = self._load(session_id)
            opened = UNKNOWN_ID
        if record is not None:
            self.create_session(record, tracked=True)
            if self._guard is not None:
                self._guard.loaded(session_id, record.data)
            opened = FOUND
            self._opened_attributes = record.attributes.as_read
            if engine.timeout is not None and self._outlived():
                self._store.destroy(session_id)
                record, opened = None, OUTLIVED
        if record is None:
            session = self.generate(tracked=True)
            self._original_id = session.id
            if self._created is not None:
                self._baseline = self._known = self._dump(session)
        else:
            self._original_id = session_id
            self._baseline = record.data
            self._known = record.data
            if not record.canonical:
                self._known, self._loaded = None, record
            if not engine.options.resave:
                self._saved = record.data
        if engine.listener is not None:
            data = {"id": environ[SESSION_ID_KEY], "new": record is None}
            engine.listener(environ, Kind.SESSION_OPEN, opened, data)

    def _load(self, session_id: str) -> Record | None:
        try:
            return self._store.get(session_id)
        except FileNotFoundError:
            return None
        except Exception as error:
            if self._engine.listener is not None:
                data = {"where": "load", "error": str(error)}
                self._engine.listener(self._environ, Kind.ERROR, None, data)
            raise

    def _outlived(self) -> bool:
        timeout, created = self._engine.timeout, self._created
        return (
            timeout is not None
            and created is not None
            and created + timeout <= self._engine.clock()
        )

    # ---- what the application asks for

    def generate(self, *, tracked: bool) -> Session:
        """A new, empty session with a new ID, in the place of the request's."""
        engine, environ = self._engine, self._environ
        session_id = environ[SESSION_ID_KEY] = engine.new_id(environ)
        session = Session({}, session_id, engine.new_cookie(environ), self, tracked)
        environ[SESSION_KEY] = session
        if engine.timeout is not None:
            self._created = engine.clock()
        return session

    def create_session(self, record: Record, *, tracked: bool) -> Session:
        """A record's session, in the place of the request's.  Raises RecordError."""
        expires = record.expires
        if record.canonical and (expires is UNSET or expires != expires):
            expires = None  # absent, or the null that NaN is written as
        cookie = Cookie(record.attributes.as_read, expires, self._engine.clock)
        session = Session(record.load(), self._environ[SESSION_ID_KEY], cookie, self, tracked)
        self._environ[SESSION_KEY] = session
        if self._engine.timeout is not None:
            created = session.pop(CREATED_KEY, None)
            self._created = created if type(created) is int else self._engine.clock()
        return session

    def save(self, session: Session) -> None:
        """`Session.save`."""
        text = self._dump(session)
        if session.tracked:
            self._saved = text
        with self._telling("save", session):
            self._save(session, text)

    def reload(self, session: Session) -> Session:
        """`Session.reload`."""
        with self._telling("reload", session):
            record = self._request_store().get(session.id)
            if record is None:
                raise SessionNotFound
        if self._guard is not None:
            self._guard.loaded(session.id, record.data)
        return self.create_session(record, tracked=session.tracked)

    def touch(self, session: Session) -> None:
        """`Session.touch`."""
        with self._telling("touch", session):
            session.cookie.touch()

    def destroy(self, session: Session) -> None:
        """`Session.destroy`."""
        self._environ.pop(SESSION_KEY, None)
        with self._telling("destroy", session):
            self._request_store().destroy(session.id)

    def regenerate(self, session: Session, *, keep_data: bool) -> Session:
        """`Session.regenerate`: it ends the request's session, whichever is asked."""
        try:
            with self._telling("regenerate", session):
                self._request_store().destroy(self._environ[SESSION_ID_KEY])
        finally:
            new = self.generate(tracked=False)
            if keep_data:
                new.update(session)
        return new

    @contextmanager
    def _telling(self, call: str, session: Session) -> Iterator[None]:
        """Tell the listener of what the application asked for, and of the error if it failed."""
        listener = self._engine.listener
        data = {"call": call, "id": session.id, "error": None}
        try:
            yield
        except Exception as error:
            data["error"] = str(error)
            raise
        finally:
            if listener is not None:
                listener(self._environ, Kind.SESSION_CALL, None, data)

    # ---- the headers go out

    @property
    def cache_headers(self) -> bool:
        """Whether Set-Cookie is to be kept out of shared caches."""
        return self._engine.options.safeguards.cache_headers

    def cookie_line(self, text: str | None = None) -> str | None:
        """Decide the cookie: the Set-Cookie line, or None.

        ``text`` is the data's JSON, where it is known.
        """
        engine, environ = self._engine, self._environ
        session = environ.get(SESSION_KEY)
        session_id: Any = environ.get(SESSION_ID_KEY)
        if session is None:
            clears = self._cookie_came and engine.options.safeguards.clear_cookie
            facts: Facts = _CLEARED if clears else _NO_SESSION
        elif isinstance(session, Session):
            options, cookie = engine.options, session.cookie
            from_browser = session_id == self._cookie_id
            has_expiry = not (cookie.expiry is None or cookie.expiry is UNSET)
            secure = bool(cookie.attributes.secure)
            facts = (
                True,
                isinstance(session_id, str),
                from_browser,
                options.save_uninitialized,
                # not looked at, and so not worked out, where the answer changes nothing
                not (from_browser and (options.rolling or not has_expiry))
                and self._modified(session, self._dump(session) if text is None else text),
                options.rolling,
                has_expiry,
                secure,
                secure and engine.request_secure(environ),
                False,
            )
        else:
            raise NotASession(session)
        verdict = decide_cookie(facts)
        line = None
        try:
            if session is not None and verdict.outcome is Outcome.SEND:
                line = self._serialize(session_id, session)
            elif verdict.outcome is Outcome.CLEAR:
                line = engine.clear_cookie(environ, self._opened_attributes)
        except CookieError as error:
            self.report("cookie", error)
        if engine.listener is not None:
            data = {"name": engine.options.name, "id": _text(session_id), "set_cookie": line}
            engine.listener(environ, Kind.COOKIE_DECIDED, verdict, data)
        return line

    def _serialize(self, session_id: str, session: Session) -> str:
        self._touch_once(session)
        signed = self._signed if session_id == self._cookie_id else None
        return self._engine.set_cookie(session_id, session.cookie, signed)

    # ---- the body ends

    def settle(self) -> str | None:
        """Decide the store and do what was decided; return the data's JSON, if there is any.

        A store that fails is reported, not raised: the headers may be out.
        """
        environ, options = self._environ, self._engine.options
        session = environ.get(SESSION_KEY)
        session_id: Any = environ.get(SESSION_ID_KEY)
        text = None
        if session is None:
            destroys = options.unset == "destroy"
            verdict = decide_store(StoreFacts(False, bool(session_id), destroys, *[False] * 8))
        elif isinstance(session, Session):
            self._touch_once(session)
            text = self._dump(session)
            same_id = session.id == self._original_id
            saved = self._saved
            modified = self._modified(session, text)
            verdict = decide_store(
                (
                    True,
                    bool(session_id),
                    options.unset == "destroy",
                    isinstance(session_id, str),
                    session_id == self._cookie_id,
                    options.save_uninitialized,
                    saved is not None,
                    modified,
                    not modified
                    if saved is self._baseline
                    else same_id and saved is not None and self._same(text, saved),
                    options.resave,
                    self._store.can_touch,
                )
            )
        else:
            raise NotASession(session)
        if self._engine.listener is not None:
            data = {"id": _text(session_id)}
            self._engine.listener(environ, Kind.STORE_DECIDED, verdict, data)
        outcome = verdict.outcome
        try:
            if outcome is Outcome.DESTROY:
                self._store.destroy(session_id)
            elif session is None or text is None:
                pass
            elif outcome is Outcome.SAVE:
                self._save(session, text)
            elif outcome is Outcome.TOUCH:
                self._store.touch(session_id, self._record(session, text))
        except Exception as error:
            self.report(outcome.value, error)
        return text

    def report(self, where: str, error: Exception) -> None:
        """An error after the headers: see `Engine.report`."""
        self._engine.report(where, error, self._environ)

    def _touch_once(self, session: Session) -> None:
        """Move the expiry, once a request, before it is first written anywhere."""
        if not self._touched:
            self._touched = True
            session.cookie.touch()

    def _modified(self, session: Session, text: str) -> bool:
        return session.id != self._original_id or not self._same(text, self._baseline)

    def _same(self, text: str, stored: str) -> bool:
        """Whether the data is what was stored, where another program may have written that."""
        if text == stored:
            return True
        loaded = self._loaded
        return loaded is not None and loaded.data is stored and text == loaded.canonical_data()

    def _dump(self, session: Session) -> str:
        if self._created is None:
            return dump_data(session, self._known)
        return dump_data({**session, CREATED_KEY: self._created}, self._known)

    def _save(self, session: Session, text: str) -> None:
        """Write the record, looking first where a safeguard says so.  Raises what is raised."""
        store, record = self._request_store(), self._record(session, text)
        if self._guard is None:
            store.set(session.id, record)
        else:
            self._guard.save(store, session.id, record)

    def _tell_conflict(self, session_id: str, verdict: Verdict) -> None:
        if self._engine.listener is not None:
            data = {"id": session_id}
            self._engine.listener(self._environ, Kind.STORE_DECIDED, verdict, data)

    def _request_store(self) -> Store | ObservedStore:
        """The store that a session itself uses: the environ's, which an application may replace."""
        store: Store = self._environ[STORE_KEY]
        engine = self._engine
        if store is engine.store:
            return self._store
        if engine.listener is None:
            return store
        return ObservedStore(store, engine.listener, self._environ)

    def _record(self, session: Session, text: str) -> Record:
        return Record(session.cookie.attributes, session.cookie.expiry, text)


def _text(session_id: object) -> str | None:
    return session_id if isinstance(session_id, str) else None
