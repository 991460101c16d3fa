"""A visitor of both applications: one browser, whose cookies do not care for ports."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from sessionlab.core.jar import Jar, RequestContext
from sessionlab.core.wire import decode_component, encode_component, sign
from sessionlab.http.client import send
from tests import PATIENCE

from .sites import SECRET, Site

ORIGIN = "http://localhost"
NAME = "connect.sid"


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: str
    set_cookie: tuple[str, ...]


class Visitor:
    """A browser; ``clock`` gives milliseconds since the epoch."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self.jar = Jar(lambda host: None)

    def ask(self, site: Site, line: str, body: Any = None, **headers: str) -> Answer:
        """Send a request such as ``POST /login``; ``body`` is JSON, ``bytes`` as it stands."""
        method, target = line.split(" ")
        context = RequestContext(ORIGIN + target, method)
        if cookies := self.jar.select(context, self._clock()).header:
            headers["Cookie"] = cookies
        octets = body
        if body is not None:
            headers["Content-Type"] = "application/json"
            octets = body if isinstance(body, bytes) else json.dumps(body).encode()
        got = send("127.0.0.1", site.port, method, target, headers, octets, patience=PATIENCE)
        lines = tuple(got.all("Set-Cookie"))
        for set_cookie in lines:
            verdict = self.jar.set(set_cookie, context, self._clock())
            assert verdict.accepted, verdict
        return Answer(got.status, got.text, lines)

    def hold(self, value: str) -> None:
        """Have a session cookie of this (decoded) value, which does not expire."""
        line = f"{NAME}={encode_component(value)}; Path=/; HttpOnly"
        self.jar.set(line, RequestContext(f"{ORIGIN}/", "GET"), self._clock())

    def hold_signed(self, session_id: str, secret: str = SECRET) -> None:
        """Have a session cookie with this ID, signed."""
        self.hold(f"s:{sign(session_id, secret)}")

    @property
    def signed(self) -> str | None:
        """``ID.SIGNATURE`` of the session cookie; None: there is none."""
        for cookie in self.jar.cookies(self._clock()):
            if cookie.name == NAME:
                return decode_component(cookie.value).removeprefix("s:")
        return None

    @property
    def session_id(self) -> str:
        """The ID in the session cookie."""
        assert self.signed is not None, "no cookie"
        return self.signed.rpartition(".")[0]
