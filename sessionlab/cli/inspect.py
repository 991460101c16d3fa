"""``sessionlab inspect``: take a cookie apart, or look into a running server.

Rules
- stdout is for the answer, stderr for complaints.
- What is not needed is not imported: no HTTP for a cookie, no rich for ``--json``.
- Secrets come from options, a file and the environment, in this order, and are shown nowhere.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sessionlab.cli.exit import Exit
from sessionlab.cli.problem import Problem
from sessionlab.cli.texts import help_of, language
from sessionlab.render.catalogue import LANGUAGES, Catalogue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sessionlab.decode import Inspection

DEFAULT_URL = "http://127.0.0.1:3000"
LARGEST_INPUT = 4 * 1024 * 1024
"""Bytes of standard input that are read at most."""


def _option(key: str, *flags: str, **more: Any) -> Any:
    return typer.Option(*flags, help=help_of(f"inspect.option.{key}"), **more)


def inspect(
    target: Annotated[
        str | None, typer.Argument(help=help_of("inspect.option.target"), metavar="TARGET")
    ] = None,
    secret: Annotated[list[str] | None, _option("secret", metavar="SECRET")] = None,
    secret_file: Annotated[Path | None, _option("secret-file", metavar="FILE")] = None,
    url: Annotated[str, _option("url", metavar="URL")] = DEFAULT_URL,
    after: Annotated[str | None, _option("after", metavar="CURSOR")] = None,
    as_json: Annotated[bool, _option("json", "--json")] = False,
    lang: Annotated[str | None, _option("lang", metavar="en|ko")] = None,
) -> None:
    said = Catalogue(lang if lang in LANGUAGES else language())
    try:
        if lang not in (None, *LANGUAGES):
            raise Problem("inspect.error.language", found=lang)
        if target is None:
            if secret or secret_file:
                raise Problem("inspect.error.secret-without-target")
            _show_server(url, after, said, as_json=as_json)
            code = Exit.OK
        else:
            secrets, names = _secrets(secret or [], secret_file, said)
            code = _show(_inspect(target, secrets), names, said, as_json=as_json)
    except Problem as problem:
        from sessionlab.render.safe import visible

        sys.stderr.write(f"sessionlab: {visible(problem.sentence(said))}\n")
        code = problem.code
    raise typer.Exit(code)


inspect.__doc__ = help_of("inspect.help")


def _show_server(url: str, after: str | None, said: Catalogue, *, as_json: bool) -> None:
    from sessionlab.cli.inspect_server import ask_server

    origin, state = ask_server(url, after, said)
    if as_json:
        _write_json({"url": origin, **state.answer})
        return

    from time import time

    from sessionlab.render.server_state import ServerStateView

    _print(ServerStateView(state, origin, said, now=int(time() * 1000)))


def _inspect(target: str, secrets: Sequence[str]) -> Inspection:
    from time import time

    from sessionlab import decode

    text, is_text = _standard_input() if target == "-" else (target, True)
    found = decode.inspect_text(text, secrets, now=int(time() * 1000))
    if is_text:
        return found
    problem = decode.Problem(decode.ProblemCode.INPUT_NOT_UTF8)
    return found._replace(problems=(problem, *found.problems))


def _show(found: Inspection, names: Sequence[str], said: Catalogue, *, as_json: bool) -> Exit:
    if as_json:
        _write_json({**found.to_json(), "secrets": names})
    elif found.is_readable:
        from sessionlab.render.inspection import InspectionView

        _print(InspectionView(found, said, names))
    else:
        problem = found.problems[-1]
        what, change = (
            said.text(f"problems.{problem.code}.{part}", **problem.values)
            for part in ("what", "change")
        )
        raise Problem("inspect.error.no-cookie", what=what, change=change)
    if not found.is_readable:
        return Exit.USAGE
    return Exit.CHECK_FAILED if found.is_refused else Exit.OK


def _standard_input() -> tuple[str, bool]:
    """The text on standard input, and whether it was text."""
    octets = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    if len(octets) > LARGEST_INPUT:
        raise Problem("inspect.error.too-long", limit=LARGEST_INPUT)
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return octets.decode("utf-16", "replace"), True
    try:
        return octets.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return octets.decode("utf-8", "replace"), False


def _secrets(given: list[str], file: Path | None, said: Catalogue) -> tuple[list[str], list[str]]:
    """The secrets in the order in which they are tried, and a name for each."""
    if not all(given):
        raise Problem("inspect.error.secret-empty")
    name = "secret.option" if len(given) > 1 else "secret.only"
    found = [
        (secret, said.text(f"inspect.{name}", number=number))
        for number, secret in enumerate(given, start=1)
    ]
    if file is not None:
        found += [
            (line, said.text("inspect.secret.file", number=number, path=file))
            for number, line in _lines(file)
        ]
    if from_environment := os.environ.get("SESSIONLAB_SECRET"):
        found.append((from_environment, said.text("inspect.secret.environment")))
    return [secret for secret, _ in found], [name for _, name in found]


def _lines(file: Path) -> list[tuple[int, str]]:
    """The lines of a secret file that are not empty, with their numbers."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Problem("inspect.error.secret-file-not-text", path=file) from None
    except OSError as error:
        why = error.strerror or error
        raise Problem("inspect.error.secret-file-unreadable", path=file, why=why) from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line]
    if not lines:
        raise Problem("inspect.error.secret-file-empty", path=file)
    return lines


def _print(view: Any) -> None:
    from rich.console import Console

    Console(highlight=False).print(view)


def _write_json(data: Any) -> None:
    """JSON on stdout, in ASCII and without a control character but the line break."""
    import json

    text = json.dumps(data, indent=2).replace("\x7f", "\\u007f")
    sys.stdout.write(f"{text}\n")
