"""sessionlab: see, understand and debug cookies and sessions.

The library's public face.  Names are imported when they are first used, so that
``sessionlab --version`` does not pay for the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sessionlab.core.errors import CookieError as CookieError
    from sessionlab.core.errors import NotASession as NotASession
    from sessionlab.core.errors import OptionsError as OptionsError
    from sessionlab.core.errors import RecordError as RecordError
    from sessionlab.core.errors import SessionConflict as SessionConflict
    from sessionlab.core.errors import SessionDataError as SessionDataError
    from sessionlab.core.errors import SessionlabError as SessionlabError
    from sessionlab.core.errors import SessionNotFound as SessionNotFound
    from sessionlab.core.options import CookieOptions as CookieOptions
    from sessionlab.core.options import SessionOptions as SessionOptions
    from sessionlab.core.record import Record as Record
    from sessionlab.core.safeguards import OnConflict as OnConflict
    from sessionlab.core.safeguards import Safeguards as Safeguards
    from sessionlab.core.store import Store as Store
    from sessionlab.core.unset import UNSET as UNSET
    from sessionlab.session.cookie import Cookie as Cookie
    from sessionlab.session.environ import get_session as get_session
    from sessionlab.session.environ import new_session as new_session
    from sessionlab.session.environ import session_from_record as session_from_record
    from sessionlab.session.environ import set_session as set_session
    from sessionlab.session.session import Session as Session
    from sessionlab.session.stores.memory import MemoryStore as MemoryStore
    from sessionlab.session.stores.url import open_store as open_store
    from sessionlab.session.wsgi import SessionMiddleware as SessionMiddleware

_HOMES = {
    "core.errors": (
        "CookieError",
        "NotASession",
        "OptionsError",
        "RecordError",
        "SessionConflict",
        "SessionDataError",
        "SessionNotFound",
        "SessionlabError",
    ),
    "core.options": ("CookieOptions", "SessionOptions"),
    "core.record": ("Record",),
    "core.safeguards": ("OnConflict", "Safeguards"),
    "core.store": ("Store",),
    "core.unset": ("UNSET",),
    "session.cookie": ("Cookie",),
    "session.wsgi": ("SessionMiddleware",),
    "session.environ": ("get_session", "new_session", "session_from_record", "set_session"),
    "session.session": ("Session",),
    "session.stores.memory": ("MemoryStore",),
    "session.stores.url": ("open_store",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted([*_HOME_OF, "__version__"])


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})
