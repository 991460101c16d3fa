"""The vocabulary of decisions: outcomes, questions, reasons.

Rules
- Codes are public and stable: kebab-case, never reused for something else.
- A reason has exactly one outcome, which stands beside it.
- Every code has a sentence in the text catalogue, in each language.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


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
    """Why.  The value is the public code; ``outcome`` is what is done for this reason."""

    outcome: Outcome

    def __new__(cls, code: str, outcome: Outcome) -> Self:
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.outcome = outcome
        return reason

    # the request comes in
    STORE_DISCONNECTED = "store-disconnected", Outcome.NO_SESSION
    PATH_OUTSIDE = "path-outside", Outcome.NO_SESSION
    NO_COOKIE = "no-cookie", Outcome.NEW
    NOT_SIGNED = "not-signed", Outcome.NEW
    BAD_SIGNATURE = "bad-signature", Outcome.NEW
    VALID_SIGNATURE = "valid-signature", Outcome.LOOK_UP
    EMPTY_ID = "empty-id", Outcome.NEW
    # the store has answered
    RECORD_FOUND = "record-found", Outcome.OPEN
    UNKNOWN_ID = "unknown-id", Outcome.NEW
    OUTLIVED = "outlived", Outcome.NEW
    # the first byte goes out
    NO_SESSION_NO_COOKIE = "no-session-no-cookie", Outcome.WITHHOLD
    ID_NOT_TEXT_NO_COOKIE = "id-not-text-no-cookie", Outcome.WITHHOLD
    NEW_UNINITIALIZED = "new-uninitialized", Outcome.WITHHOLD
    NEW_EMPTY_SENT = "new-empty-sent", Outcome.SEND
    NEW_MODIFIED_SENT = "new-modified-sent", Outcome.SEND
    ROLLING_SENT = "rolling-sent", Outcome.SEND
    EXPIRY_MOVED = "expiry-moved", Outcome.SEND
    BROWSER_HAS_IT = "browser-has-it", Outcome.WITHHOLD
    NOTHING_CHANGED = "nothing-changed", Outcome.WITHHOLD
    SECURE_OVER_HTTP = "secure-over-http", Outcome.WITHHOLD
    COOKIE_CLEARED = "cookie-cleared", Outcome.CLEAR
    COOKIE_FAILED = "cookie-failed", Outcome.WITHHOLD  # what came of one that cannot be written
    # the body ends
    UNSET_DESTROYED = "unset-destroyed", Outcome.DESTROY
    UNSET_NO_ID = "unset-no-id", Outcome.LEAVE
    UNSET_KEPT = "unset-kept", Outcome.LEAVE
    ID_NOT_TEXT = "id-not-text", Outcome.LEAVE
    NEW_MODIFIED = "new-modified", Outcome.SAVE
    NEW_EMPTY = "new-empty", Outcome.SAVE
    NEW_EMPTY_DROPPED = "new-empty-dropped", Outcome.LEAVE
    MODIFIED = "modified", Outcome.SAVE
    RESAVED = "resaved", Outcome.SAVE
    ID_REUSED = "id-reused", Outcome.SAVE
    SAVED_ALREADY = "saved-already", Outcome.LEAVE
    UNMODIFIED_TOUCHED = "unmodified-touched", Outcome.TOUCH
    UNMODIFIED_NO_TOUCH = "unmodified-no-touch", Outcome.LEAVE
    # another request wrote meanwhile
    REVIVED = "revived", Outcome.SAVE
    DESTROYED_MEANWHILE = "destroyed-meanwhile", Outcome.LEAVE
    OVERWRITTEN = "overwritten", Outcome.SAVE
    MERGED = "merged", Outcome.SAVE
    CONFLICT_REPORTED = "conflict-reported", Outcome.LEAVE
    # a sealed cookie comes in
    SEALED_NO_COOKIE = "sealed-no-cookie", Outcome.NEW
    SEALED_WITHOUT_SEAL = "sealed-without-seal", Outcome.NEW
    SEALED_BAD_SEAL = "sealed-bad-seal", Outcome.NEW
    SEALED_UNREADABLE = "sealed-unreadable", Outcome.NEW
    SEALED_OPENED = "sealed-opened", Outcome.OPEN
    # a sealed cookie goes out
    SEALED_NOT_ACCESSED = "sealed-not-accessed", Outcome.WITHHOLD
    SEALED_UNSET = "sealed-unset", Outcome.CLEAR
    SEALED_NEW_EMPTY = "sealed-new-empty", Outcome.WITHHOLD
    SEALED_UNCHANGED = "sealed-unchanged", Outcome.WITHHOLD
    SEALED_SENT = "sealed-sent", Outcome.SEND
