"""The world around a command: its streams, variables, language and clock.

Rules
- Made once for each run; a command reads, writes and asks the time through it alone.
- Nothing hostile reaches a terminal or a JSON line: complaints and JSON show control and
  bidirectional characters by name or number.
- A reader who has gone is a BrokenPipeError and a full disk an OSError, for every way to write.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from time import time_ns
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console, RenderableType

    from sessionlab.render.catalogue import Catalogue
    from sessionlab.session.clock import Clock


def wall_clock() -> int:
    """Milliseconds since the epoch; `session.clock.now_ms`, without importing the engine."""
    return time_ns() // 1_000_000


class Environment:
    """What a command has to do with; without arguments, that of this process.

    ``now`` returns milliseconds since the epoch.  ``lang`` is what ``--lang`` asks for; where it
    is None, the locale decides.
    """

    def __init__(
        self,
        *,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        environ: Mapping[str, str] = os.environ,
        now: Clock = wall_clock,
    ) -> None:
        self.stdin = stdin or _standard_stream(sys.stdin, 0)
        self.stdout = stdout or _standard_stream(sys.stdout, 1)
        self.stderr = stderr or _standard_stream(sys.stderr, 2)
        self.environ = environ
        self.now = now
        self.lang: str | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The sentences in the language of this run."""
        from sessionlab.render.catalogue import Catalogue, language_of

        return Catalogue(self.lang or language_of(self.environ))

    def text(self, key: str, /, **fields: object) -> str:
        """The sentence behind a key of the catalogue."""
        return self.catalogue.text(key, **fields)

    def console(self, **settings: Any) -> Console:
        """A console with the width and the colours of stdout.

        COLUMNS and LINES count only where they can be meant; rich would take a 0.
        """
        from re import fullmatch

        from rich.console import Console

        environ = {
            name: value
            for name, value in self.environ.items()
            if name not in ("COLUMNS", "LINES") or fullmatch("[1-9][0-9]{0,3}", value)
        }
        return Console(file=self.stdout, highlight=False, _environ=environ, **settings)

    def print(self, *parts: RenderableType) -> None:
        """Write what rich can draw.

        Captured first: where the reader has gone, rich itself would exit with 1.
        """
        console = self.console()
        with console.capture() as captured:
            for part in parts:
                console.print(part)
        self.stdout.write(captured.get())

    def write_json(self, data: Any, *, indent: int | None = 2) -> None:
        """Write JSON in ASCII: indented for a person who looks at it, or all on one line."""
        import json

        self.stdout.write(f"{json.dumps(data, indent=indent)}\n")

    def note(self, *lines: str) -> None:
        """Write lines to stderr, or nothing where that is closed or full."""
        from sessionlab.render.safe import visible

        try:
            self.stderr.write("".join(f"{visible(line)}\n" for line in lines))
            self.stderr.flush()
        except (OSError, ValueError):
            pass

    def complain(self, sentence: str, *details: str) -> None:
        """Say on stderr why the command does not do what was asked."""
        self.note(f"sessionlab: {sentence}", *details)


def _standard_stream(stream: TextIO | None, descriptor: int) -> TextIO:
    """A stream of this process, which writes what its encoding lacks as a number.

    One that was closed before we began (``>&-``) is opened the wrong way round, so that using it
    is an OSError, and no file or socket of ours gets its descriptor and is written to.
    """
    if stream is None:
        reads = descriptor == 0
        os.dup2(os.open(os.devnull, os.O_WRONLY if reads else os.O_RDONLY), descriptor)
        return open(descriptor, "r" if reads else "w", encoding="utf-8")
    if isinstance(stream, TextIOWrapper) and descriptor:
        stream.reconfigure(errors="backslashreplace")  # not every terminal can show an arrow
    return stream
