"""A comparison as renderables: the lanes' words, step by step, the attributes, the scoreboard.

`sessionlab.render.comparison` holds the input types and shows how they are filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType

from sessionlab.core.events import Event, Kind
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
    """The parts of a comparison, from the top to the bottom, for ``console.print`` each.

    ``wide``: whole values, and the whole sentence with each decision.  ``step``: that step alone.
    Raises LookupError for a step that is not there.
    """
    if step is not None:
        block = render_step(view, step, catalogue, wide=wide)
        return [block, "", _attributes(view, catalogue, step)]
    return _whole(view, catalogue, wide)


def render_step(
    view: Comparison, number: int, catalogue: Catalogue, *, wide: bool = False
) -> StepBlock:
    """One step; IDs have the colours that they have in the whole comparison.

    Raises LookupError for a step that is not there.
    """
    for step in view.steps:
        if step.number == number:
            return StepBlock(view, step, catalogue, colours_of(view), wide)
    raise LookupError(f"no step {number}: there are {[step.number for step in view.steps]}")


def colours_of(view: Comparison) -> IdColours:
    """The colours of all IDs of a comparison, in the order of steps and lanes."""
    events = [event for lane in view.lanes for event in lane.transcript.events]
    return IdColours(ids_of(sorted(events, key=lambda event: event.step)))


def _whole(view: Comparison, catalogue: Catalogue, wide: bool) -> Iterator[RenderableType]:
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
    events: list[Event] = [
        event for lane in view.lanes for event in lane.transcript.of(Kind.RESPONSE, step)
    ]
    return attributes_seen(
        (line for event in events for line in event.data["set_cookie"]), catalogue
    )
