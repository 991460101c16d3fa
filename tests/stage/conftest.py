"""Playing a script in one lane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sessionlab.core.entries import Transcript
from sessionlab.stage.scenario import Lane, Step
from sessionlab.stage.stage import open_stage

from .support import MakeApp, applications, lane, make_counter


@pytest.fixture
def play() -> Callable[..., Transcript]:
    """Play steps in one lane and give its transcript; steps are numbered here."""

    def of(
        *steps: dict[str, Any], make_app: MakeApp = make_counter, on: Lane | None = None
    ) -> Transcript:
        with open_stage(on or lane(), applications=applications(make_app)) as stage:
            for number, step in enumerate(steps, start=1):
                stage.play(Step(number, **step))
            return stage.transcript

    return of
