"""Everything that the server of ``serve`` answers, without the server."""

from __future__ import annotations

from typing import Any

import pytest

from sessionlab.core.options import SessionOptions
from sessionlab.page.eventlog import EventLog
from sessionlab.page.guard import HostGuard
from sessionlab.page.site import make_site
from sessionlab.session.stores import MemoryStore

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(clock=lambda: NOW)


@pytest.fixture
def log() -> EventLog:
    return EventLog(clock=lambda: NOW)


@pytest.fixture
def site(store: MemoryStore, log: EventLog) -> Any:
    """Everything that the server answers, as if bound to 127.0.0.1:3000."""
    options = SessionOptions(secrets=("the session's secret", "an old one"), store=store)
    return make_site(options, HostGuard("127.0.0.1", 3000), log, clock=lambda: NOW)
