"""The ⇒ lines below a step: the lanes' findings as sentences, and the lesson's note.

Lanes with the same finding share a line.  The lanes are named in front of the sentence, so that no
sentence needs the grammar for a name.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from sessionlab.core.decide import Reason
from sessionlab.core.jar.codes import Refusal
from sessionlab.render.comparison import Comparison, StepView
from sessionlab.render.grid import filled
from sessionlab.render.look import Line, Look
from sessionlab.render.phrase import localized, phrase, styled
from sessionlab.render.styles import FINDING_MARK, HEADING, QUIET
from sessionlab.transcript.findings import Finding, findings

_ANSWER_CELLS = 40


def conclusions(console: Console, view: Comparison, step: StepView, look: Look) -> Iterator[Text]:
    """The lines, each of ``look.room`` cells."""
    for finding, titles in _shared(view, step.number, look).items():
        line = styled(f" {FINDING_MARK} ", HEADING)
        if len(view.lanes) > 1:
            everywhere = len(titles) == len(view.lanes)
            names = look.words("every-lane") if everywhere else Text(", ").join(titles)
            names.stylize(HEADING)
            line.append(names).append(": ")
        line.append(_sentence(finding, look))
        yield from filled(console, Line(line, hang=3), look.room)
    if note := localized(step.note, look.catalogue, QUIET):
        yield from filled(console, Line(Text("   ").append(note), hang=3), look.room)


def _shared(view: Comparison, number: int, look: Look) -> dict[Finding, list[Text]]:
    """Each finding with the titles of the lanes that show it."""
    shared: dict[Finding, list[Text]] = {}
    for lane in view.lanes:
        title = localized(lane.title, look.catalogue)
        for finding in findings(lane.transcript, number):
            shared.setdefault(finding, []).append(title)
    return shared


def _sentence(finding: Finding, look: Look) -> Text:
    fields: dict[str, Text | str | int] = dict(finding.fields)
    for name, value in finding.fields:
        if name == "id":
            fields[name] = look.id(str(value))
        elif isinstance(value, Refusal):
            fields[name] = look.words(f"refusal.{value}")
        elif isinstance(value, Reason):
            fields[name] = phrase(look.catalogue, f"reasons.reason.{value}")
        elif name in ("answer", "name", "members", "others"):
            fields[name] = look.value(str(value), look.room - _ANSWER_CELLS, HEADING)
        elif isinstance(value, int):
            fields[name] = f"{value:,}"
    return phrase(look.catalogue, f"compare.finding.{finding.code}", "", **fields)
