"""The foreman by himself: what he hears, in which order, and whom he gives what."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from sessionlab.core.wire import dump_json
from sessionlab.demo.crew import Crew, Death, _Hand
from sessionlab.demo.crew_wire import Lines
from sessionlab.demo.eventlog import EventLog
from sessionlab.demo.server import DemoServer


class Foreman:
    """A foreman whose workers are sockets in the test's hand."""

    def __init__(self, count: int) -> None:
        self.server = DemoServer("127.0.0.1", 0, lambda error: None)
        self.log = EventLog(clock=lambda: 0)
        self.deaths: list[Death] = []
        self.crew = Crew(self.server, count, self._never, self.log, self.deaths.append)
        self.talks: dict[int, socket.socket] = {}
        self.tasks: dict[int, socket.socket] = {}
        self.hands: dict[int, _Hand] = self.crew._hands
        for number in range(1, count + 1):
            ours_tasks, self.tasks[number] = socket.socketpair()
            ours_talk, self.talks[number] = socket.socketpair()
            ours_tasks.setblocking(False)
            ours_talk.setblocking(False)
            self.hands[number] = _Hand(number, os.getpid(), ours_tasks, ours_talk)

    @staticmethod
    def _never(*given: Any) -> Any:
        raise AssertionError("nobody is hired here")

    def say(self, number: int, **line: Any) -> None:
        self.talks[number].sendall(f"{dump_json(line)}\n".encode())

    def tell(self, number: int, lane: str, kind: str, **data: Any) -> None:
        self.say(number, lane=lane, kind=kind, data=data, verdict=None)

    def hear(self, number: int) -> bool:
        return self.crew._hear(self.hands[number])

    def lanes(self) -> list[str]:
        return [json.loads(text)["lane"] for text in self.log.after(0, 100).texts]

    def close(self) -> None:
        self.server.server_close()
        for hand in self.hands.values():
            hand.tasks.close()
            hand.talk.close()
        for ours in (*self.talks.values(), *self.tasks.values()):
            ours.close()


@pytest.fixture
def foreman() -> Iterator[Foreman]:
    made = Foreman(2)
    yield made
    made.close()


def test_requests_are_numbered_among_all_workers_in_the_order_in_which_they_are_heard(
    foreman: Foreman,
) -> None:
    for number in (2, 1):
        foreman.tell(number, "1", "request")
        assert foreman.hear(number)
    for number in (1, 2):
        foreman.tell(number, "1", "session-open")
        foreman.tell(number, "1", "response")
        foreman.hear(number)
    assert foreman.lanes() == ["1", "2", "2", "2", "1", "1"]
    foreman.tell(1, "2", "request")
    foreman.hear(1)
    assert foreman.lanes()[-1] == "3"
    assert foreman.hands[1].lanes == {"2": "3"}, "what is over is forgotten"


def test_what_was_said_before_a_question_is_heard_before_it_is_answered(
    foreman: Foreman,
) -> None:
    foreman.tell(2, "1", "request", path="/first")
    foreman.say(1, after=0, limit=10)
    foreman.hear(1)
    (page,) = Lines().feed(foreman.talks[1].recv(65536))
    assert [json.loads(text)["data"] for text in page["texts"]] == [{"path": "/first"}]
    assert (page["last"], page["oldest"], page["newest"]) == (1, 1, 1)


def test_who_has_nothing_to_say_is_not_waited_for(foreman: Foreman) -> None:
    assert not foreman.hear(1)


def test_a_connection_goes_to_the_next_worker_that_takes_it(foreman: Foreman) -> None:
    foreman.tasks[2].close()
    foreman.hands[2].tasks.close()
    for _ in range(3):
        client, connection = socket.socketpair()
        foreman.crew._hand_over(connection)
        task, descriptors, _, _ = socket.recv_fds(foreman.tasks[1], 1, 1)
        assert task == b"."
        os.close(descriptors[0])
        assert connection.fileno() == -1
        client.close()


def test_a_connection_that_nobody_takes_is_closed(foreman: Foreman) -> None:
    for hand in foreman.hands.values():
        hand.tasks.close()
    client, connection = socket.socketpair()
    foreman.crew._hand_over(connection)
    assert client.recv(1) == b""
    client.close()
