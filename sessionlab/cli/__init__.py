"""The command line: one file for each command, and one frame for all of them.

Rules
- A command ``name`` is the function ``name`` of ``sessionlab/cli/name.py``.  Only the module of
  the command that is run is imported: typer and rich take most of a start.
- ``--lang`` may stand anywhere before a ``--``; without it the locale decides.
- Whatever a command raises ends here, as one sentence on stderr and a code of `Exit`.  Only
  ``SESSIONLAB_DEBUG=1`` shows a traceback.
"""

from __future__ import annotations

from importlib import import_module

from sessionlab import __version__
from sessionlab.cli.environment import Environment
from sessionlab.cli.exit import Complaint, Exit, Terminated, lines_and_code

COMMANDS = {
    "compare": ("course.compare", "cli.summary.compare"),
    "serve": ("serve.option", "cli.summary.serve"),
    "inspect": ("inspect.option", "inspect.help"),
    "explain": ("explain.option", "explain.help"),
    "prune": ("store.prune", "store.prune.help"),
}
"""The commands, and the keys of their words: the table of their options, and what they do."""


def run(arguments: list[str], env: Environment | None = None) -> int:
    """Run a command line; return the exit code.  What was written is flushed by then."""
    env = env or Environment()
    try:
        code = _dispatch(arguments, env)
        env.stdout.flush()
        return code
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Terminated:
        return Exit.TERMINATED
    except BrokenPipeError:  # nobody reads on, so there is nobody to tell
        return Exit.BROKEN_PIPE
    except Exception as error:
        if env.environ.get("SESSIONLAB_DEBUG"):
            raise
        lines, code = lines_and_code(error, env.catalogue)
        env.complain(*lines)
        return code


def _dispatch(arguments: list[str], env: Environment) -> int:
    if arguments[:1] in (["--version"], ["-V"]):
        env.stdout.write(f"sessionlab {__version__}\n")
        return Exit.OK

    from sessionlab.render.catalogue import LANGUAGES

    lang, rest = _take_language(arguments)
    if lang not in (None, *LANGUAGES):
        raise Complaint("cli.unknown-language", found=_cut(lang))
    env.lang = lang
    name = rest[0] if rest else "--help"
    if name in ("--help", "-h", "help"):
        env.stdout.write(f"{_help(env)}\n")
        return Exit.OK
    if name not in COMMANDS:
        from difflib import get_close_matches

        near = get_close_matches(name, COMMANDS, n=1)
        key = "cli.unknown-command-near" if near else "cli.unknown-command"
        raise Complaint(key, found=_cut(name), near="".join(near))

    from sessionlab.cli.command_line import invoke

    function = getattr(import_module(f"{__name__}.{name}"), name)
    return invoke(function, name, *COMMANDS[name], rest[1:], env)


def _take_language(arguments: list[str]) -> tuple[str | None, list[str]]:
    """What ``--lang`` asks for, and the arguments without it."""
    lang, rest = None, []
    left = iter(arguments)
    for argument in left:
        name, equals, value = argument.partition("=")
        if name == "--lang":
            lang = value if equals else next(left, "")
        else:
            rest.append(argument)
            if argument == "--":
                rest.extend(left)
    return lang, rest


def _help(env: Environment) -> str:
    width = max(map(len, COMMANDS))
    rows = (f"  {name:<{width}}  {env.text(f'cli.summary.{name}')}" for name in COMMANDS)
    return env.text("cli.help", commands="\n".join(rows))


def _cut(found: str) -> str:
    return found if len(found) <= 60 else f"{found[:59]}…"
