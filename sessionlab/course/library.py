"""Finds the lessons.

Rules
- Every folder ``NN-slug`` is a lesson; there is no list of them.
- An installed package has them in ``_lessons``, a checkout in ``lessons`` beside the package.
- The number sorts, the slug is the id.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from sessionlab.course.errors import LessonError, LessonProblem, not_among
from sessionlab.course.lesson import Lesson
from sessionlab.course.loader import FOLDER, load

_PACKAGE = Path(__file__).parent.parent


def lessons_root() -> Path:
    """The folder of the lessons.  Raises LessonError if it does not exist.

    In a zip archive it is a `zipfile.Path`, which can be read like a `Path`.
    """
    for root in (_PACKAGE / "_lessons", _PACKAGE.parent / "lessons"):
        if root.is_dir():
            return root

    from importlib.resources import files

    if (zipped := files("sessionlab") / "_lessons").is_dir():
        return cast(Path, zipped)
    raise LessonError(LessonProblem.NO_LESSONS, where=str(_PACKAGE / "_lessons"))


def lesson_folders(root: Path | None = None) -> dict[str, Path]:
    """The lessons' folders by id, in the course's order.  Raises LessonError."""
    folders: dict[str, Path] = {}
    for folder in sorted((root or lessons_root()).iterdir(), key=lambda each: each.name):
        found = FOLDER.fullmatch(folder.name)
        if found is None or not folder.is_dir():
            continue
        if found[2] in folders:
            raise LessonError(LessonProblem.ID_TWICE, where=folder.name, found=found[2])
        folders[found[2]] = folder
    return folders


def lessons(root: Path | None = None) -> Iterator[Lesson]:
    """Every lesson, loaded, in order.  Raises LessonError for the first broken one."""
    return (load(folder) for folder in lesson_folders(root).values())


def find_lesson(name: str, root: Path | None = None) -> Lesson:
    """The lesson of this id (``session``), number (``4``, ``04``) or folder (``04-session``).

    Raises LessonError, which names the nearest id.
    """
    folders = lesson_folders(root)
    for id_, folder in folders.items():
        number = folder.name[:2]
        if name in (id_, folder.name, number, number.lstrip("0")):
            return load(folder)
    raise not_among(LessonProblem.NO_SUCH_LESSON, name, folders)
