"""A cookie that no other format recognises: shown as it stands.

It looks like anything, so this format is asked last, and reads every cookie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sessionlab.decode.formats import Format
from sessionlab.decode.results import CookiePart, Given, Reading, Role, Status


def read(given: Given, others: Mapping[str, Given], secrets: Sequence[str]) -> Reading:
    """Read any cookie."""
    value = given.decoded
    note = "value-plain" if value else "value-empty"
    part = CookiePart(Role.VALUE, value, note, {"length": len(value)} if value else {})
    return Reading(FORMAT.name, Status.UNSIGNED, given, value, (part,))


FORMAT = Format("plain", rank=1000, read=read)
