"""The plain design: everything about the visitor in unsigned cookies.

Rules
- Whatever the browser sends is believed, if it can be read.
- A value is percent-encoded; the items of a list are separated by ``|``.
- Only changes are sent, as ``NAME=VALUE; Path=/``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sessionlab.core.wire import decode_cookie, encode_component, find_cookie

_NUMBER = re.compile("[0-9]{1,15}", re.ASCII)
_GONE = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"


def _read_number(value: str) -> int | None:
    return int(value) if _NUMBER.fullmatch(value) else None


def _read_list(value: str) -> list[str]:
    return [decode_cookie(item) for item in value.split("|") if item]


def _write_list(items: list[str]) -> str:
    return "|".join(encode_component(item) for item in items)


_KINDS: dict[str, tuple[Callable[[str], Any], Callable[[Any], str]]] = {
    "count": (_read_number, str),
    "user": (decode_cookie, encode_component),
    "role": (decode_cookie, encode_component),
    "cart": (_read_list, _write_list),
    "notes": (_read_list, _write_list),
}
"""Each cookie of this design: how its value is read and how it is written."""


class PlainCookies(dict[str, Any]):
    """The data of the browser's plain cookies, which can be changed like a session's."""

    def __init__(self, header: str) -> None:
        """``header`` is the Cookie header; empty without one."""
        super().__init__()
        for name, (read, _) in _KINDS.items():
            value = find_cookie(header, name)
            if value is not None and (found := read(value)) is not None:
                self[name] = found
        self._received = {name: self._text(name) for name in self}

    def set_cookies(self) -> list[str]:
        """The Set-Cookie lines for what was changed and deleted since."""
        lines = [
            f"{name}={text}; Path=/"
            for name in self
            if (text := self._text(name)) != self._received.get(name)
        ]
        return lines + [f"{name}=; Path=/; {_GONE}" for name in self._received if name not in self]

    def _text(self, name: str) -> str:
        _, write = _KINDS[name]
        return write(self[name])
