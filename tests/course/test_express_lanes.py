"""Lanes with Express in them: what they have to say, and how time reaches those who ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessionlab.core.events import ServerKind
from sessionlab.course.errors import LessonError
from sessionlab.course.loader import load
from sessionlab.stage.clock import ManualClock
from sessionlab.stage.scenario import StoreKind

from .support import VALID, shipped, write

TWO = 'servers = ["express", "python"]'
REDIS = 'store = "redis"'


def with_lines(folder: Path, lane: str, *lines: str) -> Path:
    """The sample lesson, with more lines in one of its lanes."""
    head = f'id = "{lane}"\n'
    return write(folder, VALID.replace(head, head + "".join(f"{line}\n" for line in lines)))


def test_a_lane_of_both_shares_what_redis_keeps(tmp_path: Path) -> None:
    lesson = load(with_lines(tmp_path, "session", TWO, REDIS))
    plain, session = (lane.lane for lane in lesson.lanes)
    assert session.servers == (ServerKind.EXPRESS, ServerKind.PYTHON)
    assert (plain.store, session.store) == (StoreKind.MEMORY, StoreKind.REDIS)
    assert lesson.scenario().needs_outside
    assert not lesson.scenario(lesson.lanes[:1]).needs_outside
    assert not shipped("session").scenario().needs_outside


@pytest.mark.parametrize(
    ("lane", "lines", "told"),
    [
        ("session", (TWO,), "'store' can not be 'memory'. Valid here: redis."),
        ("session", (TWO, 'store = "sqlite"'), "'store' can not be 'sqlite'. Valid here: redis."),
        ("session", (REDIS,), "'store' can not be 'redis'. Valid here: memory, sqlite."),
        ("plain", (TWO, REDIS), "[lane] lacks the key 'express'."),
    ],
)
def test_what_does_not_go_together_is_an_error(
    tmp_path: Path, lane: str, lines: tuple[str, ...], told: str
) -> None:
    with pytest.raises(LessonError) as caught:
        load(with_lines(tmp_path, lane, *lines))
    assert told in str(caught.value)


def test_the_clock_tells_those_who_have_one_of_their_own() -> None:
    clock = ManualClock()
    heard: list[tuple[float, int]] = []
    clock.on_advance(lambda seconds: heard.append((seconds, clock())))
    began = clock()
    clock.advance(1.5)
    clock.advance(0)
    assert heard == [(1.5, began + 1500), (0, began + 1500)]
