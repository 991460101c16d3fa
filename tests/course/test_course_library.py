"""Discovering lessons and finding one by what somebody typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessionlab.course import library
from sessionlab.course.errors import LessonError, LessonProblem
from sessionlab.course.library import find_lesson, lesson_folders, lessons, lessons_root

from .support import write


def test_lessons_are_discovered_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("10-late", "02-early", "notes", "3-short", "04_under", "05-Upper"):
        write(tmp_path, name=name)
    (tmp_path / "README.md").write_text("")
    (tmp_path / "06-file").write_text("")
    assert list(lesson_folders(tmp_path)) == ["early", "late"]
    assert [lesson.number for lesson in lessons(tmp_path)] == [2, 10]


@pytest.mark.parametrize("name", ["early-bird", "2", "02", "02-early-bird"])
def test_a_lesson_is_found_by_id_number_or_folder(tmp_path: Path, name: str) -> None:
    write(tmp_path, name="02-early-bird")
    write(tmp_path, name="20-late")
    assert find_lesson(name, tmp_path).id == "early-bird"


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("cookie-vs-sesion", "cookie-vs-session"),
        ("cookie_vs_session", "cookie-vs-session"),
        ("SESSION", "session"),
        ("something else entirely", ""),
        ("99", ""),
        ("", ""),
    ],
)
def test_a_wrong_name_is_met_with_the_nearest(tmp_path: Path, typed: str, nearest: str) -> None:
    write(tmp_path, name="03-cookie-vs-session")
    write(tmp_path, name="04-session")
    with pytest.raises(LessonError) as caught:
        find_lesson(typed, tmp_path)
    assert caught.value.problem is LessonProblem.NO_SUCH_LESSON
    assert caught.value.evidence["nearest"] == nearest
    assert caught.value.evidence["valid"] == "cookie-vs-session, session"


def test_two_folders_of_one_id_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, name="03-same")
    write(tmp_path, name="04-same")
    with pytest.raises(LessonError) as caught:
        lesson_folders(tmp_path)
    assert caught.value.problem is LessonProblem.ID_TWICE


def test_an_installed_package_has_its_own_lessons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``_lessons`` in the package wins over a folder that happens to lie beside it."""
    package = tmp_path / "site" / "sessionlab"
    write(package.parent / "lessons", name="01-beside")
    monkeypatch.setattr(library, "_PACKAGE", package)
    assert lessons_root() == package.parent / "lessons"
    write(package / "_lessons", name="01-inside")
    assert list(lesson_folders()) == ["inside"]


def test_no_lessons_at_all_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_PACKAGE", tmp_path / "sessionlab")
    with pytest.raises(LessonError) as caught:
        lessons_root()
    assert caught.value.problem is LessonProblem.NO_LESSONS


def test_the_course_has_the_lessons_that_are_shipped() -> None:
    assert {"cookie-vs-session", "session"} <= set(lesson_folders())
