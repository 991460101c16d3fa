"""Makes lanes from options: every combination of some values, on top of one lane of a lesson.

Rules
- Names and values are express-session's: camelCase, ``cookie.maxAge`` for a nested one, in
  milliseconds.  Values that are valid JSON are read as JSON (``true``, ``1000``, ``null``), all
  others as text (``lax``).
- Everything else is as in the lesson's lane.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from sessionlab.core.errors import OptionsError
from sessionlab.core.options import SessionOptions
from sessionlab.course.errors import LessonError, LessonProblem
from sessionlab.course.lanes import json_safe
from sessionlab.course.lesson import Lesson, LessonLane
from sessionlab.render.catalogue import LANGUAGES


def varied(
    lesson: Lesson, variations: Sequence[str], lanes: Sequence[LessonLane] | None = None
) -> tuple[LessonLane, ...]:
    """The lanes for variations such as ``resave=true,false``.

    ``lanes``: the chosen lanes; None: all.  The first of them with express options is varied.
    Raises LessonError.
    """
    if lanes is not None and len(lanes) > 1:
        raise LessonError(LessonProblem.VARY_SEVERAL_LANES)
    played = next((lane for lane in lanes or lesson.lanes if lane.express), None)
    if played is None:
        raise LessonError(LessonProblem.VARY_NO_LANE, lesson=lesson.id)
    choices: dict[str, list[str]] = {}
    for variation in variations:
        name, equals, values = variation.partition("=")
        if not (name and equals and values):
            raise LessonError(LessonProblem.VARY_NO_VALUES, found=variation)
        if name in choices:
            raise LessonError(LessonProblem.VARY_TWICE, key=name)
        choices[name] = list(dict.fromkeys(values.split(",")))
    return tuple(
        _varied_lane(played, dict(zip(choices, values, strict=True)))
        for values in product(*choices.values())
    )


def _varied_lane(played: LessonLane, changes: Mapping[str, str]) -> LessonLane:
    title = " ".join(f"{name}={value}" for name, value in changes.items())
    express = dict(played.express)
    for name, value in changes.items():
        _set_option(express, name, _parse_value(value))
    try:
        options = SessionOptions.from_express(express)
    except OptionsError as error:
        raise LessonError(LessonProblem.VARY_REFUSED, found=title, cause=str(error)) from None
    own = played.lane
    lane = replace(
        own,
        id=title,
        options=replace(options, safeguards=own.options.safeguards),
        settings={**own.settings, "express": json_safe(express)},
    )
    return LessonLane(lane, dict.fromkeys(LANGUAGES, title), {}, express)


def _set_option(express: dict[str, Any], name: str, value: Any) -> None:
    outer, dot, inner = name.partition(".")
    if not dot:
        express[outer] = value
        return
    nested = express.get(outer)
    express[outer] = {**(nested if isinstance(nested, dict) else {}), inner: value}


def _parse_value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
