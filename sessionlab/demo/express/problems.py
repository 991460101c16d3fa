"""What can be wrong with the parts from outside: they are not there, or do not work."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from sessionlab.core.errors import SessionlabError


class Part(StrEnum):
    """What can be missing, with the fields of its sentence, ``express.missing.CODE``."""

    NODE = "node"  # least
    NODE_OLD = "node-old"  # least, found
    PACKAGES = "packages"  # names, folder, install
    REDIS_SERVER = "redis-server"
    REDIS_CLIENT = "redis-client"
    REDIS_URL = "redis-url"
    REDIS_AWAY = "redis-away"  # error


class Missing(NamedTuple):
    """One missing part, and what its sentence says of it."""

    part: Part
    fields: Mapping[str, object]


class ProgramFailed(OSError):
    """A program that did not start, ended, or fell silent; ``said`` is what it complained of."""

    def __init__(self, program: str, said: str) -> None:
        super().__init__(f"{program} failed: {said or 'it said nothing'}")
        self.program = program
        self.said = said


class PartsMissing(SessionlabError):
    """Parts from outside that are not there, all of them."""

    def __init__(self, parts: tuple[Missing, ...]) -> None:
        super().__init__(f"missing: {', '.join(missing.part for missing in parts)}")
        self.parts = parts
