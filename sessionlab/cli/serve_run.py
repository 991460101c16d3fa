"""Runs the demo server and writes what happens to stdout.

Rules
- A reader who goes away ends the server, and so does a disk that is full: nobody would see what
  it shows.
- When the process ends, no thread is in the middle of writing: what is written is whole lines.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, TextIO

from sessionlab.cli.exit import Complaint, Exit, Terminated
from sessionlab.page.eventlog import EventLog
from sessionlab.page.guard import HostGuard, is_loopback, name_of
from sessionlab.page.server import DemoServer
from sessionlab.page.site import make_site
from sessionlab.session.stores.url import open_store

if TYPE_CHECKING:
    from sessionlab.cli.environment import Environment
    from sessionlab.core.entries import Entry
    from sessionlab.core.events import Event
    from sessionlab.core.options import SessionOptions

_STUCK_AFTER = 1.0
"""Seconds that a write may take when the server ends."""
_STOPPED = {
    Exit.INTERRUPTED: "interrupted",
    Exit.TERMINATED: "terminated",
    Exit.BROKEN_PIPE: "reader-gone",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What is to be run.

    ``store`` is a URL; ``options`` have no store.  ``random_secret``: it was made for this run.
    """

    options: SessionOptions
    store: str
    host: str
    port: int
    random_secret: bool
    quiet: bool
    as_json: bool


class Output:
    """Whole lines on a stream, from any thread, until the first that cannot be written.

    ``error`` is why that one could not; ``on_error`` is called then.
    """

    def __init__(self, stream: TextIO, on_error: Callable[[], None]) -> None:
        self._stream = stream
        self._on_error = on_error
        self._lock = Lock()
        self._is_open = True
        self.error: OSError | None = None

    def write(self, lines: Iterable[str]) -> None:
        """Write lines and flush them."""
        text = "".join(f"{line}\n" for line in lines)
        with self._lock:
            if text and self._is_open:
                try:
                    self._stream.write(text)
                    self._stream.flush()
                except OSError as error:
                    self._is_open = False
                    self.error = error
                    self._on_error()

    def close(self) -> bool:
        """Write nothing more; False: a thread is stuck in a write that nobody reads."""
        if not self._lock.acquire(timeout=_STUCK_AFTER):
            return False
        self._is_open = False
        self._lock.release()
        return True


def serve_until_stopped(service: Service, env: Environment) -> Exit:
    """Serve; return the exit code that says why it is over.

    Raises StoreError and StoreURLError for a store, and Complaint for an address, that cannot be
    used, and OSError where stdout cannot be written.
    """
    with closing(open_store(service.store, clock=env.now)) as store:
        store.get("")  # whether there is a server at all
        server = _bind(service.host, service.port, env)
        output, log = Output(env.stdout, server.stop), EventLog(env.now)
        if service.as_json:  # again, because a log keeps its events as JavaScript writes JSON
            log.subscribe(lambda event, text: output.write([json.dumps(json.loads(text))]))
        elif not service.quiet:
            _write_blocks(log, output, env)
        guard = HostGuard(service.host, server.port)
        options = replace(service.options, store=store)
        server.answer_with(make_site(options, guard, log, clock=env.now))
        code = _run(service, server, output, env)
    return _farewell(code, output, env)


def _run(service: Service, server: DemoServer, output: Output, env: Environment) -> Exit:
    started = list(_started(service, server, env))

    def announce() -> None:
        if service.as_json:
            env.note(*started)
        else:
            output.write(started)

    try:
        server.run(announce, env.stdout.fileno())
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Terminated:
        return Exit.TERMINATED
    if output.error is not None and not isinstance(output.error, BrokenPipeError):
        raise output.error
    return Exit.BROKEN_PIPE


def _farewell(code: Exit, output: Output, env: Environment) -> Exit:
    if code is Exit.INTERRUPTED and env.stderr.isatty():
        env.note("")  # the terminal has just shown ^C
    env.note(env.text(f"serve.stopped.{_STOPPED[code]}"))
    if not output.close():
        os._exit(code)  # an orderly end would wait for the stuck thread
    return code


def _bind(host: str, port: int, env: Environment) -> DemoServer:
    def crashed(error: str) -> None:
        env.note(env.text("serve.error.crashed", error=error))

    try:
        return DemoServer(host, port, crashed)
    except OSError as error:
        number = error.errno or 0  # the resolver's own are negative
        why = os.strerror(number) if number > 0 else error.strerror
        keys = {errno.EADDRINUSE: "port-taken", errno.EACCES: "port-denied"}
        key = f"serve.error.{keys.get(number, 'host')}"
        raise Complaint(key, Exit.OUTSIDE, host=host, port=port, why=why) from None
    except UnicodeError:  # a name that the resolver cannot even encode
        raise Complaint("serve.error.host", Exit.OUTSIDE, host=host, why="IDNA") from None


def _started(service: Service, server: DemoServer, env: Environment) -> Iterable[str]:
    """The lines that say where the server is."""
    yield env.text("serve.started.listening", port=server.port)
    if service.quiet:
        return
    base = f"http://{name_of(service.host)}:{server.port}"
    places = {"/": "page", "/session": "counter", "/_sessionlab/state": "view"}
    room = max(map(len, places))
    for path, key in places.items():
        yield f"  {base}{path:<{room}}  {env.text(f'serve.started.{key}')}"
    if service.random_secret:
        yield env.text("serve.started.secret")
    if not is_loopback(service.host):
        yield env.text("serve.started.public", host=service.host)
    yield env.text("serve.started.stop")


def _write_blocks(log: EventLog, output: Output, env: Environment) -> None:
    """Write each request as a block when it is over."""
    from sessionlab.page.livelog import LiveLog

    live = LiveLog(env.console(soft_wrap=True), env.catalogue)

    def write(entry: Entry[Event], text: str) -> None:
        if lines := live.block(entry):
            output.write(live.printed(lines))

    log.subscribe(write)
