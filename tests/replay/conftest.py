"""Playing a script in one lane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sessionlab.core.events import Transcript
from sessionlab.replay.runner import replay
from sessionlab.replay.scenario import Lane, Scenario, Step

from .support import lane, make_counter, opened


@pytest.fixture
def play() -> Callable[..., Transcript]:
    """Play steps in one lane and give its transcript; steps are numbered here."""

    def of(
        *steps: dict[str, Any], make_app: Any = make_counter, on: Lane | None = None
    ) -> Transcript:
        numbered = tuple(Step(number=n, **step) for n, step in enumerate(steps, start=1))
        scenario = Scenario("lesson", (on or lane(),), numbered)
        return replay(scenario, opened(make_app))[0]

    return of
