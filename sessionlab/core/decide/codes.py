"""The vocabulary of decisions: outcomes, questions, reasons.

Rules
- Codes are public and stable: kebab-case, never reused for something else.
- A reason belongs to exactly one outcome.
- Every code has a sentence in the text catalogue, in each language.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What is done."""

    NO_SESSION = "no-session"  # read: the application sees none
    NEW = "new"  # read: a new ID, empty data
    LOOK_UP = "look-up"  # read: ask the store for this ID
    OPEN = "open"  # read: what was kept is the session
    SEND = "send"  # cookie: Set-Cookie goes out
    CLEAR = "clear"  # cookie: Set-Cookie goes out and removes it
    WITHHOLD = "withhold"  # cookie: no Set-Cookie
    SAVE = "save"  # store: set
    TOUCH = "touch"  # store: only the expiry is renewed
    DESTROY = "destroy"  # store: the record is removed
    LEAVE = "leave"  # store: nothing is asked of it


class Question(StrEnum):
    """What is asked on the way to a verdict; each is one field of the facts."""

    STORE_CONNECTED = "store-connected"
    PATH_MATCHES = "path-matches"
    COOKIE_PRESENT = "cookie-present"
    COOKIE_SIGNED = "cookie-signed"
    SIGNATURE_FITS = "signature-fits"
    RECORD_FOUND = "record-found"
    OUTLIVED = "outlived"
    SESSION_PRESENT = "session-present"
    ID_IS_TEXT = "id-is-text"
    ID_FROM_BROWSER = "id-from-browser"
    SAVE_UNINITIALIZED = "save-uninitialized"
    MODIFIED = "modified"
    ROLLING = "rolling"
    HAS_EXPIRY = "has-expiry"
    COOKIE_SECURE = "cookie-secure"
    REQUEST_SECURE = "request-secure"
    UNSET_DESTROYS = "unset-destroys"
    HAS_ID = "has-id"
    EVER_SAVED = "ever-saved"
    SAVED_AS_IT_IS = "saved-as-it-is"
    RESAVE = "resave"
    STORE_CAN_TOUCH = "store-can-touch"
    CLEARS_COOKIE = "clears-cookie"
    RECORD_THERE = "record-there"
    MAY_REVIVE = "may-revive"
    MERGES = "merges"
    REPORTS = "reports"
    SEAL_PRESENT = "seal-present"
    SEAL_FITS = "seal-fits"
    DATA_READABLE = "data-readable"
    ACCESSED = "accessed"
    UNSET = "unset"
    WAS_THERE = "was-there"
    HAS_DATA = "has-data"
    CHANGED = "changed"


class Reason(StrEnum):
    """Why.  The value is the public code; `outcome_of` tells what follows from it."""

    # the request comes in
    STORE_DISCONNECTED = "store-disconnected"
    PATH_OUTSIDE = "path-outside"
    NO_COOKIE = "no-cookie"
    NOT_SIGNED = "not-signed"
    BAD_SIGNATURE = "bad-signature"
    VALID_SIGNATURE = "valid-signature"
    # the store has answered
    RECORD_FOUND = "record-found"
    UNKNOWN_ID = "unknown-id"
    OUTLIVED = "outlived"
    # the first byte goes out
    NO_SESSION_NO_COOKIE = "no-session-no-cookie"
    ID_NOT_TEXT_NO_COOKIE = "id-not-text-no-cookie"
    NEW_UNINITIALIZED = "new-uninitialized"
    NEW_EMPTY_SENT = "new-empty-sent"
    NEW_MODIFIED_SENT = "new-modified-sent"
    ROLLING_SENT = "rolling-sent"
    EXPIRY_MOVED = "expiry-moved"
    BROWSER_HAS_IT = "browser-has-it"
    NOTHING_CHANGED = "nothing-changed"
    SECURE_OVER_HTTP = "secure-over-http"
    COOKIE_CLEARED = "cookie-cleared"
    # the body ends
    UNSET_DESTROYED = "unset-destroyed"
    UNSET_NO_ID = "unset-no-id"
    UNSET_KEPT = "unset-kept"
    ID_NOT_TEXT = "id-not-text"
    NEW_MODIFIED = "new-modified"
    NEW_EMPTY = "new-empty"
    NEW_EMPTY_DROPPED = "new-empty-dropped"
    MODIFIED = "modified"
    RESAVED = "resaved"
    ID_REUSED = "id-reused"
    SAVED_ALREADY = "saved-already"
    UNMODIFIED_TOUCHED = "unmodified-touched"
    UNMODIFIED_NO_TOUCH = "unmodified-no-touch"
    # somebody else wrote meanwhile
    REVIVED = "revived"
    DESTROYED_MEANWHILE = "destroyed-meanwhile"
    OVERWRITTEN = "overwritten"
    MERGED = "merged"
    CONFLICT_REPORTED = "conflict-reported"
    # a sealed cookie comes in
    SEALED_NO_COOKIE = "sealed-no-cookie"
    SEALED_WITHOUT_SEAL = "sealed-without-seal"
    SEALED_BAD_SEAL = "sealed-bad-seal"
    SEALED_UNREADABLE = "sealed-unreadable"
    SEALED_OPENED = "sealed-opened"
    # a sealed cookie goes out
    SEALED_NOT_ACCESSED = "sealed-not-accessed"
    SEALED_UNSET = "sealed-unset"
    SEALED_NEW_EMPTY = "sealed-new-empty"
    SEALED_UNCHANGED = "sealed-unchanged"
    SEALED_SENT = "sealed-sent"


_OUTCOMES: dict[Reason, Outcome] = {
    Reason.STORE_DISCONNECTED: Outcome.NO_SESSION,
    Reason.PATH_OUTSIDE: Outcome.NO_SESSION,
    Reason.NO_COOKIE: Outcome.NEW,
    Reason.NOT_SIGNED: Outcome.NEW,
    Reason.BAD_SIGNATURE: Outcome.NEW,
    Reason.VALID_SIGNATURE: Outcome.LOOK_UP,
    Reason.RECORD_FOUND: Outcome.OPEN,
    Reason.UNKNOWN_ID: Outcome.NEW,
    Reason.OUTLIVED: Outcome.NEW,
    Reason.NO_SESSION_NO_COOKIE: Outcome.WITHHOLD,
    Reason.ID_NOT_TEXT_NO_COOKIE: Outcome.WITHHOLD,
    Reason.NEW_UNINITIALIZED: Outcome.WITHHOLD,
    Reason.NEW_EMPTY_SENT: Outcome.SEND,
    Reason.NEW_MODIFIED_SENT: Outcome.SEND,
    Reason.ROLLING_SENT: Outcome.SEND,
    Reason.EXPIRY_MOVED: Outcome.SEND,
    Reason.BROWSER_HAS_IT: Outcome.WITHHOLD,
    Reason.NOTHING_CHANGED: Outcome.WITHHOLD,
    Reason.SECURE_OVER_HTTP: Outcome.WITHHOLD,
    Reason.COOKIE_CLEARED: Outcome.CLEAR,
    Reason.UNSET_DESTROYED: Outcome.DESTROY,
    Reason.UNSET_NO_ID: Outcome.LEAVE,
    Reason.UNSET_KEPT: Outcome.LEAVE,
    Reason.ID_NOT_TEXT: Outcome.LEAVE,
    Reason.NEW_MODIFIED: Outcome.SAVE,
    Reason.NEW_EMPTY: Outcome.SAVE,
    Reason.NEW_EMPTY_DROPPED: Outcome.LEAVE,
    Reason.MODIFIED: Outcome.SAVE,
    Reason.RESAVED: Outcome.SAVE,
    Reason.ID_REUSED: Outcome.SAVE,
    Reason.SAVED_ALREADY: Outcome.LEAVE,
    Reason.UNMODIFIED_TOUCHED: Outcome.TOUCH,
    Reason.UNMODIFIED_NO_TOUCH: Outcome.LEAVE,
    Reason.REVIVED: Outcome.SAVE,
    Reason.DESTROYED_MEANWHILE: Outcome.LEAVE,
    Reason.OVERWRITTEN: Outcome.SAVE,
    Reason.MERGED: Outcome.SAVE,
    Reason.CONFLICT_REPORTED: Outcome.LEAVE,
    Reason.SEALED_NO_COOKIE: Outcome.NEW,
    Reason.SEALED_WITHOUT_SEAL: Outcome.NEW,
    Reason.SEALED_BAD_SEAL: Outcome.NEW,
    Reason.SEALED_UNREADABLE: Outcome.NEW,
    Reason.SEALED_OPENED: Outcome.OPEN,
    Reason.SEALED_NOT_ACCESSED: Outcome.WITHHOLD,
    Reason.SEALED_UNSET: Outcome.CLEAR,
    Reason.SEALED_NEW_EMPTY: Outcome.WITHHOLD,
    Reason.SEALED_UNCHANGED: Outcome.WITHHOLD,
    Reason.SEALED_SENT: Outcome.SEND,
}


def outcome_of(reason: Reason) -> Outcome:
    """What is done for a reason; each reason has exactly one outcome."""
    return _OUTCOMES[reason]
