"""What a comparison comes to: the rows of the scoreboard, and what can stand in them.

Rules
- Only the vocabulary stands here.  The answers are worked out of transcripts, and have words in
  the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ScoreRow(StrEnum):
    """What the scoreboard compares; each has a label in the catalogue, ``compare.score``."""

    READABLE_BY = "readable-by"
    CHANGEABLE_BY = "changeable-by"
    REVOCABLE = "revocable"
    SURVIVES_RESTART = "survives-restart"
    SCALES = "scales"
    HOLDS_MUCH = "holds-much"  # 5 KB of data
    WIRE_BYTES = "wire-bytes"
    SERVER_BYTES = "server-bytes"


class ScoreCode(StrEnum):
    """What a cell of the scoreboard says; its words are in ``compare.score-cell``."""

    HOLDER = "holder"  # whoever holds the cookie
    SERVER = "server"  # the server alone
    YES = "yes"
    NO = "no"
    ALL = "all"  # everything survives
    SOME = "some"
    NOTHING = "nothing"
    BYTES = "bytes"  # ``amount`` bytes
    NOT_SHOWN = "not-shown"  # the replay has nothing that would tell


@dataclass(frozen=True, slots=True)
class ScoreCell:
    """One lane's answer to one row.

    ``amount`` is the number of bytes of `ScoreCode.BYTES`.  ``step`` is the step that shows it.
    ``loses``: of all lanes, this one comes off worst in the row; it is marked.
    """

    code: ScoreCode
    amount: int | None = None
    step: int | None = None
    loses: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the scoreboard; ``cells`` has one entry for each lane, in the lanes' order."""

    row: ScoreRow
    cells: tuple[ScoreCell, ...]
