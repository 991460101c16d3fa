"""Runs the demo server and writes what happens to stdout."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sessionlab.cli.exit import Exit
from sessionlab.cli.problem import Problem
from sessionlab.cli.serve_output import Output, complain
from sessionlab.cli.store import store_problems
from sessionlab.demo.ending import Ended
from sessionlab.demo.eventlog import EventLog
from sessionlab.demo.guard import Guard, is_loopback, name_of
from sessionlab.demo.server import DemoServer
from sessionlab.demo.site import make_site
from sessionlab.session.stores.url import open_store

if TYPE_CHECKING:
    from sessionlab.core.events import Event
    from sessionlab.core.options import SessionOptions
    from sessionlab.demo.livelog import LiveLog
    from sessionlab.render.catalogue import Catalogue
    from sessionlab.session.stores import Store

_CODES = {
    Ended.INTERRUPTED: Exit.INTERRUPTED,
    Ended.TERMINATED: Exit.TERMINATED,
    Ended.READER_GONE: Exit.BROKEN_PIPE,
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
    random_secret: bool
    quiet: bool
    as_json: bool


def serve_until_stopped(service: Service, catalogue: Catalogue) -> Exit:
    """Serve; return the exit code that says why it is over.

    Raises Problem for an address or a store that cannot be used.
    """
    with store_problems():
        store = open_store(service.store)
    with closing(store):
        with store_problems():
            store.get("")  # whether there is a server at all
        return _serve(service, store, catalogue)


def _serve(service: Service, store: Store, catalogue: Catalogue) -> Exit:
    server = _bind(service.host, service.port, catalogue)
    output, log = Output(), EventLog()
    if service.as_json:
        log.subscribe(lambda event, text: output.write([text]))
    elif not service.quiet:
        _write_blocks(_live_log(catalogue), log, output)
    started = list(_started(service, server, catalogue))

    def announce() -> None:
        if service.as_json:
            complain(*started)
        else:
            output.write(started)

    guard = Guard(service.host, server.port)
    server.answer_with(make_site(replace(service.options, store=store), guard, log))
    return _farewell(server.run(announce, sys.stdout.fileno()), output, catalogue)


def _farewell(ended: Ended, output: Output, catalogue: Catalogue) -> Exit:
    closed = output.close()
    if ended is Ended.INTERRUPTED and sys.stderr.isatty():
        sys.stderr.write("\n")  # the terminal has just echoed ^C
    complain(catalogue.text(f"serve.stopped.{ended.value}"))
    if not closed:
        os._exit(_CODES[ended])
    return _CODES[ended]


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


def _started(service: Service, server: DemoServer, catalogue: Catalogue) -> Iterable[str]:
    say = catalogue.text
    yield say("serve.started.listening", port=server.port)
    if service.quiet:
        return
    base = f"http://{name_of(service.host)}:{server.port}"
    places = {"/": "page", "/session": "counter", "/_sessionlab/state": "view"}
    room = max(map(len, places))
    for path, key in places.items():
        yield f"  {base}{path:<{room}}  {say(f'serve.started.{key}')}"
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
