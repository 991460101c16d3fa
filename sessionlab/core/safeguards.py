"""What express-session does not do: opt-in, each with a name of its own.

Rules
- All off is express-session, byte for byte.
- A safeguard changes what is decided, never what a record looks like to Express: a record that
  one wrote is read by the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sessionlab.core.errors import OptionsError
from sessionlab.core.unset import UNSET
from sessionlab.core.wire.javascript import dump_json

CREATED_KEY = "$created"
"""The data member of a record that holds when the session began, in ms since the epoch."""


class OnConflict(StrEnum):
    """What a save does when another request has changed the record since it was loaded."""

    OVERWRITE = "overwrite"
    """The last writer wins, as in express-session: the other's change is lost."""
    MERGE = "merge"
    """The top-level keys that this request changed are put into what is there now."""
    REPORT = "report"
    """Nothing is written; `SessionConflict` is raised by save(), else told to ``on_error``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguards:
    """The opt-in safeguards.

    ``no_resurrection``: a save does not bring back a record that was destroyed meanwhile.
    (`Session.regenerate` begins a new one: with ``keep_data`` it carries the data on, whatever
    another request did to the old record.)
    ``on_conflict``: see `OnConflict`.
    ``absolute_timeout``: seconds (or a timedelta) after which a session ends, used or not.
    ``clear_cookie``: a response whose session was destroyed or unset takes the cookie away.
    ``cache_headers``: with Set-Cookie go ``Vary: Cookie`` and a ``Cache-Control`` that keeps the
    response out of shared caches.
    ``check_prefix``: a name with ``__Host-`` or ``__Secure-`` is refused when the options are
    made, if a browser would refuse the cookie.

    Raises OptionsError.
    """

    no_resurrection: bool = False
    on_conflict: OnConflict = OnConflict.OVERWRITE
    absolute_timeout: float | timedelta | None = None
    clear_cookie: bool = False
    cache_headers: bool = False
    check_prefix: bool = False

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "on_conflict", OnConflict(self.on_conflict))
        except ValueError:
            raise OptionsError(
                f"on_conflict is {self.on_conflict!r}: there are {', '.join(OnConflict)}",
                "on_conflict",
            ) from None
        timeout = self.absolute_timeout
        seconds = timeout.total_seconds() if isinstance(timeout, timedelta) else timeout
        if seconds is not None and not seconds > 0:
            raise OptionsError(
                f"absolute_timeout is {seconds}: give seconds above 0, or None", "absolute_timeout"
            )

    @property
    def guards_saving(self) -> bool:
        """Whether a save has to look at what is there first."""
        return self.no_resurrection or self.on_conflict is not OnConflict.OVERWRITE


def merge(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> dict[str, Any]:
    """Theirs, with the top-level keys that I changed, added or deleted since the base.

    All three are JSON, and so is what "changed" means: another text.  Where both changed one key,
    mine wins: it is the later one.
    """
    merged = {key: value for key, value in theirs.items() if key in mine or key not in base}
    for key, value in mine.items():
        if key not in base or dump_json(base[key]) != dump_json(value):
            merged[key] = value
    return merged


def check_prefix(name: str, *, secure: object, path: object, domain: object) -> None:
    """Refuse what a browser would: a prefixed name whose attributes do not keep its promise.

    Raises OptionsError.  Source: RFC 6265bis, section 4.1.3, and its case-insensitive match.
    """
    lower = name.lower()
    if not lower.startswith(("__host-", "__secure-")):
        return
    if not secure or secure == "auto":
        raise OptionsError(f"{name} needs secure=True: a browser refuses it otherwise", "secure")
    if lower.startswith("__host-"):
        if path != "/":
            raise OptionsError(f'{name} needs path="/": a browser refuses it otherwise', "path")
        if domain not in (None, "", UNSET):
            raise OptionsError(f"{name} must not have a domain: that is its promise", "domain")
