"""Every error of sessionlab: what was found, where, and what to do.

Rules
- One base class.  A message names what was found and the fix; attributes carry the evidence.
- No message holds a session ID or a secret, because errors end up in logs.
"""

from __future__ import annotations


class SessionlabError(Exception):
    """The base of all errors raised by this package."""


class OptionsError(SessionlabError, ValueError):
    """An option with a value that makes no sense; ``option`` is its name as given."""

    def __init__(self, message: str, option: str) -> None:
        super().__init__(message)
        self.option = option


class CookieError(SessionlabError, ValueError):
    """A cookie that cannot be serialized.

    ``part``: name, val, domain, path, expires, … as `cookie` names them.
    ``found``: what was given for it.  The message leaves out a ``val``: it holds the session's ID.
    """

    def __init__(self, part: str, found: object) -> None:
        kind = "argument" if part in ("name", "val") else "option"
        shown = "" if part == "val" else f": {found!r}"
        super().__init__(f"{kind} {part} is invalid{shown}")
        self.part = part
        self.found = found


class SessionDataError(SessionlabError, TypeError):
    """A session that holds what JSON cannot, and so would not survive the store."""


class RecordError(SessionlabError, ValueError):
    """A stored record that cannot be read; ``record`` is its text."""

    def __init__(self, message: str, record: str) -> None:
        super().__init__(message)
        self.record = record


class StoreError(SessionlabError):
    """A store operation that failed.

    ``code``: the kind of failure; "failed" for a store that is not ours.
    ``fields``: what the sentence of the code mentions, for a translation of the message.
    """

    def __init__(self, message: str, code: str = "failed", **fields: object) -> None:
        super().__init__(message)
        self.code = code
        self.fields = fields


class StoreUnavailable(StoreError):
    """A store that cannot answer now; the same operation may succeed later."""


class StoreURLError(OptionsError):
    """A URL that does not name a store; ``code`` and ``fields`` as in `StoreError`."""

    def __init__(self, message: str, code: str, **fields: object) -> None:
        super().__init__(message, "store")
        self.code = code
        self.fields = fields


class SessionNotFound(SessionlabError, LookupError):
    """`Session.reload` found no record; the session stays as it is."""

    def __init__(self) -> None:
        super().__init__("failed to load session")


class SessionConflict(SessionlabError, RuntimeError):
    """Another request changed the record after this one loaded it; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            "another request changed this session meanwhile: reload it and try again, "
            'or merge the changes with on_conflict="merge"'
        )


class NotASession(SessionlabError, TypeError):
    """The request's session was replaced by something that is not a `Session`."""

    def __init__(self, found: object) -> None:
        super().__init__(
            f"the session was replaced by {type(found).__name__}: "
            "change the session itself (clear() and update()), or set it to None to unset it"
        )
