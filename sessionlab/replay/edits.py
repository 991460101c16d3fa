"""Edits of a cookie's value, as somebody does them who holds the cookie and no secret.

Rules
- An edit changes what it names and keeps the rest: a seal or a signature is never made anew.
- Text in, text out; what can not be edited in this way raises ValueError.
"""

from __future__ import annotations

from sessionlab.core.wire import decode_component, encode_component
from sessionlab.core.wire.sealed import decode_session, encode_session
from sessionlab.replay.scenario import ChangeData, ChangeId, Edit, SetValue

_SIGNED = "s:"


def edited(value: str, edit: Edit) -> str:
    """The cookie's value after the edit.

    Raises ValueError for a value that is no base64 JSON object (`ChangeData`) or not signed
    (`ChangeId`).
    """
    match edit:
        case SetValue():
            return edit.value
        case ChangeData():
            return encode_session({**decode_session(value), **edit.data})
        case ChangeId():
            _, dot, signature = decode_component(value).rpartition(".")
            if not (value_is_signed(value) and dot):
                raise ValueError("no signed value")
            return encode_component(f"{_SIGNED}{edit.id}.{signature}")


def value_is_signed(value: str) -> bool:
    """Whether a cookie's value looks like ``s:ID.SIGNATURE``, percent-encoded or not."""
    try:
        decoded = decode_component(value)
    except ValueError:
        return False
    return decoded.startswith(_SIGNED) and "." in decoded
