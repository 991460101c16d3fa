"""The text catalogue: every sentence that a person reads, in each language.

Rules
- A sentence has a dotted key; its first part is the file: ``reasons.cookie.rolling-sent`` is
  the key ``rolling-sent`` of the table ``[cookie]`` in ``text/<language>/reasons.toml``.
- A file is read when the first of its sentences is asked for.
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
    """The sentences of one language.

    Raises LookupError for a language or a key that is not there: a missing sentence is a defect,
    never something to paper over in front of a user.
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise LookupError(f"no language {language!r}: there are {', '.join(LANGUAGES)}")
        self.language = language

    def text(self, key: str, /, **fields: object) -> str:
        """The sentence behind a key, its fields filled in."""
        topic, *path = key.split(".")
        found: Any = _topic(self.language, topic)
        for part in path:
            if not isinstance(found, Mapping) or part not in found:
                raise LookupError(f"no text {key!r} in {self.language}/{topic}.toml")
            found = found[part]
        if not isinstance(found, str):
            raise LookupError(f"{key!r} in {self.language}/{topic}.toml is no sentence")
        return found.format(**fields) if fields else found

    def has(self, key: str, /) -> bool:
        """Whether there is such a sentence."""
        try:
            self.text(key)
        except LookupError:
            return False
        return True


def language_of(environ: Mapping[str, str]) -> str:
    """The language that a POSIX environment asks for: Korean or, failing that, English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return "ko" if value.lower().startswith("ko") else "en"
    return "en"


@cache
def _topic(language: str, topic: str) -> Mapping[str, Any]:
    path = _TEXT / language / f"{topic}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LookupError(f"no topic {topic!r} in the catalogue of {language}") from None


def topics(language: str) -> list[str]:
    """The files of a language, without their ending, sorted."""
    return sorted(path.stem for path in (_TEXT / language).glob("*.toml"))
