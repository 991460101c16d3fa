"""A listener, and a site that is listened to: what the tests of events share."""

from __future__ import annotations

from typing import Any

from sessionlab.core.decide import Verdict
from sessionlab.core.events import Kind

from .visiting import Environ, Site, by_path, look, session_of


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Kind, Verdict | None, dict[str, Any]]] = []

    def __call__(
        self, environ: Environ, kind: Kind, verdict: Verdict | None, data: dict[str, Any]
    ) -> None:
        self.heard.append((environ["PATH_INFO"], kind, verdict, data))

    @property
    def steps(self) -> list[str]:
        """Each step in a word or two; and forgets them."""
        steps = []
        for _, kind, verdict, data in self.heard:
            detail = data.get("op") or data.get("call") or (verdict and verdict.reason.value)
            steps.append(f"{kind.value} {detail}" if detail else kind.value)
        self.heard.clear()
        return steps

    def data(self, kind: Kind) -> dict[str, Any]:
        """The data of the one event of a kind."""
        (found,) = (data for _, heard, _, data in self.heard if heard is kind)
        return found


def login(environ: Environ) -> None:
    session_of(environ).regenerate()["user"] = "alice"


def logout(environ: Environ) -> None:
    session_of(environ).destroy()


def save_and_reload(environ: Environ) -> None:
    session_of(environ).save()
    session_of(environ).reload().touch()


heard_app = by_path(look=look, login=login, logout=logout, save=save_and_reload)
"""An application with a path for each thing that is heard of; ``/`` counts."""


def heard_site(**options: Any) -> tuple[Site, Listener]:
    """The application with sessions, and who listens to it."""
    listener = Listener()
    return Site(heard_app, lint=False, listener=listener, **options), listener
