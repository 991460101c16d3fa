"""A listener, and a site that is listened to: what the tests of events share."""

from __future__ import annotations

from typing import Any, TypeVar

from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    Event,
    SessionCalled,
    SessionOpened,
    StoreAsked,
    StoreDecided,
)

from .visiting import Environ, Site, by_path, look, session_of

E = TypeVar("E", bound=Event)


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Event]] = []

    def __call__(self, environ: Environ, event: Event) -> None:
        self.heard.append((environ["PATH_INFO"], event))

    @property
    def events(self) -> list[Event]:
        return [event for _, event in self.heard]

    @property
    def steps(self) -> list[str]:
        """Each step in a word or two; and forgets them."""
        steps = [word_for(event) for event in self.events]
        self.heard.clear()
        return steps

    def of(self, kind: type[E]) -> E:
        """The one event of a kind."""
        (found,) = (event for event in self.events if isinstance(event, kind))
        return found


def word_for(event: Event) -> str:
    match event:
        case StoreAsked(op=detail) | SessionCalled(call=detail):
            return f"{event.kind} {detail}"
        case CookieRead() | SessionOpened() | CookieDecided() | StoreDecided() if event.verdict:
            return f"{event.kind} {event.verdict.reason}"
    return event.kind


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
