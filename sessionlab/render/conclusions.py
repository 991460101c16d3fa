"""The ⇒ lines below a step: the lanes' findings as sentences, and the lesson's note.

Lanes that show the same share a line.  A lane is named in front of its sentence, so that the
sentence needs no grammar for names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.comparison import Comparison, StepView, said
from sessionlab.render.exchange import LaneStep
from sessionlab.render.findings import Finding, findings
from sessionlab.render.grid import broken, padded
from sessionlab.render.look import Line, Look
from sessionlab.render.phrase import phrase, styled
from sessionlab.render.styles import FINDING_MARK, HEADING, QUIET

_ANSWER_CELLS = 40


def conclusions(
    console: Console, view: Comparison, step: StepView, lanes: Sequence[LaneStep], look: Look
) -> Iterator[Text]:
    """The lines, each of ``look.room`` cells."""
    for finding, titles in _shared(view, step.number, lanes, look).items():
        line = styled(f" {FINDING_MARK} ", HEADING)
        if len(view.lanes) > 1:
            everywhere = len(titles) == len(view.lanes)
            names = look.words("every-lane") if everywhere else Text(", ").join(titles)
            names.stylize(HEADING)
            line.append(names).append(": ")
        yield from _whole(console, line.append(_sentence(finding, look)), look.room)
    if note := said(step.note, look.catalogue.language):
        yield from _whole(console, Text("   ").append(safe.text(note, QUIET)), look.room)


def _whole(console: Console, line: Text, room: int) -> Iterator[Text]:
    for piece in broken(console, Line(line, hang=3), room):
        yield padded(piece, room)


def _shared(
    view: Comparison, number: int, lanes: Sequence[LaneStep], look: Look
) -> dict[Finding, list[Text]]:
    """Each finding with the titles of the lanes that show it."""
    shared: dict[Finding, list[Text]] = {}
    for lane, step in zip(view.lanes, lanes, strict=True):
        title = safe.text(said(lane.title, look.catalogue.language))
        earlier = [event for event in lane.transcript.events if event.step < number]
        for finding in findings(step, earlier):
            shared.setdefault(finding, []).append(title)
    return shared


def _sentence(finding: Finding, look: Look) -> Text:
    fields: dict[str, Text | str | int] = dict(finding.fields)
    for name, value in finding.fields:
        if name == "id":
            fields[name] = look.id(str(value))
        elif name == "refusal":
            fields[name] = look.words(f"refusal.{value}")
        elif name == "reason":
            fields[name] = phrase(look.catalogue, f"reasons.reason.{value}")
        elif name in ("answer", "name", "members", "others"):
            fields[name] = look.value(str(value), look.room - _ANSWER_CELLS, HEADING)
        elif isinstance(value, int):
            fields[name] = f"{value:,}"
    return phrase(look.catalogue, f"compare.finding.{finding.code}", "", **fields)
