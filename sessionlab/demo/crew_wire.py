"""How a worker and its foreman talk: events up, pages of events down, one JSON text a line.

Rules
- A line from a worker is an event (``kind``) or a question (``after``, ``limit``); only a question
  is answered, by one line.
- Both ends are processes of ours: what can not be read is a defect, not an attack.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any

from sessionlab.core.events import Kind
from sessionlab.core.wire import dump_json
from sessionlab.demo.eventlog import Page


class RemoteLog:
    """The log of a worker: a way to the foreman's.  When he is gone, so is the worker."""

    def __init__(self, talk: socket.socket) -> None:
        self._talk = talk
        self._answers = talk.makefile("rb")
        self._lock = Lock()

    def record(
        self,
        lane: str,
        kind: Kind,
        data: Mapping[str, Any],
        verdict: Mapping[str, Any] | None = None,
    ) -> None:
        """Tell an event; it is in the log before anything that is told or asked later."""
        line = {"lane": lane, "kind": kind.value, "data": data, "verdict": verdict}
        with self._lock:
            self._say(line)

    def after(self, seq: int, limit: int) -> Page:
        """The foreman's events: those of all workers."""
        with self._lock:
            self._say({"after": seq, "limit": limit})
            answer = self._answers.readline()
        if not answer:
            os._exit(0)
        return Page(**json.loads(answer))

    def _say(self, line: Mapping[str, Any]) -> None:
        try:
            self._talk.sendall(f"{dump_json(line)}\n".encode())
        except OSError:
            os._exit(0)


def page_line(page: Page) -> bytes:
    """The answer to a question."""
    return f"{dump_json(page._asdict())}\n".encode()


class Lines:
    """Octets as they come, cut into the lines that they hold."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> Iterator[Any]:
        """The JSON values of the lines that are now whole."""
        *whole, self._rest = (self._rest + octets).split(b"\n")
        return map(json.loads, whole)
