"""Plays a scenario against SessionMiddleware, in process, through the public API alone.

The result has the shape of a recording of record.js. Where Express hands on an error, ours is
translated by the table in values.py; the Cookie headers are the recorded ones.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from sessionlab import Session, SessionMiddleware, SessionOptions
from sessionlab.core.errors import OptionsError
from sessionlab.core.events import Event, StoreAsked, StoreOp

from .application import Answer
from .logged_store import LoggedStore
from .values import Environ, Json, js_message, revive


class World:
    """One scenario's server side."""

    def __init__(self, scenario: Json, shape: str) -> None:
        self.scenario = scenario
        self.shape = shape
        self.now: int = scenario["now"]
        self.ops: list[Json] = []
        self.told: list[Json] = []
        self.shelf: dict[str, Session] = {}
        self.steps: list[Step] = []
        self.stores = {
            "first": LoggedStore(scenario.get("store", {}), self.ops, self.clock),
            "second": LoggedStore({}, self.ops, self.clock, "second:"),
        }
        self._ids: Iterator[Any] = self._genid()
        self.application: Any = self._handle
        if "inner" in scenario:
            self._surround(scenario["inner"], scenario.get("innerStore", "second"))
        self._surround(scenario["options"], "first")

    def _surround(self, options: Json, store: str) -> None:
        made = SessionOptions.from_express(
            {
                "genid": lambda environ: next(self._ids),
                "store": self.stores[store],
                **revive(options),
            }
        )
        self.application = SessionMiddleware(
            self.application,
            made,
            clock=self.clock,
            on_error=self._note_late,
            listener=self._listen if self.shape == "listened" else None,
        )

    def _listen(self, environ: Environ, event: Event) -> None:
        if isinstance(event, StoreAsked):
            written = [event.record] if event.op in (StoreOp.SET, StoreOp.TOUCH) else []
            self.told.append([event.op.value, event.id, *written])

    def clock(self) -> int:
        """The frozen time, in ms."""
        return self.now

    def _genid(self) -> Iterator[Any]:
        given = self.scenario.get("ids", [])
        yield from map(revive, given)
        made = len(given)
        while True:
            made += 1
            yield f"id-{made}"

    def _note_late(self, error: BaseException, environ: Environ) -> None:
        self.steps[-1].errors.append(["after headers", js_message(error)])

    def _handle(self, environ: Environ, start_response: Any) -> Any:
        answer = Answer(self, self.steps[-1], environ, start_response)
        return answer.body if answer.plain and self.shape != "iterable" else answer

    def play(self, script: Json, recorded: Json) -> Json:
        """One request; `recorded` says which Cookie header was sent."""
        self.now += script.get("advance", 0)
        if "connection" in script:
            self.stores["first"].connected = script["connection"] == "connect"
        step = Step(script, recorded)
        self.steps.append(step)
        step.request(self)
        self.steps.pop()
        return step.result(recorded["sent"])


class Step:
    """One request and what it left behind."""

    def __init__(self, script: Json, recorded: Json) -> None:
        self.script = script
        self.calls: list[Json] = []
        self.seen: list[Json] = []
        self.errors: list[Json] = []
        self.meanwhile: list[Json] = []
        self.recorded = recorded
        self.status = 0
        self.set_cookie: list[str] = []
        self.body = b""

    def request(self, world: World) -> None:
        """Call the application as a WSGI server does."""

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            assert not self.status, "the headers went out twice"
            self.status = int(status.split()[0])
            self.set_cookie = [text for name, text in headers if name.lower() == "set-cookie"]
            return None

        environ = self._environ(world.scenario)
        try:
            chunks = world.application(environ, start_response)
            try:
                for chunk in chunks:
                    assert self.status or not chunk, "a body before the headers"
                    self.body += chunk
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
        except Exception as error:  # whatever the middleware raises, the server answers
            self.errors.append(["before headers", js_message(error)])
            self.status = 500
            self.body = b"error"
        if self.script.get("method") == "HEAD":
            self.body = b""

    def _environ(self, scenario: Json) -> Environ:
        script = self.script
        target = script.get("url", "/")
        url, _, query = target.partition("?")
        path = "/" + url.split("/", 3)[3] if "://" in url and url.count("/") > 2 else url
        mount = scenario.get("mount", "")
        headers = {name.upper().replace("-", "_"): text for name, text in script.get("headers", [])}
        environ: Environ = {
            "REQUEST_METHOD": script.get("method", "GET"),
            "SCRIPT_NAME": mount,
            "PATH_INFO": unquote_to_bytes(path[len(mount) :]).decode("latin-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": target,
            "wsgi.url_scheme": "https" if script.get("tls") else "http",
            **{f"HTTP_{name}": text for name, text in headers.items()},
        }
        if self.recorded["sent"] is not None:
            environ["HTTP_COOKIE"] = self.recorded["sent"]
        if scenario.get("trustProxy"):
            # what a framework that trusts its proxy makes of the request (werkzeug's ProxyFix)
            environ["werkzeug.proxy_fix.orig"] = {"wsgi.url_scheme": environ["wsgi.url_scheme"]}
            proto = environ.get("HTTP_X_FORWARDED_PROTO", "").partition(",")[0].strip()
            environ["wsgi.url_scheme"] = proto or environ["wsgi.url_scheme"]
        return environ

    def result(self, sent: str | None) -> Json:
        """The step as record.js writes it."""
        made = {
            "sent": sent,
            "status": self.status,
            "setCookie": self.set_cookie,
            "body": self.body.decode(),
            "calls": self.calls,
            "seen": self.seen,
            "errors": self.errors,
        }
        return made | ({"meanwhile": self.meanwhile} if self.meanwhile else {})


SHAPES = ("list", "iterable", "listened")


def play(scenario: Json, recording: Json, shape: str = "list") -> Json:
    """What sessionlab makes of a scenario, as record.js writes it.

    `shape` is how the application hands over a body that is not streamed, as a list or as an
    iterable with a Content-Length; "listened" is a list while somebody listens to every step.
    """
    try:
        world = World(scenario, shape)
    except OptionsError as error:
        return {"name": scenario["name"], "refused": js_message(error)}
    steps = []
    for number, script in enumerate(scenario["steps"]):
        before = len(world.ops)
        recorded = recording["steps"][number]
        played = world.play(script, recorded)
        steps.append({**played, "ops": world.ops[before:]})
    if shape == "listened":
        asked = [[op.removeprefix("second:"), str(id_), *rest] for op, id_, *rest in world.ops]
        assert world.told == asked, "the listener is told of every operation, in order"
    return {"name": scenario["name"], "steps": steps, "final": world.stores["first"].contents()}
