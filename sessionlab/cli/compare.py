"""``sessionlab compare``: a lesson's script in its lanes, side by side.

Rules
- The tables, the files and the JSON are readers of the same transcripts.
- Nothing but the result goes to stdout.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sessionlab.cli.exit import Complaint, Exit

if TYPE_CHECKING:
    from sessionlab.cli.environment import Environment
    from sessionlab.course.lesson import Lesson, LessonLane
    from sessionlab.demo.express.problems import PartsMissing
    from sessionlab.render.comparison import Comparison

_FILES = (".html", ".svg", ".txt")
_LANE_CELLS = 52
_LABEL_CELLS = 14
_LEAST_CELLS = 100


def compare(
    context: typer.Context,
    lesson: Annotated[str | None, typer.Argument(metavar="LESSON")] = None,
    lanes: Annotated[str | None, typer.Option("--lanes", metavar="A,B")] = None,
    vary: Annotated[list[str] | None, typer.Option("--vary", metavar="OPTION=VALUE,VALUE")] = None,
    step: Annotated[int | None, typer.Option("--step", metavar="N")] = None,
    wide: Annotated[bool, typer.Option("--wide")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    export: Annotated[Path | None, typer.Option("--export", metavar="FILE")] = None,
    redis: Annotated[str | None, typer.Option("--redis", metavar="URL")] = None,
    node_modules: Annotated[
        Path, typer.Option("--node-modules", metavar="FOLDER", show_default=False)
    ] = Path(),
) -> Exit:
    env: Environment = context.obj
    if export is not None and export.suffix not in _FILES:
        raise Complaint("course.compare.no-such-export", found=export)
    if lesson is None:
        _list_lessons(env, as_json=as_json)
        return Exit.OK
    view = _replay(*_choose(lesson, lanes, vary or [], step), node_modules, redis, env)
    if export is not None:
        _export(view, env, export, wide=wide, step=step)
    if as_json:
        from sessionlab.course.view import to_json

        env.write_json(to_json(view, step))
    elif export is None:
        from sessionlab.render.compare import render_comparison

        env.print(*render_comparison(view, env.catalogue, wide=wide, step=step))
    return Exit.OK


def _list_lessons(env: Environment, *, as_json: bool) -> None:
    from sessionlab.course.library import lessons

    found = list(lessons())
    if as_json:
        env.write_json([{"id": it.id, "number": it.number, "title": it.title} for it in found])
        return
    language = env.catalogue.language
    width = max((len(it.id) for it in found), default=0)
    for it in found:
        env.stdout.write(f"{it.number:02}  {it.id:<{width}}  {it.title[language]}\n")
    env.stdout.write(f"\n{env.text('course.compare.then')}\n")


def _choose(
    name: str, lanes: str | None, variations: list[str], step: int | None
) -> tuple[Lesson, tuple[LessonLane, ...]]:
    from sessionlab.course.choose import check_step, chosen_lanes
    from sessionlab.course.library import find_lesson

    lesson = find_lesson(name)
    check_step(lesson, step)
    return lesson, chosen_lanes(lesson, lanes, variations)


def _replay(
    lesson: Lesson,
    lanes: tuple[LessonLane, ...],
    modules: Path,
    redis_url: str | None,
    env: Environment,
) -> Comparison:
    from sessionlab.cli.progress import Progress
    from sessionlab.course.view import comparison
    from sessionlab.demo.express.problems import PartsMissing
    from sessionlab.stage.stage import replay

    scenario = lesson.scenario(lanes)
    try:
        with Progress(scenario, env.catalogue, env.stderr) as progress:
            transcripts = replay(scenario, modules, redis_url, progress.tell)
    except PartsMissing as error:
        raise _missing(error, lesson, env) from None
    return comparison(lesson, lanes, transcripts)


def _missing(error: PartsMissing, lesson: Lesson, env: Environment) -> Complaint:
    """One line for each part, with how to get it."""
    parts = [f"  - {env.text(f'express.missing.{it.part}', **it.fields)}" for it in error.parts]
    details = [*parts, env.text("express.hint")]
    return Complaint("express.intro", Exit.OUTSIDE, details=details, lesson=lesson.id)


def _export(
    view: Comparison, env: Environment, file: Path, *, wide: bool, step: int | None
) -> None:
    from sessionlab.render.compare import render_comparison
    from sessionlab.render.export import to_html, to_svg, to_text

    parts = render_comparison(view, env.catalogue, wide=wide, step=step)
    cells = max(_LABEL_CELLS + _LANE_CELLS * len(view.lanes), _LEAST_CELLS)
    title = f"sessionlab compare {view.lesson}"
    match file.suffix:
        case ".html":
            text = to_html(parts, width=cells, title=title, language=env.catalogue.language)
        case ".svg":
            text = to_svg(parts, width=cells, title=title)
        case _:
            text = to_text(parts, width=cells)
    file.write_text(text, encoding="utf-8")
