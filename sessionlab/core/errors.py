"""Every error of sessionlab: what was found, where, and what to do.

Rules
- One base.  A message names what was read and the fix; evidence that a program may want stands
  in attributes.
- No message holds a session ID or a secret: errors end up in logs.
"""

from __future__ import annotations


class SessionlabError(Exception):
    """The base of all errors raised by this package."""


class OptionsError(SessionlabError, ValueError):
    """An option that can not be meant; ``option`` is its name as it was given."""

    def __init__(self, message: str, option: str) -> None:
        super().__init__(message)
        self.option = option


class CookieError(SessionlabError, ValueError):
    """A cookie that can not be written; ``part`` is name, val, domain, path, expires, …

    The message leaves out a value: it holds the session's ID.
    """

    def __init__(self, part: str, found: object) -> None:
        kind = "argument" if part in ("name", "val") else "option"
        shown = "" if part == "val" else f": {found!r}"
        super().__init__(f"{kind} {part} is invalid{shown}")
        self.part = part
        self.found = found


class SessionDataError(SessionlabError, TypeError):
    """A session that holds what JSON can not: it would not survive the store."""


class RecordError(SessionlabError, ValueError):
    """A stored record that is none; ``record`` is its text, as evidence."""

    def __init__(self, message: str, record: str) -> None:
        super().__init__(message)
        self.record = record


class StoreError(SessionlabError):
    """A store that could not do what it was asked.

    ``code`` names the kind of failure; those of our own stores have a sentence in the text
    catalogue, ``store.error.CODE``, which ``fields`` fill.
    """

    def __init__(self, message: str, code: str = "failed", **fields: object) -> None:
        super().__init__(message)
        self.code = code
        self.fields = fields


class StoreUnavailable(StoreError):
    """A store that can not answer now; the same may well succeed later, without a restart."""


class StoreURLError(OptionsError):
    """A URL that names no store; ``code`` and ``fields`` as for `StoreError`."""

    def __init__(self, message: str, code: str, **fields: object) -> None:
        super().__init__(message, "store")
        self.code = code
        self.fields = fields


class SessionNotFound(SessionlabError, LookupError):
    """`Session.reload` found no record; the session in hand is kept."""

    def __init__(self) -> None:
        super().__init__("failed to load session")


class SessionConflict(SessionlabError, RuntimeError):
    """Another request changed the record since this one loaded it; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "another request changed this session meanwhile: reload it and try again, "
            'or let on_conflict="merge" join the two'
        )


class NotASession(SessionlabError, TypeError):
    """The request's session was replaced by something that is none."""

    def __init__(self, found: object) -> None:
        super().__init__(
            f"the session was replaced by {type(found).__name__}: "
            "change the session itself (clear() and update()), or set it to None to unset it"
        )
