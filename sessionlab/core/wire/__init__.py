"""Cookie text, signatures and JSON, byte for byte as the Node packages write them."""

from __future__ import annotations

from sessionlab.core.wire.cookie_text import (
    decode_cookie,
    find_cookie,
    serialize_cookie,
)
from sessionlab.core.wire.javascript import (
    base64url,
    decode_component,
    dump_json,
    encode_component,
    load_json,
)
from sessionlab.core.wire.signature import Signer, sign

__all__ = [
    "Signer",
    "decode_component",
    "decode_cookie",
    "dump_json",
    "encode_component",
    "find_cookie",
    "load_json",
    "serialize_cookie",
    "session_id_from_bytes",
    "sign",
]


def session_id_from_bytes(random: bytes) -> str:
    """A session ID as ``uid-safe`` makes it: 24 random octets become 32 characters."""
    return base64url(random)
