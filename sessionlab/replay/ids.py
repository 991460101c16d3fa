"""Session IDs that look drawn by lot and are the same in every replay.

Rules
- 32 characters of the url-safe base64 alphabet, as the real ones: 24 octets, here of a digest.
- The seed names the lane, so that no two lanes of a comparison share an ID.
- For replays only.  Who can tell the seed can tell every ID.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import count

from sessionlab.core.wire import session_id_from_bytes

_OCTETS = 24


class SeededIds:
    """Makes the IDs of one lane; called with the request, as a ``genid`` is, and ignoring it."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._numbers = count(1)

    def __call__(self, environ: object = None) -> str:
        digest = sha256(f"{self.seed}/{next(self._numbers)}".encode()).digest()
        return session_id_from_bytes(digest[:_OCTETS])
