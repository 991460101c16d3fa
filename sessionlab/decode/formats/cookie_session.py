"""A session in the cookie itself: base64 of JSON, sealed by a second cookie ``NAME.sig``.

It looks like base64 of ``{…}``, which begins with ``ey`` or is ``e30``.

Rules
- Valid is what cookie-session 2.1 opens: the seal is keygrip's, a url-safe base64 HMAC-SHA1
  without padding over ``NAME=VALUE`` as they stand in the header, nothing decoded.
- Sealed is not encrypted: the data is shown, whether the seal fits or not.
- Data is read as JSON and never as anything that could run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from json import JSONDecoder
from math import isfinite
from typing import Any, NamedTuple

from sessionlab.core.wire import decode_component
from sessionlab.core.wire.sealed import keygrip, read_base64, seal
from sessionlab.decode.formats import Format
from sessionlab.decode.problems import GradedCode, Problem, Severity
from sessionlab.decode.results import CookiePart, Given, Reading, Role, Status
from sessionlab.decode.secrets import Signed, status_of, verify
from sessionlab.decode.signature_form import Form, find_damage

SEAL = ".sig"

_BARE = r"(?:e30|ey[A-Za-z0-9+/_-]{2,})={0,2}"
_BEGINNINGS = 'e"'  # every base64 text of "{…" begins with e; a quoted value is looked into
_DEEPEST = 100
_FORM = Form(octets=20, url_safe=True)


class SealedProblem(GradedCode):
    """The problems of a session in the cookie alone."""

    SEALED_WITHOUT_NAME = "sealed-without-name"
    VALUE_ENCODED = "value-encoded"
    SEAL_MISSING = "seal-missing"
    SEAL_ALONE = "seal-alone"
    DATA_UNREADABLE = "data-unreadable"
    DATA_TOO_DEEP = "data-too-deep", Severity.NOTE


class _Opened(NamedTuple):
    """The data behind a value, and what is wrong with it."""

    data: Any
    problem: Problem | None = None

    @property
    def is_session(self) -> bool:
        """Whether the server finds a session in it."""
        return self.problem is None or self.problem.code is SealedProblem.DATA_TOO_DEEP


def read(given: Given, others: Mapping[str, Given], secrets: Sequence[str]) -> Reading | None:
    """Read a sealed session; its seal is taken from the other cookies."""
    name = given.name
    if name is not None and name.endswith(SEAL) and len(name) > len(SEAL):
        return _read_seal_alone(given, name.removesuffix(SEAL), secrets)
    companion = None if name is None else others.get(f"{name}{SEAL}")
    if not given.raw or (companion is None and given.raw[0] not in _BEGINNINGS):
        return None
    opened = _open(given.raw)
    is_session = opened.is_session
    if not is_session:
        if (inner := _open(_decode(given.raw))).is_session:
            opened = _Opened(inner.data, Problem(SealedProblem.VALUE_ENCODED))
        elif companion is None:
            return None
    problems = [opened.problem] if opened.problem else []
    parts = [_part(Role.DATA, given.raw, "data-base64-json")]
    reading = Reading(FORMAT.name, Status.INVALID, given, given.raw, (), data=opened.data)
    if companion is not None:
        reading = reading._replace(companions=(f"{name}{SEAL}",))
    if companion is None or not companion.raw:
        problems.append(Problem(SealedProblem.SEAL_MISSING, {"name": f"{name or 'NAME'}{SEAL}"}))
        if name is None or not secrets:
            reading = reading._replace(status=Status.UNVERIFIED)
        return reading._replace(parts=tuple(parts), problems=tuple(problems))
    found = _exact(companion)
    parts.append(_part(Role.SEAL, found, "hmac-sha1"))
    damage = find_damage(found, _FORM)
    value = _exact(given)
    signed = Signed(
        value,
        found,
        damage.repaired if damage else found,
        sign=partial(seal, name or "", value),
        mistakes=partial(_mistakes, name or "", value),
    )
    secret, seen = verify(signed, secrets, [damage.problem] if damage else [])
    status = status_of(secret, secrets, refused=damage is not None or not is_session)
    return reading._replace(
        status=status,
        parts=tuple(parts),
        problems=(*problems, *(each for each in seen if each not in problems)),
        secret=secret if status is Status.VALID else None,
    )


def _read_seal_alone(given: Given, name: str, secrets: Sequence[str]) -> Reading:
    """Read a seal whose value is missing; where the value is there, this reading is dropped."""
    part = _part(Role.SEAL, given.raw, "hmac-sha1")
    problem = Problem(SealedProblem.SEAL_ALONE, {"name": name})
    status = status_of(None, secrets, refused=False)
    return Reading(FORMAT.name, status, given, given.raw, (part,), (problem,))


def _part(role: Role, text: str, note: str) -> CookiePart:
    return CookiePart(role, text, note, {"length": len(text)})


def _exact(given: Given) -> str:
    """The value as the cookies package takes it: with its blanks, without one pair of quotes."""
    exact = given.exact.rstrip("\r\n")
    return exact[1:-1] if exact[:1] == '"' else exact


def _mistakes(name: str, value: str, secret: str) -> Iterator[tuple[Problem, str]]:
    yield Problem(SealedProblem.SEALED_WITHOUT_NAME), keygrip(value, secret)
    if (decoded := _decode(value)) != value:
        yield Problem(SealedProblem.VALUE_ENCODED), seal(name, decoded, secret)


def _decode(value: str) -> str:
    try:
        return decode_component(value).strip(" \t")
    except ValueError:
        return value.strip(" \t")


def _open(value: str) -> _Opened:
    text = read_base64(value)
    if _depth(text) > _DEEPEST:
        return _Opened(None, Problem(SealedProblem.DATA_TOO_DEEP, {"deepest": _DEEPEST}))
    unreadable = Problem(SealedProblem.DATA_UNREADABLE)
    try:
        data = _read_json(text)
    except ValueError:
        return _Opened(None, unreadable)
    return _Opened(data, None if isinstance(data, dict) else unreadable)


def _depth(text: str) -> int:
    """How deep a JSON text nests."""
    deepest = depth = 0
    for bracket in re.findall(r"[\[{\]}]", re.sub(r'"(?:[^"\\]|\\.)*"', "", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _number(text: str) -> float | None:
    """A number; None, which is null, for what JavaScript reads as Infinity and writes as null."""
    number = float(text)
    if not isfinite(number):
        return None
    return number if set(text) & set(".eE") else int(text)


_read_json = JSONDecoder(parse_constant=_refuse, parse_int=_number, parse_float=_number).decode

FORMAT = Format("cookie-session", rank=20, read=read, bare=_BARE)
