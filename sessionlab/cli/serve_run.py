"""Runs the demo server in this process, and writes what happens to stdout.

Rules
- One line that can not be written ends nothing by itself: the server notices that its reader has
  gone, and stops.
- When the process ends, no thread is in the middle of writing: what is written is whole lines.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING

from sessionlab.cli.exit import Exit
from sessionlab.cli.problem import Problem
from sessionlab.demo.eventlog import EventLog, Subscriber
from sessionlab.demo.guard import Guard, is_loopback, name_of
from sessionlab.demo.server import DemoServer, Ended
from sessionlab.demo.site import make_site
from sessionlab.render.safe import visible

if TYPE_CHECKING:
    from sessionlab.core.events import Event
    from sessionlab.core.options import SessionOptions
    from sessionlab.render.catalogue import Catalogue

_CODES = {
    Ended.INTERRUPTED: Exit.INTERRUPTED,
    Ended.TERMINATED: Exit.TERMINATED,
    Ended.READER_GONE: Exit.BROKEN_PIPE,
}
_STUCK_AFTER = 1.0  # seconds


class Output:
    """Lines on stdout, whole ones, from any thread; nothing once it is closed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open = True

    def write(self, lines: Iterable[str]) -> None:
        """Write lines and flush them; silently nothing where nobody reads any more."""
        text = "".join(f"{line}\n" for line in lines)
        with self._lock:
            if text and self._open:
                try:
                    sys.stdout.write(text)
                    sys.stdout.flush()
                except (BrokenPipeError, ValueError):
                    self._open = False

    def close(self) -> bool:
        """Write nothing any more, and leave nothing for the interpreter to flush.

        False: a thread is stuck in a write that nobody reads, and an orderly end of the
        interpreter would wait for it for ever.
        """
        if not self._lock.acquire(timeout=_STUCK_AFTER):
            return False
        self._open = False
        try:
            sys.stdout.flush()
        except (BrokenPipeError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True


def serve_until_stopped(
    options: SessionOptions,
    catalogue: Catalogue,
    *,
    host: str,
    port: int,
    random_secret: bool,
    quiet: bool,
    as_json: bool,
) -> Exit:
    """Serve; return the exit code that says why it is over.

    Raises Problem where the address can not be had.
    """
    server = _bind(host, port, catalogue)
    output = Output()
    log = EventLog()
    if as_json:
        log.subscribe(lambda event, text: output.write([text]))
    elif not quiet:
        log.subscribe(_blocks(catalogue, output))
    server.answer_with(make_site(options, Guard(host, server.port), log))
    started = list(_started(server, host, catalogue, quiet=quiet, random_secret=random_secret))

    def announce() -> None:
        if as_json:
            _complain(*started)
        else:
            output.write(started)

    ended = server.run(announce, sys.stdout.fileno())
    closed = output.close()
    if ended is Ended.INTERRUPTED and sys.stderr.isatty():
        sys.stderr.write("\n")  # the terminal has just echoed ^C
    _complain(catalogue.text(f"serve.stopped.{ended.value}"))
    if not closed:
        os._exit(_CODES[ended])
    return _CODES[ended]


def _bind(host: str, port: int, catalogue: Catalogue) -> DemoServer:
    def crashed(error: str) -> None:
        _complain(catalogue.text("serve.error.crashed", error=error))

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


def _started(
    server: DemoServer, host: str, catalogue: Catalogue, *, quiet: bool, random_secret: bool
) -> Iterable[str]:
    say = catalogue.text
    yield say("serve.started.listening", port=server.port)
    if quiet:
        return
    base = f"http://{name_of(host)}:{server.port}"
    places = {"/": "page", "/session": "counter", "/_sessionlab/state": "view"}
    room = max(map(len, places))
    for path, key in places.items():
        yield f"  {base}{path:<{room}}  {say(f'serve.started.{key}')}"
    if random_secret:
        yield say("serve.started.secret")
    if not is_loopback(host):
        yield say("serve.started.public", host=host)
    yield say("serve.started.stop")


def _blocks(catalogue: Catalogue, output: Output) -> Subscriber:
    from rich.console import Console

    from sessionlab.demo.livelog import LiveLog

    console = Console(highlight=False, soft_wrap=True)
    live = LiveLog(console, catalogue)

    def tell(event: Event, text: str) -> None:
        lines = live.block(event)
        if lines:
            with console.capture() as capture:
                for line in lines:
                    console.print(line)
            output.write(capture.get().splitlines())

    return tell


def _complain(*lines: str) -> None:
    for line in lines:
        sys.stderr.write(f"{visible(line)}\n")
    sys.stderr.flush()
