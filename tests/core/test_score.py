"""The vocabulary of the scoreboard."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from sessionlab.core.score import Score, ScoreCell, ScoreCode, ScoreRow

CELL = ScoreCell(ScoreCode.BYTES, amount=120, step=3)


@pytest.mark.parametrize("codes", [ScoreRow, ScoreCode])
def test_codes_are_kebab_case_and_say_their_names(codes: Any) -> None:
    for code in codes:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.value)
        assert code.name == code.value.replace("-", "_").upper()


def test_a_cell_that_only_answers_has_no_amount_no_step_and_loses_nothing() -> None:
    assert ScoreCell(ScoreCode.YES) == ScoreCell(ScoreCode.YES, amount=None, step=None, loses=False)


@pytest.mark.parametrize("made", [CELL, Score(ScoreRow.WIRE_BYTES, (CELL, CELL))])
def test_what_was_computed_can_not_be_changed(made: Any) -> None:
    for field in fields(made):
        with pytest.raises(FrozenInstanceError):
            setattr(made, field.name, None)
    assert not hasattr(made, "__dict__")
