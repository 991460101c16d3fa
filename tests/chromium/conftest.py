"""One browser and one local web for all tests here."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .browser import Browser, find_chromium
from .player import Player
from .server import LocalWeb


@pytest.fixture(scope="session")
def player() -> Iterator[Player]:
    """Plays cases to a headless Chromium.  Skips without one, but fails where CI=true."""
    executable = find_chromium()
    if executable is None:
        message = "there is no Chromium on this machine (chromium, chromium-browser, google-chrome)"
        if os.environ.get("CI") == "true":
            pytest.fail(message + "; a CI run must have one")
        pytest.skip(message)
    with LocalWeb() as web, Browser(executable, web.resolver_rules) as browser:
        yield Player(browser, web)
