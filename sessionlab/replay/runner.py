"""Plays a scenario: real servers and fresh browsers for each lane, one transcript each.

Rules
- Lanes are played one after the other; none sees another's servers, clock, IDs or jars.
- Nothing waits: the clock is moved by hand, and what overlaps is held at a gate.  The same
  scenario gives the same transcripts.
- The servers are made by whoever calls: this package knows scripts, not demos.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

from sessionlab.core.events import Kind, Transcript
from sessionlab.replay.browser import Address, Browser
from sessionlab.replay.clock import ManualClock
from sessionlab.replay.fleet import Fleet, Start
from sessionlab.replay.ids import SeededIds
from sessionlab.replay.overlap import send_held
from sessionlab.replay.recorder import Recorder
from sessionlab.replay.scenario import Lane, Request, Scenario, Step

ORIGIN = "http://localhost:3000"
"""Where the browsers see the servers, whatever ports they really have."""

OpenLane = Callable[[Lane, ManualClock, SeededIds, Recorder], AbstractContextManager[Start]]
"""Opens a lane: gives what starts its servers.  What they share, a file or another program, may
live as long as the context."""

OnStep = Callable[[Lane, Step], None]
"""Told before each step, for those who show progress."""


def replay(
    scenario: Scenario, open_lane: OpenLane, on_step: OnStep = lambda lane, step: None
) -> tuple[Transcript, ...]:
    """The transcripts of a scenario, in the order of its lanes.

    Raises ReplayError for a step that can not be done, and OSError where no port can be had.
    """
    return tuple(_play(scenario, lane, open_lane, on_step) for lane in scenario.lanes)


def _play(scenario: Scenario, lane: Lane, open_lane: OpenLane, on_step: OnStep) -> Transcript:
    clock = ManualClock()
    ids = SeededIds(f"{scenario.lesson}/{lane.id}")
    recorder = Recorder(lane.id, clock)
    with (
        open_lane(lane, clock, ids, recorder) as start,
        Fleet(lane.servers, start) as fleet,
    ):
        stage = _Stage(lane, clock, recorder, fleet)
        for step in scenario.steps:
            on_step(lane, step)
            stage.play(step)
    return Transcript(
        lesson=scenario.lesson,
        lane=lane.id,
        options=lane.settings,
        events=recorder.events,
    )


class _Stage:
    """One lane while it is being played."""

    def __init__(self, lane: Lane, clock: ManualClock, recorder: Recorder, fleet: Fleet) -> None:
        self._lane = lane
        self._clock = clock
        self._recorder = recorder
        self._fleet = fleet
        self._browser = Browser(ORIGIN, clock, recorder)

    def play(self, step: Step) -> None:
        """Carry out the verbs of one step, in their fixed order."""
        record = self._recorder.record
        self._recorder.step = step.number
        before = self._fleet.records()
        if step.advance:
            self._clock.advance(step.advance)
            record(Kind.ADVANCE, {"seconds": step.advance})
        if step.restart:
            record(Kind.RESTART, self._fleet.restart(step.server))
        if step.close:
            self._browser.close(step.client)
        if step.copy is not None:
            self._browser.copy(step.copy, step.client)
        if edit := step.edits.get(self._lane.plays):
            # Other options may be the reason why a varied lane's browser has no such cookie.
            varied = self._lane.plays != self._lane.id
            self._browser.edit(step.client, edit, may_be_missing=varied)
        if step.request is not None:
            for _ in range(step.repeat):
                self._send(step, self._here(step.request))
        after = self._fleet.records()
        for number, records in after.items():
            data = {"before": before.get(number, {}), "after": records, "server": number}
            record(Kind.SNAPSHOT, data)

    def _send(self, step: Step, request: Request) -> None:
        to = self._fleet.address(step.server)
        if not step.meanwhile:
            self._browser.send(to, step.client, request, cookies=step.cookies)
            return
        asked = self._browser.ask(to, step.client, request, cookies=step.cookies)

        def meanwhile(is_held: bool) -> None:
            self._send_others(step, to if is_held else None)

        send_held(self._browser, self._recorder, asked, meanwhile)

    def _send_others(self, step: Step, held_at: Address | None) -> None:
        for other in step.meanwhile:
            to = self._fleet.address(other.server)
            asked = self._browser.ask(to, other.client, self._here(other.request), cookies=True)
            response = self._browser.exchange(asked, held=1 if to == held_at else 0)
            self._browser.take(asked, response)

    def _here(self, request: Request) -> Request:
        """The request as this lane's."""
        return replace(request, target=request.target.replace("{base}", self._lane.base))
