"""A session in the cookie itself: base64 of JSON, sealed by a second cookie ``NAME.sig``.

Rules
- Valid is what cookie-session 2.1 opens: the seal is keygrip's, a url-safe base64 HMAC-SHA1
  without padding over ``NAME=VALUE`` as they stand in the header, nothing decoded.
- Sealed is not encrypted: the data is shown, whether the seal fits or not.
- Data is read as JSON and never as anything that could run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from json import JSONDecoder
from math import isfinite
from typing import Any

from sessionlab.core.wire import decode_component
from sessionlab.core.wire.sealed import keygrip, read_base64, seal
from sessionlab.decode import secrets as keys
from sessionlab.decode.problems import Code, Problem
from sessionlab.decode.results import Given, Note, Part, Reading, Role, Status
from sessionlab.decode.signature_form import HMAC_SHA1, find_damage

NAME = "cookie-session"
RANK = 20
SEAL = ".sig"

_OBJECT = 'e"'  # the first digit of every base64 text of "{…"; a quoted value is looked into
_DEEPEST = 100
_TRIED = 8192  # octets; a longer value is judged, but no near misses are looked for


def read(given: Given, others: Mapping[str, Given], secrets: Sequence[str]) -> Reading | None:
    """Read a sealed session; its seal is taken from the other cookies."""
    name = given.name
    if name is not None and name.endswith(SEAL) and len(name) > len(SEAL):
        return _seal_alone(given, secrets)
    companion = None if name is None else others.get(f"{name}{SEAL}")
    if not given.raw or (companion is None and given.raw[0] not in _OBJECT):
        return None
    data, problems, readable = _open(given.raw)
    if not readable and (decoded := _decoded(given.raw)) != given.raw and _open(decoded)[2]:
        data, problems = _open(decoded)[0], [Problem(Code.VALUE_ENCODED)]
    elif companion is None and not readable:
        return None
    parts = [Part(Role.DATA, given.raw, Note("data-base64-json", {"length": len(given.raw)}))]
    reading = Reading(NAME, Status.INVALID, given, given.raw, (), data=data)
    if companion is not None:
        reading = reading._replace(companions=(f"{name}{SEAL}",))
    if companion is None or not companion.raw:
        problems.append(Problem(Code.SEAL_MISSING, {"name": f"{name or 'NAME'}{SEAL}"}))
        if name is None or not secrets:
            reading = reading._replace(status=Status.UNVERIFIED)
        return reading._replace(parts=tuple(parts), problems=tuple(problems))
    found = _exact(companion)
    parts.append(Part(Role.SEAL, found, Note("hmac-sha1", {"length": len(found)})))
    fits, refused, seen = _check(name or "", _exact(given), found, secrets)
    status = _status(refused or not readable, fits, secrets)
    return reading._replace(
        status=status,
        parts=tuple(parts),
        problems=(*problems, *(each for each in seen if each not in problems)),
        secret=fits if status is Status.VALID else None,
    )


def _seal_alone(given: Given, secrets: Sequence[str]) -> Reading:
    """A seal whose value is missing; with the value there, this reading is dropped."""
    part = Part(Role.SEAL, given.raw, Note("hmac-sha1", {"length": len(given.raw)}))
    problem = Problem(Code.SEAL_ALONE, {"name": (given.name or "").removesuffix(SEAL)})
    status = Status.INVALID if secrets else Status.UNVERIFIED
    return Reading(NAME, status, given, given.raw, (part,), (problem,))


def _exact(given: Given) -> str:
    """The value as the cookies package takes it: blanks belong to it, one quoted pair does not."""
    exact = given.exact.rstrip("\r\n")
    return exact[1:-1] if exact[:1] == '"' else exact


def _check(
    name: str, value: str, found: str, secrets: Sequence[str]
) -> tuple[int | None, bool, list[Problem]]:
    """The secret that fits the seal, mended if need be; whether it is refused; the problems."""
    damage = find_damage(found, HMAC_SHA1)
    problems = [damage.problem] if damage else []
    whole = damage.repaired if damage else found
    fits: int | None = None
    if whole is not None:
        fits = keys.which(secrets, whole, lambda secret: seal(name, value, secret))
    if fits is not None:
        problems += keys.judge_secret(secrets, fits)
    else:
        problems = _explain(name, value, whole, found, secrets, problems)
    return fits, damage is not None, problems


def _explain(
    name: str,
    value: str,
    whole: str | None,
    found: str,
    secrets: Sequence[str],
    problems: list[Problem],
) -> list[Problem]:
    """The problems, with the reason why none of the secrets fits."""
    if len(value) > _TRIED:
        return [*problems, Problem(Code.OTHER_SECRET)] if secrets else problems
    for secret in secrets:
        if near := _compare(name, value, whole or found, secret):
            return [each for each in problems if each.code is not Code.SIGNATURE_CUT] + [near]
    if whole is None:
        return problems

    def make(secret: str) -> str:
        return seal(name, value, secret)

    if (nearly := keys.nearly(secrets, whole, make)) is not None:
        return [*problems, nearly]
    everybody = keys.well_known(whole, make)
    return [
        *problems,
        *([everybody] if everybody else []),
        *([Problem(Code.OTHER_SECRET)] if secrets else []),
    ]


def _compare(name: str, value: str, found: str, secret: str) -> Problem | None:
    """How a text differs from the seal that one secret makes, where that tells something."""
    expected = seal(name, value, secret)
    if len(found) >= 8 and expected.startswith(found):
        return Problem(Code.SIGNATURE_CUT, {"found": len(found), "expected": len(expected)})
    if found.lower() == expected.lower():
        return Problem(Code.CASE_CHANGED)
    if keys.same(keygrip(value, secret), found):
        return Problem(Code.SEALED_WITHOUT_NAME)
    if (decoded := _decoded(value)) != value and keys.same(seal(name, decoded, secret), found):
        return Problem(Code.VALUE_ENCODED)
    return None


def _decoded(value: str) -> str:
    try:
        return decode_component(value).strip(" \t")
    except ValueError:
        return value.strip(" \t")


def _status(refused: bool, fits: int | None, secrets: Sequence[str]) -> Status:
    if refused:
        return Status.INVALID
    if fits is not None:
        return Status.VALID
    return Status.INVALID if secrets else Status.UNVERIFIED


def _open(value: str) -> tuple[Any, list[Problem], bool]:
    """The data behind a value, what is wrong with it, and whether the server can read it."""
    text = read_base64(value)
    if _depth(text) > _DEEPEST:
        return None, [Problem(Code.DATA_TOO_DEEP, {"deepest": _DEEPEST})], True
    try:
        data = _read_json(text)
    except ValueError:
        return None, [Problem(Code.DATA_UNREADABLE)], False
    if isinstance(data, dict):
        return data, [], True
    return data, [Problem(Code.DATA_UNREADABLE)], False


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
