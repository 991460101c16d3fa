"""``sessionlab inspect``: take a cookie apart, or look into a running server.

Rules
- What is not needed is not imported: no HTTP for a cookie, no rich for ``--json``.
- Secrets come from options, a file and the environment, in this order, and are never shown.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sessionlab.cli.exit import Complaint, Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessionlab.cli.environment import Environment
    from sessionlab.decode import Inspection

DEFAULT_URL = "http://127.0.0.1:3000"
LARGEST_INPUT = 4 * 1024 * 1024
"""Bytes of standard input that are read at most."""


def inspect(
    context: typer.Context,
    target: Annotated[str | None, typer.Argument(metavar="TARGET")] = None,
    secret: Annotated[list[str] | None, typer.Option("--secret", metavar="SECRET")] = None,
    secret_file: Annotated[Path | None, typer.Option("--secret-file", metavar="FILE")] = None,
    url: Annotated[str, typer.Option("--url", metavar="URL")] = DEFAULT_URL,
    after: Annotated[str | None, typer.Option("--after", metavar="CURSOR")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> Exit:
    env: Environment = context.obj
    if target is not None:
        secrets, names = _secrets(secret or [], secret_file, env)
        return _show_cookie(_inspect(target, secrets, env), names, env, as_json=as_json)
    if secret or secret_file:
        raise Complaint("inspect.error.secret-without-target")
    _show_server(url, after, env, as_json=as_json)
    return Exit.OK


def _show_server(url: str, after: str | None, env: Environment, *, as_json: bool) -> None:
    from sessionlab.cli.inspect_server import ask_server

    origin, state = ask_server(url, after, env.catalogue)
    if as_json:
        env.write_json({"url": origin, **state.answer})
        return

    from sessionlab.render.server_state import ServerStateView

    env.print(ServerStateView(state, origin, env.catalogue, now=env.now()))


def _inspect(target: str, secrets: Sequence[str], env: Environment) -> Inspection:
    from sessionlab import decode

    text, is_utf8 = _read_standard_input(env) if target == "-" else (target, True)
    found = decode.inspect_text(text, secrets, now=env.now())
    if is_utf8:
        return found
    problem = decode.Problem(decode.ProblemCode.INPUT_NOT_UTF8)
    return found._replace(problems=(problem, *found.problems))


def _show_cookie(
    found: Inspection, names: Sequence[str], env: Environment, *, as_json: bool
) -> Exit:
    if as_json:
        env.write_json({**found.to_json(), "secrets": names})
    elif found.is_readable:
        from sessionlab.render.inspection import InspectionView

        env.print(InspectionView(found, env.catalogue, names))
    else:
        problem = found.problems[-1]
        what, change = (
            env.text(f"problems.{problem.code}.{part}", **problem.values)
            for part in ("what", "change")
        )
        raise Complaint("inspect.error.no-cookie", what=what, change=change)
    if not found.is_readable:
        return Exit.USAGE
    return Exit.CHECK_FAILED if found.is_refused else Exit.OK


def _read_standard_input(env: Environment) -> tuple[str, bool]:
    """The text on standard input, and whether it was UTF-8 (or UTF-16 that says so)."""
    octets = env.stdin.buffer.read(LARGEST_INPUT + 1)
    if len(octets) > LARGEST_INPUT:
        raise Complaint("inspect.error.too-long", limit=LARGEST_INPUT)
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return octets.decode("utf-16", "replace"), True
    try:
        return octets.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return octets.decode("utf-8", "replace"), False


def _secrets(given: list[str], file: Path | None, env: Environment) -> tuple[list[str], list[str]]:
    """The secrets in the order in which they are tried, and a name for each."""
    if not all(given):
        raise Complaint("inspect.error.secret-empty")
    key = "inspect.secret.option" if len(given) > 1 else "inspect.secret.only"
    found = [(secret, env.text(key, number=number)) for number, secret in enumerate(given, start=1)]
    if file is not None:
        found += [
            (line, env.text("inspect.secret.file", number=number, path=file))
            for number, line in _lines(file)
        ]
    if from_environment := env.environ.get("SESSIONLAB_SECRET"):
        found.append((from_environment, env.text("inspect.secret.environment")))
    return [secret for secret, _ in found], [name for _, name in found]


def _lines(file: Path) -> list[tuple[int, str]]:
    """The lines of a secret file that are not empty, with their numbers."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Complaint("inspect.error.secret-file-not-text", path=file) from None
    except OSError as error:
        why = error.strerror or error
        raise Complaint("inspect.error.secret-file-unreadable", path=file, why=why) from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line]
    if not lines:
        raise Complaint("inspect.error.secret-file-empty", path=file)
    return lines
