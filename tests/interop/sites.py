"""Two twins on one Redis: the Express application and the Flask one, over real sockets.

Rules
- Both are given the same options object, as it is written for Express.
- One clock is everybody's: Node's, Python's and that of the keys in Redis.  It stands still
  until it is moved, so that nothing has to be waited for and times can be compared to the ms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import redis

from sessionlab import SessionOptions, Store
from sessionlab.demo.express.processes import NodeServer, OwnRedis
from sessionlab.session.stores.url import open_store
from sessionlab.stage.clock import ManualClock
from sessionlab.stage.server import LoopbackServer
from tests import PATIENCE

from .flask_app import flask_app
from .parts import HERE, Parts

PREFIX = "sess:"
SECRET = "keyboard cat"
OPTIONS: Mapping[str, Any] = {
    "secret": SECRET,
    "resave": False,
    "saveUninitialized": False,
    "cookie": {"maxAge": 3_600_000},
}
Options = Mapping[str, Any]


class Site(Protocol):
    """A running application."""

    port: int


class ExpressSite(NamedTuple):
    """One of the Node process's applications."""

    port: int


class World:
    """One Redis, one clock, and every application that was asked for, by kind and options."""

    def __init__(self, parts: Parts, server: OwnRedis) -> None:
        self._clock = ManualClock()
        self._sites: dict[str, Site] = {}
        self.url = server.url
        self.keys: Any = redis.Redis(port=server.port, decode_responses=True)
        self._parts = parts
        self._node = self.another_express({"now": self.now()})

    def begin(self) -> None:
        """Empty Redis and turn the clock back."""
        self.keys.flushall()
        self._clock = ManualClock()
        self._node.ask({"now": self.now()})

    def now(self) -> int:
        """Milliseconds since the epoch."""
        return self._clock()

    def site(self, kind: str, changes: Options | None = None) -> Site:
        """The ``express`` or ``python`` application with `OPTIONS`, changed; made once."""
        options = {**OPTIONS, **(changes or {})}
        name = f"{kind} {json.dumps(options)}"
        if name not in self._sites:
            self._sites[name] = self._express(options) if kind == "express" else self.flask(options)
        return self._sites[name]

    def flask(self, options: Options | SessionOptions, on_error: Any = None) -> LoopbackServer:
        """A new Flask application, which the caller stops."""
        if not isinstance(options, SessionOptions):
            options = SessionOptions.from_express(options)
        if options.store is None:
            options = replace(options, store=self.store())
        return LoopbackServer(flask_app(options, self.now, on_error))

    def another_express(self, settings: Mapping[str, Any]) -> NodeServer:
        """A new Node process, which the caller stops; without ``now``, by the real clock."""
        settings = {"redis": self.url, "options": OPTIONS, **settings}
        return NodeServer(self._parts.node, HERE / "express_app.js", settings)

    def _express(self, options: Options) -> ExpressSite:
        (said,) = self._node.ask({"open": options})
        return ExpressSite(said["port"])

    def store(self) -> Store:
        """The store of the Python side."""
        return open_store(f"{self.url}?timeout={PATIENCE}", clock=self.now)

    def advance(self, seconds: float) -> None:
        """Let time pass, for the keys in Redis, too."""
        self._clock.advance(seconds)
        for key in self.keys.scan_iter():
            left = self.keys.pttl(key)
            if left >= 0:
                self.keys.pexpire(key, round(left - seconds * 1000))
        self._node.ask({"now": self.now()})

    def records(self) -> dict[str, str]:
        """The text of each record by ID."""
        keys = sorted(self.keys.scan_iter(f"{PREFIX}*"))
        return {key.removeprefix(PREFIX): self.keys.get(key) for key in keys}

    def seconds_left(self, session_id: str) -> float:
        """How long a record's key will live."""
        return float(self.keys.pttl(PREFIX + session_id)) / 1000

    def stop(self) -> None:
        self._node.stop()
        for site in self._sites.values():
            if isinstance(site, LoopbackServer):
                site.stop()
        self.keys.close()
