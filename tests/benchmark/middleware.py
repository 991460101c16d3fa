"""What a session costs a request: sessionlab beside the leanest code and beside its peers.

    python -m tests.benchmark.middleware [--rounds 9] [--requests 2000]

"Own" cost is a request through the session layer minus the same request to the bare application,
in process, without sockets.  The peers are measured where they are installed (flask,
flask-session with cachelib, starlette; express-session where Node and tests/express/node_modules
are); `own / lean` is the ratio that has a target: 2.5 at most,
1.8 the goal.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

from sessionlab import CookieOptions, SessionMiddleware, SessionOptions
from tests.benchmark.lean import LeanSessions

SECRET = "keyboard cat"
DATA = {
    "user": {"id": 1234, "name": "alice", "roles": ["admin", "staff"]},
    "cart": [{"sku": "abc-1", "n": 2}],
    "views": 1,
}
KINDS = ("new", "modify", "read", "tamper")
HEADERS = [("Content-Type", "text/plain"), ("Content-Length", "2")]
Send = Callable[[str, str | None], str | None]
"""One request: the kind, the Cookie header; returns the cookie that was set."""


def use(kind: str, session: dict) -> None:
    """What the application does with its session in a request of this kind."""
    if kind == "fill":
        session.update(DATA)
    elif kind == "read":
        session.get("views")
    else:
        session["views"] = session.get("views", 0) + 1


def wsgi(wrap: Callable, key: str) -> Send:
    """A WSGI session middleware around an application that uses its session."""
    kind_of_request = ["read"]

    def application(environ, start_response):
        use(kind_of_request[0], environ[key])
        start_response("200 OK", list(HEADERS))
        return [b"ok"]

    served = wrap(application)
    held: list = []

    def start_response(status, headers, exc_info=None):
        held[:] = headers

    def send(kind: str, cookie: str | None) -> str | None:
        kind_of_request[0] = kind
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "SCRIPT_NAME": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            key: {"views": 1},
        }
        if key != "bare":
            del environ[key]
        if cookie:
            environ["HTTP_COOKIE"] = cookie
        list(served(environ, start_response))
        return next((v.partition(";")[0] for n, v in held if n == "Set-Cookie"), None)

    return send


def flask_app(configure: Callable | None) -> Send:
    """Flask with a session, or without one, which is what its own cost is told from."""
    import flask

    app = flask.Flask("bench")
    app.secret_key = SECRET
    kind_of_request = ["read"]
    if configure is None:
        app.session_interface = no_session_interface()
    else:
        configure(app)

    @app.get("/")
    def page():
        use(kind_of_request[0], flask.session)
        return "ok"

    held: list = []

    def start_response(status, headers, exc_info=None):
        held[:] = headers

    base = dict(
        zip(
            ("REQUEST_METHOD", "PATH_INFO", "SCRIPT_NAME", "SERVER_NAME", "SERVER_PORT"),
            ("GET", "/", "", "localhost", "80"),
            strict=True,
        )
    ) | {"wsgi.url_scheme": "http", "wsgi.input": None, "wsgi.errors": None}

    def send(kind: str, cookie: str | None) -> str | None:
        kind_of_request[0] = kind
        environ = dict(base)
        if cookie:
            environ["HTTP_COOKIE"] = cookie
        list(app(environ, start_response))
        return next((v.partition(";")[0] for n, v in held if n == "Set-Cookie"), None)

    return send


def no_session_interface():
    """A session for Flask that is read from nowhere and kept nowhere."""
    from flask.sessions import SecureCookieSession, SessionInterface

    class Nowhere(SessionInterface):
        def open_session(self, app, request):
            return SecureCookieSession({"views": 1})

        def save_session(self, app, session, response):
            pass

    return Nowhere()


def flask_session_in_memory(app) -> None:
    """Flask-Session with records in a dict (cachelib's SimpleCache)."""
    from cachelib import SimpleCache
    from flask_session.cachelib import CacheLibSessionInterface

    app.session_interface = CacheLibSessionInterface(
        app=app, client=SimpleCache(threshold=10**6), use_signer=True
    )


def starlette_app(with_session: bool) -> Send:
    """Starlette's SessionMiddleware, which keeps the data in a signed cookie."""
    from starlette.middleware.sessions import SessionMiddleware as StarletteSessions

    kind_of_request = ["read"]

    async def application(scope, receive, send):
        use(kind_of_request[0], scope["session"])
        headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})

    served = StarletteSessions(application, secret_key=SECRET) if with_session else application
    held: list = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def keep(message):
        if message["type"] == "http.response.start":
            held[:] = message["headers"]

    loop = asyncio.new_event_loop()

    def send(kind: str, cookie: str | None) -> str | None:
        kind_of_request[0] = kind
        headers = [(b"cookie", cookie.encode())] if cookie else []
        scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
        if not with_session:
            scope["session"] = {"views": 1}
        _drive(served(scope, receive, keep), loop)
        found = (v.decode().partition(";")[0] for n, v in held if n == b"set-cookie")
        return next(found, None)

    return send


def _drive(coroutine, loop) -> None:
    """Run a coroutine that never waits, without the cost of an event loop's turn."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    loop.run_until_complete(coroutine)


def contestants() -> dict[str, tuple[Callable[[], Send], Callable[[], Send]]]:
    """By name: the session layer, and the same thing without one."""
    bare = lambda: wsgi(lambda app: app, "bare")  # noqa: E731 - three words, used below
    found: dict[str, tuple[Callable[[], Send], Callable[[], Send]]] = {}
    for title, seconds in (("", None), (" + expiry", 3600)):
        found[f"lean{title}"] = (
            lambda seconds=seconds: wsgi(
                lambda app: LeanSessions(app, SECRET.encode(), seconds and seconds * 1000),
                "lean.session",
            ),
            bare,
        )
        found[f"sessionlab{title}"] = (
            lambda seconds=seconds: wsgi(
                lambda app: SessionMiddleware(
                    app,
                    SessionOptions(secrets=SECRET, cookie=CookieOptions(max_age=seconds)),
                ),
                "sessionlab.session",
            ),
            bare,
        )
    for title, module, make in (
        ("Starlette SessionMiddleware", "starlette", starlette_app),
        ("Flask's own session", "flask", lambda on: flask_app((lambda app: None) if on else None)),
        (
            "Flask-Session, memory",
            "flask_session",
            lambda on: flask_app(flask_session_in_memory if on else None),
        ),
    ):
        try:
            __import__(module)
        except ImportError:
            print(f"{title}: not installed, not measured")
            continue
        found[title] = (lambda make=make: make(True), lambda make=make: make(False))
    return found


def microseconds(send: Send, kind: str, cookie: str | None, requests: int) -> float:
    """One request's processor time, the mean of a run; waiting for other programs is not in it."""
    started = process_time()
    for _ in range(requests):
        send(kind, cookie)
    return (process_time() - started) / requests * 1e6


def measure(rounds: int, requests: int) -> dict[str, dict[str, float]]:
    """Own cost in microseconds by contestant and kind, the median of interleaved rounds."""
    times: dict[tuple[str, str], list[float]] = {}
    makers = contestants()
    for _ in range(rounds):
        for name, (make, make_bare) in makers.items():
            send, bare = make(), make_bare()
            cookie = send("fill", None)
            assert cookie, f"{name} sets no cookie"
            broken = cookie[:-2] + ("AA" if cookie[-2:] != "AA" else "BB")
            for kind in KINDS:
                sent = {"new": None, "tamper": broken}.get(kind, cookie)
                spent = microseconds(send, kind, sent, requests)
                spent -= microseconds(bare, kind, None, requests)
                times.setdefault((name, kind), []).append(spent)
    return {name: {kind: median(times[name, kind]) for kind in KINDS} for name in makers}


def on_node(rounds: int, requests: int) -> dict[str, float] | None:
    """The own cost of express-session on bare Node; None where it is not installed."""
    folder = Path(__file__).parent
    if not shutil.which("node") or not (folder.parent / "express" / "node_modules").exists():
        print("express-session on Node: not installed (npm ci --prefix tests/express)")
        return None
    command = ["node", str(folder / "express.js"), str(rounds), str(requests)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def check_that_lean_is_fair() -> None:
    """The lean code and the middleware write the same cookie for the same ID, or nothing counts."""
    from unittest.mock import patch

    options = SessionOptions(secrets=SECRET, genid=lambda environ: "i" * 32)
    ours = wsgi(lambda app: SessionMiddleware(app, options), "sessionlab.session")("modify", None)
    with patch("tests.benchmark.lean.token_urlsafe", lambda octets: "i" * 32):
        lean = wsgi(lambda app: LeanSessions(app, SECRET.encode()), "lean.session")("modify", None)
    assert ours == lean, (ours, lean)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--requests", type=int, default=2000)
    arguments = parser.parse_args()
    check_that_lean_is_fair()
    costs = measure(arguments.rounds, arguments.requests)
    if node := on_node(arguments.rounds, arguments.requests):
        costs["express-session on Node"] = node
    print(f"{'own cost, us':30}" + "".join(f"{kind:>9}" for kind in KINDS) + "   / lean, each")
    for name, row in costs.items():
        lean = costs["lean + expiry" if "expiry" in name else "lean"]
        ratios = "".join(f"{row[kind] / lean[kind]:7.2f}" for kind in KINDS)
        print(f"{name:30}" + "".join(f"{row[kind]:9.2f}" for kind in KINDS) + f"   {ratios}")


if __name__ == "__main__":
    main()
