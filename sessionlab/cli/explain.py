"""``sessionlab explain``: is a cookie kept and sent, and if not, why; from a line, or at a server.

Rules
- stdout is for the answer, stderr for complaints.
- With Set-Cookie lines nothing goes over the network; with a URL alone it is asked.
- What is not needed is not imported: no HTTP for lines, no rich for ``--json``.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sessionlab.cli.exit import Exit
from sessionlab.cli.problem import Problem
from sessionlab.cli.texts import help_of, language
from sessionlab.diagnose.start import Credentials
from sessionlab.render.catalogue import Catalogue

if TYPE_CHECKING:
    from sessionlab.cli.explain_question import Question

LONGEST_AFTER = 100 * 365 * 24 * 60 * 60
VISITS = 3
_VISITS_ONLY = ("--visits", "--insecure")
_LINES_ONLY = ("--after", "--document-cookie")


class Language(StrEnum):
    """``--lang``"""

    EN = "en"
    KO = "ko"


def _option(key: str, **more: Any) -> Any:
    return typer.Option(f"--{key}", help=help_of(f"explain.option.{key}"), **more)


def explain(
    what: Annotated[
        list[str] | None,
        typer.Argument(help=help_of("explain.option.what"), metavar="[SET-COOKIE ...] URL"),
    ] = None,
    then: Annotated[str | None, _option("then", metavar="URL")] = None,
    method: Annotated[str, _option("method", metavar="METHOD")] = "GET",
    page: Annotated[str | None, _option("from", metavar="URL")] = None,
    not_top_level: Annotated[bool, _option("not-top-level")] = False,
    fetch: Annotated[bool, _option("fetch")] = False,
    credentials: Annotated[Credentials | None, _option("credentials")] = None,
    document_cookie: Annotated[bool, _option("document-cookie")] = False,
    after: Annotated[
        int | None, _option("after", metavar="SECONDS", min=0, max=LONGEST_AFTER)
    ] = None,
    set_from: Annotated[str | None, _option("set-from", metavar="URL")] = None,
    visits: Annotated[int | None, _option("visits", metavar="N", min=2, max=10)] = None,
    insecure: Annotated[bool, _option("insecure")] = False,
    as_json: Annotated[bool, _option("json")] = False,
    lang: Annotated[Language | None, _option("lang")] = None,
) -> None:
    from sessionlab.cli.explain_question import read_question

    said = Catalogue(lang or language())
    given = {
        "--after": after is not None,
        "--document-cookie": document_cookie,
        "--visits": visits is not None,
        "--insecure": insecure,
    }
    try:
        if credentials and not fetch:
            raise Problem("explain.error.credentials-without-fetch")
        question = read_question(
            what or [],
            then=then,
            method=method,
            page=page,
            top_level=not not_top_level,
            fetch=(credentials or Credentials.SAME_ORIGIN) if fetch else None,
            document_cookie=document_cookie,
            set_from=set_from,
        )
        if question.lines is None:
            _refuse(_LINES_ONLY, given, "explain.error.only-with-lines")
            code = _visit(question, visits or VISITS, insecure, said, as_json=as_json)
        else:
            _refuse(_VISITS_ONLY, given, "explain.error.only-with-url")
            code = _explain_lines(question, question.lines, after or 0, said, as_json=as_json)
    except Problem as problem:
        from sessionlab.render.safe import visible

        sys.stderr.write(f"sessionlab: {visible(problem.sentence(said))}\n")
        code = problem.code
    raise typer.Exit(code)


explain.__doc__ = help_of("explain.help")


def _refuse(options: tuple[str, ...], given: Mapping[str, bool], key: str) -> None:
    for option in options:
        if given[option]:
            raise Problem(key, option=option)


def _explain_lines(
    question: Question, lines: list[str], after: int, said: Catalogue, *, as_json: bool
) -> Exit:
    from sessionlab.diagnose.lines import explain_lines
    from sessionlab.diagnose.suffixes import public_suffix

    explained = explain_lines(
        lines,
        question.address,
        question.start,
        public_suffix,
        now=_now(),
        set_by=question.first,
        then=question.then,
        after=after * 1000,
    )
    if as_json:
        _write_json(explained.to_json())
    else:
        from sessionlab.render.explanation import ExplanationView

        _print(ExplanationView(explained, said))
    return Exit.OK if explained.is_well else Exit.CHECK_FAILED


def _visit(
    question: Question, visits: int, insecure: bool, said: Catalogue, *, as_json: bool
) -> Exit:
    from sessionlab.cli.explain_question import shortened
    from sessionlab.diagnose.ask import PATIENCE, Network, Unreachable
    from sessionlab.diagnose.find import find_causes, is_trouble
    from sessionlab.diagnose.observe import observe
    from sessionlab.diagnose.suffixes import public_suffix

    requests = [(question.address, question.first)]
    requests += [(question.then, question.start)] * (visits - 1)
    try:
        seen = observe(requests, public_suffix, Network(insecure=insecure), _now)
    except Unreachable as error:
        raise Problem(
            f"explain.trouble.{error.trouble.value}",
            Exit.OUTSIDE,
            url=shortened(error.url),
            why=error.why,
            seconds=int(PATIENCE),
        ) from None
    causes = find_causes(seen)
    if as_json:
        findings = [diagnosis.to_json() for diagnosis in causes]
        _write_json({**seen.to_json(), "insecure": insecure, "findings": findings})
    else:
        from sessionlab.render.visits import VisitsView

        _print(VisitsView(seen, causes, said, insecure=insecure))
    return Exit.CHECK_FAILED if any(map(is_trouble, causes)) else Exit.OK


def _now() -> int:
    from time import time

    return int(time() * 1000)


def _print(view: Any) -> None:
    from sessionlab.cli.console import CommandConsole

    CommandConsole(highlight=False).print(view)


def _write_json(data: Any) -> None:
    """JSON on stdout, in ASCII and without a control character but the line break."""
    import json

    text = json.dumps(data, indent=2).replace("\x7f", "\\u007f")
    sys.stdout.write(f"{text}\n")
