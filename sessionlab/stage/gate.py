"""A gate that holds one request, so that requests overlap in the same way each time.

Rules
- Nothing sleeps, and nothing depends on chance: the gate opens when the requests in between have
  been answered.
- The first request at a gate is held; the others pass.
"""

from __future__ import annotations

from threading import Condition

PATIENCE = 30.0
"""Seconds after which waiting is an error; long enough for a busy machine."""


class Gate:
    """Holds the first request until it is opened."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._held = False
        self._ended = False
        self._open = False

    def pass_by(self) -> None:
        """Called by each request; waits if it is held.  Raises TimeoutError after `PATIENCE`."""
        with self._changed:
            if self._held or self._open:
                return
            self._held = True
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._open, PATIENCE):
                raise TimeoutError(f"a held request was not let go within {PATIENCE:g} s")

    def end(self) -> None:
        """Called when the request is over, whether or not it was held."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait(self) -> bool:
        """Wait until the request is held (True) or over without (False).  Raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._held or self._ended, PATIENCE):
                raise TimeoutError(f"a request neither came nor ended within {PATIENCE:g} s")
            return self._held

    def open(self) -> None:
        """Let the request go on."""
        with self._changed:
            self._open = True
            self._changed.notify_all()
