"""Why and how a server's run is over."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum


class Ended(Enum):
    """Why a server's run was over."""

    INTERRUPTED = "interrupted"
    TERMINATED = "terminated"
    READER_GONE = "reader-gone"


class Signal(BaseException):
    """A signal that ends the server, wherever it is at the moment."""

    def __init__(self, ended: Ended) -> None:
        self.ended = ended


@contextmanager
def signals_raise() -> Iterator[None]:
    """SIGINT and SIGTERM raise `Signal`; one that the parent wants ignored stays ignored."""

    def stop(number: int, frame: object) -> None:
        raise Signal(Ended.INTERRUPTED if number == signal.SIGINT else Ended.TERMINATED)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, stop)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
