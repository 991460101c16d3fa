"""What the exit status of a command says."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes; 128 + n says that signal n ended the command."""

    OK = 0
    CHECK_FAILED = 1
    """A check did not hold: a signature is invalid, a claim is wrong."""
    USAGE = 2
    """The command line, or what it names, is wrong."""
    OUTSIDE = 3
    """Something outside is missing: a port that is taken, no server, no Redis."""
    DEFECT = 70
    """A mistake of sessionlab's own; 70 is what sysexits.h has for it."""
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    TERMINATED = 143
