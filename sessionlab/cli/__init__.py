"""The command line: one file per command, and the table that finds it.

Rules
- What was written is flushed before `run` returns, and a failure to do so is told.
- A command ``name`` is the function ``name`` of ``sessionlab/cli/name.py``; only the module of
  the command that is run is imported, because typer and rich take most of a start.
- ``--lang`` may stand before the command or among its options; without it the locale decides.
- What a user did wrong, or what is missing outside, is one line on stderr and a code of `Exit`.
  A traceback is a defect, and only ``SESSIONLAB_DEBUG=1`` shows one.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import TYPE_CHECKING

from sessionlab import __version__
from sessionlab.cli.exit import Exit

if TYPE_CHECKING:
    from sessionlab.render.catalogue import Catalogue

COMMANDS = ("compare", "serve", "inspect", "explain", "prune")


def run(arguments: list[str]) -> int:
    """Run a command line; return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # not every terminal can show an arrow
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return Exit.BROKEN_PIPE
    except Exception as error:
        if os.environ.get("SESSIONLAB_DEBUG"):
            raise
        _drop_output()
        return _complain_of(error)


def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] in (["--version"], ["-V"]):
        sys.stdout.write(f"sessionlab {__version__}\n")
        return Exit.OK

    from sessionlab.render.catalogue import LANGUAGES, Catalogue, language_of

    language, rest = _language(arguments, language_of(os.environ))
    if language not in LANGUAGES:
        catalogue = Catalogue(language_of(os.environ))
        return _complain(catalogue.text("cli.unknown-language", found=_shown(language)))
    os.environ["SESSIONLAB_LANG"] = language
    catalogue = Catalogue(language)
    name = rest[0] if rest else "--help"
    if name in ("--help", "-h", "help"):
        sys.stdout.write(f"{_help(catalogue)}\n")
        return Exit.OK
    if name not in COMMANDS:
        from difflib import get_close_matches

        near = get_close_matches(name, COMMANDS, n=1)
        key = "cli.unknown-command-near" if near else "cli.unknown-command"
        return _complain(catalogue.text(key, found=_shown(name), near="".join(near)))
    command = getattr(import_module(f"{__name__}.{name}"), name)

    from sessionlab.cli.typer_command import invoke

    return invoke(command, name, catalogue.text(f"cli.summary.{name}"), rest[1:])


def _language(arguments: list[str], default: str) -> tuple[str, list[str]]:
    """The language that ``--lang`` asks for, and the arguments without one before the command."""
    for index, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            if not equals:
                value = "".join(arguments[index + 1 : index + 2])
            return value, (arguments[1 if equals else 2 :] if index == 0 else arguments)
    return default, arguments


def _drop_output() -> None:
    """What is still buffered has nowhere to go: the reader has gone, or the disk is full."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, not a path of anybody's
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _complain_of(error: Exception) -> Exit:
    from sessionlab.render.catalogue import Catalogue, language_of

    catalogue = Catalogue(os.environ.get("SESSIONLAB_LANG") or language_of(os.environ))
    return _complain(_describe(error, catalogue), _code_of(error))


def _describe(error: Exception, catalogue: Catalogue) -> str:
    from sessionlab.core.errors import SessionlabError, StoreError

    if isinstance(error, StoreError) and error.fields:
        key = f"store.error.{error.code}"
        if catalogue.has(key):  # else a store of somebody else's
            return catalogue.text(key, **error.fields)
    if isinstance(error, SessionlabError):
        return str(error)
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return catalogue.text("cli.system", what=f"{error.strerror or error}{where}")
    return catalogue.text("cli.defect", what=f"{type(error).__name__}: {error}")


def _code_of(error: Exception) -> Exit:
    from sessionlab.core.errors import SessionlabError, StoreError

    if isinstance(error, StoreError | OSError):
        return Exit.OUTSIDE
    return Exit.USAGE if isinstance(error, SessionlabError) else Exit.DEFECT


def _help(catalogue: Catalogue) -> str:
    rows = [(name, catalogue.text(f"cli.summary.{name}")) for name in COMMANDS]
    width = max(len(name) for name in COMMANDS)
    commands = "\n".join(f"  {name:<{width}}  {summary}" for name, summary in rows)
    return catalogue.text("cli.help", commands=commands)


def _shown(value: str) -> str:
    return value if len(value) <= 60 else f"{value[:59]}…"


def _complain(text: str, code: Exit = Exit.USAGE) -> Exit:
    from sessionlab.render.safe import visible

    sys.stderr.write(f"sessionlab: {visible(text)}\n")
    sys.stderr.flush()
    return code
