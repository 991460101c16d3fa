"""A run that is drawn as data, and a witness who writes down what can be seen of each request.

Rules
- A witness does not ask the middleware why.  It works from the raw request, from what the store was
  asked and answered, and from what the application sees of its session.
- Cookies, signatures and JSON are read with the standard library alone.
- One browser sends all requests of a run; a second writer changes records behind its back.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from urllib.parse import quote, unquote

from sessionlab import (
    UNSET,
    CookieOptions,
    OnConflict,
    Record,
    Safeguards,
    Session,
    Store,
    get_session,
    set_session,
)
from sessionlab.core.errors import SessionConflict, SessionNotFound
from sessionlab.core.events import Event
from sessionlab.session.cookie_session import (
    CookieSessionMiddleware,
    get_cookie_session,
    set_cookie_session,
)
from sessionlab.session.stores import Swap

from .visiting import Environ, Site, receive, session_of

NAME = "connect.sid"
SECRET, OLD_SECRET = "keyboard cat", "the cat before"


# ---- what is drawn


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The options of a site and the abilities of its store.

    ``max_age`` and ``absolute_timeout`` in seconds.  ``genid`` counts, repeats the ID that the
    browser's cookie claims to have, or makes a number, which is no ID.
    """

    secrets: tuple[str, ...] = (SECRET,)
    resave: bool = False
    save_uninitialized: bool = False
    rolling: bool = False
    unset: Literal["keep", "destroy"] = "keep"
    trust_proxy: bool | None = None
    path: str = "/"
    max_age: int | None = None
    secure: Any = UNSET
    genid: Literal["counts", "repeats", "makes a number"] = "counts"
    clear_cookie: bool = False
    no_resurrection: bool = False
    on_conflict: OnConflict = OnConflict.OVERWRITE
    absolute_timeout: int | None = None
    can_touch: bool = True


@dataclass(frozen=True, kw_only=True)
class RequestPlan:
    """One request: what comes in, what the application does, what happens meanwhile.

    ``cookie`` is one of `cookie_headers`, ``acts`` and ``late`` are of `ACTS`.  ``late`` is done
    behind the first chunk of a body that streams; None: the body is there as a whole.  ``pause``:
    seconds since the request before.  ``failing``: the store's operation that raises.
    """

    cookie: str = "kept"
    path: str = "/app/page"
    scheme: str = "http"
    forwarded: str | None = None
    connected: bool = True
    pause: int = 0
    acts: tuple[str, ...] = ()
    late: tuple[str, ...] | None = None
    failing: str | None = None


def signed(session_id: str, secret: str = SECRET) -> str:
    """A session cookie as a browser holds it."""
    return f"{NAME}={quote(f's:{session_id}.{signature(session_id, secret)}', safe='')}"


def signature(session_id: str, secret: str) -> str:
    digest = hmac.digest(secret.encode(), session_id.encode(), "sha256")
    return b64encode(digest).decode().rstrip("=")


def cookie_headers(kept: str | None) -> dict[str, str | None]:
    """The Cookie headers that the browser may send; ``kept`` is the cookie that it was given."""
    cookie = kept or f"{NAME}="
    session_id = read_value(unquote(cookie.partition("=")[2]))[0] or "never-issued"
    return {
        "none": None,
        "kept": kept,
        "kept, among others": f"theme=dark; {cookie}; lang=ko",
        "kept, behind a bad one": f"theme=dark; {NAME}=bad; {cookie}",
        "another cookie": "theme=dark",
        "tampered": f"{cookie[:-1]}{'B' if cookie[-1] == 'A' else 'A'}",
        "unsigned": f"{NAME}={session_id}",
        "no signature": f"{NAME}=s:{session_id}",
        "empty": f"{NAME}=",
        "empty ID": signed(""),
        "older secret": signed(session_id, OLD_SECRET),
        "unknown ID": signed("never-issued"),
    }


def read_value(value: str) -> tuple[str | None, str | None]:
    """The ID and the signature in a decoded value; None where it is not marked as signed."""
    if not value.startswith("s:"):
        return None, None
    session_id, _, its_signature = value[2:].rpartition(".")
    return session_id, its_signature


# ---- the store


class Answered(NamedTuple):
    """One call of the store.

    ``text``: the record that was given or returned.  ``found``: of a get and of a swap, whether a
    live record is there.  ``done``: the swap was made.
    """

    op: str
    id: Any
    text: str | None
    found: bool | None = None
    done: bool | None = None
    failed: bool = False


class SpyStore(Store):
    """Records in a dict, and a log of every call with its answer."""

    def __init__(self, can_touch: bool) -> None:
        self.can_touch = can_touch
        self.records: dict[Any, Record] = {}
        self.log: list[Answered] = []
        self.failing: str | None = None
        self.clock: Callable[[], int] = lambda: 0

    def live(self, session_id: Any) -> Record | None:
        record = self.records.get(session_id)
        if record is not None and isinstance(record.expires, int):
            return record if record.expires > self.clock() else None
        return record

    def get(self, session_id: str) -> Record | None:
        self._fail("get", session_id)
        record = self.live(session_id)
        text = None if record is None else record.text
        self.log.append(Answered("get", session_id, text, found=record is not None))
        return record

    def set(self, session_id: str, record: Record) -> None:
        self._fail("set", session_id, record)
        self.records[session_id] = record
        self.log.append(Answered("set", session_id, record.text))

    def touch(self, session_id: str, record: Record) -> None:
        self._fail("touch", session_id, record)
        if (there := self.live(session_id)) is not None:
            self.records[session_id] = Record(
                record.attributes, record.expires, there.data, there.canonical
            )
        self.log.append(Answered("touch", session_id, record.text))

    def destroy(self, session_id: str) -> None:
        self._fail("destroy", session_id)
        self.records.pop(session_id, None)
        self.log.append(Answered("destroy", session_id, None))

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        self._fail("swap", session_id, record)
        there = self.live(session_id)
        done = there is not None and there.data == seen
        if done:
            self.records[session_id] = record
        self.log.append(Answered("swap", session_id, record.text, there is not None, done))
        return Swap(done, None if done else there)

    def _fail(self, op: str, session_id: str, record: Record | None = None) -> None:
        if op == self.failing:
            text = None if record is None else record.text
            self.log.append(Answered(op, session_id, text, failed=True))
            raise ConnectionError(f"{op} failed")


# ---- the witness


class Glimpse(NamedTuple):
    """The request's session and ID as the application sees them at one moment.

    ``text`` is the data as a record would hold it.  Without a session, all but the request's ID is
    empty.
    """

    session: bool
    request_id: Any
    session_id: Any = None
    text: str = ""
    expires: bool = False
    secure: bool = False


@dataclass
class Witness:
    """What can be seen of one request from outside the middleware.

    ``arrived``: when, in ms since the epoch.  ``opened``, ``at_headers`` and ``at_end`` are what
    the application saw when it was called, before the first chunk and before the end; None: it
    was not called.  ``asked_before``: the store's calls before that.  ``saved``: the data when
    the application last called save() on a session that the middleware had opened.
    ``heard``: the events, each with the number of the store's calls before it.
    """

    setting: Setting
    plan: RequestPlan
    header: str | None
    arrived: int
    opened: Glimpse | None = None
    at_headers: Glimpse | None = None
    at_end: Glimpse | None = None
    asked_before: int = 0
    saved: str | None = None
    set_cookies: list[str] = field(default_factory=list)
    log: list[Answered] = field(default_factory=list)
    heard: list[tuple[Event, int]] = field(default_factory=list)

    @property
    def value(self) -> str | None:
        """The decoded value of the first cookie of the session's name."""
        for pair in (self.header or "").split("; "):
            name, _, value = pair.partition("=")
            if name == NAME:
                return unquote(value)
        return None

    @property
    def secret(self) -> int | None:
        """The place of the secret that made the signature; None: none of them did."""
        session_id, found = read_value(self.value or "")
        for place, secret in enumerate(self.setting.secrets):
            if session_id is not None and signature(session_id, secret) == found:
                return place
        return None

    @property
    def sent_id(self) -> str | None:
        """The ID that the browser sent under a signature that fits."""
        return None if self.secret is None else read_value(self.value or "")[0]

    @property
    def record(self) -> dict[str, Any] | None:
        """The data of the record that the store returned before the application was called."""
        answer = self.log[0] if self.asked_before else None
        if answer is None or answer.text is None:
            return None
        return {key: value for key, value in json.loads(answer.text).items() if key != "cookie"}

    @property
    def outlived(self) -> bool:
        """Whether the returned record is of a session that began too long ago."""
        timeout, began = self.setting.absolute_timeout, (self.record or {}).get("$created")
        return timeout is not None and began is not None and began + timeout * 1000 <= self.arrived

    @property
    def loaded(self) -> bool:
        """Whether there was a record to open."""
        return self.record is not None and not self.outlived

    @property
    def text_at_start(self) -> str:
        """The data as it was before the application did anything, ``$created`` at its end."""
        assert self.opened is not None
        if not self.loaded:
            return self.opened.text
        record = self.record or {}
        began = {"$created": record.pop("$created")} if "$created" in record else {}
        return compact(record | began)

    def last_answer(self, session_id: Any, before: int) -> Answered | None:
        """The store's last answer about a record, in front of a place in the log."""
        for answer in reversed(self.log[:before]):
            if answer.id == session_id and answer.found is not None:
                return answer
        return None


def compact(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False)


# ---- what an application does


class Acting:
    """The application's hand in one request.

    ``mine`` are the sessions that the middleware opened: express-session does not remember the
    save of one that regenerate made.  ``began``: when the session began, in ms.
    """

    def __init__(self, run: Run, witness: Witness, environ: Environ) -> None:
        self.run, self.witness, self.environ = run, witness, environ
        self.first = get_session(environ)
        self.mine = [self.first]
        record = witness.record if witness.loaded else None
        self.began = (record or {}).get("$created", run.site.clock.now)

    def glimpse(self) -> Glimpse:
        session, request_id = get_session(self.environ), self.environ.get("sessionlab.session_id")
        if session is None:
            return Glimpse(False, request_id)
        return Glimpse(
            True,
            request_id,
            session.id,
            self.text(session),
            session.cookie.expires not in (None, UNSET),
            bool(session.cookie.secure),
        )

    def text(self, session: Session) -> str:
        has_timeout = self.witness.setting.absolute_timeout is not None
        return compact({**session, "$created": self.began} if has_timeout else session)

    def do(self, act: str) -> None:
        if get_session(self.environ) is not None or act in WITHOUT_SESSION:
            with suppress(ConnectionError, SessionConflict, SessionNotFound):
                ACTS[act](self)

    # ---- acts

    def change(self) -> None:
        session = session_of(self.environ)
        session["n"] = session.get("n", 0) + 1

    def change_and_back(self) -> None:
        session = session_of(self.environ)
        session["passing"] = 1
        del session["passing"]

    def save(self) -> None:
        session = session_of(self.environ)
        if any(it is session for it in self.mine):
            self.witness.saved = self.text(session)
        session.save()

    def reload(self) -> None:
        session = session_of(self.environ)
        new = session.reload()
        if any(it is session for it in self.mine):
            self.mine.append(new)
        record = json.loads(self.run.store.log[-1].text or "")
        self.began = record.get("$created", self.run.site.clock.now)

    def regenerate(self, keep_data: bool = False) -> None:
        self.began = self.run.site.clock.now
        session_of(self.environ).regenerate(keep_data=keep_data)

    def rename(self, session_id: Any) -> None:
        self.environ["sessionlab.session_id"] = session_id

    def other_changes(self) -> None:
        """Another program adds to the record, and writes blanks that we do not write."""
        session_id = None if self.first is None else self.first.id
        there = self.run.store.live(session_id)
        data = json.loads(there.text if there else '{"cookie":{"expires":null}}')
        cookie = compact(data.pop("cookie"))
        data["other"] = data.get("other", 0) + 1
        text = f'{{"cookie":{cookie},{json.dumps(data)[1:]}'
        self.run.store.records[session_id] = Record.from_text(text)

    def other_destroys(self) -> None:
        if self.first is not None:
            self.run.store.records.pop(self.first.id, None)


ACTS: dict[str, Callable[[Acting], object]] = {
    "change": Acting.change,
    "change and change back": Acting.change_and_back,
    "save": Acting.save,
    "reload": Acting.reload,
    "touch": lambda it: session_of(it.environ).touch(),
    "regenerate": Acting.regenerate,
    "regenerate with the data": lambda it: it.regenerate(keep_data=True),
    "destroy": lambda it: session_of(it.environ).destroy(),
    "unset": lambda it: set_session(it.environ, None),
    "put the first session back": lambda it: set_session(it.environ, it.first),
    "rename": lambda it: it.rename("renamed"),
    "rename to nothing": lambda it: it.rename(""),
    "rename to a number": lambda it: it.rename(7),
    "take the ID away": lambda it: it.rename(None),
    "give the cookie an expiry": lambda it: setattr(session_of(it.environ).cookie, "max_age", 50),
    "take the expiry away": lambda it: setattr(session_of(it.environ).cookie, "max_age", None),
    "make the cookie secure": lambda it: setattr(session_of(it.environ).cookie, "secure", True),
    "break the cookie": lambda it: setattr(session_of(it.environ).cookie, "domain", "no domain"),
    "wait": lambda it: it.run.site.clock.advance(40),
    "another writer changes": Acting.other_changes,
    "another writer destroys": Acting.other_destroys,
}
WITHOUT_SESSION = {
    "put the first session back",
    "wait",
    "another writer changes",
    "another writer destroys",
} | {act for act in ACTS if act.startswith(("rename", "take the ID"))}


# ---- the run


class Run:
    """A site and its one browser; each request has a witness."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.kept: str | None = None
        self.made = 0
        self.store = SpyStore(setting.can_touch)
        self.site = Site(
            self.application,
            lint=False,
            listener=self.listen,
            store=self.store,
            secrets=setting.secrets,
            resave=setting.resave,
            save_uninitialized=setting.save_uninitialized,
            rolling=setting.rolling,
            unset=setting.unset,
            trust_proxy=setting.trust_proxy,
            genid=self.genid,
            cookie=CookieOptions(path=setting.path, max_age=setting.max_age, secure=setting.secure),
            safeguards=Safeguards(
                clear_cookie=setting.clear_cookie,
                no_resurrection=setting.no_resurrection,
                on_conflict=setting.on_conflict,
                absolute_timeout=setting.absolute_timeout,
            ),
        )
        self.store.clock = self.site.clock

    def request(self, plan: RequestPlan) -> Witness:
        """Play one request; what an application or a server would see raised ends it."""
        self.site.clock.advance(plan.pause)
        self.store.connected, self.store.failing, self.store.log = plan.connected, plan.failing, []
        header = cookie_headers(self.kept)[plan.cookie]
        witness = self.witness = Witness(self.setting, plan, header, self.site.clock.now)
        witness.log = self.store.log
        forwarded = {} if plan.forwarded is None else {"HTTP_X_FORWARDED_PROTO": plan.forwarded}
        with suppress(ConnectionError):
            answer = self.site.visit(
                plan.path, header, base_url=f"{plan.scheme}://localhost/", environ=forwarded
            )
            witness.set_cookies = answer.set_cookies
            for line in answer.set_cookies:
                pair = line.partition(";")[0]
                self.kept = None if pair == f"{NAME}=" else pair
        return witness

    def listen(self, environ: Environ, event: Event) -> None:
        self.witness.heard.append((event, len(self.store.log)))

    def genid(self, environ: Environ) -> Any:
        self.made += 1
        claimed = read_value(self.witness.value or "")[0]
        if self.setting.genid == "repeats" and claimed is not None:
            return claimed
        return self.made if self.setting.genid == "makes a number" else f"id-{self.made}"

    def application(self, environ: Environ, start_response: Any) -> Any:
        """Does what the plan says, and looks at its session in front of each step."""
        start_response("200 OK", [("Content-Type", "text/plain")])
        self.witness.asked_before = len(self.store.log)
        acting, plan = Acting(self, self.witness, environ), self.witness.plan
        self.witness.opened = acting.glimpse()
        for act in plan.acts:
            acting.do(act)
        self.witness.at_headers = self.witness.at_end = acting.glimpse()
        return [b"whole"] if plan.late is None else self.stream(acting, plan.late)

    def stream(self, acting: Acting, late: tuple[str, ...]) -> Iterator[bytes]:
        yield b"first, "
        for act in late:
            acting.do(act)
        self.witness.at_end = acting.glimpse()
        yield b"last"


# ---- a sealed session

SEALED_NAME = "session"


@dataclass(frozen=True, kw_only=True)
class SealedPlan:
    """One request with a sealed session, which is all that there is: no store remembers another.

    ``holds``: the text in the cookie before it is made base64; None: there is no cookie.  ``seal``
    is one of `seals_of`, ``acts`` and ``late`` are of `SEALED_ACTS`.
    """

    holds: str | None = None
    seal: str = "newest"
    secrets: tuple[str, ...] = (SECRET,)
    scheme: str = "http"
    secure: Any = UNSET
    acts: tuple[str, ...] = ()
    late: tuple[str, ...] | None = None


def seals_of(value: str | None) -> dict[str, str | None]:
    """What may stand in the companion of a cookie with this value."""
    return {
        "none": None,
        "empty": "",
        "newest": seal_of(value or "", SECRET),
        "older": seal_of(value or "", OLD_SECRET),
        "wrong": "A" * 27,
    }


def seal_of(value: str, secret: str) -> str:
    mac = hmac.digest(secret.encode(), f"{SEALED_NAME}={value}".encode(), "sha1")
    return urlsafe_b64encode(mac).decode().rstrip("=")


def sealed_value(data: Any) -> str | None:
    """The value that a cookie has for this data; None where it is no JSON."""
    try:
        return b64encode(compact(data).encode()).decode()
    except TypeError:
        return None


class SealedGlimpse(NamedTuple):
    """The session in the application's hand; ``came``: it was in the cookie of this request."""

    accessed: bool
    came: bool
    session: dict[str, Any] | None


@dataclass
class SealedWitness:
    """What can be seen of one request from outside the middleware.

    ``value`` and ``seal`` came in the two cookies.  ``handed``: the data that the application was
    first given; None: it did not ask.
    """

    plan: SealedPlan
    value: str | None
    seal: str | None
    handed: dict[str, Any] | None = None
    at_headers: SealedGlimpse | None = None
    set_cookies: list[str] = field(default_factory=list)
    heard: list[Event] = field(default_factory=list)

    @property
    def secret(self) -> int | None:
        """The place of the secret that made the seal; None: none of them did."""
        for place, secret in enumerate(self.plan.secrets):
            if self.value and self.seal == seal_of(self.value, secret):
                return place
        return None

    @property
    def data(self) -> dict[str, Any] | None:
        """The JSON object in the value, sealed or not; None: there is none."""
        try:
            data = json.loads(b64decode(self.value or ""))
        except ValueError:
            return None
        return data if isinstance(data, dict) else None


class SealedActing:
    """The application's hand in one request."""

    def __init__(self, witness: SealedWitness, environ: Environ) -> None:
        self.witness, self.environ = witness, environ
        self.accessed = self.came = False

    def session(self) -> dict[str, Any]:
        """The session; an empty dict that is nobody's where it was unset."""
        session = get_cookie_session(self.environ)
        if not self.accessed:
            self.accessed = True
            self.came = self.witness.secret is not None and self.witness.data is not None
            self.witness.handed = dict(session or {})
        return {} if session is None else session

    def put(self, data: dict[str, Any] | None) -> None:
        set_cookie_session(self.environ, data)
        self.accessed, self.came = True, False

    def change_and_back(self) -> None:
        self.session()["passing"] = 1
        self.session().pop("passing", None)

    def glimpse(self) -> SealedGlimpse:
        session = get_cookie_session(self.environ) if self.accessed else None
        return SealedGlimpse(self.accessed, self.came, None if session is None else dict(session))


SEALED_ACTS: dict[str, Callable[[SealedActing], object]] = {
    "look": SealedActing.session,
    "change": lambda it: it.session().update(n=it.session().get("n", 0) + 1),
    "change and change back": SealedActing.change_and_back,
    "clear": lambda it: it.session().clear(),
    "begin anew": lambda it: it.put({"n": 1}),
    "begin anew, empty": lambda it: it.put({}),
    "unset": lambda it: it.put(None),
    "put in what is no JSON": lambda it: it.session().update(no_json={1, 2}),
}


def sealed_request(plan: SealedPlan) -> SealedWitness:
    """Play one request."""
    value = None if plan.holds is None else b64encode(plan.holds.encode()).decode()
    witness = SealedWitness(plan, value, seals_of(value)[plan.seal])
    cookies = {SEALED_NAME: witness.value, f"{SEALED_NAME}.sig": witness.seal}

    def application(environ: Environ, start_response: Any) -> Any:
        start_response("200 OK", [])
        acting = SealedActing(witness, environ)
        for act in plan.acts:
            SEALED_ACTS[act](acting)
        witness.at_headers = acting.glimpse()
        return [b"whole"] if plan.late is None else stream(acting, plan.late)

    def stream(acting: SealedActing, late: tuple[str, ...]) -> Iterator[bytes]:
        yield b"first, "
        for act in late:
            SEALED_ACTS[act](acting)
        yield b"last"

    middleware = CookieSessionMiddleware(
        application,
        plan.secrets,
        SEALED_NAME,
        cookie=CookieOptions(secure=plan.secure),
        on_error=lambda error, environ: None,
        listener=lambda environ, event: witness.heard.append(event),
    )
    environ = {
        "HTTP_COOKIE": "; ".join(f"{name}={it}" for name, it in cookies.items() if it is not None),
        "wsgi.url_scheme": plan.scheme,
    }
    witness.set_cookies = receive(middleware, environ).set_cookies
    return witness
