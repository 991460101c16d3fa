"""What is seen of express-session from outside, as events.

Rules
- express-session tells nobody what it decides.  What the application and the store around it see
  is told by app.js; whether a cookie's signature fits is worked out here, from the same secrets.
- Nothing is guessed: the decision about the cookie comes without a verdict, that about the store
  does not come at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sessionlab.core.decide import LoadFacts, ReadFacts, decide_load, decide_read
from sessionlab.core.events import Kind
from sessionlab.core.options import SessionOptions
from sessionlab.core.wire import (
    Signer,
    decode_component,
    decode_cookie,
    encode_component,
    find_cookie,
)

Record = Callable[[Kind, Mapping[str, Any], Mapping[str, Any] | None], None]
_PREFIX = "s:"


class Seen:
    """Turns what app.js tells into events of one lane."""

    def __init__(self, options: SessionOptions, record: Record) -> None:
        self._name = options.name
        self._signer = Signer(options.secrets)  # type: ignore[arg-type] # a tuple since it was made
        self._record = record
        self._found: bool | None = None

    def tell(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Record an event for each line."""
        for line in lines:
            kind = Kind(line["kind"])
            data = {key: value for key, value in line.items() if key != "kind"}
            match kind:
                case Kind.COOKIE_READ:
                    self._found = None
                    self._cookie_read(data["header"])
                case Kind.SESSION_OPEN:
                    self._session_open(data["id"])
                case Kind.COOKIE_DECIDED:
                    self._cookie_decided(data["set_cookie"])
                case _:
                    if kind is Kind.STORE and data["op"] == "get" and self._found is None:
                        self._found = data["found"]
                    self._record(kind, data, None)

    def _cookie_read(self, header: str | None) -> None:
        value = find_cookie(header, self._name) if header else None
        raw = decode_cookie(value) if value else None
        signed = raw is not None and raw.startswith(_PREFIX)
        text = raw[len(_PREFIX) :] if raw is not None and signed else ""
        id_, _, signature = text.rpartition(".")
        secret = self._signer.match(text) if signed else None
        data = {
            "name": self._name,
            "raw": raw,
            "id": id_ if signed else None,
            "signature": signature if signed else None,
            "secret": secret,
        }
        facts = ReadFacts(True, True, raw is not None, signed, secret is not None)
        self._record(Kind.COOKIE_READ, data, decide_read(facts).to_json())

    def _session_open(self, session_id: str) -> None:
        verdict = None
        if self._found is not None:
            verdict = decide_load(LoadFacts(self._found, False)).to_json()
        self._record(Kind.SESSION_OPEN, {"id": session_id, "new": not self._found}, verdict)

    def _cookie_decided(self, lines: list[str]) -> None:
        """The application may have set a cookie of that name, too; this one is signed."""
        front = f"{self._name}={encode_component(_PREFIX)}"
        line = next((it for it in reversed(lines) if it.startswith(front)), None)
        id_ = None
        if line is not None:
            signed = decode_component(line[len(front) :].partition(";")[0])
            id_ = signed.rpartition(".")[0]
        data = {"name": self._name, "id": id_, "set_cookie": line}
        self._record(Kind.COOKIE_DECIDED, data, None)
