"""``sessionlab compare``: a lesson's script in its lanes, side by side.

Rules
- The tables, the files and the JSON are readers of the same transcripts.
- Nothing but the result goes to stdout.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sessionlab.cli.exit import Exit
from sessionlab.cli.texts import help_of, language
from sessionlab.render.catalogue import LANGUAGES, Catalogue

if TYPE_CHECKING:
    from sessionlab.course.lesson import Lesson, LessonLane
    from sessionlab.demo.express.problems import PartsMissing
    from sessionlab.render.comparison import Comparison

_FILES = (".html", ".svg", ".txt")
_LANE_CELLS = 52
_LABEL_CELLS = 14
_LEAST_CELLS = 100


def _option(key: str, *flags: str, **more: Any) -> Any:
    return typer.Option(*flags, help=help_of(f"course.compare.{key}"), **more)


def compare(
    lesson: Annotated[
        str | None, typer.Argument(help=help_of("course.compare.lesson"), metavar="LESSON")
    ] = None,
    lanes: Annotated[str | None, _option("lanes", metavar="A,B")] = None,
    vary: Annotated[list[str] | None, _option("vary", metavar="OPTION=VALUE,VALUE")] = None,
    step: Annotated[int | None, _option("step", metavar="N")] = None,
    wide: Annotated[bool, _option("wide", "--wide")] = False,
    as_json: Annotated[bool, _option("json", "--json")] = False,
    export: Annotated[Path | None, _option("export", metavar="FILE")] = None,
    redis: Annotated[str | None, _option("redis", metavar="URL")] = None,
    node_modules: Annotated[
        Path, _option("node-modules", metavar="FOLDER", show_default=False)
    ] = Path(),
    lang: Annotated[str | None, _option("lang", metavar="en|ko")] = None,
) -> None:
    from sessionlab.course.errors import LessonError, sentence
    from sessionlab.demo.express.problems import PartsMissing, ProgramFailed
    from sessionlab.replay.errors import ReplayError

    said = Catalogue(lang if lang in LANGUAGES else language())
    if lang not in (None, *LANGUAGES):
        raise typer.BadParameter(said.text("course.compare.no-such-language", found=lang))
    if export is not None and export.suffix not in _FILES:
        raise typer.BadParameter(said.text("course.compare.no-such-export", found=export))
    try:
        if lesson is None:
            _list_lessons(said, as_json)
            return
        chosen, played = _choose(lesson, lanes, vary or [], step)
        view = _replay(chosen, played, said, node_modules, redis)
    except (LessonError, ReplayError) as error:
        from sessionlab.render.safe import visible

        sys.stderr.write(f"sessionlab: {visible(sentence(error, said))}\n")
        raise typer.Exit(Exit.USAGE) from None
    except PartsMissing as error:
        _tell_missing(error, chosen, said)
        raise typer.Exit(Exit.OUTSIDE) from None
    except ProgramFailed as error:
        from sessionlab.render.safe import visible

        failed = said.text("express.failed", program=error.program, said=error.said or "…")
        sys.stderr.write(f"sessionlab: {visible(failed)}\n")
        raise typer.Exit(Exit.OUTSIDE) from None
    if export is not None:
        _export(view, said, export, wide=wide, step=step)
    if as_json:
        from sessionlab.course.view import to_json

        _write_json(to_json(view, step))
    elif export is None:
        _print(view, said, wide=wide, step=step)


def _list_lessons(said: Catalogue, as_json: bool) -> None:
    from sessionlab.course.library import lessons

    found = list(lessons())
    if as_json:
        _write_json([{"id": it.id, "number": it.number, "title": it.title} for it in found])
        return
    width = max((len(it.id) for it in found), default=0)
    for it in found:
        sys.stdout.write(f"{it.number:02}  {it.id:<{width}}  {it.title[said.language]}\n")
    sys.stdout.write(f"\n{said.text('course.compare.then')}\n")


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
    said: Catalogue,
    modules: Path,
    redis_url: str | None,
) -> Comparison:
    from sessionlab.cli.lane_apps import opened
    from sessionlab.cli.progress import Progress
    from sessionlab.course.view import comparison
    from sessionlab.replay.runner import replay

    scenario = lesson.scenario(lanes)
    with opened(scenario, modules, redis_url) as open_lane, Progress(scenario, said) as progress:
        return comparison(lesson, lanes, replay(scenario, open_lane, progress.tell))


def _tell_missing(error: PartsMissing, lesson: Lesson, said: Catalogue) -> None:
    """One line for each part, with how to get it."""
    from sessionlab.render.safe import visible

    intro = said.text("express.intro", lesson=lesson.id)
    parts = [said.text(f"express.missing.{it.part}", **it.fields) for it in error.parts]
    lines = [f"sessionlab: {intro}", *(f"  - {visible(part)}" for part in parts)]
    sys.stderr.write("\n".join([*lines, said.text("express.hint"), ""]))


def _print(view: Comparison, said: Catalogue, *, wide: bool, step: int | None) -> None:
    from sessionlab.cli.console import CommandConsole
    from sessionlab.render.compare import render_comparison

    console = CommandConsole(highlight=False)
    for part in render_comparison(view, said, wide=wide, step=step):
        console.print(part)


def _export(view: Comparison, said: Catalogue, file: Path, *, wide: bool, step: int | None) -> None:
    from sessionlab.render.compare import render_comparison
    from sessionlab.render.export import to_html, to_svg, to_text

    parts: Iterable[Any] = render_comparison(view, said, wide=wide, step=step)
    cells = max(_LABEL_CELLS + _LANE_CELLS * len(view.lanes), _LEAST_CELLS)
    title = f"sessionlab compare {view.lesson}"
    match file.suffix:
        case ".html":
            text = to_html(parts, width=cells, title=title, language=said.language)
        case ".svg":
            text = to_svg(parts, width=cells, title=title)
        case _:
            text = to_text(parts, width=cells)
    file.write_text(text, encoding="utf-8")


def _write_json(data: Any) -> None:
    import json

    sys.stdout.write(f"{json.dumps(data, ensure_ascii=False, indent=2)}\n")
