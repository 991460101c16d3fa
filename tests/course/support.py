"""A small valid lesson to break, and the shipped lessons replayed once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sessionlab.core.entries import Transcript
from sessionlab.course.lesson import Lesson
from sessionlab.course.library import lesson_folders
from sessionlab.course.loader import load
from sessionlab.stage.stage import replay
from tests.interop.parts import HERE as PACKAGES
from tests.interop.parts import needed_parts

LESSON_IDS = list(lesson_folders())

VALID = """\
format = 1
title.en = "A lesson"
title.ko = "레슨"

[[lane]]
id = "plain"
base = "/cookie"
title.en = "plain"
title.ko = "일반"

[[lane]]
id = "session"
title.en = "session"
title.ko = "세션"
[lane.express]
secret = "keyboard cat"
resave = false
[lane.express.cookie]
maxAge = 60000

[[step]]
title.en = "One"
title.ko = "하나"
client = "alice"
request = "GET {base}"
repeat = 2

[[step]]
title.en = "Two"
title.ko = "둘"
client = "bob"
copy = "alice"
advance = 1.5
restart = true
request = "POST {base}/notes"
fill = { text = 10 }
[step.edit.plain]
cookie = "count"
value = "999"

[[question]]
step = 1
ask = "set-cookies"
lane = "session"
en = "How many?"
ko = "몇 번입니까?"

[[claim]]
lane = "session"
after = 2
since = 1
status = 200

[purpose]
visit = "GET {base}"
"""


def write(root: Path, text: str = VALID, name: str = "07-sample") -> Path:
    """A lesson's folder with this lesson.toml."""
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "lesson.toml").write_text(text, encoding="utf-8")
    for language in ("en", "ko"):
        (folder / f"{language}.md").write_text("# A lesson\n", encoding="utf-8")
    return folder


def line_number(text: str, part: str) -> int:
    """The line (from 1) in which a part of the text begins."""
    return text[: text.index(part)].count("\n") + 1


@cache
def shipped(lesson_id: str) -> Lesson:
    """A lesson of the course."""
    return load(lesson_folders()[lesson_id])


@cache
def replayed(lesson_id: str) -> tuple[Transcript, ...]:
    """Its transcripts, in the order of its lanes."""
    return replayed_anew(lesson_id)


def replayed_anew(lesson_id: str) -> tuple[Transcript, ...]:
    """The same, not remembered; skipped where parts from outside are missing."""
    scenario = shipped(lesson_id).scenario()
    if scenario.needs_outside:
        needed_parts()
    return replay(scenario, PACKAGES)
