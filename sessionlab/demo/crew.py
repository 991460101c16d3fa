"""Several worker processes behind one port, and the foreman who hands them the requests in turn.

Rules
- The foreman accepts every connection and passes it on, as the primary process of Node's cluster
  does: what a browser meets is one server after the other, whatever the kernel would prefer.
- He has no threads, so that he may fork at any time.  What happens in the workers is told to him,
  numbered by him and kept in one log; each worker answers questions about it from there.
- A worker that dies is reported and replaced.  Workers that die as soon as they are started end
  the server: nothing would get better.
- Nobody survives him: a worker whose foreman is gone, by whatever signal, sees its sockets closed
  and ends.  Ctrl-C in a terminal reaches all; only he minds it.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from sessionlab.core.events import Kind
from sessionlab.demo.crew_wire import Lines, RemoteLog, page_line
from sessionlab.demo.ending import Ended, Signal, signals_raise
from sessionlab.demo.eventlog import EventLog, Log
from sessionlab.demo.server import DemoServer
from sessionlab.demo.turns import Waiting
from sessionlab.demo.view import Worker

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_EARLY = 1.0
"""Seconds within which a death is an early one."""
_MOST_EARLY_DEATHS = 3
_FAREWELL = 2.0
"""Seconds that all workers together have for closing their stores."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Work = Callable[[Worker, Log], "tuple[WSGIApplication, Callable[[], None]]"]
"""Called in each worker: makes the application, and gives what is to be called at the end."""


class Death(NamedTuple):
    """A worker that died: its number, its exit status (below 0: the signal), the numbers of the
    requests that it leaves unanswered."""

    number: int
    status: int
    requests: tuple[str, ...]


@dataclass
class _Hand:
    """A worker as the foreman knows it; ``lanes``: its numbers of requests, and his."""

    number: int
    pid: int
    tasks: socket.socket
    talk: socket.socket
    born: float = field(default_factory=monotonic)
    lines: Lines = field(default_factory=Lines)
    lanes: dict[str, str] = field(default_factory=dict)


class _WorkersFail(Exception):
    pass


class Crew:
    """Workers for a server's socket; ``on_death`` is told of each that dies."""

    def __init__(
        self,
        server: DemoServer,
        count: int,
        work: Work,
        log: EventLog,
        on_death: Callable[[Death], None],
    ) -> None:
        self._server = server
        self._count = count
        self._work = work
        self._log = log
        self._on_death = on_death
        self._hands: dict[int, _Hand] = {}
        self._turn = 0
        self._requests = 0
        self._early_deaths = 0
        self._waiting = Waiting()
        self._poll = select.poll()

    def run(self, announce: Callable[[], None], output: int) -> Ended:
        """Answer requests until a signal comes or nobody reads ``output`` any more.

        As `DemoServer.run`, but the requests are answered by the workers.
        """
        try:
            with signals_raise():
                self._server.socket.setblocking(False)
                self._poll.register(self._server.fileno(), select.POLLIN)
                self._poll.register(output, 0)  # that nobody reads it is told without asking
                for number in range(1, self._count + 1):
                    self._hire(number)
                announce()
                return self._lead(output)
        except Signal as stopped:
            return stopped.ended
        except _WorkersFail:
            return Ended.WORKERS_FAIL
        finally:
            self._dismiss()
            self._server.server_close()

    def _lead(self, output: int) -> Ended:
        listening = self._server.fileno()
        while True:
            patience = self._waiting.patience()
            for descriptor, _ in self._poll.poll(None if patience is None else patience * 1000 + 1):
                if descriptor == output:
                    return Ended.READER_GONE
                if descriptor == listening:
                    self._accept()
                elif descriptor in self._waiting:
                    self._poll.unregister(descriptor)
                    if connection := self._waiting.take(descriptor):
                        self._hand_over(connection)
                elif hand := self._by_talk(descriptor):
                    self._hear(hand)
            for descriptor in self._waiting.overdue():
                self._poll.unregister(descriptor)

    # ---- connections

    def _accept(self) -> None:
        try:
            connection, _ = self._server.socket.accept()
        except OSError:
            return  # the client is gone again
        connection.setblocking(False)
        self._waiting.add(connection)
        self._poll.register(connection, select.POLLIN)

    def _hand_over(self, connection: socket.socket) -> None:
        """Give a connection to the next worker that takes it."""
        with connection:
            for _ in range(self._count):
                self._turn = self._turn % self._count + 1
                hand = self._hands.get(self._turn)
                try:
                    if hand is not None:
                        socket.send_fds(hand.tasks, [b"."], [connection.fileno()])
                        return
                except OSError:
                    pass  # it has died, or has more to do than it can take

    # ---- what the workers say

    def _by_talk(self, descriptor: int) -> _Hand | None:
        return next((it for it in self._hands.values() if it.talk.fileno() == descriptor), None)

    def _hear(self, hand: _Hand) -> bool:
        """Take in what a worker has said; false: it had nothing to say."""
        try:
            octets = hand.talk.recv(1 << 16)
        except BlockingIOError:
            return False
        except OSError:
            octets = b""
        if not octets:
            self._replace(hand)
            return False
        for line in hand.lines.feed(octets):
            if "kind" in line:
                self._record(hand, line)
            else:
                self._answer(hand, line)
        return True

    def _record(self, hand: _Hand, line: dict[str, Any]) -> None:
        """Keep a worker's event under the number that its request has among all."""
        kind, lane = Kind(line["kind"]), line["lane"]
        if kind is Kind.REQUEST:
            self._requests += 1
            hand.lanes[lane] = str(self._requests)
        number = hand.lanes.get(lane, lane)
        if kind is Kind.RESPONSE:
            hand.lanes.pop(lane, None)
        self._log.record(number, kind, line["data"], line["verdict"])

    def _answer(self, hand: _Hand, line: dict[str, Any]) -> None:
        """Answer a question, once everything is heard that was said before it was asked."""
        for other in list(self._hands.values()):
            while other is not hand and self._hear(other):
                pass
        try:
            hand.talk.settimeout(_FAREWELL)
            hand.talk.sendall(page_line(self._log.after(line["after"], line["limit"])))
            hand.talk.setblocking(False)
        except OSError:
            os.kill(hand.pid, signal.SIGKILL)  # it asks and does not listen

    # ---- the workers themselves

    def _hire(self, number: int) -> None:
        """Start a worker."""
        ours_tasks, tasks = socket.socketpair()
        ours_talk, talk = socket.socketpair()
        # A signal that came to the child before it has its own handlers would run ours there.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        pid = os.fork()
        if pid == 0:
            ours_tasks.close()
            ours_talk.close()
            self._labour(number, tasks, talk, blocked)
        tasks.close()
        talk.close()
        ours_tasks.setblocking(False)
        ours_talk.setblocking(False)
        self._hands[number] = _Hand(number, pid, ours_tasks, ours_talk)
        self._poll.register(ours_talk, select.POLLIN)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    def _labour(
        self, number: int, tasks: socket.socket, talk: socket.socket, mask: Iterable[int]
    ) -> NoReturn:
        """A worker's whole life."""
        status = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            self._let_go()
            app, close = self._work(Worker(number, self._count), RemoteLog(talk))
            self._server.answer_with(app)
            while True:
                task, descriptors, _, _ = socket.recv_fds(tasks, 1, 1)
                if not task:  # the foreman is gone
                    break
                connection = socket.socket(fileno=descriptors[0])
                connection.setblocking(True)
                self._server.answer(connection)
            close()
            status = 0
        finally:
            os._exit(status)

    def _let_go(self) -> None:
        """Close what the child has of the foreman's: he would never seem to be gone otherwise."""
        for hand in self._hands.values():
            hand.tasks.close()
            hand.talk.close()
        self._waiting.close()
        self._server.socket.close()

    def _replace(self, hand: _Hand) -> None:
        """Put another in the place of a worker that has died."""
        self._poll.unregister(hand.talk)
        status = _bury(hand)
        del self._hands[hand.number]
        early = monotonic() - hand.born < _EARLY
        self._early_deaths = self._early_deaths + 1 if early else 0
        self._on_death(Death(hand.number, status, tuple(hand.lanes.values())))
        if self._early_deaths >= _MOST_EARLY_DEATHS:
            raise _WorkersFail
        self._hire(hand.number)

    def _dismiss(self) -> None:
        """End all workers, one after the other: each closes its store, or is killed.

        The last one to close a SQLite file tidies up behind all.
        """
        self._waiting.close()
        until = monotonic() + _FAREWELL
        for hand in self._hands.values():
            hand.tasks.close()
            try:
                while (left := until - monotonic()) > 0:
                    hand.talk.settimeout(left)
                    if not hand.talk.recv(1 << 16):
                        break
            except OSError:
                pass
            _bury(hand)


def _bury(hand: _Hand) -> int:
    """Close a worker's sockets and wait for its end, which is there or comes now."""
    hand.tasks.close()
    hand.talk.close()
    try:
        pid, status = os.waitpid(hand.pid, os.WNOHANG)
        if pid == 0:
            os.kill(hand.pid, signal.SIGKILL)
            _, status = os.waitpid(hand.pid, 0)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status)
