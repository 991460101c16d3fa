"""Reads a lesson's lanes.

Rules
- Only ``[lane.express]`` has Express options, camelCase and in milliseconds.  Everything else is
  snake_case and in seconds.
- A transcript has the settings of its lane as written.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Final

from sessionlab.core.errors import OptionsError
from sessionlab.core.events import ServerKind
from sessionlab.core.options import SessionOptions
from sessionlab.core.safeguards import OnConflict, Safeguards
from sessionlab.course.errors import LessonError, LessonProblem
from sessionlab.course.lesson import LessonLane
from sessionlab.course.table import Table
from sessionlab.demo.login import AtLogin, AtLogout
from sessionlab.stage.scenario import Lane, StoreKind

_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_SETTINGS: Final = ("express", "safeguards", "servers", "store", "login", "logout")
_SECRET: Final = "keyboard cat"  # noqa: S105  of lanes that have no options of their own


def read_lanes(table: Table) -> tuple[LessonLane, ...]:
    """The lanes of a lesson, at least one.  Raises LessonError."""
    tables = table.tables("lane")
    lanes = tuple(map(_read_lane, tables))
    if not lanes:
        raise table.error(LessonProblem.KEY_MISSING, "lane", table="lesson.toml")
    names = [lane.lane.id for lane in lanes]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise LessonError(LessonProblem.ID_TWICE, where=tables[index].where("id"), found=name)
    return lanes


def _read_lane(table: Table) -> LessonLane:
    id_ = table.text("id")
    if not _ID.fullmatch(id_):
        raise table.error(LessonProblem.NO_SUCH_VALUE, "id", found=id_, valid=_ID.pattern)
    title, subtitle = table.by_language("title"), table.by_language("subtitle", optional=True)
    base = table.text("base", "/session")
    express = table.raw("express")
    options = replace(
        _read_options(table, express or {"secret": _SECRET}),
        safeguards=_read_safeguards(table),
    )
    servers = _read_servers(table)
    lane = Lane(
        id=id_,
        plays=id_,
        base=base,
        options=options,
        settings={"base": base}
        | {key: json_safe(table.there(key)) for key in _SETTINGS if key in table},
        servers=servers,
        store=_read_store(table, servers),
        login=AtLogin(table.choice("login", AtLogin, AtLogin.REGENERATE_KEEP_DATA)),
        logout=AtLogout(table.choice("logout", AtLogout, AtLogout.DESTROY)),
    )
    table.close()
    return LessonLane(lane, title, subtitle, express)


def _read_options(table: Table, express: dict[str, Any]) -> SessionOptions:
    try:
        return SessionOptions.from_express(express)
    except OptionsError as error:
        where = table.where(f"express.{error.option}")
        raise LessonError(LessonProblem.OPTION_REFUSED, where=where, cause=str(error)) from None


def _read_safeguards(lane: Table) -> Safeguards:
    table = lane.table("safeguards")
    try:
        safeguards = Safeguards(
            no_resurrection=table.flag("no_resurrection", False),
            on_conflict=OnConflict(table.choice("on_conflict", OnConflict, OnConflict.OVERWRITE)),
            absolute_timeout=table.number("absolute_timeout", None),
            clear_cookie=table.flag("clear_cookie", False),
            cache_headers=table.flag("cache_headers", False),
            check_prefix=table.flag("check_prefix", False),
        )
    except OptionsError as error:
        where = table.where(error.option)
        raise LessonError(LessonProblem.OPTION_REFUSED, where=where, cause=str(error)) from None
    table.close()
    return safeguards


def _read_servers(table: Table) -> tuple[ServerKind, ...]:
    kinds = table.choices("servers", ServerKind, [ServerKind.PYTHON])
    return tuple(map(ServerKind, kinds))


def _read_store(table: Table, servers: tuple[ServerKind, ...]) -> StoreKind:
    """The store's kind.  A lane with Express needs its options as written, and Redis."""
    store = StoreKind(table.choice("store", StoreKind, StoreKind.MEMORY))
    has_express = ServerKind.EXPRESS in servers
    if has_express and "express" not in table:
        raise table.error(LessonProblem.KEY_MISSING, "express", table="[lane]")
    if has_express != (store is StoreKind.REDIS):
        valid = [StoreKind.REDIS] if has_express else [StoreKind.MEMORY, StoreKind.SQLITE]
        raise table.error(
            LessonProblem.NO_SUCH_VALUE, "store", found=store.value, valid=", ".join(valid)
        )
    return store


def json_safe(value: Any) -> Any:
    """The value, with TOML's dates and times as text, because JSON has none."""
    if isinstance(value, dict):
        return {key: json_safe(item) for key, item in value.items()}
    if isinstance(value, list):
        return [json_safe(item) for item in value]
    return value if isinstance(value, bool | int | float | str | None) else str(value)
