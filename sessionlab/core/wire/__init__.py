"""The wire: cookie text, signatures and JSON, byte for byte as the Node packages write them."""

from __future__ import annotations

from binascii import b2a_base64

from sessionlab.core.wire.cookie_text import (
    decode_cookie,
    find_cookie,
    parse_cookies,
    serialize_cookie,
)
from sessionlab.core.wire.javascript import (
    decode_component,
    dump_json,
    encode_component,
    load_json,
)
from sessionlab.core.wire.signature import Signer, sign, unsign

_URL_SAFE = bytes.maketrans(b"+/", b"-_")

__all__ = [
    "Signer",
    "decode_component",
    "decode_cookie",
    "dump_json",
    "encode_component",
    "find_cookie",
    "load_json",
    "parse_cookies",
    "serialize_cookie",
    "session_id_from_bytes",
    "sign",
    "unsign",
]


def session_id_from_bytes(random: bytes) -> str:
    """A session ID: url-safe base64 without padding; 24 random octets make 32 characters."""
    return b2a_base64(random, newline=False).translate(_URL_SAFE).rstrip(b"=").decode("ascii")
