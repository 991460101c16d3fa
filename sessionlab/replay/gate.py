"""A gate that holds one request, so that what overlaps in a script overlaps in each replay.

Rules
- Nobody sleeps and nothing is left to chance: the script opens the gate when the requests in
  between have been answered.
- The first request that comes to a gate is held; the others go by.
"""

from __future__ import annotations

from threading import Condition

PATIENCE = 30.0
"""Seconds after which waiting is an error; a busy machine may take some."""


class Gate:
    """Holds the first request that comes, until it is opened."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._held = False
        self._ended = False
        self._open = False

    def pass_by(self) -> None:
        """Called by a request on its way.  Raises TimeoutError where nobody opens the gate."""
        with self._changed:
            if self._held or self._open:
                return
            self._held = True
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: self._open, PATIENCE):
                raise TimeoutError(f"a held request was not let go within {PATIENCE:g} s")

    def end(self) -> None:
        """The request is over, held or not."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait(self) -> bool:
        """Wait until a request is held (true), or over without ever coming by (false)."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._held or self._ended, PATIENCE):
                raise TimeoutError(f"a request neither came nor ended within {PATIENCE:g} s")
            return self._held

    def open(self) -> None:
        """Let the request go on."""
        with self._changed:
            self._open = True
            self._changed.notify_all()
