"""What ``serve`` writes: whole lines, on stdout for what happens, on stderr for complaints.

Rules
- One line that can not be written ends nothing by itself: the server notices that its reader has
  gone, and stops.
- When the process ends, no thread is in the middle of writing: what is written is whole lines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from threading import Lock

from sessionlab.render.safe import visible

_STUCK_AFTER = 1.0  # seconds


class Output:
    """Lines on stdout, whole ones, from any thread; nothing once it is closed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open = True

    def write(self, lines: Iterable[str]) -> None:
        """Write lines and flush them; silently nothing where nobody reads any more."""
        text = "".join(f"{line}\n" for line in lines)
        with self._lock:
            if text and self._open:
                try:
                    sys.stdout.write(text)
                    sys.stdout.flush()
                except (BrokenPipeError, ValueError):
                    self._open = False

    def close(self) -> bool:
        """Write nothing any more, and leave nothing for the interpreter to flush.

        False: a thread is stuck in a write that nobody reads, and an orderly end of the
        interpreter would wait for it for ever.
        """
        if not self._lock.acquire(timeout=_STUCK_AFTER):
            return False
        self._open = False
        try:
            sys.stdout.flush()
        except (BrokenPipeError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True


def complain(*lines: str) -> None:
    """Write lines to stderr, the invisible made visible."""
    for line in lines:
        sys.stderr.write(f"{visible(line)}\n")
    sys.stderr.flush()
