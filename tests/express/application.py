"""The application of every scenario: performs a step's actions on the WSGI environ."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sessionlab import Record, Session, get_session, new_session, session_from_record, set_session
from sessionlab.core.wire import dump_json

from .values import Environ, Json, Planned, freeze, js_message, milliseconds, revive, seconds

if TYPE_CHECKING:
    from .player import Step, World

# express name -> (ours, whether it is a time)
COOKIE_ATTRIBUTES = {
    "originalMaxAge": ("original_max_age", True),
    "maxAge": ("max_age", True),
    "expires": ("expires", False),
    "partitioned": ("partitioned", False),
    "priority": ("priority", False),
    "secure": ("secure", False),
    "httpOnly": ("http_only", False),
    "domain": ("domain", False),
    "path": ("path", False),
    "sameSite": ("same_site", False),
}


class Answer:
    """The application of every scenario: an iterable body that performs the step's actions.

    Without a `write` everything is done before the body is handed over: as a list, or as an
    iterable with a Content-Length, as frameworks do it.
    What a handler does after `end` is done when the server closes the body: after the end, in WSGI.
    """

    def __init__(self, world: "World", step: "Step", environ: Environ, start_response: Any) -> None:
        self.world = world
        self.step = step
        self.environ = environ
        self._start_response = start_response
        actions = step.script.get("do", [])
        self._actions = iter(actions)
        self._status = 200
        self._headers: list[tuple[str, str]] = []
        self._started = False
        self._text: str | None = None
        self._streamed = any(action[0] == "write" for action in actions)
        self.body = [] if self._streamed else list(self._perform())
        self._rest = list(self._actions) if not self._streamed else None
        self.plain = not self._streamed and not self._rest

    def __iter__(self) -> Iterator[bytes]:
        return self._perform() if self._streamed else iter(self.body)

    def close(self) -> None:
        """The rest of the actions, after the end."""
        rest = self._actions if self._rest is None else self._rest
        for action in rest:
            if not self._guarded(*action):
                break

    def _perform(self) -> Iterator[bytes]:
        """The actions up to the end, a chunk at each write; the error page where one fails."""
        for name, *values in self._actions:
            if name == "write":
                self._start()
                yield values[0].encode()
            elif not self._guarded(name, *values):
                self._status = self._status if self._started else 500
                self._text = "error"
                self._actions = iter(())
            if self._text is not None:
                break
        last = ("ok" if self._text is None else self._text).encode()
        measured = any(name == "Content-Length" for name, _ in self._headers)
        if self.world.shape == "iterable" and not self._streamed and not measured:
            self._headers.append(("Content-Length", str(len(last))))
        self._start()
        yield last

    def _guarded(self, name: str, *values: Json) -> bool:
        """Perform an action; False where it failed, as the framework's error page sees it."""
        try:
            getattr(self, "_do_" + name.replace("-", "_"))(*values)
        except Exception as error:  # as a framework does, whatever it is
            self.step.errors.append(["handler", js_message(error)])
            return False
        return True

    def _start(self) -> None:
        if not self._started:
            self._started = True
            self._start_response(f"{self._status} -", self._headers)

    def _session(self) -> Session:
        session = get_session(self.environ)
        if session is None:
            raise Planned("no session")
        return session

    def _call(self, session: Session, method: str) -> None:
        try:
            getattr(session, method)()
        except Exception as error:  # handed to the callback, in Express
            self.step.calls.append([method, js_message(error)])
        else:
            self.step.calls.append([method, None])

    # ---- the actions

    def _do_set(self, path: list[Any], value: Json) -> None:
        _place(self._session(), path)[path[-1]] = revive(value)

    def _do_delete(self, path: list[Any]) -> None:
        del _place(self._session(), path)[path[-1]]

    def _do_append(self, path: list[Any], value: Json) -> None:
        _place(self._session(), path)[path[-1]].append(revive(value))

    def _do_count(self) -> None:
        session = self._session()
        session["num"] = session.get("num", 0) + 1
        self._text = f"{session['num']}번 접속"

    def _do_see(self) -> None:
        session = get_session(self.environ)
        seen: Json = {
            "sessionID": freeze(self.environ.get("sessionlab.session_id")),
            "session": None,
        }
        if session is not None:
            cookie = {
                name: (milliseconds if time else freeze)(getattr(session.cookie, ours))
                for name, (ours, time) in COOKIE_ATTRIBUTES.items()
            }
            data = dump_json(dict(session))
            seen["session"] = {"id": session.id, "data": data, "cookie": cookie}
        self.step.seen.append(seen)

    def _do_save(self) -> None:
        self._call(self._session(), "save")

    def _do_reload(self) -> None:
        self._call(self._session(), "reload")

    def _do_regenerate(self) -> None:
        self._call(self._session(), "regenerate")

    def _do_destroy(self) -> None:
        self._call(self._session(), "destroy")

    def _do_touch(self) -> None:
        self._session().touch()

    def _do_unset(self, how: str) -> None:
        if how == "delete":
            del self.environ["sessionlab.session"]
        else:
            set_session(self.environ, None)

    def _do_cookie(self, attribute: str, value: Json) -> None:
        ours, time = COOKIE_ATTRIBUTES[attribute]
        setattr(self._session().cookie, ours, seconds(value) if time else revive(value))

    def _do_keep(self, slot: str) -> None:
        self.world.shelf[slot] = self._session()

    def _do_put_back(self, slot: str) -> None:
        set_session(self.environ, self.world.shelf[slot])

    def _do_on(self, slot: str, method: str) -> None:
        session = self.world.shelf[slot]
        if method == "touch":
            session.touch()
        else:
            self._call(session, method)

    def _do_set_on(self, slot: str, path: list[Any], value: Json) -> None:
        _place(self.world.shelf[slot], path)[path[-1]] = revive(value)

    def _do_session_id(self, value: Json) -> None:
        given = revive(value)
        self.environ["sessionlab.session_id"] = None if value == {"$undefined": True} else given

    def _do_use_store(self, name: str) -> None:
        self.environ["sessionlab.store"] = self.world.stores[name]

    def _do_generate(self) -> None:
        new_session(self.environ)

    def _do_create_session(self, text: str) -> None:
        session_from_record(self.environ, Record.from_text(text))

    def _do_assign(self, value: Json) -> None:
        set_session(self.environ, revive(value))

    def _do_status(self, code: int) -> None:
        self._status = code

    def _do_header(self, name: str, value: str | list[str]) -> None:
        self._headers += [(name, text) for text in ([value] if isinstance(value, str) else value)]

    def _do_write_head(self, code: int, headers: dict[str, str]) -> None:
        self._status = code
        self._headers += headers.items()

    def _do_end(self, text: str) -> None:
        self._text = text

    def _do_throw(self, message: str) -> None:
        raise Planned(message)

    def _do_advance(self, ms: int) -> None:
        self.world.now += ms

    def _do_connection(self, event: str) -> None:
        self.world.stores["first"].connected = event == "connect"

    def _do_outside_set(self, session_id: str, text: str) -> None:
        self.world.stores["first"].put_outside(session_id, text)

    def _do_outside_destroy(self, session_id: str) -> None:
        self.world.stores["first"].destroy_outside(session_id)

    def _do_meanwhile(self, script: Json) -> None:
        recorded = self.step.recorded["meanwhile"][len(self.step.meanwhile)]
        self.step.meanwhile.append(self.world.play(script, recorded))


def _place(session: Any, path: list[Any]) -> Any:
    for key in path[:-1]:
        session = session[key]
    return session
