"""Which secret made a signature, and where none did, what went wrong.

Rules
- A secret that fits only after a change is a near miss, never a fit.
- What a shell, a file or an environment file adds to a secret or takes from it is tried.  So are
  the secrets of tutorials, because whoever knows them can sign a session of their choice.
- No result holds a secret, except a well-known one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hmac import compare_digest
from typing import NamedTuple

from sessionlab.core.wire.javascript import utf8
from sessionlab.decode.problems import Problem, ProblemCode
from sessionlab.decode.results import Status

LONG_ENOUGH = 32
"""Octets that a secret should have: as many as the hash gives (RFC 2104, section 3)."""

WELL_KNOWN = (
    "keyboard cat", "secret", "keyboardcat", "your-secret-key", "your secret key",
    "your_secret_key", "mysecret", "my-secret", "my secret", "mysecretkey", "secretkey",
    "secret-key", "secret key", "session-secret", "session_secret", "sessionsecret",
    "supersecret", "super-secret", "super secret", "topsecret", "changeme", "change-me",
    "change me", "shhhh", "cats", "s3cr3t", "s3Cur3", "key1", "key2", "asdf", "test",
    "password", "dev", "development", "@#@$MYSIGN#@$#$",
)  # fmt: skip
"""Secrets that stand in documentation and tutorials."""

_LONGEST_TRIED = 8192  # characters; a longer text is verified, but near misses are not tried
_SHORTEST_CUT = 8  # characters of a signature; fewer may agree by chance


class Signed(NamedTuple):
    """A text and its signature, as a cookie holds them.

    ``found`` is the signature as it stands, ``sound`` the same without damage, None where that is
    lost.  ``sign`` gives the signature that a secret makes.  ``mistakes`` gives, for a secret,
    the mistakes of the format in hand that are worth trying, each with the signature that it
    leads to.  ``suspicion`` is reported where nothing else explains the signature.
    """

    text: str
    found: str
    sound: str | None
    sign: Callable[[str], str]
    mistakes: Callable[[str], Iterable[tuple[Problem, str]]]
    suspicion: Problem | None = None


def verify(
    signed: Signed, secrets: Sequence[str], problems: Sequence[Problem]
) -> tuple[int | None, list[Problem]]:
    """The index of the secret that made the signature, and the problems with those found here."""
    if signed.sound is not None:
        for index, secret in enumerate(secrets):
            if _same(signed.sign(secret), signed.sound):
                return index, [*problems, *_judge_secret(secret, index)]
    return None, _explain(signed, secrets, problems)


def status_of(secret: int | None, secrets: Sequence[str], *, refused: bool) -> Status:
    """The status of a signed cookie.  ``refused``: whatever the secret is."""
    if refused:
        return Status.INVALID
    if secret is not None:
        return Status.VALID
    return Status.INVALID if secrets else Status.UNVERIFIED


def _judge_secret(secret: str, index: int) -> Iterator[Problem]:
    length = len(utf8(secret))
    if secret in WELL_KNOWN:
        yield Problem(ProblemCode.WELL_KNOWN_SECRET, {"secret": secret})
    elif length < LONG_ENOUGH:
        yield Problem(ProblemCode.SHORT_SECRET, {"length": length, "enough": LONG_ENOUGH})
    if index:
        yield Problem(ProblemCode.OLDER_SECRET, {"number": index + 1})


def _explain(signed: Signed, secrets: Sequence[str], problems: Sequence[Problem]) -> list[Problem]:
    """The problems, with the reason why none of the secrets fits."""
    other = [Problem(ProblemCode.OTHER_SECRET)] if secrets else []
    if len(signed.text) > _LONGEST_TRIED:
        return [*problems, *other]
    for secret in secrets:
        if near := _near_miss(signed, secret):
            return [it for it in problems if it.code is not ProblemCode.SIGNATURE_CUT] + [near]
    if signed.sound is None:
        return list(problems)
    for index, secret in enumerate(secrets):
        for code, variant in _variants(secret):
            if _same(signed.sign(variant), signed.sound):
                return [*problems, Problem(code, {"number": index + 1})]
    if signed.suspicion is not None:
        return [*problems, signed.suspicion]
    for secret in WELL_KNOWN:
        if _same(signed.sign(secret), signed.sound):
            return [*problems, Problem(ProblemCode.WELL_KNOWN_SECRET, {"secret": secret}), *other]
    return [*problems, *other]


def _near_miss(signed: Signed, secret: str) -> Problem | None:
    """How the signature differs from the one that a secret makes, where that says something."""
    expected = signed.sign(secret)
    found = signed.found if signed.sound is None else signed.sound
    if len(found) >= _SHORTEST_CUT and expected.startswith(found):
        values: dict[str, str | int] = {"found": len(found), "expected": len(expected)}
        cut_at = expected[len(found)]
        if cut_at in "+/":
            return Problem(ProblemCode.SIGNATURE_CUT_AT, values | {"character": cut_at})
        return Problem(ProblemCode.SIGNATURE_CUT, values)
    if found.lower() == expected.lower():
        return Problem(ProblemCode.CASE_CHANGED)
    return next(
        (problem for problem, wrong in signed.mistakes(secret) if _same(wrong, found)), None
    )


def _same(expected: str, found: str) -> bool:
    """Whether two signatures are the same text, compared in constant time."""
    return compare_digest(utf8(expected), utf8(found))


def _variants(secret: str) -> Iterator[tuple[ProblemCode, str]]:
    line = secret.rstrip("\r\n")
    if line != secret:
        yield ProblemCode.SECRET_NEWLINE, line
    if (stripped := secret.strip()) != line:
        yield ProblemCode.SECRET_BLANKS, stripped
    yield ProblemCode.SIGNED_WITH_NEWLINE, f"{line}\n"
    yield ProblemCode.SIGNED_WITH_NEWLINE, f"{line}\r\n"
    if len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "\"'`":
        yield ProblemCode.SECRET_QUOTED, stripped[1:-1]
    yield ProblemCode.SIGNED_WITH_QUOTES, f'"{stripped}"'
    yield ProblemCode.SIGNED_WITH_QUOTES, f"'{stripped}'"
    name, equals, value = stripped.partition("=")
    if equals and name.replace("_", "").isalnum():
        yield ProblemCode.SECRET_WITH_NAME, value.strip("\"'")
    if "," in stripped:
        for part in stripped.split(",")[:16]:
            yield ProblemCode.SECRET_LIST, part.strip()
