"""Runs the demo server, in this process or in several, and writes what happens to stdout.

Rules
- With several workers this process is their foreman: it answers no request, and writes what
  happens in all of them.
- A store is opened where it is used: each worker opens its own way to it.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sessionlab.cli.exit import Exit
from sessionlab.cli.problem import Problem
from sessionlab.cli.serve_output import Output, complain
from sessionlab.cli.store import store_problems
from sessionlab.demo.ending import Ended
from sessionlab.demo.eventlog import EventLog, Log
from sessionlab.demo.guard import Guard, is_loopback, name_of
from sessionlab.demo.server import DemoServer
from sessionlab.demo.site import make_site
from sessionlab.session.stores import MemoryStore
from sessionlab.session.stores.url import open_store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from sessionlab.core.events import Event
    from sessionlab.core.options import SessionOptions
    from sessionlab.demo.crew import Death
    from sessionlab.demo.livelog import LiveLog
    from sessionlab.demo.view import Worker
    from sessionlab.render.catalogue import Catalogue

_CODES = {
    Ended.INTERRUPTED: Exit.INTERRUPTED,
    Ended.TERMINATED: Exit.TERMINATED,
    Ended.READER_GONE: Exit.BROKEN_PIPE,
    Ended.WORKERS_FAIL: Exit.OUTSIDE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is to be run.

    ``store`` is a URL; ``options`` have no store.  ``random_secret``: nobody gave one.
    """

    options: SessionOptions
    store: str
    host: str
    port: int
    workers: int
    random_secret: bool
    quiet: bool
    as_json: bool


def serve_until_stopped(service: Service, catalogue: Catalogue) -> Exit:
    """Serve; return the exit code that says why it is over.

    Raises Problem where the address or the store can not be had.
    """
    if service.workers > 1 and not hasattr(os, "fork"):
        raise Problem("serve.error.workers")
    is_memory = _check_store(service.store)
    server = _bind(service.host, service.port, catalogue)
    output, log, live = Output(), EventLog(), None
    if service.as_json:
        log.subscribe(lambda event, text: output.write([text]))
    elif not service.quiet:
        live = _live_log(catalogue)
        _write_blocks(live, log, output)
    started = list(_started(service, server, catalogue, is_memory=is_memory))

    def announce() -> None:
        if service.as_json:
            complain(*started)
        else:
            output.write(started)

    if service.workers == 1:
        app, close = _site(service, server, log, None)
        server.answer_with(app)
        ended = server.run(announce, sys.stdout.fileno())
        close()
    else:
        on_death = _on_death(catalogue, live, is_memory=is_memory)
        ended = _run_crew(service, server, log, announce, on_death, catalogue)
    return _farewell(ended, output, catalogue)


def _farewell(ended: Ended, output: Output, catalogue: Catalogue) -> Exit:
    closed = output.close()
    if ended is Ended.INTERRUPTED and sys.stderr.isatty():
        sys.stderr.write("\n")  # the terminal has just echoed ^C
    complain(catalogue.text(f"serve.stopped.{ended.value}"))
    if not closed:
        os._exit(_CODES[ended])
    return _CODES[ended]


# ---- the store and the site


def _check_store(url: str) -> bool:
    """Whether sessions are in a process's memory.  Raises Problem for a store that fails."""
    with store_problems():
        store = open_store(url)
        try:
            store.get("")  # whether there is a server at all
        finally:
            store.close()
        return isinstance(store, MemoryStore)


def _site(
    service: Service, server: DemoServer, log: Log, worker: Worker | None
) -> tuple[WSGIApplication, Callable[[], None]]:
    """The whole site over a store of its own, and what closes that."""
    with store_problems():
        store = open_store(service.store)
    options = replace(service.options, store=store)
    guard = Guard(service.host, server.port)
    return make_site(options, guard, log, worker=worker), store.close


def _run_crew(
    service: Service,
    server: DemoServer,
    log: EventLog,
    announce: Callable[[], None],
    on_death: Callable[[Death], None],
    catalogue: Catalogue,
) -> Ended:
    from sessionlab.demo.crew import Crew

    def work(worker: Worker, told: Log) -> tuple[WSGIApplication, Callable[[], None]]:
        try:
            return _site(service, server, told, worker)
        except Problem as problem:
            complain(problem.sentence(catalogue))
            raise

    return Crew(server, service.workers, work, log, on_death).run(announce, sys.stdout.fileno())


def _on_death(
    catalogue: Catalogue, live: LiveLog | None, *, is_memory: bool
) -> Callable[[Death], None]:
    say = catalogue.text

    def report(death: Death) -> None:
        status = death.status
        if status < 0:
            why = say("serve.worker.signal", signal=signal.Signals(-status).name)
        else:
            why = say("serve.worker.status", status=status)
        lines = [say("serve.worker.died", number=death.number, why=why)]
        if death.requests:
            lines.append(say("serve.worker.unanswered", requests=", ".join(death.requests)))
        if is_memory:
            lines.append(say("serve.worker.forgotten"))
        complain(" ".join(lines))
        if live is not None:
            for number in death.requests:
                live.forget(number)

    return report


# ---- the address


def _bind(host: str, port: int, catalogue: Catalogue) -> DemoServer:
    def crashed(error: str) -> None:
        complain(catalogue.text("serve.error.crashed", error=error))

    try:
        return DemoServer(host, port, crashed)
    except OSError as error:
        number = error.errno or 0  # the resolver's own are negative
        why = os.strerror(number) if number > 0 else error.strerror
        where = {"host": host, "port": port, "why": why}
        if error.errno == errno.EADDRINUSE:
            raise Problem("serve.error.port-taken", Exit.OUTSIDE, **where) from None
        if error.errno == errno.EACCES:
            raise Problem("serve.error.port-denied", Exit.OUTSIDE, **where) from None
        raise Problem("serve.error.host", Exit.OUTSIDE, **where) from None
    except UnicodeError:  # a name that the resolver can not even encode
        raise Problem("serve.error.host", Exit.OUTSIDE, host=host, why="IDNA") from None


# ---- what is said


def _started(
    service: Service, server: DemoServer, catalogue: Catalogue, *, is_memory: bool
) -> Iterable[str]:
    say = catalogue.text
    yield say("serve.started.listening", port=server.port)
    if service.quiet:
        return
    base = f"http://{name_of(service.host)}:{server.port}"
    places = {"/": "page", "/session": "counter", "/_sessionlab/state": "view"}
    room = max(map(len, places))
    for path, key in places.items():
        yield f"  {base}{path:<{room}}  {say(f'serve.started.{key}')}"
    if service.workers > 1:
        key = "workers-memory" if is_memory else "workers-shared"
        yield say(f"serve.started.{key}", workers=service.workers)
    if service.random_secret:
        yield say("serve.started.secret")
    if not is_loopback(service.host):
        yield say("serve.started.public", host=service.host)
    yield say("serve.started.stop")


def _live_log(catalogue: Catalogue) -> LiveLog:
    from rich.console import Console

    from sessionlab.demo.livelog import LiveLog

    return LiveLog(Console(highlight=False, soft_wrap=True), catalogue)


def _write_blocks(live: LiveLog, log: EventLog, output: Output) -> None:
    """Write each request as a block when it is over."""

    def tell(event: Event, text: str) -> None:
        if lines := live.block(event):
            output.write(live.printed(lines))

    log.subscribe(tell)
