"""Reads a lesson's steps: verbs out of a closed list, and what they name must be there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sessionlab.course.errors import LessonProblem
from sessionlab.course.lesson import LessonStep
from sessionlab.course.table import Table
from sessionlab.replay.scenario import (
    ChangeData,
    ChangeId,
    Edit,
    Meanwhile,
    Request,
    SetValue,
    Step,
)

_REQUEST = re.compile(r"(DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) ((?:\{base\}|/)\S*)")


def read_step(table: Table, number: int, lanes: list[str], servers: int) -> LessonStep:
    """One step; ``servers``: how many each lane has.  Raises LessonError."""
    title, note = table.said("title"), table.said("note", optional=True)
    client = table.text("client", "browser")
    request = _request(table)
    meanwhile = tuple(_meanwhile(it, client, servers) for it in table.tables("meanwhile"))
    if meanwhile and request is None:
        raise table.error(LessonProblem.KEY_MISSING, "request", table="[step]")
    step = Step(
        number=number,
        client=client,
        request=request,
        cookies=table.choice("cookies", ["none"], "kept") != "none",
        repeat=table.integer("repeat", 1, least=1),
        advance=table.number("advance", 0),
        restart=table.flag("restart", False),
        close=table.flag("close", False),
        copy=table.text("copy") if "copy" in table else None,
        edits=_edits(table.table("edit"), lanes) if "edit" in table else {},
        server=_server(table, servers),
        meanwhile=meanwhile,
    )
    table.close()
    return LessonStep(step, title, note)


def _meanwhile(table: Table, client: str, servers: int) -> Meanwhile:
    other = table.text("client", client)
    request = _request(table)
    if request is None:
        raise table.error(LessonProblem.KEY_MISSING, "request", table="[step.meanwhile]")
    meanwhile = Meanwhile(other, request, _server(table, servers))
    table.close()
    return meanwhile


def _server(table: Table, servers: int) -> int | None:
    if "server" not in table:
        return None
    number = table.integer("server", least=1)
    if number > servers:
        raise table.error(
            LessonProblem.NO_SUCH_VALUE, "server", found=number, valid=f"1 … {servers}"
        )
    return number


def _request(table: Table) -> Request | None:
    form = dict(table.strings("form"))
    fill = table.table("fill")
    for field in fill.keys():  # noqa: SIM118  a Table is no mapping
        form[field] = "x" * fill.integer(field, least=1)
    if "request" not in table and not form:
        return None
    line = table.text("request")
    found = _REQUEST.fullmatch(line)
    if found is None:
        raise table.error(
            LessonProblem.NO_SUCH_VALUE, "request", found=line, valid="GET {base}, POST {base}/…"
        )
    return Request(found[1], found[2], form or None)


def _edits(table: Table, lanes: list[str]) -> dict[str, Edit]:
    edits = {name: _edit(table.table(name)) for name in lanes if name in table}
    table.close()
    return edits


_EDITS: Final[dict[str, Callable[[Table, str], Edit]]] = {
    "value": lambda table, cookie: SetValue(cookie, table.any_of("value", str)),
    "data": lambda table, cookie: ChangeData(cookie, table.raw("data")),
    "id": lambda table, cookie: ChangeId(cookie, table.text("id")),
}


def _edit(table: Table) -> Edit:
    cookie = table.text("cookie")
    verbs = [verb for verb in _EDITS if verb in table]
    table.close()
    if len(verbs) != 1:
        raise table.error(LessonProblem.KEY_MISSING, " | ".join(_EDITS), table="[step.edit]")
    return _EDITS[verbs[0]](table, cookie)
