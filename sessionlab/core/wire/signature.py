"""Signed session IDs: ``ID.SIGNATURE``, the signature a base64 HMAC-SHA256 without padding.

Rules
- Signed is not encrypted: anyone can read the ID.
- Signatures are compared as text, in constant time.  Other spellings of the same octets (spare bits
  of the last base64 digit, padding, the url-safe alphabet) are refused.
- Of several secrets, the first signs and all verify.

Source: cookie-signature 1.0.7.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Sequence
from hashlib import sha256
from hmac import compare_digest

from sessionlab.core.wire.javascript import utf8

_BLOCK = 64
"""The octets of a SHA-256 block."""
_INNER = bytes(octet ^ 0x36 for octet in range(256))
_OUTER = bytes(octet ^ 0x5C for octet in range(256))
"""HMAC's two paddings (RFC 2104), as translation tables."""


def signer(secret: str | bytes) -> Callable[[bytes], bytes]:
    """Returns a function from a message to its signature, in base64 without padding.

    It makes the two keyed hash states once and copies them for each message, which takes a third of
    the time of `hmac.digest`.
    """
    key = utf8(secret) if isinstance(secret, str) else secret
    if len(key) > _BLOCK:
        key = sha256(key).digest()
    key = key.ljust(_BLOCK, b"\0")
    copy_inner = sha256(key.translate(_INNER)).copy
    copy_outer = sha256(key.translate(_OUTER)).copy

    def signature(message: bytes) -> bytes:
        inner = copy_inner()
        inner.update(message)
        outer = copy_outer()
        outer.update(inner.digest())
        return b2a_base64(outer.digest(), newline=False)[:-1]  # 32 octets pad with one "="

    return signature


class Signer:
    """Signs with the first of several secrets and verifies with all."""

    __slots__ = ("_newest", "_older")

    def __init__(self, secrets: Sequence[str | bytes]) -> None:
        self._newest, *self._older = [signer(secret) for secret in secrets]

    def sign(self, value: str) -> str:
        """``value.SIGNATURE``."""
        return f"{value}.{self._newest(utf8(value)).decode('ascii')}"

    def match(self, signed: str) -> int | None:
        """The index of the secret that made the signature; None if no secret did."""
        message, dot, found = utf8(signed).rpartition(b".")
        if dot:
            if compare_digest(self._newest(message), found):
                return 0
            for index, expected in enumerate(self._older, 1):
                if compare_digest(expected(message), found):
                    return index
        return None


def sign(value: str, secret: str | bytes) -> str:
    """``value.SIGNATURE``, as ``sign`` of cookie-signature."""
    return Signer([secret]).sign(value)
