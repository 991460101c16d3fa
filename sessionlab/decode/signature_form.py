"""The form of a signature's text: whether it can be a signature at all, and if not, why not.

Rules
- A signature is base64 of a fixed number of octets without padding.  A server compares texts, so
  it refuses any other form, whatever the secret is.
- Where the damage can be undone, the repaired text is given for the inspector to try.  It never
  makes the cookie valid.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sessionlab.decode.problems import Problem, ProblemCode

_TO_STANDARD = str.maketrans("-_", "+/")
_TO_URL_SAFE = str.maketrans("+/", "-_")
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_ALGORITHMS = {27: "HMAC-SHA1", 43: "HMAC-SHA256", 64: "HMAC-SHA384", 86: "HMAC-SHA512"}


class Form(NamedTuple):
    """How a signature is written: the octets it encodes, and the alphabet."""

    octets: int
    url_safe: bool

    @property
    def length(self) -> int:
        """Characters, without padding."""
        return -(-self.octets * 4 // 3)

    @property
    def alphabet(self) -> str:
        """The 64 digits of base64 in their order."""
        return _DIGITS + ("-_" if self.url_safe else "+/")

    def holds(self, text: str) -> bool:
        """Whether a text is what some octets encode to."""
        if len(text) != self.length or not set(text) <= set(self.alphabet):
            return False
        return self.alphabet.index(text[-1]) % self._spare == 0

    @property
    def _spare(self) -> int:
        # The last digit carries bits that belong to no octet; an encoder leaves them 0.
        return 1 << (self.length * 6 - self.octets * 8)


class Damage(NamedTuple):
    """What is wrong with a signature's text, and the repaired text where it can be known."""

    problem: Problem
    repaired: str | None


def find_damage(found: str, form: Form) -> Damage | None:
    """Why this text cannot be a signature of that form; None: it can."""
    if form.holds(found):
        return None
    return (
        _invisible(found, form)
        or _spelling(found, form)
        or _hexadecimal(found, form)
        or _length(found, form)
        or Damage(Problem(ProblemCode.SIGNATURE_MALFORMED, _lengths(found, form)), None)
    )


def has_one_case(text: str) -> bool:
    """Whether a signature has only capital or only small letters, which chance hardly makes."""
    return len(text) > 20 and (text == text.lower() or text == text.upper())


def _invisible(found: str, form: Form) -> Damage | None:
    cleaned = "".join(filter(str.isprintable, found))
    if cleaned == found:
        return None
    hidden = next(character for character in found if not character.isprintable())
    problem = Problem(ProblemCode.INVISIBLE_CHARACTERS, {"character": f"U+{ord(hidden):04X}"})
    return Damage(problem, cleaned if form.holds(cleaned) else None)


def _spelling(found: str, form: Form) -> Damage | None:
    if " " in found and form.holds(plus := found.replace(" ", "+")):
        return Damage(Problem(ProblemCode.PLUS_BECAME_SPACE), plus)
    translated = found.translate(_TO_URL_SAFE if form.url_safe else _TO_STANDARD)
    bare = translated.rstrip("=")
    if not form.holds(bare):
        return _spare_bits(found, form)
    if translated == found:
        code = ProblemCode.SIGNATURE_PADDED
    elif form.url_safe:
        code = ProblemCode.SIGNATURE_NOT_URL_SAFE
    else:
        code = ProblemCode.SIGNATURE_URL_SAFE
    return Damage(Problem(code), bare)


def _spare_bits(found: str, form: Form) -> Damage | None:
    alphabet = form.alphabet
    if len(found) != form.length or not set(found) <= set(alphabet):
        return None
    if has_one_case(found):
        return Damage(Problem(ProblemCode.CASE_CHANGED), None)
    last = alphabet.index(found[-1])
    repaired = next(
        text for value in range(last, -1, -1) if form.holds(text := found[:-1] + alphabet[value])
    )
    return Damage(Problem(ProblemCode.SIGNATURE_SPARE_BITS), repaired)


def _hexadecimal(found: str, form: Form) -> Damage | None:
    if len(found) != form.octets * 2 or not re.fullmatch("[0-9A-Fa-f]*", found):
        return None
    from binascii import b2a_base64, unhexlify

    text = b2a_base64(unhexlify(found), newline=False).decode("ascii").rstrip("=")
    repaired = text.translate(_TO_URL_SAFE) if form.url_safe else text
    return Damage(Problem(ProblemCode.SIGNATURE_HEX), repaired)


def _length(found: str, form: Form) -> Damage | None:
    bare = found.rstrip("=")
    algorithm = _ALGORITHMS.get(len(bare))
    if algorithm and len(bare) != form.length and re.fullmatch("[A-Za-z0-9+/_-]*", bare):
        problem = Problem(ProblemCode.SIGNATURE_OTHER_ALGORITHM, {"algorithm": algorithm})
        return Damage(problem, None)
    if len(found) < form.length and set(found) <= set(form.alphabet):
        return Damage(Problem(ProblemCode.SIGNATURE_CUT, _lengths(found, form)), None)
    if form.holds(head := found[: form.length]):
        extra = found[form.length :]
        return Damage(Problem(ProblemCode.SIGNATURE_TRAILED, {"extra": extra[:80]}), head)
    return None


def _lengths(found: str, form: Form) -> dict[str, str | int]:
    return {"found": len(found), "expected": form.length}
