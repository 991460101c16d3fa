"""A TOML table that knows which of its keys are valid: those that were read.

Rules
- Every key is read by name; `Table.close` raises for all others.
- Each error names file, line and key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any, Final, Literal

from sessionlab.core.express_options import EXPRESS_NAMES
from sessionlab.course.errors import LessonError, LessonProblem, not_among
from sessionlab.course.lines import Path, line_of
from sessionlab.render.catalogue import LANGUAGES

_TYPES: Final = {
    str: "text", int: "integer", float: "number", bool: "flag", list: "list", dict: "table",
}  # fmt: skip
_REQUIRED: Final = object()


class LessonFile:
    """The file of a table; ``name`` is its name in messages."""

    def __init__(self, file: FilePath, text: str) -> None:
        self.name = f"{file.parent.name}/{file.name}"
        self._text = text

    def where(self, path: Path) -> str:
        """``04-session/lesson.toml:12``; without the line if it cannot be found."""
        line = line_of(self._text, path)
        return self.name if line is None else f"{self.name}:{line}"


class Table:
    """One table; ``path`` is its place in the file.  Every method that reads raises LessonError."""

    def __init__(self, source: LessonFile, data: Mapping[str, Any], path: Path = ()) -> None:
        self._source = source
        self._data = data
        self._path = path
        self._asked: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        """Whether the key exists; asking makes it valid."""
        self._asked[key] = None
        return key in self._data

    # -- values ------------------------------------------------------------------------------

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        """A text that is not empty."""
        value: str = self._take(key, default, str)
        if value == "" and key in self._data:
            raise self._wrong(key, "text", "")
        return value

    def integer(self, key: str, default: Any = _REQUIRED, *, least: int = 0) -> int:
        """A whole number, at least ``least``."""
        value: int = self._take(key, default, int)
        if key in self._data and value < least:
            raise self.error(LessonProblem.OUT_OF_RANGE, key, found=value, least=least)
        return value

    def number(self, key: str, default: Any = _REQUIRED) -> float:
        """A number that is not negative."""
        value: float = self._take(key, default, int, float)
        if key in self._data and not 0 <= value < float("inf"):
            raise self.error(LessonProblem.OUT_OF_RANGE, key, found=value, least=0)
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value: bool = self._take(key, default, bool)
        return value

    def choice(self, key: str, valid: Iterable[str], default: Any = _REQUIRED) -> str:
        """One of a closed list of texts."""
        value: str = self._take(key, default, str)
        names = list(valid)
        if key in self._data and value not in names:
            raise not_among(
                LessonProblem.NO_SUCH_VALUE, value, names, key=key, where=self.where(key)
            )
        return value

    def choices(self, key: str, valid: Iterable[str], default: list[str]) -> list[str]:
        """A list of at least one text from a closed list."""
        values: list[Any] = self._take(key, default, list)
        names = list(valid)
        if not values:
            raise self.error(LessonProblem.OUT_OF_RANGE, key, found=0, least=1)
        for value in values:
            if value not in names:
                raise not_among(
                    LessonProblem.NO_SUCH_VALUE, str(value), names, key=key, where=self.where(key)
                )
        return values

    def any_of(self, key: str, *types: type) -> Any:
        """A value of one of these types."""
        return self._take(key, _REQUIRED, *types)

    def strings(self, key: str) -> dict[str, str]:
        """A table of texts with any keys; empty if it is missing."""
        data: dict[str, Any] = self._take(key, {}, dict)
        for name, value in data.items():
            if not isinstance(value, str):
                raise self._wrong(f"{key}.{name}", "text", value)
        return data

    def by_language(self, key: str, *, optional: bool = False) -> dict[str, str]:
        """A text in every language; empty if it is optional and missing."""
        if optional and key not in self._data:
            self._asked[key] = None
            return {}
        texts = self.table(key)
        found = {language: texts.text(language) for language in LANGUAGES}
        texts.close()
        return found

    # -- tables ------------------------------------------------------------------------------

    def table(self, key: str) -> Table:
        """A table; empty if it is missing."""
        return Table(self._source, self._take(key, {}, dict), (*self._path, key))

    def tables(self, key: str) -> list[Table]:
        """An array of tables; empty if it is missing."""
        entries: list[Any] = self._take(key, [], list)
        for entry in entries:
            if not isinstance(entry, dict):
                raise self._wrong(key, "list", entry)
        return [
            Table(self._source, entry, (*self._path, key, index))
            for index, entry in enumerate(entries)
        ]

    def raw(self, key: str) -> dict[str, Any]:
        """A table as written, for the caller to check; empty if it is missing."""
        data: dict[str, Any] = self._take(key, {}, dict)
        return data

    def there(self, key: str) -> Any:
        """The value as written.  Raises KeyError if it is missing."""
        return self._data[key]

    def keys(self) -> list[str]:
        """The keys of the table."""
        return list(self._data)

    def close(self) -> None:
        """Raises LessonError for the first key that nothing has read."""
        for key in self._data:
            if key in self._asked:
                continue
            table = _dotted(self._path)
            if key in EXPRESS_NAMES:
                raise self.error(LessonProblem.EXPRESS_KEY, key, table=table)
            raise not_among(
                LessonProblem.UNKNOWN_KEY, key, self._asked, table=table, where=self.where(key)
            )

    # -- errors ------------------------------------------------------------------------------

    def where(self, key: str | None = None) -> str:
        """File and line of a key (dotted for a nested one), or of the table."""
        return self._source.where((*self._path, *(key.split(".") if key else ())))

    def error(self, problem: LessonProblem, key: str, **evidence: object) -> LessonError:
        """An error about one key of this table."""
        return LessonError(problem, where=self.where(key), key=key, **evidence)

    def _take(self, key: str, default: Any, *types: type) -> Any:
        self._asked[key] = None
        if key not in self._data:
            if default is _REQUIRED:
                raise self.error(LessonProblem.KEY_MISSING, key, table=_dotted(self._path))
            return default
        value = self._data[key]
        if type(value) not in types:
            raise self._wrong(key, _TYPES[types[-1]], value)
        return value

    def _wrong(self, key: str, expected: str, found: object) -> LessonError:
        return self.error(
            LessonProblem.WRONG_TYPE,
            key,
            expected=expected,
            found=repr(found) if found == "" else _TYPES.get(type(found), type(found).__name__),
        )


def _dotted(path: Path) -> Literal["lesson.toml"] | str:
    names = ".".join(part for part in path if isinstance(part, str))
    return f"[{names}]" if names else "lesson.toml"
