"""The console of a command: rich's, but a reader who has gone is an error like any other.

rich itself would end the program with exit code 1, which here says that a check did not hold.
"""

from __future__ import annotations

from rich.console import Console


class CommandConsole(Console):
    """Raises BrokenPipeError where rich would exit; `sessionlab.cli.run` knows what that means."""

    def on_broken_pipe(self) -> None:
        """Called by rich while it handles the BrokenPipeError."""
        raise BrokenPipeError
