"""Dialogues between a visitor and two applications, and what becomes of them in Redis.

Rules
- A dialogue names its two applications A and B.  Each is played by Express and by Python, in all
  four casts, and every cast must show the same: answers, Set-Cookie lines, records, times to live.
- What is shown is written down in the order of events, with IDs numbered as they appear.
- Redis has a clock of its own, which runs on: a key has less left to live than it was given, by
  no more than the time that playing took.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, product
from time import monotonic
from typing import Any, NamedTuple

import pytest

from sessionlab.core.wire import Signer, decode_component

from .sites import OPTIONS, PREFIX, SECRET, Options, World
from .visitor import Visitor

CASTS = tuple(product(("express", "python"), repeat=2))
"""Who plays A and who plays B."""


class Ask(NamedTuple):
    """A request to A or B; ``sees`` is the body that is expected, ``sets`` whether a cookie is."""

    who: str
    line: str
    body: Any = None
    sees: str | None = None
    status: int = 200
    sets: bool | None = None
    client: str = "alice"


class Wait(NamedTuple):
    """Seconds pass."""

    seconds: float


class Steal(NamedTuple):
    """Mallory writes down alice's cookie, and sends it for ever."""


class Expect(NamedTuple):
    """What Redis holds: how many records, and the first one's seconds to live."""

    records: int
    ttl: int | None = None


class Plant(NamedTuple):
    """A record is put into Redis, and alice has its cookie, signed with ``secret``."""

    text: str
    secret: str = SECRET
    ttl: int = 3600


Step = Ask | Wait | Steal | Expect | Plant


@dataclass(frozen=True)
class Dialogue:
    """Steps, and the options in which A and B differ from `OPTIONS`, camelCase and in ms."""

    steps: Sequence[Step]
    both: Options = field(default_factory=dict)
    a: Options = field(default_factory=dict)
    b: Options = field(default_factory=dict)

    def play(self, world: World, cast: tuple[str, str]) -> Shown:
        """Play it on an empty Redis."""
        world.begin()
        return _Play(world, self, cast).run()

    def play_with_every_cast(self, world: World) -> None:
        """What is shown must be the same, whoever plays."""
        express, *others = (self.play(world, cast) for cast in CASTS)
        for shown in others:
            assert shown.rows == express.rows
            took = shown.seconds + express.seconds
            assert shown.lives == [pytest.approx(lives, abs=took) for lives in express.lives]


class Shown(NamedTuple):
    """What was to be seen: a row for each request, and the seconds that the keys had left then.

    ``seconds``: how long the play took.
    """

    rows: list[Any]
    lives: list[dict[str, float]]
    seconds: float


class _Play:
    def __init__(self, world: World, dialogue: Dialogue, cast: tuple[str, str]) -> None:
        self._world = world
        self._steps = dialogue.steps
        self._options = {
            "A": {**dialogue.both, **dialogue.a},
            "B": {**dialogue.both, **dialogue.b},
        }
        self._cast = dict(zip("AB", cast, strict=True))
        self._clients = {name: Visitor(world.now) for name in ("alice", "mallory")}
        numbers = count(1)
        self._names: dict[str, str] = _Numbered(lambda: f"id-{next(numbers)}")
        self._rows: list[Any] = []
        self._lives: list[dict[str, float]] = []
        self._began = monotonic()

    def run(self) -> Shown:
        for number, step in enumerate(self._steps, start=1):
            try:
                self._carry_out(step)
            except AssertionError as error:
                error.add_note(f"in step {number}: {str(step)[:200]}")
                raise
        return Shown(self._rows, self._lives, self._took())

    def _took(self) -> float:
        return monotonic() - self._began + 0.1  # the two clocks need not agree to the millisecond

    def _carry_out(self, step: Step) -> None:
        match step:
            case Ask():
                self._ask(step)
            case Wait():
                self._world.advance(step.seconds)
            case Steal():
                signed = self._clients["alice"].signed
                self._clients["mallory"].hold(f"s:{signed}")
            case Plant():
                self._world.keys.set(f"{PREFIX}planted", step.text, ex=step.ttl)
                self._clients["alice"].hold_signed("planted", step.secret)
            case Expect():
                records = self._world.records()
                assert len(records) == step.records
                if step.ttl is not None:
                    left = self._world.seconds_left(next(iter(records)))
                    assert step.ttl - self._took() <= left <= step.ttl

    def _ask(self, step: Ask) -> None:
        site = self._world.site(self._cast[step.who], self._options[step.who])
        answer = self._clients[step.client].ask(site, step.line, step.body)
        assert answer.status == step.status, answer
        if step.sees is not None:
            assert answer.body == step.sees
        if step.sets is not None:
            assert bool(answer.set_cookie) is step.sets
        cookies = [self._without_id(step.who, line) for line in answer.set_cookie]
        records = self._world.records()
        kept = {self._names[id_]: text for id_, text in sorted(records.items(), key=self._age)}
        self._rows.append((step.line, *answer[:2], cookies, kept))
        self._lives.append({self._names[id_]: self._world.seconds_left(id_) for id_ in records})

    def _age(self, item: tuple[str, str]) -> tuple[bool, str]:
        """Known records first, so that a new one always has the next number."""
        return item[0] not in self._names, item[0]

    def _without_id(self, who: str, line: str) -> str:
        """The Set-Cookie line with its ID numbered, after its signature was checked."""
        pair, semicolon, attributes = line.partition("; ")
        name, _, value = pair.partition("=")
        secrets = {**OPTIONS, **self._options[who]}["secret"]
        secrets = [secrets] if isinstance(secrets, str) else secrets
        signed = decode_component(value)
        assert signed.startswith("s:")
        assert Signer(secrets).match(signed[2:]) == 0, "the newest secret signs"
        id_ = signed[2:].rpartition(".")[0]
        return f"{name}={self._names[id_]}{semicolon}{attributes}"


class _Numbered(dict[str, str]):
    """Gives each key that is new the next name."""

    def __init__(self, name: Callable[[], str]) -> None:
        super().__init__()
        self._name = name

    def __missing__(self, key: str) -> str:
        self[key] = self._name()
        return self[key]


def a(line: str, body: Any = None, sees: str | None = None, **more: Any) -> Ask:
    """A request to A."""
    return Ask("A", line, body, sees, **more)


def b(line: str, body: Any = None, sees: str | None = None, **more: Any) -> Ask:
    """A request to B."""
    return Ask("B", line, body, sees, **more)


ALICE = {"user": "alice"}
SEEN = '{"user":"alice"}'
HOUR = 3600
Table = Mapping[str, Dialogue]
