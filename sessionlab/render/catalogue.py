"""The text catalogue: every sentence that a person reads, in each language.

Rules
- A sentence has a dotted key; its first part is the file: ``reasons.cookie.rolling-sent`` is
  the key ``rolling-sent`` of the table ``[cookie]`` in ``text/<language>/reasons.toml``.
- A file is read when the first of its sentences is asked for.
- A sentence that is missing is given in English; where it is missing there too, its code stands
  for it.  A missing sentence is for its author to notice, not for a user: the tests raise there.
- Fields are filled with ``str.format``; the values may be hostile, the sentences are ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "ko")
_TEXT = Path(__file__).parent / "text"


class Catalogue:
    """The sentences of one language.  Raises LookupError for a language that is not there."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise LookupError(f"no language {language!r}: there are {', '.join(LANGUAGES)}")
        self.language = language

    def text(self, key: str, /, **fields: object) -> str:
        """The sentence behind a key, its fields filled in."""
        found = self._find(key)
        if found is None:
            found = _spell_out(key)
        return found.format(**fields) if fields else found

    def has(self, key: str, /) -> bool:
        """Whether there is such a sentence, at least in English."""
        return self._find(key) is not None

    def _find(self, key: str) -> str | None:
        topic, *path = key.split(".")
        for language in dict.fromkeys((self.language, "en")):
            found: Any = _topic(language, topic)
            for part in path:
                found = found.get(part) if isinstance(found, Mapping) else None
            if isinstance(found, str):
                return found
        return None


def language_of(environ: Mapping[str, str]) -> str:
    """The language that a POSIX environment asks for: Korean or, failing that, English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"


def _spell_out(key: str) -> str:
    """What stands for a missing sentence: ``problems.seal-broken.what`` is ``seal broken``."""
    return key.removesuffix(".what").rpartition(".")[2].replace("-", " ")


@cache
def _topic(language: str, topic: str) -> Mapping[str, Any]:
    loader: Any = __spec__.loader  # which also reads from a zip archive
    try:
        octets = loader.get_data(str(_TEXT / language / f"{topic}.toml"))
    except OSError:
        return {}
    return tomllib.loads(octets.decode("utf-8"))
