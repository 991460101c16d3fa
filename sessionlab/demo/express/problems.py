"""What can be wrong with the programs from outside: they are missing, or they fail."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from sessionlab.core.errors import SessionlabError


class OutsidePart(StrEnum):
    """What can be missing, with the fields of its sentence, ``express.missing.CODE``."""

    NODE = "node"  # least
    NODE_OLD = "node-old"  # least, found
    PACKAGES = "packages"  # names, folder, install
    REDIS_SERVER = "redis-server"
    REDIS_CLIENT = "redis-client"
    REDIS_URL = "redis-url"
    REDIS_AWAY = "redis-away"  # error


class Missing(NamedTuple):
    """A missing part, and the fields of its sentence."""

    part: OutsidePart
    fields: Mapping[str, object]


class ProgramFailed(OSError):
    """A program did not start, ended, or stopped answering; ``said`` is its last error line."""

    def __init__(self, program: str, said: str) -> None:
        super().__init__(f"{program} failed: {said or 'it said nothing'}")
        self.program = program
        self.said = said


class PartsMissing(SessionlabError):
    """All the parts from outside that are missing."""

    def __init__(self, parts: tuple[Missing, ...]) -> None:
        super().__init__(f"missing: {', '.join(missing.part for missing in parts)}")
        self.parts = parts
