"""What ``/session`` of the demo does with its session at a login and at a logout."""

from __future__ import annotations

from enum import StrEnum


class AtLogin(StrEnum):
    """What happens to the session's ID and data at a login."""

    KEEP_ID = "keep-id"
    REGENERATE = "regenerate"  # a new ID; the data is lost
    REGENERATE_KEEP_DATA = "regenerate-keep-data"


class AtLogout(StrEnum):
    """What a logout deletes."""

    DESTROY = "destroy"  # the record
    CLEAR_COOKIE = "clear-cookie"  # only the browser's cookie
