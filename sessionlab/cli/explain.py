"""``sessionlab explain``: why a cookie is kept and sent, or not; from a line, or at a server.

Rules
- With Set-Cookie lines nothing goes over the network; a URL alone is asked for its cookies.
- What is not needed is not imported: no HTTP for lines, no rich for ``--json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sessionlab.cli.exit import Complaint, Exit
from sessionlab.diagnose.start import Credentials

if TYPE_CHECKING:
    from sessionlab.cli.environment import Environment
    from sessionlab.cli.explain_arguments import ExplainArguments

LONGEST_AFTER = 100 * 365 * 24 * 60 * 60
VISITS = 3


def explain(
    context: typer.Context,
    what: Annotated[list[str] | None, typer.Argument(metavar="[SET-COOKIE ...] URL")] = None,
    then: Annotated[str | None, typer.Option("--then", metavar="URL")] = None,
    method: Annotated[str, typer.Option("--method", metavar="METHOD")] = "GET",
    page: Annotated[str | None, typer.Option("--from", metavar="URL")] = None,
    not_top_level: Annotated[bool, typer.Option("--not-top-level")] = False,
    fetch: Annotated[bool, typer.Option("--fetch")] = False,
    credentials: Credentials | None = None,
    document_cookie: Annotated[bool, typer.Option("--document-cookie")] = False,
    after: Annotated[
        int | None, typer.Option("--after", metavar="SECONDS", min=0, max=LONGEST_AFTER)
    ] = None,
    set_from: Annotated[str | None, typer.Option("--set-from", metavar="URL")] = None,
    visits: Annotated[int | None, typer.Option("--visits", metavar="N", min=2, max=10)] = None,
    insecure: Annotated[bool, typer.Option("--insecure")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> Exit:
    from sessionlab.cli.explain_arguments import read_arguments

    env: Environment = context.obj
    if credentials and not fetch:
        raise Complaint("explain.error.credentials-without-fetch")
    arguments = read_arguments(
        what or [],
        env.stdin,
        then=then,
        method=method,
        page=page,
        top_level=not not_top_level,
        fetch=(credentials or Credentials.SAME_ORIGIN) if fetch else None,
        document_cookie=document_cookie,
        set_from=set_from,
    )
    if arguments.lines is None:
        given = {"--after": after is not None, "--document-cookie": document_cookie}
        _refuse(given, "explain.error.only-with-lines")
        return _visit(arguments, visits or VISITS, insecure, env, as_json=as_json)
    given = {"--visits": visits is not None, "--insecure": insecure}
    _refuse(given, "explain.error.only-with-url")
    return _explain_lines(arguments, arguments.lines, after or 0, env, as_json=as_json)


def _refuse(given: dict[str, bool], key: str) -> None:
    for option, is_given in given.items():
        if is_given:
            raise Complaint(key, option=option)


def _explain_lines(
    arguments: ExplainArguments, lines: list[str], after: int, env: Environment, *, as_json: bool
) -> Exit:
    from sessionlab.diagnose.lines import explain_lines
    from sessionlab.diagnose.suffixes import public_suffix

    explained = explain_lines(
        lines,
        arguments.address,
        arguments.start,
        public_suffix,
        now=env.now(),
        set_by=arguments.first,
        then=arguments.then,
        after=after * 1000,
    )
    if as_json:
        env.write_json(explained.to_json())
    else:
        from sessionlab.render.explanation import ExplanationView

        env.print(ExplanationView(explained, env.catalogue))
    return Exit.OK if explained.is_well else Exit.CHECK_FAILED


def _visit(
    arguments: ExplainArguments, visits: int, insecure: bool, env: Environment, *, as_json: bool
) -> Exit:
    from sessionlab.cli.explain_arguments import shortened
    from sessionlab.diagnose.ask import PATIENCE, Network, Unreachable
    from sessionlab.diagnose.find import find_causes, is_trouble
    from sessionlab.diagnose.observe import observe
    from sessionlab.diagnose.suffixes import public_suffix

    requests = [(arguments.address, arguments.first)]
    requests += [(arguments.then, arguments.start)] * (visits - 1)
    try:
        seen = observe(requests, public_suffix, Network(insecure=insecure), env.now)
    except Unreachable as error:
        raise Complaint(
            f"explain.trouble.{error.trouble.value}",
            Exit.OUTSIDE,
            url=shortened(error.url),
            why=error.why,
            seconds=int(PATIENCE),
        ) from None
    causes = find_causes(seen)
    if as_json:
        findings = [diagnosis.to_json() for diagnosis in causes]
        env.write_json({**seen.to_json(), "insecure": insecure, "findings": findings})
    else:
        from sessionlab.render.visits import VisitsView

        env.print(VisitsView(seen, causes, env.catalogue, insecure=insecure))
    return Exit.CHECK_FAILED if any(map(is_trouble, causes)) else Exit.OK
