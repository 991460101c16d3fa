"""Hands connections to workers in turn, each when its request begins to arrive.

Rules
- The turn goes by requests: a connection that a browser opens ahead takes none until it is used.
- A client that says nothing for `PATIENCE` seconds is dropped, and so is the oldest of more than
  `MOST_WAITING`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from time import monotonic

from sessionlab.demo.server import PATIENCE

MOST_WAITING = 500
"""Connections that are open and have said nothing yet."""


class Waiting:
    """Connections whose clients have said nothing yet, the oldest first, by their descriptors."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[socket.socket, float]] = {}

    def __contains__(self, descriptor: int) -> bool:
        return descriptor in self._waiting

    def add(self, connection: socket.socket) -> None:
        """Wait for what this client has to say."""
        self._waiting[connection.fileno()] = (connection, monotonic() + PATIENCE)

    def take(self, descriptor: int) -> socket.socket | None:
        """The connection that has something to say; None: its client has hung up instead."""
        connection, _ = self._waiting.pop(descriptor)
        try:
            if connection.recv(1, socket.MSG_PEEK):
                return connection
        except OSError:
            pass  # reset: hung up as well
        connection.close()
        return None

    def overdue(self) -> Iterator[int]:
        """Close what has waited too long; gives the descriptors as they were."""
        now = monotonic()
        for descriptor, (connection, until) in list(self._waiting.items()):
            if until > now and len(self._waiting) <= MOST_WAITING:
                return
            del self._waiting[descriptor]
            connection.close()
            yield descriptor

    def patience(self) -> float | None:
        """Seconds until the oldest has waited too long; None: nobody waits."""
        for _, until in self._waiting.values():
            return max(until - monotonic(), 0.0)
        return None

    def close(self) -> None:
        """Close every connection."""
        for connection, _ in self._waiting.values():
            connection.close()
        self._waiting.clear()
