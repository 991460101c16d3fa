"""A command function and its command line, joined by typer.

Rules
- The words are in the catalogue: those of ``--secret-file`` under ``secret-file`` in the
  command's table of options.
- Help is plain text: formatted by rich it would cost as much as typer itself.
- ``--lang`` is listed here for every command; by then it has been read.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperOption

from sessionlab.cli.exit import Complaint, Exit, Terminated
from sessionlab.render.catalogue import LANGUAGES

if TYPE_CHECKING:
    from sessionlab.cli.environment import Environment


def invoke(
    function: Callable[..., Exit],
    name: str,
    options: str,
    summary: str,
    arguments: list[str],
    env: Environment,
) -> int:
    """Run a command function with these arguments; return the exit code.

    ``options`` and ``summary`` are keys of the catalogue.  The function finds ``env`` as the
    ``obj`` of its context.  Raises Complaint for a wrong command line.
    """
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    app.command(name, help=env.text(summary))(function)
    command = typer.main.get_command(app)
    parameter: Any
    for parameter in command.params:
        long = next((flag for flag in parameter.opts if flag.startswith("--")), parameter.name)
        parameter.help = env.text(f"{options}.{long.lstrip('-')}")
    lang = TyperOption(
        param_decls=["--lang"],
        metavar="|".join(LANGUAGES),
        help=env.text("cli.lang"),
        expose_value=False,
    )
    command.params.append(lang)
    try:
        with redirect_stdout(env.stdout):  # typer writes the help to sys.stdout
            context = command.make_context(f"sessionlab {name}", arguments, obj=env)
    except typer.Exit:  # --help
        return Exit.OK
    except Exception as error:
        # typer brings a click of its own from 0.26 on, and exports the base of its errors from
        # 0.27.3 on; what every one of them has is the method that click documents.
        if not hasattr(error, "format_message"):
            raise
        raise Complaint("cli.usage", what=error.format_message(), command=name) from None
    with context, _sigterm_raises():
        code: int = command.invoke(context)
    return code


@contextmanager
def _sigterm_raises() -> Iterator[None]:
    """SIGTERM raises `Terminated`; one that the parent wants ignored stays ignored."""

    def terminate(number: int, frame: object) -> None:
        raise Terminated

    before = signal.getsignal(signal.SIGTERM)
    try:
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGTERM, terminate)
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
