"""A signed session ID: ``s:ID.SIGNATURE``, as express-session and cookie-parser write it.

It looks like ``s:`` or its percent-encoded form ``s%3A``, then the ID, a dot and 43 digits of
base64.

Rules
- Valid is what express-session 1.19 accepts, and nothing else: the first two characters are
  ``s:`` after one percent-decoding, and the text behind the last dot is the HMAC-SHA256 of the ID,
  in base64 without padding.
- A value that it refuses is read on, to find out what happened to it.  A repaired value is given
  only where a secret fits it, and never counts as valid.
- The session's data is not in the cookie; only the ID can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from sessionlab.core.wire import decode_component, encode_component, sign
from sessionlab.decode.entropy import ONE_CASE_HEX, judge_id
from sessionlab.decode.formats import Format
from sessionlab.decode.problems import GradedCode, Problem, ProblemCode
from sessionlab.decode.results import CookiePart, Given, Reading, Role, Status
from sessionlab.decode.secrets import Signed, status_of, verify
from sessionlab.decode.signature_form import Form, find_damage, has_one_case

DEFAULT_COOKIE = "connect.sid"

_PREFIX = "s:"
_PREFIX_AS_SENT = r"(?i:s(?::|%(?:25){0,9}3A))"  # in either case, encoded up to ten times
_BARE = rf"{_PREFIX_AS_SENT}(?s:.*)|[^\s.=;]+\.[A-Za-z0-9+/_-]{{43}}=?"
_INSIDE = rf"{_PREFIX_AS_SENT}[^\s\"'`<>;,&(){{}}\[\]\\]{{1,256}}\.[A-Za-z0-9+/%_=-]{{20,300}}"
_WITHOUT_PREFIX = r"[^\s.]+\.[A-Za-z0-9+/_-]{43}=?"
_MOST_DECODINGS = 9
_FORM = Form(octets=32, url_safe=False)
_OWN_ID = "[0-9A-Za-z_-]{32}"  # 24 random octets in url-safe base64
_OWN_BITS = 192


class SignedIdProblem(GradedCode):
    """The problems of a signed session ID alone."""

    NOT_SIGNED = "not-signed"
    PREFIX_MISSING = "prefix-missing"
    ID_EMPTY = "id-empty"
    SIGNED_WITH_PREFIX = "signed-with-prefix"


class _Unwrapped(NamedTuple):
    """The text behind ``s:``, and what stood in the way of it."""

    signed: str
    problem: Problem | None = None


def read(given: Given, others: Mapping[str, Given], secrets: Sequence[str]) -> Reading | None:
    """Read a cookie that is, or should have been, a signed session ID."""
    value = given.decoded
    unwrapped = _unwrap(value)
    if unwrapped is not None:
        return _judge(given, value, unwrapped, secrets)
    if given.name != DEFAULT_COOKIE or not value:
        return None
    part = CookiePart(Role.VALUE, value, "value-not-signed")
    problem = Problem(SignedIdProblem.NOT_SIGNED)
    return Reading(FORMAT.name, Status.INVALID, given, value, (part,), (problem,))


def _unwrap(value: str) -> _Unwrapped | None:
    """Find the signed text in a decoded value; None: there is none."""
    if value.startswith(_PREFIX):
        return _Unwrapped(value[2:])
    if value[:2] == _PREFIX.upper():
        return _Unwrapped(value[2:], Problem(ProblemCode.CASE_CHANGED))
    bare = value.strip("\"'")
    if bare != value and (inner := _unwrap(bare)) is not None:
        return _Unwrapped(inner.signed, Problem(ProblemCode.QUOTE_LEFT))
    if value[:2] in ("s%", "S%") and re.match(r"(?i:s%(?:25)*3A)", value):
        return _decode_again(value)
    if "." in value and re.fullmatch(_WITHOUT_PREFIX, value):
        return _Unwrapped(value, Problem(SignedIdProblem.PREFIX_MISSING))
    return None


def _decode_again(value: str) -> _Unwrapped:
    for times in range(2, _MOST_DECODINGS):
        try:
            value = decode_component(value)
        except ValueError:
            break
        if value.startswith(_PREFIX):
            return _Unwrapped(value[2:], Problem(ProblemCode.ENCODED_TWICE, {"times": times}))
    bad = re.search(r"%(?![0-9A-Fa-f]{2}).{0,2}", value)
    readable = re.sub(r"%[0-9A-Fa-f]?$", "", value)
    readable = re.sub(r"%([2-7][0-9A-Fa-f])", lambda found: chr(int(found[1], 16)), readable)
    problem = Problem(ProblemCode.PERCENT_MALFORMED, {"text": bad[0] if bad else "%"})
    return _Unwrapped(readable[2:], problem)


def _judge(given: Given, value: str, unwrapped: _Unwrapped, secrets: Sequence[str]) -> Reading:
    session_id, dot, signature = unwrapped.signed.rpartition(".")
    if not dot:
        session_id, signature = unwrapped.signed, ""
    problems, sound = _find_damages(unwrapped, session_id, signature)
    refused = bool(problems)
    secret = None
    if signature:
        signed = Signed(
            session_id,
            signature,
            sound,
            sign=partial(_signature, session_id),
            mistakes=partial(_mistakes, session_id),
            suspicion=_suspicion(session_id, signature if sound is None else sound),
        )
        secret, problems = verify(signed, secrets, problems)
    id_part, id_problems = _describe_id(session_id)
    if session_id and not any(each.code is ProblemCode.SHORTENED for each in problems):
        problems += id_problems
    return Reading(
        FORMAT.name,
        status_of(secret, secrets, refused=refused),
        given,
        value,
        _parts(unwrapped, id_part, signature),
        tuple(problems),
        secret=None if refused else secret,
        repaired=_encode(session_id, sound) if refused and secret is not None else None,
    )


def _find_damages(
    unwrapped: _Unwrapped, session_id: str, signature: str
) -> tuple[list[Problem], str | None]:
    """Why the cookie is refused whatever the secret is, and the signature without damage.

    The signature is None where it is lost.
    """
    problems = [unwrapped.problem] if unwrapped.problem else []
    if not session_id:
        problems.append(Problem(SignedIdProblem.ID_EMPTY))
    if not signature:
        return [*problems, Problem(ProblemCode.SIGNATURE_MISSING)], None
    damage = find_damage(signature, _FORM)
    if damage is None:
        return problems, signature
    if _is_shortened(signature):
        return [*problems, Problem(ProblemCode.SHORTENED)], None
    return [*problems, damage.problem], damage.repaired


def _is_shortened(text: str) -> bool:
    return "…" in text or "..." in text


def _suspicion(session_id: str, signature: str) -> Problem | None:
    if _is_shortened(session_id):
        return Problem(ProblemCode.SHORTENED)
    return Problem(ProblemCode.CASE_CHANGED) if has_one_case(signature) else None


def _mistakes(session_id: str, secret: str) -> Iterator[tuple[Problem, str]]:
    problem = Problem(SignedIdProblem.SIGNED_WITH_PREFIX)
    yield problem, _signature(_PREFIX + session_id, secret)
    hidden = [each for each in session_id if not each.isprintable() or each == " "]
    if hidden:
        values = {"character": f"U+{ord(hidden[0]):04X}"}
        cleaned = "".join(each for each in session_id if each.isprintable() and each != " ")
        yield Problem(ProblemCode.INVISIBLE_CHARACTERS, values), _signature(cleaned, secret)


def _signature(session_id: str, secret: str) -> str:
    return sign(session_id, secret).rpartition(".")[2]


def _encode(session_id: str, signature: str | None) -> str | None:
    return encode_component(f"{_PREFIX}{session_id}.{signature}") if session_id else None


def _describe_id(session_id: str) -> tuple[CookiePart, Sequence[Problem]]:
    if re.fullmatch(_OWN_ID, session_id) and not re.fullmatch(ONE_CASE_HEX, session_id):
        values = {"length": len(session_id), "bits": _OWN_BITS}
        return CookiePart(Role.ID, session_id, "id-express", values), ()
    return judge_id(session_id)


def _parts(unwrapped: _Unwrapped, id_part: CookiePart, signature: str) -> tuple[CookiePart, ...]:
    parts = []
    if unwrapped.problem is None or unwrapped.problem.code is not SignedIdProblem.PREFIX_MISSING:
        parts.append(CookiePart(Role.PREFIX, _PREFIX, "prefix-signed"))
    if id_part.text:
        parts.append(id_part)
    if signature:
        length = {"length": len(signature)}
        parts.append(CookiePart(Role.SIGNATURE, signature, "hmac-sha256", length))
    return tuple(parts)


FORMAT = Format("express-session", rank=10, read=read, bare=_BARE, inside=_INSIDE)
