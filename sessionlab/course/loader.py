"""Reads a lesson's folder, and checks every key and every name.

Rules
- ``lessons/README.md`` describes the format.  A key that nothing reads is an error.
- Lanes are read by `sessionlab.course.lanes`, steps by `sessionlab.course.steps`.
- Nothing is evaluated.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

from sessionlab.course.errors import LessonError, LessonProblem, not_among
from sessionlab.course.lanes import read_lanes
from sessionlab.course.lesson import Claim, Lesson, Prediction, ScoreClaim
from sessionlab.course.steps import check_purposes, read_purposes, read_step
from sessionlab.course.table import LessonFile, Table
from sessionlab.render.catalogue import LANGUAGES
from sessionlab.transcript.measures import MEASURES, Span
from sessionlab.transcript.scoreboard import ScoreCode, ScoreRow

FILE: Final = "lesson.toml"
FORMAT: Final = 1
FOLDER: Final = re.compile(r"([0-9]{2})-([a-z0-9]+(?:-[a-z0-9]+)*)")
"""A lesson's folder: two digits for sorting, and the id."""


def load(folder: Path) -> Lesson:
    """The lesson in a folder.  Raises LessonError for the first problem."""
    found = FOLDER.fullmatch(folder.name)
    if found is None:
        raise LessonError(
            LessonProblem.NO_SUCH_VALUE,
            where=str(folder), key="folder", found=folder.name, valid="NN-slug",
        )  # fmt: skip
    table = _open(folder)
    number = table.integer("format", least=1)
    if number != FORMAT:
        raise table.error(LessonProblem.NO_SUCH_VALUE, "format", found=number, valid=FORMAT)
    title = table.by_language("title")
    lanes = read_lanes(table)
    names = [lane.lane.id for lane in lanes]
    servers = min(len(lane.lane.servers) for lane in lanes)
    purpose = table.table("purpose")
    purposes = read_purposes(purpose)
    steps = tuple(
        read_step(step, number, names, servers, purposes)
        for number, step in enumerate(table.tables("step"), start=1)
    )
    if not steps:
        raise table.error(LessonProblem.KEY_MISSING, "step", table=FILE)
    check_purposes(purpose, steps)
    questions = tuple(_read_question(it, names, len(steps)) for it in table.tables("question"))
    claims = tuple(
        claim for it in table.tables("claim") for claim in _read_claims(it, names, len(steps))
    )
    table.close()
    return Lesson(
        id=found[2],
        number=int(found[1]),
        folder=folder,
        title=title,
        lanes=lanes,
        steps=steps,
        questions=questions,
        claims=claims,
    )


def _open(folder: Path) -> Table:
    for name in (FILE, *(f"{language}.md" for language in LANGUAGES)):
        if not (folder / name).is_file():
            raise LessonError(LessonProblem.FILE_MISSING, where=f"{folder.name}/{name}")
    file = folder / FILE
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LessonError(
            LessonProblem.NOT_TOML, where=f"{folder.name}/{FILE}", cause=str(error)
        ) from None
    return Table(LessonFile(file, text), data)


# -- questions and claims --------------------------------------------------------------------


def _read_question(table: Table, lanes: list[str], steps: int) -> Prediction:
    ask = table.choice("ask", MEASURES)
    span = _read_span(table, "step", steps)
    lane = table.choice("lane", lanes) if "lane" in table else None
    equals = table.any_of("equals", MEASURES[ask].type) if lane is None else None
    question = Prediction(
        ask=ask,
        span=span,
        lane=lane,
        equals=equals,
        words={language: table.text(language) for language in LANGUAGES},
    )
    table.close()
    return question


def _read_claims(table: Table, lanes: list[str], steps: int) -> list[Claim | ScoreClaim]:
    of = (table.choice("lane", lanes),) if "lane" in table else tuple(lanes)
    claims: list[Claim | ScoreClaim] = []
    if "score" in table:
        claims += _read_score_claims(table.table("score"), of)
    measured = [name for name in MEASURES if _key(name) in table]
    if "after" in table or measured:
        span = _read_span(table, "after", steps)
        for name in measured:
            value = table.any_of(_key(name), MEASURES[name].type)
            claims.append(Claim(name, span, of, value, table.where(_key(name))))
    table.close()
    if not claims:
        keys = " | ".join(map(_key, MEASURES))
        raise table.error(LessonProblem.KEY_MISSING, keys, table="[claim]")
    return claims


def _read_score_claims(table: Table, lanes: tuple[str, ...]) -> list[ScoreClaim]:
    claims = []
    codes = [code.value for code in ScoreCode]
    for row in ScoreRow:
        if row.value not in table:
            continue
        value = table.any_of(row.value, int, str)
        if isinstance(value, str) and value not in codes:
            raise not_among(
                LessonProblem.NO_SUCH_VALUE, value, codes, key=row.value, where=table.where(row)
            )
        claims.append(ScoreClaim(row, lanes, value, table.where(row.value)))
    table.close()
    return claims


def _read_span(table: Table, key: str, steps: int) -> Span:
    """The steps of a measure: the one of ``key``, or all from ``since`` to it."""
    last = table.integer(key, least=1)
    first = table.integer("since", last, least=1)
    for name, number in ((key, last), ("since", first)):
        if number > (steps if name == key else last):
            raise table.error(LessonProblem.NO_SUCH_VALUE, name, found=number, valid=f"1 … {steps}")
    return Span(first, last)


def _key(measure: str) -> str:
    return measure.replace("-", "_")
