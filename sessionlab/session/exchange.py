"""One request's way through the engine: open the session, decide the cookie, settle the store.

Rules
- The facts are gathered here, the decisions are made in `sessionlab.core.decide`, and what a
  verdict says is what is done.
- A request is seen through its `Door`, and the store is asked through `Steps`: nothing here knows
  a framework, blocks or awaits.
- An exchange keeps neither its door nor its session, so that nothing is held in a circle.
- At most one signature is verified, and none is made unless the cookie is sent.
- The data is parsed once and written as JSON once; that text is also what "modified" compares.
- Events are built only while somebody listens.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sessionlab.core.decide import (
    OpenFact,
    Outcome,
    Question,
    ReadFacts,
    Reason,
    Verdict,
    decide_cookie,
    decide_load,
    decide_read,
    decide_store,
)
from sessionlab.core.errors import CookieError, NotASession, SessionNotFound
from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    ErrorOccurred,
    Failed,
    SessionCalled,
    SessionMethod,
    SessionOpened,
    StoreDecided,
    StoreOp,
)
from sessionlab.core.record import CookieAttributes, Record, dump_data
from sessionlab.core.safeguards import CREATED_KEY
from sessionlab.core.unset import UNSET
from sessionlab.core.wire.javascript import dump_json, load_json
from sessionlab.session.cookie import Cookie
from sessionlab.session.engine import Door, Engine
from sessionlab.session.guard import Guard
from sessionlab.session.session import Session
from sessionlab.session.store_calls import Steps

# To look up an enum's member is a call in CPython 3.11: what every request needs is bound here.
_LOOK_UP, _OPEN, _WITHHOLD = Outcome.LOOK_UP, Outcome.OPEN, Outcome.WITHHOLD
_DESTROY, _TOUCH, _SAVE = Outcome.DESTROY, Outcome.TOUCH, Outcome.SAVE
_NO_SESSION, _OUTLIVED = Outcome.NO_SESSION, Reason.OUTLIVED
_GET, _SET, _TOUCH_OP = StoreOp.GET, StoreOp.SET, StoreOp.TOUCH


class Exchange:
    """The session side of one request and its response."""

    # Defaults stand in the class: most requests set only a few of them.

    _cookie_id: object = object()
    """The ID that the browser sent under a signature that fits; no ID equals the default."""
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
    _modified_at_end: bool | None = None
    """Whether the session was modified when the store was settled; None: it is not yet."""
    _touched: bool = False
    _cookie_came: bool = False
    """Whether the browser sent a cookie of this name, whatever it was worth."""
    _guard: Guard | None = None
    """What this request has seen of its records, where a safeguard needs to know."""
    _opened_attributes: CookieAttributes | None = None
    """The cookie's attributes as the browser has them, where a record says."""
    _created: int | None = None
    """When the session began (ms), where there is an absolute timeout."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        if engine.guards_saving:
            self._guard = Guard(engine.options.safeguards)

    # ---- the request comes in

    def open(self, door: Door, header: str | None, *, covered: bool) -> Steps[Session | None]:
        """Read the cookie, ask the store, and give the request its session.

        ``header`` is the Cookie header's value; ``covered``: whether the request's path lies
        below the cookie's.  Returns None where the request has no session.  Raises what the store
        raises, and RecordError for a text that is not a record.
        """
        engine = self._engine
        raw: str | None = None
        session_id, secret = "", None
        if covered and engine.store.connected:
            raw, session_id, secret = engine.read(header)
            self._cookie_came = raw is not None
            if secret is not None:
                self._cookie_id = session_id
            signed = raw is not None and raw[:2] == "s:"
            verdict = decide_read[
                True, True, bool(raw), signed, secret is not None, bool(session_id)
            ]
        else:  # the cookie is looked at only if a question asks for it
            outside = ReadFacts(engine.store.connected, covered, None, None, None, None)
            verdict = decide_read.work_out(outside, partial(engine.cookie_fact, header))
        if engine.listener is not None:
            name = engine.options.name
            engine.listener(door.native, _cookie_read(name, verdict, raw, session_id, secret))
        if verdict.outcome is _NO_SESSION:
            return None
        opened: Verdict | None = None
        session: Session | None = None
        if verdict.outcome is _LOOK_UP:
            if secret == 0 and raw is not None:
                self._signed = raw[2:]
            record: Record | None
            try:
                record = yield _GET, engine.store.get, (session_id,)
            except FileNotFoundError:  # what a store of files says of an unknown ID
                record = None
            except Exception as error:
                if engine.listener is not None:
                    engine.listener(door.native, ErrorOccurred(Failed.LOAD, str(error)))
                raise
            opened, session = self._found(door, session_id, record)
            if opened.reason is _OUTLIVED:
                yield StoreOp.DESTROY, engine.store.destroy, (session_id,)
        is_new = session is None
        if session is None:
            session = self.generate(door, tracked=True)
            self._original_id = session.id
            if self._created is not None:
                self._baseline = self._known = self._dump(session)
        else:
            door.place(session)
        if engine.listener is not None:
            engine.listener(door.native, SessionOpened(opened, _text(session.id), is_new))
        return session

    def _found(
        self, door: Door, session_id: str, record: Record | None
    ) -> tuple[Verdict, Session | None]:
        """Decide what the store's answer is worth, and open the record.  Raises RecordError.

        Remembers the record, to know at the end whether the session has changed.
        """
        engine = self._engine
        session = None
        if record is not None:
            session = self._restore(door, record, session_id, True)
            if engine.clears_cookie:
                self._opened_attributes = record.attributes.as_read
        is_outlived = engine.timeout is not None and self._is_outlived(engine.timeout)
        verdict = decide_load[record is not None, is_outlived]
        if verdict.outcome is not _OPEN or record is None:
            return verdict, None
        if self._guard is not None:
            self._guard.loaded(session_id, record.data)
        self._original_id = session_id
        self._baseline = record.data
        self._known = record.data if record.canonical else None
        if not record.canonical or self._created is not None:
            self._loaded = record
        if not engine.options.resave:
            self._saved = record.data
        return verdict, session

    def _is_outlived(self, timeout: float) -> bool:
        created = self._created
        return created is not None and created + timeout <= self._engine.clock()

    # ---- what the application asks for

    def generate(self, door: Door, *, tracked: bool = False) -> Session:
        """A new, empty session with a new ID, in the place of the request's."""
        engine = self._engine
        session_id = engine.new_id(door)
        session = Session({}, session_id, engine.new_cookie(door), door, tracked)
        if engine.timeout is not None:
            self._created = engine.clock()
        door.place(session)
        return session

    def create_session(self, door: Door, record: Record, *, tracked: bool = False) -> Session:
        """A record's session, in the place of the request's.  Raises RecordError."""
        session = self._restore(door, record, door.session_id, tracked)
        door.place(session)
        return session

    def _restore(self, door: Door, record: Record, session_id: str, tracked: bool) -> Session:
        expires = record.expires
        if record.canonical and (expires is UNSET or expires != expires):
            expires = None  # absent, or the null that NaN is written as
        cookie = Cookie(record.attributes.as_read, expires, self._engine.clock)
        session = Session(record.load(), session_id, cookie, door, tracked)
        if self._engine.timeout is not None:
            created = session.pop(CREATED_KEY, None)
            self._created = created if type(created) is int else self._engine.clock()
        return session

    def save(self, door: Door, session: Session) -> Steps[None]:
        """`Session.save`."""
        text = self._dump(session)
        if session.tracked:
            self._saved = text
        with self._telling(door, SessionMethod.SAVE, session):
            yield from self._save(door, session, text)

    def reload(self, door: Door, session: Session) -> Steps[Session]:
        """`Session.reload`."""
        with self._telling(door, SessionMethod.RELOAD, session):
            record: Record | None = yield _GET, door.store.get, (session.id,)
            if record is None:
                raise SessionNotFound
        if self._guard is not None:
            self._guard.loaded(session.id, record.data)
        return self.create_session(door, record, tracked=session.tracked)

    def touch(self, door: Door, session: Session) -> None:
        """`Session.touch`."""
        with self._telling(door, SessionMethod.TOUCH, session):
            session.cookie.touch()

    def destroy(self, door: Door, session: Session) -> Steps[None]:
        """`Session.destroy`."""
        door.place(None)
        with self._telling(door, SessionMethod.DESTROY, session):
            yield StoreOp.DESTROY, door.store.destroy, (session.id,)

    def regenerate(self, door: Door, session: Session, *, keep_data: bool) -> Steps[Session]:
        """`Session.regenerate`: it ends the request's session, whichever is asked."""
        try:
            with self._telling(door, SessionMethod.REGENERATE, session):
                yield StoreOp.DESTROY, door.store.destroy, (door.session_id,)
        finally:
            new = self.generate(door)
            if keep_data:
                new.update(session)
        return new

    @contextmanager
    def _telling(self, door: Door, call: SessionMethod, session: Session) -> Iterator[None]:
        """Tell the listener what the application asked for, and the error if it failed."""
        failure = None
        try:
            yield
        except Exception as error:
            failure = str(error)
            raise
        finally:
            if self._engine.listener is not None:
                self._engine.listener(door.native, SessionCalled(call, str(session.id), failure))

    # ---- the headers go out

    def cookie_line(self, door: Door, session: object, session_id: Any) -> str | None:
        """Decide the cookie: the Set-Cookie line, or None.

        ``session`` and ``session_id`` are the request's as the application left them.  Raises
        NotASession, and SessionDataError for data that is not JSON.
        """
        if session is not None and not isinstance(session, Session):
            raise NotASession(session)
        engine = self._engine
        options = engine.options
        modified: bool | None = False
        has_expiry = is_secure = False
        if session is not None:
            modified = self._modified_at_end
            expiry, is_secure = session.cookie.expiry, bool(session.cookie.attributes.secure)
            has_expiry = not (expiry is None or expiry is UNSET)
        facts = (
            session is not None,
            isinstance(session_id, str),
            session_id == self._cookie_id,
            options.save_uninitialized,
            modified,
            options.rolling,
            has_expiry,
            is_secure,
            engine.request_secure(door) if is_secure else None,
            self._cookie_came and engine.clears_cookie,
        )
        try:
            verdict = decide_cookie[facts]
        except OpenFact:
            verdict = decide_cookie.work_out(facts, partial(self._cookie_fact, door, session))
        line = None
        if verdict.outcome is not _WITHHOLD:
            try:
                line = self._written(door, verdict.outcome, session, session_id)
            except CookieError as error:
                engine.report(door, Failed.COOKIE, error)
                verdict = Verdict.of(Reason.COOKIE_FAILED, verdict.checks)
        if engine.listener is not None:
            engine.listener(
                door.native, CookieDecided(verdict, options.name, _text(session_id), line)
            )
        return line

    def _cookie_fact(self, door: Door, session: Session | None, question: Question) -> bool:
        """A fact of `CookieFacts` that was left open."""
        if question is Question.MODIFIED and session is not None:
            same = self._is_same(self._dump(session), self._baseline)
            return not (same and session.id == self._original_id)
        return self._engine.request_secure(door)

    def _written(
        self, door: Door, outcome: Outcome, session: Session | None, session_id: str
    ) -> str:
        """The Set-Cookie line that sends the session's cookie, or clears it.

        Raises CookieError.
        """
        if outcome is Outcome.CLEAR or session is None:
            return self._engine.clear_cookie(door, self._opened_attributes)
        if not self._touched:
            self._touch(session)
        signed = self._signed if session_id == self._cookie_id else None
        return self._engine.set_cookie(session_id, session.cookie, signed)

    # ---- the body ends

    def settle(self, door: Door, session: object, session_id: Any) -> Steps[None]:
        """Decide the store and do what was decided.

        ``session`` and ``session_id`` are the request's as the application left them.  A store
        that fails is reported, not raised: the headers may be out.  Raises NotASession, and
        SessionDataError for data that is not JSON.
        """
        if session is not None and not isinstance(session, Session):
            raise NotASession(session)
        engine = self._engine
        options, saved, text = engine.options, self._saved, ""
        is_modified = is_as_saved = False
        if session is not None:
            if not self._touched:
                self._touch(session)
            text = self._dump(session)
            same_id = session.id == self._original_id
            is_unmodified = same_id and self._is_same(text, self._baseline)
            if saved == self._baseline:
                is_as_saved = is_unmodified
            else:
                is_as_saved = same_id and saved is not None and self._is_same(text, saved)
            is_modified = self._modified_at_end = not is_unmodified
        verdict = decide_store[
            session is not None,
            bool(session_id),
            options.unset == "destroy",
            isinstance(session_id, str),
            session_id == self._cookie_id,
            options.save_uninitialized,
            saved is not None,
            is_modified,
            is_as_saved,
            options.resave,
            engine.store.can_touch,
        ]
        outcome = verdict.outcome
        if engine.listener is not None:
            engine.listener(door.native, StoreDecided(verdict, _text(session_id)))
        try:
            if outcome is _DESTROY:
                yield StoreOp.DESTROY, engine.store.destroy, (session_id,)
            elif session is None:
                pass
            elif outcome is _TOUCH:
                yield _TOUCH_OP, engine.store.touch, (session_id, _record(session, text))
            elif outcome is _SAVE and self._guard is None:  # as `_save`, without its generator
                yield _SET, door.store.set, (session.id, _record(session, text))
            elif outcome is _SAVE:
                yield from self._save(door, session, text)
        except Exception as error:
            engine.report(door, Failed(outcome.value), error)

    def _touch(self, session: Session) -> None:
        """Move the expiry: once a request, before it is first written anywhere."""
        self._touched = True
        session.cookie.touch()

    def _is_same(self, text: str, stored: str) -> bool:
        """Whether the data is what was stored, where another program may have written that."""
        if text == stored:
            return True
        loaded = self._loaded
        if loaded is None or loaded.data != stored:
            return False
        data = load_json(stored)
        if self._created is not None and CREATED_KEY in data:  # which we write behind all else
            data[CREATED_KEY] = data.pop(CREATED_KEY)
        return text == dump_json(data)

    def _dump(self, session: Session) -> str:
        if self._created is None:
            return dump_data(session, self._known)
        return dump_data({**session, CREATED_KEY: self._created}, self._known)

    # ---- what is asked of a store

    def _save(self, door: Door, session: Session, text: str) -> Steps[None]:
        """Write the record, looking first where a safeguard says so.  Raises what is raised."""
        record = _record(session, text)
        if self._guard is None:
            yield _SET, door.store.set, (session.id, record)
        else:
            tell = partial(self._tell_conflict, door, session.id)
            yield from self._guard.save(door.store, session.id, record, tell)

    def _tell_conflict(self, door: Door, session_id: str, verdict: Verdict) -> None:
        if self._engine.listener is not None:
            self._engine.listener(door.native, StoreDecided(verdict, session_id))


def _cookie_read(
    name: str, verdict: Verdict, raw: str | None, session_id: str, secret: int | None
) -> CookieRead:
    if raw is None or raw[:2] != "s:":
        return CookieRead(verdict, name, raw, None, None, None)
    signature = raw[2:].rpartition(".")[2]
    return CookieRead(verdict, name, raw, session_id, signature, secret)


def _record(session: Session, text: str) -> Record:
    return Record(session.cookie.attributes, session.cookie.expiry, text)


def _text(session_id: object) -> str | None:
    return session_id if isinstance(session_id, str) else None
