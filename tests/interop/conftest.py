"""One Redis and the applications on it, for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sessionlab.demo.express.processes import OwnRedis

from .parts import needed_parts
from .sites import World
from .visitor import Visitor

pytest.register_assert_rewrite("tests.interop.dialogues")


@pytest.fixture(scope="session")
def _world() -> Iterator[World]:
    parts = needed_parts()
    assert parts.redis_server is not None
    with OwnRedis(parts.redis_server) as server:
        world = World(parts, server)
        try:
            yield world
        finally:
            world.stop()


@pytest.fixture
def world(_world: World) -> World:
    """The applications, with an empty Redis."""
    _world.begin()
    return _world


@pytest.fixture
def visitor(world: World) -> Visitor:
    return Visitor(world.now)
