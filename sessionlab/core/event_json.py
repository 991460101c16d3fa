"""Events as JSON-safe data and back, by the types of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints


def to_plain(value: Any) -> Any:
    """A value of a field as JSON-safe data."""
    if is_dataclass(value):
        return {it.name: to_plain(getattr(value, it.name)) for it in fields(value)}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value.value if isinstance(value, Enum) else value


@cache
def field_types(kind: type) -> Mapping[str, Any]:
    """The types of an event's fields, or of a part of one, by name."""
    from sessionlab.core.jar import codes, cookie

    return get_type_hints(kind, localns={**vars(codes), **vars(cookie)})


def to_typed(hint: Any, raw: Any) -> Any:
    """The inverse of `to_plain` for a field of this type.

    Raises KeyError, TypeError or ValueError for any other value.
    """
    if isinstance(hint, UnionType):
        if raw is None and NoneType in get_args(hint):
            return None
        return to_typed(next(it for it in get_args(hint) if it is not NoneType), raw)
    outer, inner = get_origin(hint), get_args(hint)
    if outer is tuple:
        return tuple(to_typed(inner[0], item) for item in raw)
    if outer is not None:
        return {key: to_typed(inner[1], item) for key, item in raw.items()}
    if isinstance(hint, type) and is_dataclass(hint):
        if not isinstance(raw, Mapping):
            raise TypeError(f"{raw!r} is no {hint.__name__}")
        unknown = raw.keys() - {it.name for it in fields(hint)} - {"verdict"}
        if unknown:
            raise ValueError(f"{hint.__name__} has no {', '.join(sorted(unknown))}")
        types = field_types(hint)
        return hint(**{it.name: to_typed(types[it.name], raw[it.name]) for it in fields(hint)})
    if issubclass(hint, Enum):
        return hint(raw)
    if hint is float and isinstance(raw, int):
        return raw
    if not isinstance(raw, hint):
        raise TypeError(f"{raw!r} is no {hint.__name__}")
    return raw
