"""The demo application without a server, and browsers for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client

from sessionlab.core.options import SessionOptions
from sessionlab.demo.apps import make_demo_app
from sessionlab.session.stores import MemoryStore

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(clock=lambda: NOW)


@pytest.fixture
def demo(store: MemoryStore) -> Callable[..., Any]:
    """Makes the demo application; every call has the same store."""

    def make(**more: Any) -> Any:
        options = SessionOptions(secrets="the session's secret", store=store)
        return make_demo_app(options, clock=lambda: NOW, sealed_secrets="the seal's", **more)

    return make


@pytest.fixture
def browser(demo: Callable[..., Any]) -> Client:
    """A browser that keeps its cookies."""
    return Client(demo())
