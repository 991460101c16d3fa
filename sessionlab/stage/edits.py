"""Edits of a cookie's value, as someone makes them who has the cookie but no secret.

Rules
- An edit changes what it names and keeps the rest: a seal or a signature is never renewed.
"""

from __future__ import annotations

from sessionlab.core.wire import decode_component, encode_component
from sessionlab.core.wire.sealed import decode_session, encode_session
from sessionlab.stage.scenario import ChangeData, ChangeId, Edit, SetValue

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
            signed, dot, signature = decode_component(value).rpartition(".")
            if not (signed.startswith(_SIGNED) and dot):
                raise ValueError("the value is not signed")
            return encode_component(f"{_SIGNED}{edit.id}.{signature}")
