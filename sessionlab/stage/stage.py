"""An open lane, which is played step by step; a replay is all steps of a script in turn.

    with open_stage(lane) as stage:
        entries = stage.play(Step(1, request=Request("GET", "{base}")))

Rules
- A step may come from anywhere: a script, a learner, an attack.
- Lanes share no servers, clocks, IDs or jars, and may be open at the same time.
- Nothing waits: the clock is moved by hand, and overlapping requests are held at a gate.  The same
  steps give the same transcript.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sessionlab.core.entries import Entry, Transcript
from sessionlab.core.events import Event, ServerKind, StoreSnapshot, TimePassed
from sessionlab.stage.applications import APPLICATIONS, Application, Backstage
from sessionlab.stage.browsers import Browsers, Destination
from sessionlab.stage.clock import ManualClock
from sessionlab.stage.fleet import Fleet
from sessionlab.stage.ids import SeededIds
from sessionlab.stage.overlap import send_held
from sessionlab.stage.recorder import Recorder
from sessionlab.stage.scenario import VERBS, Lane, Request, Scenario, Step
from sessionlab.stage.stores import shared_store

if TYPE_CHECKING:
    from sessionlab.demo.express.outside import Outside

OnStep = Callable[[Lane, Step], None]
"""Called before each step, to show progress."""


def replay(
    scenario: Scenario,
    modules: Path = Path(),
    redis_url: str | None = None,
    on_step: OnStep = lambda lane, step: None,
) -> tuple[Transcript, ...]:
    """The transcripts of a scenario, in the order of its lanes.

    A scenario with Express uses ``modules``, the folder of its packages, and ``redis_url``, a
    running Redis; None: one is started.  Raises StageError for a step that cannot be carried out,
    PartsMissing and ProgramFailed for the programs from outside, OSError if no port is free.
    """
    with ExitStack() as opened:
        outside = None
        if scenario.needs_outside:
            from sessionlab.demo.express.outside import open_outside

            outside = opened.enter_context(open_outside(modules, redis_url))
        transcripts = []
        for lane in scenario.lanes:
            with open_stage(lane, lesson=scenario.lesson, outside=outside) as stage:
                for step in scenario.steps:
                    on_step(lane, step)
                    stage.play(step)
                transcripts.append(stage.transcript)
        return tuple(transcripts)


@contextmanager
def open_stage(
    lane: Lane,
    *,
    lesson: str = "",
    outside: Outside | None = None,
    applications: Mapping[ServerKind, Application] = APPLICATIONS,
) -> Iterator[Stage]:
    """Open a lane with a new clock, store, servers and browsers.

    ``lesson`` and the lane's id are the seed of the session IDs.  Raises what starting a server
    raises (OSError, ProgramFailed), and ValueError for a lane that needs ``outside``.
    """
    clock = ManualClock()
    recorder = Recorder(lane.id, clock)
    with shared_store(lane.store, clock, outside) as store:
        ids = SeededIds(f"{lesson}/{lane.id}")
        with Fleet(Backstage(lane, clock, ids, recorder, store, outside), applications) as fleet:
            yield Stage(lesson, lane, clock, recorder, fleet)


class Stage:
    """An open lane; made by `open_stage`."""

    def __init__(
        self, lesson: str, lane: Lane, clock: ManualClock, recorder: Recorder, fleet: Fleet
    ) -> None:
        self.lane = lane
        self._lesson = lesson
        self._clock = clock
        self._recorder = recorder
        self._fleet = fleet
        self._browsers = Browsers(clock, recorder)

    @property
    def transcript(self) -> Transcript:
        """The transcript so far."""
        lane = self.lane
        return Transcript(self._lesson, lane.id, lane.settings, self._recorder.entries)

    def play(self, step: Step) -> tuple[Entry[Event], ...]:
        """Carry out the verbs of a step in their fixed order; return the new entries.

        Raises StageError for a step that cannot be carried out.
        """
        record = self._recorder.record
        self._recorder.step = step.number
        played = len(self._recorder.entries)
        before = self._fleet.records()
        for verb, carry_out in CARRIED_OUT.items():
            if getattr(step, verb):
                carry_out(self, step)
        if edit := step.edits.get(self.lane.plays):
            # With other options, the browser of a varied lane may have no such cookie.
            is_varied = self.lane.plays != self.lane.id
            self._browsers.edit(step.client, edit, may_be_missing=is_varied)
        if step.request is not None:
            for _ in range(step.repeat):
                self._send(step, step.request)
        for number, after in self._fleet.records().items():
            record(StoreSnapshot(before.get(number, {}), after, number))
        return self._recorder.entries[played:]

    def _advance(self, step: Step) -> None:
        self._clock.advance(step.advance)
        self._recorder.record(TimePassed(step.advance))

    def _restart(self, step: Step) -> None:
        self._recorder.record(self._fleet.restart(step.server))

    def _close(self, step: Step) -> None:
        self._browsers.close(step.client)

    def _copy(self, step: Step) -> None:
        if step.copy is not None:
            self._browsers.copy(step.copy, step.client)

    def _send(self, step: Step, request: Request) -> None:
        to = self._fleet.destination(step.server)
        asked = self._browsers.ask(
            to, step.client, self._in_this_lane(request), cookies=step.cookies
        )
        if not step.meanwhile:
            self._browsers.take(asked, self._browsers.exchange(asked))
            return

        def meanwhile(is_held: bool) -> None:
            self._send_others(step, to if is_held else None)

        send_held(self._browsers, self._recorder, asked, meanwhile)

    def _send_others(self, step: Step, held_at: Destination | None) -> None:
        for other in step.meanwhile:
            to = self._fleet.destination(other.server)
            asked = self._browsers.ask(
                to, other.client, self._in_this_lane(other.request), cookies=True
            )
            answer = self._browsers.exchange(asked, held=1 if to == held_at else 0)
            self._browsers.take(asked, answer)

    def _in_this_lane(self, request: Request) -> Request:
        """The request with this lane's base in its target."""
        return replace(request, target=request.target.replace("{base}", self.lane.base))


CARRIED_OUT: Final[Mapping[str, Callable[[Stage, Step], None]]] = {
    verb: getattr(Stage, f"_{verb}") for verb in VERBS
}
"""The method of `Stage` that carries out each verb of `Step`."""
