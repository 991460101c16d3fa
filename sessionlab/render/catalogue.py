"""The text catalogue: every sentence that a person reads, in each language.

Rules
- A sentence has a dotted key; its first part is the file: ``reasons.cookie.rolling-sent`` is
  the key ``rolling-sent`` of the table ``[cookie]`` in ``text/<language>/reasons.toml``.
- A file is read when the first of its sentences is asked for.
- A missing sentence is replaced by the English one, and that by the words of its key.  It never
  fails a user's run; the tests find it.
- Fields are filled with ``str.format``.  Their values may be hostile: callers make them visible.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "ko")
"""Each has a folder in ``text``; the first replaces what the others lack."""
_TEXT = Path(__file__).parent / "text"


class Catalogue:
    """The sentences of one language.  Raises LookupError for an unknown language."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise LookupError(f"no language {language!r}: there are {', '.join(LANGUAGES)}")
        self.language = language

    def text(self, key: str, /, **fields: object) -> str:
        """The sentence of a key, its fields filled in."""
        found = self._find(key)
        if found is None:
            found = _spell_out(key)
        return found.format(**fields) if fields else found

    def has(self, key: str, /) -> bool:
        """Whether the sentence exists, at least in English."""
        return self._find(key) is not None

    def _find(self, key: str) -> str | None:
        topic, *path = key.split(".")
        for language in dict.fromkeys((self.language, LANGUAGES[0])):
            found: Any = _topic(language, topic)
            for part in path:
                found = found.get(part) if isinstance(found, Mapping) else None
            if isinstance(found, str):
                return found
        return None


def language_of(environ: Mapping[str, str]) -> str:
    """The language that a POSIX environment asks for, or else the first."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return next((it for it in LANGUAGES if value.lower().startswith(it)), LANGUAGES[0])
    return LANGUAGES[0]


def _spell_out(key: str) -> str:
    """The words of a key: ``seal broken`` for ``problems.seal-broken.what``."""
    return key.removesuffix(".what").rpartition(".")[2].replace("-", " ")


@cache
def _topic(language: str, topic: str) -> Mapping[str, Any]:
    loader: Any = __spec__.loader  # which also reads from a zip archive
    try:
        octets = loader.get_data(str(_TEXT / language / f"{topic}.toml"))
    except OSError:
        return {}
    return tomllib.loads(octets.decode("utf-8"))
