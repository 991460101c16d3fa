"""Which secret made a signature, and, where none did, which one nearly did.

Rules
- A secret that fits only after a change is a near miss, never a fit.
- What a shell, a file or an environment file adds to a secret or takes from it is tried; so are
  the secrets of tutorials, because whoever knows them can sign a session of their choice.
- No result holds a secret, except one that everybody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hmac import compare_digest

from sessionlab.core.wire.javascript import utf8
from sessionlab.decode.problems import Code, Problem

LONG_ENOUGH = 32
"""Octets that a secret should have: as many as the hash gives (RFC 2104, section 3)."""

WELL_KNOWN = (
    "keyboard cat",
    "secret",
    "keyboardcat",
    "your-secret-key",
    "your secret key",
    "your_secret_key",
    "mysecret",
    "my-secret",
    "my secret",
    "mysecretkey",
    "secretkey",
    "secret-key",
    "secret key",
    "session-secret",
    "session_secret",
    "sessionsecret",
    "supersecret",
    "super-secret",
    "super secret",
    "topsecret",
    "changeme",
    "change-me",
    "change me",
    "shhhh",
    "cats",
    "s3cr3t",
    "s3Cur3",
    "key1",
    "key2",
    "asdf",
    "test",
    "password",
    "dev",
    "development",
    "@#@$MYSIGN#@$#$",
)
"""Secrets that stand in documentation and tutorials."""

Signature = Callable[[str], str]
"""From a secret to the text of the signature that it makes for the cookie in hand."""


def which(secrets: Sequence[str], found: str, signature: Signature) -> int | None:
    """The index of the secret that made the signature; None: none of them."""
    for index, secret in enumerate(secrets):
        if same(signature(secret), found):
            return index
    return None


def judge_secret(secrets: Sequence[str], index: int) -> tuple[Problem, ...]:
    """What is to be said of a secret that fits."""
    problems = []
    secret = secrets[index]
    length = len(utf8(secret))
    if secret in WELL_KNOWN:
        problems.append(Problem(Code.WELL_KNOWN_SECRET, {"secret": secret}))
    elif length < LONG_ENOUGH:
        problems.append(Problem(Code.SHORT_SECRET, {"length": length, "enough": LONG_ENOUGH}))
    if index:
        problems.append(Problem(Code.OLDER_SECRET, {"number": index + 1}))
    return tuple(problems)


def nearly(secrets: Sequence[str], found: str, signature: Signature) -> Problem | None:
    """The problem with the secret that would fit but for a small difference."""
    for index, secret in enumerate(secrets):
        for code, variant in _variants(secret):
            if same(signature(variant), found):
                return Problem(code, {"number": index + 1})
    return None


def well_known(found: str, signature: Signature) -> Problem | None:
    """The problem that anybody could have made this signature."""
    for secret in WELL_KNOWN:
        if same(signature(secret), found):
            return Problem(Code.WELL_KNOWN_SECRET, {"secret": secret})
    return None


def same(expected: str, found: str) -> bool:
    """Whether two signatures are the same text, compared in constant time."""
    return compare_digest(utf8(expected), utf8(found))


def _variants(secret: str) -> Iterator[tuple[Code, str]]:
    line = secret.rstrip("\r\n")
    if line != secret:
        yield Code.SECRET_NEWLINE, line
    if (stripped := secret.strip()) != line:
        yield Code.SECRET_BLANKS, stripped
    yield Code.SIGNED_WITH_NEWLINE, f"{line}\n"
    yield Code.SIGNED_WITH_NEWLINE, f"{line}\r\n"
    if len(stripped) > 1 and stripped[0] == stripped[-1] and stripped[0] in "\"'`":
        yield Code.SECRET_QUOTED, stripped[1:-1]
    yield Code.SIGNED_WITH_QUOTES, f'"{stripped}"'
    yield Code.SIGNED_WITH_QUOTES, f"'{stripped}'"
    name, equals, value = stripped.partition("=")
    if equals and name.replace("_", "").isalnum():
        yield Code.SECRET_WITH_NAME, value.strip("\"'")
    if "," in stripped:
        for part in stripped.split(",")[:16]:
            yield Code.SECRET_LIST, part.strip()
