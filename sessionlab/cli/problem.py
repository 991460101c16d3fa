"""Something that a command can not do, with its sentence and its exit code."""

from __future__ import annotations

from sessionlab.cli.exit import Exit
from sessionlab.render.catalogue import Catalogue


class Problem(Exception):
    """``key`` is the catalogue's key of the sentence, ``fields`` what it is about."""

    def __init__(self, key: str, code: Exit = Exit.USAGE, **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.code = code
        self.fields = fields

    def sentence(self, catalogue: Catalogue) -> str:
        """What a person reads."""
        return catalogue.text(self.key, **self.fields)
