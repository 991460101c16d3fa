"""The form of a signature's text: whether it can be one at all, and what was done to it if not.

Rules
- A signature is base64 of a fixed number of octets without padding.  A server compares the text,
  so that a text of any other form is refused whatever the secret is.
- Where the damage can be undone, the repaired text is given, for the inspector to try; it is
  never taken for the cookie's own.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sessionlab.decode.problems import Code, Problem

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


HMAC_SHA256 = Form(32, url_safe=False)
"""cookie-signature's."""
HMAC_SHA1 = Form(20, url_safe=True)
"""keygrip's."""


class Damage(NamedTuple):
    """What is wrong with a signature's text, and the text without it where that can be told."""

    problem: Problem
    repaired: str | None


def find_damage(found: str, form: Form) -> Damage | None:
    """What makes it impossible that this text is a signature; None: nothing does."""
    if form.holds(found):
        return None
    return (
        _invisible(found, form)
        or _spelling(found, form)
        or _hexadecimal(found, form)
        or _length(found, form)
        or Damage(Problem(Code.SIGNATURE_MALFORMED, _lengths(found, form)), None)
    )


def has_one_case(text: str) -> bool:
    """Whether a signature has no capital or no small letters, as good as never by chance."""
    return len(text) > 20 and (text == text.lower() or text == text.upper())


def _invisible(found: str, form: Form) -> Damage | None:
    cleaned = "".join(filter(str.isprintable, found))
    if cleaned == found:
        return None
    hidden = next(character for character in found if not character.isprintable())
    repaired = cleaned if form.holds(cleaned) else None
    return Damage(
        Problem(Code.INVISIBLE_CHARACTERS, {"character": f"U+{ord(hidden):04X}"}), repaired
    )


def _spelling(found: str, form: Form) -> Damage | None:
    if " " in found and form.holds(plus := found.replace(" ", "+")):
        return Damage(Problem(Code.PLUS_BECAME_SPACE), plus)
    table = _TO_URL_SAFE if form.url_safe else _TO_STANDARD
    translated = found.translate(table)
    bare = translated.rstrip("=")
    if not form.holds(bare):
        return _spare_bits(found, form)
    if translated != found:
        code = Code.SIGNATURE_NOT_URL_SAFE if form.url_safe else Code.SIGNATURE_URL_SAFE
        return Damage(Problem(code), bare)
    return Damage(Problem(Code.SIGNATURE_PADDED), bare)


def _spare_bits(found: str, form: Form) -> Damage | None:
    alphabet = form.alphabet
    if len(found) != form.length or not set(found) <= set(alphabet):
        return None
    if has_one_case(found):
        return Damage(Problem(Code.CASE_CHANGED), None)
    last = alphabet.index(found[-1])
    repaired = next(
        text for value in range(last, -1, -1) if form.holds(text := found[:-1] + alphabet[value])
    )
    return Damage(Problem(Code.SIGNATURE_SPARE_BITS), repaired)


def _hexadecimal(found: str, form: Form) -> Damage | None:
    if len(found) != form.octets * 2 or not re.fullmatch("[0-9A-Fa-f]*", found):
        return None
    from binascii import b2a_base64, unhexlify

    text = b2a_base64(unhexlify(found), newline=False).decode("ascii").rstrip("=")
    repaired = text.translate(_TO_URL_SAFE) if form.url_safe else text
    return Damage(Problem(Code.SIGNATURE_HEX), repaired)


def _length(found: str, form: Form) -> Damage | None:
    bare = found.rstrip("=")
    lengths = _lengths(found, form)
    if len(bare) in _ALGORITHMS and re.fullmatch("[A-Za-z0-9+/_-]*", bare):
        algorithm = _ALGORITHMS[len(bare)]
        if len(bare) != form.length:
            problem = Problem(Code.SIGNATURE_OTHER_ALGORITHM, {"algorithm": algorithm})
            return Damage(problem, None)
    if len(found) < form.length and set(found) <= set(form.alphabet):
        return Damage(Problem(Code.SIGNATURE_CUT, lengths), None)
    if form.holds(head := found[: form.length]):
        extra = found[form.length :]
        return Damage(Problem(Code.SIGNATURE_TRAILED, {"extra": extra[:80]}), head)
    return None


def _lengths(found: str, form: Form) -> dict[str, str | int]:
    return {"found": len(found), "expected": form.length}
