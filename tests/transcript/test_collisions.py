"""What a held request does to what another one has written meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab.core.events import Purpose
from sessionlab.transcript.collisions import Ending, Loss, collision_of
from sessionlab.transcript.steps import lane_step

from .lane import Lane, record

BOOK, PEN = ["book"], ["book", "pen"]


@pytest.mark.parametrize(
    ("loaded", "others", "now", "losses"),
    [
        ({"cart": BOOK}, {"cart": PEN}, {"cart": BOOK}, ['cart "pen"']),
        ({"cart": BOOK}, {"cart": [*PEN, "cup"]}, {"cart": PEN}, ['cart "cup"']),
        ({"cart": PEN}, {"cart": [*PEN, "cup"]}, {"cart": []}, ['cart "cup"']),
        ({"cart": PEN}, {"cart": BOOK}, {"cart": PEN}, ["cart"]),
        ({"cart": PEN}, {}, {"cart": PEN}, ["cart"]),
        ({}, {"cart": [1, {"a": "가"}]}, {}, ['cart 1, {"a": "가"}']),
        ({"n": 1}, {"n": 2, "user": "alice"}, {"n": 1}, ["n", "user"]),
        ({"n": 1}, {"n": 2, "user": "alice"}, {"n": 3, "user": "alice"}, ["n"]),
    ],
)
def test_what_the_other_had_changed_and_is_not_there_is_lost(
    loaded: dict[str, Any], others: dict[str, Any], now: dict[str, Any], losses: list[str]
) -> None:
    lane = Lane().request().store("get", "A", found=True, record=record(**loaded)).hold()
    lane.request().store("set", "A", record=record(**others)).response()
    lane.resume().store("set", "A", record=record(**now)).response()
    lane.snapshot({"A": record(**loaded)}, {"A": record(**now)})
    collision = collision_of(lane_step(lane.entries))
    assert collision is not None
    assert (collision.ending, collision.id) == (Ending.WROTE_OVER, "A")
    assert [str(loss) for loss in collision.losses] == losses


@pytest.mark.parametrize(
    ("loss", "later", "left"),
    [
        (Loss("cart", ("pen", "cup")), {"cart": ["cup"]}, Loss("cart", ("pen",))),
        (Loss("cart", ("pen",)), {"cart": ["pen"]}, None),
        (Loss("cart", ("pen",)), {"cart": "no list"}, Loss("cart", ("pen",))),
        (Loss("cart", ("pen",)), {}, Loss("cart", ("pen",))),
        (Loss("user"), {}, Loss("user")),
        (Loss("user"), {"user": "bob"}, None),
    ],
)
def test_a_loss_lasts_until_what_was_lost_is_there_again(
    loss: Loss, later: dict[str, Any], left: Loss | None
) -> None:
    assert loss.left_in(later) == left


@pytest.mark.parametrize(
    ("logged_out", "error", "ending"),
    [
        ("A", None, Ending.LOGOUT_UNDONE),
        ("B", None, Ending.CAME_BACK),
        ("A", "connection lost", Ending.CAME_BACK),
    ],
)
def test_a_logout_is_undone_where_the_record_that_it_destroyed_is_back(
    logged_out: str, error: str | None, ending: Ending
) -> None:
    lane = Lane().request().store("get", "A", found=True, record=record()).hold()
    lane.request(purpose=Purpose.LOGOUT).store("destroy", logged_out, error=error).response()
    lane.request().store("destroy", "A").response()
    lane.resume().store("set", "A", record=record()).response()
    lane.snapshot({"A": record()}, {"A": record()})
    collision = collision_of(lane_step(lane.entries))
    assert collision is not None
    assert collision.ending is ending
