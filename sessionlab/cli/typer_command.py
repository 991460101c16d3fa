"""A command function and its command line, joined by typer.

Rules
- Help and usage errors are plain text: rich-formatted help would cost as much as typer itself.
- A command that has more to say than its summary sets its ``__doc__`` from the catalogue.
- A wrong command line is one line on stderr that names the fault and where help is.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import typer

from sessionlab.cli.exit import Exit
from sessionlab.render.safe import visible

# Since 0.26 typer carries a click of its own; the base of its errors is reached through what it
# exports, whichever of the two it is.
_COMMAND_LINE_ERROR: type[Any] = typer.BadParameter.__mro__[2]


def invoke(function: Callable[..., None], name: str, summary: str, arguments: list[str]) -> int:
    """Run a command function with these arguments; return the exit code.

    Raises what the function raises, but for `typer.Exit`.
    """
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command(name, help=function.__doc__ or summary)(function)
    command = typer.main.get_command(app)
    try:
        result = command.main(arguments, prog_name=f"sessionlab {name}", standalone_mode=False)
    except typer.Abort:
        return Exit.INTERRUPTED
    except _COMMAND_LINE_ERROR as error:
        sys.stderr.write(f"sessionlab {name}: {visible(error.format_message())}\n")
        return Exit.USAGE
    return result if isinstance(result, int) else Exit.OK
