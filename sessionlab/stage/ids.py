"""Session IDs that look random and are the same each time a script is played.

Rules
- 32 characters of the url-safe base64 alphabet, like real IDs: 24 octets, here of a digest.
- The seed names the lane, so that no two lanes of a comparison share an ID.
- For the stage only: anyone who knows the seed knows every ID.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import count

from sessionlab.core.wire import session_id_from_bytes

_OCTETS = 24


class SeededIds:
    """Makes the IDs of one lane; a ``genid``, which ignores the request."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._numbers = count(1)
        self._programs = count(1)

    def __call__(self, environ: object = None) -> str:
        digest = sha256(f"{self._seed}/{next(self._numbers)}".encode()).digest()
        return session_id_from_bytes(digest[:_OCTETS])

    def seed_for(self, program: str) -> str:
        """A new seed for a program that makes its own IDs."""
        return f"{self._seed}/{program}/{next(self._programs)}"
