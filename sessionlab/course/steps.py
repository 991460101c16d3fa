"""Reads a lesson's steps: verbs from a closed list, whose names must exist."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sessionlab.core.events import Purpose
from sessionlab.course.errors import LessonProblem, not_among
from sessionlab.course.lesson import LessonStep
from sessionlab.course.table import Table
from sessionlab.stage.scenario import (
    VERBS,
    ChangeData,
    ChangeId,
    Edit,
    Meanwhile,
    Request,
    SetValue,
    Step,
)

_REQUEST = re.compile(r"(DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) ((?:\{base\}|/)\S*)")


Purposes = Mapping[str, Purpose]
"""The purposes of requests, by request line."""


def read_purposes(table: Table) -> Purposes:
    """Reads ``[purpose]``: ``login = "POST {base}/login"``.  Raises LessonError."""
    purposes = {table.text(purpose): purpose for purpose in Purpose if purpose in table}
    table.close()
    return purposes


def check_purposes(table: Table, steps: Iterable[LessonStep]) -> None:
    """Raises LessonError if ``[purpose]`` has a request that no step sends."""
    sent: dict[str, Purpose | None] = {}
    for step in (it.step for it in steps):
        for request in (step.request, *(it.request for it in step.meanwhile)):
            if request is not None:
                sent[f"{request.method} {request.target}"] = request.purpose
    for key in table.keys():  # noqa: SIM118  a Table is no mapping
        if key not in sent.values():
            undeclared = [line for line, purpose in sent.items() if purpose is None]
            raise not_among(
                LessonProblem.NO_SUCH_VALUE,
                table.text(key), undeclared, key=key, where=table.where(key),
            )  # fmt: skip


def read_step(
    table: Table, number: int, lanes: list[str], servers: int, purposes: Purposes
) -> LessonStep:
    """One step; ``servers``: the number of servers of each lane.  Raises LessonError."""
    title, note = table.by_language("title"), table.by_language("note", optional=True)
    client = table.text("client", "browser")
    request = _read_request(table, purposes)
    meanwhile = tuple(
        _read_meanwhile(it, client, servers, purposes) for it in table.tables("meanwhile")
    )
    if meanwhile and request is None:
        raise table.error(LessonProblem.KEY_MISSING, "request", table="[step]")
    step = Step(
        number=number,
        client=client,
        request=request,
        cookies=table.choice("cookies", ["none"], "kept") != "none",
        repeat=table.integer("repeat", 1, least=1),
        **{verb: _READ[kind](table, verb) for verb, kind in VERBS.items() if verb in table},
        edits=_read_edits(table.table("edit"), lanes) if "edit" in table else {},
        server=_read_server(table, servers),
        meanwhile=meanwhile,
    )
    table.close()
    return LessonStep(step, title, note)


_READ: Final[dict[type, Callable[[Table, str], Any]]] = {
    bool: lambda table, key: table.flag(key, False),
    float: lambda table, key: table.number(key),
    str: lambda table, key: table.text(key),
}


def _read_meanwhile(table: Table, client: str, servers: int, purposes: Purposes) -> Meanwhile:
    other = table.text("client", client)
    request = _read_request(table, purposes)
    if request is None:
        raise table.error(LessonProblem.KEY_MISSING, "request", table="[step.meanwhile]")
    meanwhile = Meanwhile(other, request, _read_server(table, servers))
    table.close()
    return meanwhile


def _read_server(table: Table, servers: int) -> int | None:
    if "server" not in table:
        return None
    number = table.integer("server", least=1)
    if number > servers:
        raise table.error(
            LessonProblem.NO_SUCH_VALUE, "server", found=number, valid=f"1 … {servers}"
        )
    return number


def _read_request(table: Table, purposes: Purposes) -> Request | None:
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
    return Request(found[1], found[2], form or None, purposes.get(line))


def _read_edits(table: Table, lanes: list[str]) -> dict[str, Edit]:
    edits = {name: _read_edit(table.table(name)) for name in lanes if name in table}
    table.close()
    return edits


_EDITS: Final[dict[str, Callable[[Table, str], Edit]]] = {
    "value": lambda table, cookie: SetValue(cookie, table.any_of("value", str)),
    "data": lambda table, cookie: ChangeData(cookie, table.raw("data")),
    "id": lambda table, cookie: ChangeId(cookie, table.text("id")),
}


def _read_edit(table: Table) -> Edit:
    cookie = table.text("cookie")
    verbs = [verb for verb in _EDITS if verb in table]
    table.close()
    if len(verbs) != 1:
        raise table.error(LessonProblem.KEY_MISSING, " | ".join(_EDITS), table="[step.edit]")
    return _EDITS[verbs[0]](table, cookie)
