"""What a running sessionlab server says of itself at ``/_sessionlab/state``.

Rules
- Anything may answer, so the form of everything that is used is checked here.
- Texts are as the server sent them and may be hostile: the view makes them safe.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class StoredSession(NamedTuple):
    """A session in the server's store: the text of its record, or why it cannot be read.

    ``expires``: milliseconds since the epoch; None: the session does not expire by itself.
    """

    id: str
    record: str = ""
    expires: int | None = None
    error: str | None = None


class ServerState(NamedTuple):
    """The server's options, and a page of its sessions; ``answer`` is all that it sent.

    ``options`` are in Python's names.  ``next`` is where the following page begins; None: this is
    the last page.  ``error`` is why the store could not be read; there are no sessions then.
    """

    answer: Mapping[str, Any]
    options: Mapping[str, Any]
    store: str
    is_connected: bool
    size: str
    sessions: tuple[StoredSession, ...]
    next: str | None
    error: str | None


def read_state(answer: object) -> ServerState | None:
    """The state in a JSON value; None: this is not what a sessionlab server answers."""
    if not isinstance(answer, dict):
        return None
    options, store = answer.get("options"), answer.get("store")
    if not (isinstance(options, dict) and isinstance(store, dict)):
        return None
    records, broken = store.get("records", []), store.get("broken", [])
    if not (
        _all_have(records, id=str, record=str, expires=int | None)
        and _all_have(broken, id=str, error=str)
    ):
        return None
    following, error = store.get("next"), store.get("error")
    sessions = [StoredSession(it["id"], it["record"], it.get("expires")) for it in records]
    sessions += [StoredSession(it["id"], error=it["error"]) for it in broken]
    return ServerState(
        answer=answer,
        options=options,
        store=str(store.get("kind", "")),
        is_connected=store.get("connected") is not False,
        size=str(store.get("size", len(records))),
        sessions=tuple(sessions),
        next=following if isinstance(following, str) else None,
        error=str(error) if error else None,
    )


def _all_have(entries: object, **types: Any) -> bool:
    """Whether this is a list of objects that have such members."""
    return isinstance(entries, list) and all(
        isinstance(entry, dict)
        and all(isinstance(entry.get(name), type_) for name, type_ in types.items())
        for entry in entries
    )
