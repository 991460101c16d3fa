"""How far a replay is: one line on stderr that erases itself.

Rules
- Written to a terminal only, and only once a run has lasted long enough to make one wonder.
"""

from __future__ import annotations

from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from sessionlab.render.catalogue import Catalogue
    from sessionlab.stage.scenario import Lane, Scenario, Step

PATIENCE = 0.3
"""Seconds that pass before the first sign."""

_ERASE = "\r\x1b[K"


class Progress:
    """Shows which step is played; leaving the ``with`` block erases the line."""

    def __init__(self, scenario: Scenario, catalogue: Catalogue, screen: TextIO) -> None:
        self._catalogue = catalogue
        self._screen = screen
        self._total = len(scenario.lanes) * len(scenario.steps)
        self._done = 0
        self._quiet_until = monotonic() + PATIENCE
        self._shown = False

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._write(_ERASE)

    def tell(self, lane: Lane, step: Step) -> None:
        """A step begins."""
        if monotonic() >= self._quiet_until and self._screen.isatty():
            line = self._catalogue.text(
                "course.compare.progress",
                lane=lane.id,
                step=step.number,
                percent=100 * self._done // self._total,
            )
            self._write(f"{_ERASE}{line}")
            self._shown = True
        self._done += 1

    def _write(self, text: str) -> None:
        self._screen.write(text)
        self._screen.flush()
