"""A comparison as renderables: the lanes' words, step by step, the attributes, the scoreboard.

The parts fit themselves to the width of the console that prints them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType

from sessionlab.core.events import ResponseReceived
from sessionlab.render.attribute_table import AttributeTable, attributes_seen
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.comparison import Comparison
from sessionlab.render.ids import IdColours, ids_of
from sessionlab.render.intro import Intro
from sessionlab.render.scoreboard import Scoreboard
from sessionlab.render.step import StepBlock


def render_comparison(
    view: Comparison, catalogue: Catalogue, *, wide: bool = False, step: int | None = None
) -> Iterable[RenderableType]:
    """The parts of a comparison from top to bottom, each for ``console.print``.

    ``wide``: whole values, and the whole sentence with each decision.  ``step``: that step alone.
    Raises LookupError for an unknown step.
    """
    if step is not None:
        block = render_step(view, step, catalogue, wide=wide)
        return [block, "", _attributes(view, catalogue, step)]
    return _all_parts(view, catalogue, wide)


def render_step(
    view: Comparison, number: int, catalogue: Catalogue, *, wide: bool = False
) -> StepBlock:
    """One step; IDs have the colours that they have in the whole comparison.

    Raises LookupError for an unknown step.
    """
    for step in view.steps:
        if step.number == number:
            return StepBlock(view, step, catalogue, colours_of(view), wide)
    raise LookupError(f"no step {number}: there are {[step.number for step in view.steps]}")


def colours_of(view: Comparison) -> IdColours:
    """The colours of all IDs of a comparison, in the order of steps and lanes."""
    entries = [entry for lane in view.lanes for entry in lane.transcript.entries]
    in_order = sorted(entries, key=lambda entry: entry.step)
    return IdColours(ids_of(entry.event for entry in in_order))


def _all_parts(view: Comparison, catalogue: Catalogue, wide: bool) -> Iterator[RenderableType]:
    ids = colours_of(view)
    yield Intro(view, catalogue)
    for step in view.steps:
        yield ""
        yield StepBlock(view, step, catalogue, ids, wide)
    yield ""
    yield _attributes(view, catalogue)
    if view.scores:
        yield ""
        yield Scoreboard(view, catalogue)


def _attributes(view: Comparison, catalogue: Catalogue, step: int | None = None) -> AttributeTable:
    lines = (
        line
        for lane in view.lanes
        for answered in lane.transcript.of(ResponseReceived, step)
        for line in answered.event.set_cookie
    )
    return attributes_seen(lines, catalogue)
