"""A signed session ID: ``s:ID.SIGNATURE``, as express-session and cookie-parser write it.

Rules
- Valid is what express-session 1.19 accepts, and nothing else: the first two characters are
  ``s:`` after one percent-decoding, and the text behind the last dot is the signature.
- What it refuses is read on, to find out what happened to it.  A mended value is reported only
  where a secret fits it, and never as valid.
- The session's data is not in the cookie; there is nothing to decode but the ID.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sessionlab.core.wire import decode_component, decode_cookie, encode_component, sign
from sessionlab.core.wire.cookie_text import unquote_cookie
from sessionlab.decode import secrets as keys
from sessionlab.decode.problems import Code, Problem
from sessionlab.decode.results import Given, Note, Part, Reading, Role, Status
from sessionlab.decode.session_id import describe_id
from sessionlab.decode.signature_form import HMAC_SHA256, find_damage, has_one_case

NAME = "express-session"
RANK = 10
DEFAULT_COOKIE = "connect.sid"

_PREFIX = "s:"
_MOST_DECODINGS = 9
_LOOKS_SIGNED = r"[^\s.]+\.[A-Za-z0-9+/_-]{43}=?"
_TRIED = 8192  # characters; a longer value is judged, but no near misses are looked for


class _Unwrapped(NamedTuple):
    """The text behind ``s:``, and what stood in the way of it."""

    signed: str
    problem: Problem | None = None


def read(given: Given, others: Mapping[str, Given], secrets: Sequence[str]) -> Reading | None:
    """Read a cookie that is, or should have been, a signed session ID."""
    value = decode_cookie(unquote_cookie(given.raw))
    unwrapped = _unwrap(value)
    if unwrapped is not None:
        return _judge(given, value, unwrapped, secrets)
    if given.name != DEFAULT_COOKIE or not value:
        return None
    part = Part(Role.VALUE, value, Note("value-not-signed"))
    return Reading(NAME, Status.INVALID, given, value, (part,), (Problem(Code.NOT_SIGNED),))


def _unwrap(value: str) -> _Unwrapped | None:
    """Find the signed text in a decoded value; None: there is none."""
    if value.startswith(_PREFIX):
        return _Unwrapped(value[2:])
    if value[:2] == _PREFIX.upper():
        return _Unwrapped(value[2:], Problem(Code.CASE_CHANGED))
    bare = value.strip("\"'")
    if bare != value and (inner := _unwrap(bare)) is not None:
        return _Unwrapped(inner.signed, Problem(Code.QUOTE_LEFT))
    if value[:2] in ("s%", "S%") and re.match(r"(?i:s%(?:25)*3A)", value):
        return _decode_again(value)
    if "." in value and re.fullmatch(_LOOKS_SIGNED, value):
        return _Unwrapped(value, Problem(Code.PREFIX_MISSING))
    return None


def _decode_again(value: str) -> _Unwrapped:
    for times in range(2, _MOST_DECODINGS):
        try:
            value = decode_component(value)
        except ValueError:
            break
        if value.startswith(_PREFIX):
            return _Unwrapped(value[2:], Problem(Code.ENCODED_TWICE, {"times": times}))
    bad = re.search(r"%(?![0-9A-Fa-f]{2}).{0,2}", value)
    readable = re.sub(r"%[0-9A-Fa-f]?$", "", value)
    readable = re.sub(r"%([2-7][0-9A-Fa-f])", lambda found: chr(int(found[1], 16)), readable)
    problem = Problem(Code.PERCENT_MALFORMED, {"text": bad[0] if bad else "%"})
    return _Unwrapped(readable[2:], problem)


def _judge(given: Given, value: str, unwrapped: _Unwrapped, secrets: Sequence[str]) -> Reading:
    session_id, dot, signature = unwrapped.signed.rpartition(".")
    if not dot:
        session_id, signature = unwrapped.signed, ""
    problems, whole = _find_damages(unwrapped, session_id, signature)
    refused = bool(problems)
    fits: int | None = None
    if whole is not None:
        fits = keys.which(secrets, whole, lambda secret: _signature(session_id, secret))
    if fits is not None:
        problems += keys.judge_secret(secrets, fits)
    elif signature:
        problems = _explain(session_id, signature, whole, secrets, problems)
    id_note, id_problems = describe_id(session_id)
    if session_id and not any(each.code is Code.SHORTENED for each in problems):
        problems += id_problems
    return Reading(
        NAME,
        _status(refused, fits, secrets),
        given,
        value,
        _parts(unwrapped, session_id, signature, id_note),
        tuple(problems),
        secret=None if refused else fits,
        repaired=_mended(session_id, whole) if refused and fits is not None else None,
    )


def _find_damages(
    unwrapped: _Unwrapped, session_id: str, signature: str
) -> tuple[list[Problem], str | None]:
    """Why the cookie is refused whatever the secret is, and the signature without damage.

    The signature is None where it is lost.
    """
    problems = [unwrapped.problem] if unwrapped.problem else []
    if not session_id:
        problems.append(Problem(Code.ID_EMPTY))
    if not signature:
        return [*problems, Problem(Code.SIGNATURE_MISSING)], None
    damage = find_damage(signature, HMAC_SHA256)
    if damage is None:
        return problems, signature
    if "…" in signature or "..." in signature:
        return [*problems, Problem(Code.SHORTENED)], None
    return [*problems, damage.problem], damage.repaired


def _status(refused: bool, fits: int | None, secrets: Sequence[str]) -> Status:
    if refused:
        return Status.INVALID
    if fits is not None:
        return Status.VALID
    return Status.INVALID if secrets else Status.UNVERIFIED


def _mended(session_id: str, signature: str | None) -> str | None:
    return encode_component(f"{_PREFIX}{session_id}.{signature}") if session_id else None


def _parts(
    unwrapped: _Unwrapped, session_id: str, signature: str, id_note: Note
) -> tuple[Part, ...]:
    parts = []
    if unwrapped.problem is None or unwrapped.problem.code is not Code.PREFIX_MISSING:
        parts.append(Part(Role.PREFIX, _PREFIX, Note("prefix-signed")))
    if session_id:
        parts.append(Part(Role.ID, session_id, id_note))
    if signature:
        note = Note("hmac-sha256", {"length": len(signature)})
        parts.append(Part(Role.SIGNATURE, signature, note))
    return tuple(parts)


def _signature(session_id: str, secret: str) -> str:
    return sign(session_id, secret).rpartition(".")[2]


def _explain(
    session_id: str,
    signature: str,
    whole: str | None,
    secrets: Sequence[str],
    problems: list[Problem],
) -> list[Problem]:
    """The problems, with the reason why none of the secrets fits."""
    if len(session_id) > _TRIED:
        return [*problems, Problem(Code.OTHER_SECRET)] if secrets else problems
    found = signature if whole is None else whole
    for secret in secrets:
        if near := _compare(session_id, found, secret):
            return [each for each in problems if each.code is not Code.SIGNATURE_CUT] + [near]
    if whole is None:
        return problems

    def make(secret: str) -> str:
        return _signature(session_id, secret)

    if (nearly := keys.nearly(secrets, whole, make)) is not None:
        return [*problems, nearly]
    if "…" in session_id or "..." in session_id:
        return [*problems, Problem(Code.SHORTENED)]
    if has_one_case(whole):
        return [*problems, Problem(Code.CASE_CHANGED)]
    everybody = keys.well_known(whole, make)
    return [
        *problems,
        *([everybody] if everybody else []),
        *([Problem(Code.OTHER_SECRET)] if secrets else []),
    ]


def _compare(session_id: str, found: str, secret: str) -> Problem | None:
    """How a text differs from the signature that one secret makes, where that tells something."""
    expected = _signature(session_id, secret)
    if len(found) >= 8 and expected.startswith(found):
        values: dict[str, str | int] = {"found": len(found), "expected": len(expected)}
        cut_at = expected[len(found)]
        if cut_at in "+/":
            return Problem(Code.SIGNATURE_CUT_AT, values | {"character": cut_at})
        return Problem(Code.SIGNATURE_CUT, values)
    if found.lower() == expected.lower():
        return Problem(Code.CASE_CHANGED)
    if keys.same(_signature(_PREFIX + session_id, secret), found):
        return Problem(Code.SIGNED_WITH_PREFIX)
    cleaned = "".join(each for each in session_id if each.isprintable() and each != " ")
    if cleaned != session_id and keys.same(_signature(cleaned, secret), found):
        hidden = next(each for each in session_id if not each.isprintable() or each == " ")
        return Problem(Code.INVISIBLE_CHARACTERS, {"character": f"U+{ord(hidden):04X}"})
    return None
