"""What can be observed of express-session from outside, as events.

Rules
- express-session does not report its decisions.  app.js reports what the application and the store
  see; this file checks a cookie's signature with the same secrets.
- Nothing is guessed: the event about the cookie has no verdict, and there is no event about the
  store's decision.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sessionlab.core.decide import ReadFacts, decide_load, decide_read
from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    Event,
    SessionCalled,
    SessionMethod,
    SessionOpened,
    StoreAsked,
    StoreOp,
)
from sessionlab.core.options import SessionOptions
from sessionlab.core.wire import (
    Signer,
    decode_component,
    decode_cookie,
    encode_component,
    find_cookie,
)

_PREFIX = "s:"


class Seen:
    """Turns the lines of app.js into events; ``record`` is called with each."""

    def __init__(self, options: SessionOptions, record: Callable[[Event], None]) -> None:
        self._name = options.name
        self._signer = Signer(options.secrets)  # type: ignore[arg-type] # a tuple since it was made
        self._record = record
        self._found: bool | None = None
        """Whether the store knew the cookie's ID; None: it was not asked."""

    def record(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Record an event for each line.  Raises KeyError or ValueError for an unknown one."""
        for line in lines:
            self._record(self._event(line))

    def _event(self, line: Mapping[str, Any]) -> Event:
        match line["kind"]:
            case CookieRead.kind:
                self._found = None
                return self._cookie_read(line["header"])
            case SessionOpened.kind:
                return self._session_opened(line["id"])
            case CookieDecided.kind:
                return self._cookie_decided(line["set_cookie"])
            case SessionCalled.kind:
                return SessionCalled(SessionMethod(line["call"]), line["id"], line["error"])
            case StoreAsked.kind:
                op, found = StoreOp(line["op"]), line["found"]
                if op is StoreOp.GET and self._found is None:
                    self._found = found
                return StoreAsked(op, line["id"], line["record"], found, line["error"])
        raise ValueError(f"app.js reports an unknown kind of event: {line['kind']!r}")

    def _cookie_read(self, header: str | None) -> CookieRead:
        value = find_cookie(header, self._name) if header else None
        raw = decode_cookie(value) if value else None
        signed = raw is not None and raw.startswith(_PREFIX)
        text = raw[len(_PREFIX) :] if raw is not None and signed else ""
        id_, _, signature = text.rpartition(".")
        secret = self._signer.match(text) if signed else None
        facts = ReadFacts(True, True, raw is not None, signed, secret is not None, bool(id_))
        return CookieRead(
            verdict=decide_read[facts],
            name=self._name,
            raw=raw,
            id=id_ if signed else None,
            signature=signature if signed else None,
            secret=secret,
        )

    def _session_opened(self, session_id: str) -> SessionOpened:
        verdict = None if self._found is None else decide_load[self._found, False]
        return SessionOpened(verdict, session_id, new=not self._found)

    def _cookie_decided(self, lines: list[str]) -> CookieDecided:
        """The session's cookie: the signed one, as the application may set one with that name."""
        start = f"{self._name}={encode_component(_PREFIX)}"
        line = next((it for it in reversed(lines) if it.startswith(start)), None)
        id_ = None
        if line is not None:
            signed = decode_component(line[len(start) :].partition(";")[0])
            id_ = signed.rpartition(".")[0]
        return CookieDecided(None, self._name, id_, line)
