"""What the foreman and his workers are made of: who waits, and how they talk."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.events import Kind
from sessionlab.demo import turns
from sessionlab.demo.crew_wire import Lines, RemoteLog, page_line
from sessionlab.demo.eventlog import Page
from sessionlab.demo.turns import Waiting


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client's end of a connection, and the server's."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def test_a_connection_that_has_something_to_say_is_given_whole(pair: Any) -> None:
    client, connection = pair
    waiting = Waiting()
    waiting.add(connection)
    client.sendall(b"GET /")
    descriptor = connection.fileno()
    assert descriptor in waiting
    assert waiting.take(descriptor) is connection
    assert descriptor not in waiting
    assert connection.recv(100) == b"GET /", "nothing was taken out"


def test_a_connection_that_is_hung_up_takes_no_turn(pair: Any) -> None:
    client, connection = pair
    waiting = Waiting()
    waiting.add(connection)
    client.close()
    assert waiting.take(connection.fileno()) is None
    assert connection.fileno() == -1, "it is closed"


def test_whoever_says_nothing_for_too_long_is_dropped(
    pair: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(turns, "monotonic", lambda: now[0])
    waiting = Waiting()
    assert waiting.patience() is None
    waiting.add(pair[1])
    descriptor = pair[1].fileno()
    now[0] += turns.PATIENCE - 1
    assert waiting.patience() == 1
    assert list(waiting.overdue()) == []
    now[0] += 1
    assert waiting.patience() == 0
    assert list(waiting.overdue()) == [descriptor]
    assert pair[0].recv(1) == b""
    assert waiting.patience() is None


def test_of_too_many_the_oldest_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 2)
    pairs = [socket.socketpair() for _ in range(4)]
    waiting = Waiting()
    for _, connection in pairs:
        waiting.add(connection)
    descriptors = [connection.fileno() for _, connection in pairs]
    assert list(waiting.overdue()) == descriptors[:2]
    waiting.close()
    for client, connection in pairs:
        assert client.recv(1) == b""
        assert connection.fileno() == -1
        client.close()


@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=5)), max_size=5), st.data())
def test_lines_are_whole_however_their_octets_arrive(
    values: list[dict[str, str]], data: st.DataObject
) -> None:
    octets = b"".join(json.dumps(value).encode() + b"\n" for value in values)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=6)))
    lines, found = Lines(), []
    for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True):
        found += lines.feed(octets[start:end])
    assert found == values


def test_a_worker_tells_events_and_asks_for_pages_of_them(pair: Any) -> None:
    foreman, talk = pair
    talk.setblocking(True)
    log = RemoteLog(talk)
    page = Page(['{"a":"\\ud800"}', '{"b":"번"}'], 7, 1, 9)
    foreman.sendall(page_line(page))
    log.record("3", Kind.ADVANCE, {"seconds": 1.5, "odd": "\ud800번"}, {"reason": "x"})
    assert log.after(5, 2) == page
    told = list(Lines().feed(foreman.recv(65536)))
    assert told == [
        {
            "lane": "3",
            "kind": "advance",
            "data": {"seconds": 1.5, "odd": "\ud800번"},
            "verdict": {"reason": "x"},
        },
        {"after": 5, "limit": 2},
    ]
