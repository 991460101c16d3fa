"""A TOML table read key by key, so that the keys asked for are the keys that are valid.

Rules
- Every key is asked for by name; `Table.close` complains about the rest.
- Each complaint names file, line and key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any, Final, Literal

from sessionlab.course.errors import LessonError, LessonProblem, not_among
from sessionlab.course.lines import Path, line_of
from sessionlab.render.catalogue import LANGUAGES

_EXPRESS: Final = frozenset({
    "cookie", "domain", "expires", "genid", "httpOnly", "maxAge", "partitioned", "path",
    "priority", "proxy", "resave", "rolling", "sameSite", "saveUninitialized", "secret", "secure",
    "store", "unset",
})  # fmt: skip
_TYPES: Final = {
    str: "text", int: "integer", float: "number", bool: "flag", list: "list", dict: "table",
}  # fmt: skip
_REQUIRED: Final = object()


class Source:
    """The file that a table came from; ``name`` is what messages call it."""

    def __init__(self, file: FilePath, text: str) -> None:
        self.name = f"{file.parent.name}/{file.name}"
        self._text = text

    def where(self, path: Path) -> str:
        """The file, and the line where it can be found."""
        line = line_of(self._text, path)
        return self.name if line is None else f"{self.name}:{line}"


class Table:
    """One table; ``path`` is where it stands in its file."""

    def __init__(self, source: Source, data: Mapping[str, Any], path: Path = ()) -> None:
        self._source = source
        self._data = data
        self._path = path
        self._asked: dict[str, None] = {}

    def __contains__(self, key: str) -> bool:
        """Whether the key is there; asking makes it a valid one."""
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
        """One out of a closed list of texts."""
        value: str = self._take(key, default, str)
        names = list(valid)
        if key in self._data and value not in names:
            raise not_among(
                LessonProblem.NO_SUCH_VALUE, value, names, key=key, where=self.where(key)
            )
        return value

    def choices(self, key: str, valid: Iterable[str], default: list[str]) -> list[str]:
        """A list, not empty, of texts out of a closed list."""
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
        """A table of texts with any keys; empty where there is none."""
        data: dict[str, Any] = self._take(key, {}, dict)
        for name, value in data.items():
            if not isinstance(value, str):
                raise self._wrong(f"{key}.{name}", "text", value)
        return data

    def said(self, key: str, *, optional: bool = False) -> dict[str, str]:
        """A text in every language; empty where it is optional and absent."""
        if optional and key not in self._data:
            self._asked[key] = None
            return {}
        words = self.table(key)
        said = {language: words.text(language) for language in LANGUAGES}
        words.close()
        return said

    # -- tables ------------------------------------------------------------------------------

    def table(self, key: str) -> Table:
        """A table; an empty one where there is none."""
        return Table(self._source, self._take(key, {}, dict), (*self._path, key))

    def tables(self, key: str) -> list[Table]:
        """An array of tables; empty where there is none."""
        entries: list[Any] = self._take(key, [], list)
        for entry in entries:
            if not isinstance(entry, dict):
                raise self._wrong(key, "list", entry)
        return [
            Table(self._source, entry, (*self._path, key, index))
            for index, entry in enumerate(entries)
        ]

    def raw(self, key: str) -> dict[str, Any]:
        """A table as it stands, for somebody else to check; empty where there is none."""
        data: dict[str, Any] = self._take(key, {}, dict)
        return data

    def there(self, key: str) -> Any:
        """The value that is there, as written.  Raises KeyError."""
        return self._data[key]

    def keys(self) -> list[str]:
        """The keys that are there."""
        return list(self._data)

    def close(self) -> None:
        """Complain about the first key that nobody asked for."""
        for key in self._data:
            if key in self._asked:
                continue
            table = _dotted(self._path)
            if key in _EXPRESS:
                raise self.error(LessonProblem.EXPRESS_KEY, key, table=table)
            raise not_among(
                LessonProblem.UNKNOWN_KEY, key, self._asked, table=table, where=self.where(key)
            )

    # -- complaints --------------------------------------------------------------------------

    def where(self, key: str | None = None) -> str:
        """File and line of a key (dotted for a nested one), or of the table."""
        return self._source.where((*self._path, *(key.split(".") if key else ())))

    def error(self, problem: LessonProblem, key: str, **evidence: object) -> LessonError:
        """A complaint about one key of this table."""
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
