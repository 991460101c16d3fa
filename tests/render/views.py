"""Comparisons of lanes that were made by hand."""

from __future__ import annotations

from sessionlab.render.comparison import Comparison, LaneView, StepView
from tests.transcript.lane import Lane


def view_of(*lanes: Lane, note: str = "") -> Comparison:
    """A comparison of these lanes, with a step for each number that occurs."""
    numbers = sorted({entry.step for lane in lanes for entry in lane.entries})
    return Comparison(
        lesson="lesson",
        title={"en": "A lesson", "ko": "수업"},
        lanes=tuple(
            LaneView(
                id=lane.lane,
                title={"en": lane.lane, "ko": f"{lane.lane} 레인"},
                subtitle={"en": f"this is {lane.lane}", "ko": f"{lane.lane}입니다"},
                transcript=lane.transcript(),
            )
            for lane in lanes
        ),
        steps=tuple(
            StepView(number, {"en": f"Step {number}", "ko": f"{number}단계"}, {"en": note})
            for number in numbers
        ),
    )
