"""What can go wrong with a store: a stable code and a sentence for each.

Rules
- No sentence has a field for a session ID, a key or a password, because errors end up in logs.
- A failure that may pass by itself is a `StoreUnavailable`, any other a `StoreError`.
- These are the English sentences; the text catalogue has the translations under ``store.error``.
"""

from __future__ import annotations

from typing import Final

from sessionlab.core.errors import StoreError, StoreUnavailable, StoreURLError

SENTENCES: Final = {
    # a file
    "no-file": "there is no database {where}",
    "no-folder": "the folder of {where} is not there: make it, or choose another path",
    "is-folder": "{where} is a folder: name a file in it",
    "no-permission": "this user may not open {where}, or not create it in its folder",
    "read-only": "{where} cannot be written: the file, its folder or its disk is read-only",
    "disk-full": "no room is left for {where}: nothing was changed, and what is stored can be read",
    "disk-failed": "the system could not read or write {where} ({what})",
    "locked": "{where} was locked by another program for {seconds} seconds",
    "not-database": "{where} is not an SQLite database: it was not touched, choose another path",
    "foreign-database": "{where} is another program's database: it was not touched, "
    "choose another path",
    "newer-schema": "{where} was written by a newer version (its schema is {found}, the newest "
    "known here {known}): update sessionlab, or choose another path",
    "damaged": "{where} is damaged: keep a copy, and recover it with SQLite's .recover",
    # a server
    "gone": "{where} does not answer: is Redis running there?",
    "slow": "{where} did not answer within {seconds} seconds",
    "loading": "{where} is starting and reads its data: try again soon",
    "no-primary": "{where}: the sentinels know no primary now",
    "cluster-down": "{where}: a part of the cluster does not answer",
    "replica": "{where} is a replica and takes no writes: name the primary, or the sentinels",
    "not-saving": "{where} takes no writes because it cannot save to its disk (MISCONF)",
    "full": "{where} is full (maxmemory) and may not drop anything",
    "needs-password": "{where} asks for a password: put it into the URL, redis://:PASSWORD@HOST",
    "wrong-password": "{where} refused the user name or the password",
    "not-allowed": "{where} does not allow this user the commands or keys of sessions (NOPERM)",
    "wrong-type": "{where} holds something other than a session under a session's key (WRONGTYPE)",
    "too-busy": "{where}: other clients kept changing the record",
    # either
    "too-large": "the record is larger than {where} accepts",
    "failed": "{where} answered with an error: {what}",
    # a URL
    "url-scheme": "no store has the URL {found}: there are {valid}",
    "url-scheme-near": "no store has the URL {found}: did you mean {near}?",
    "url-sqlite": "{found} names no file: write sqlite:PATH, as in sqlite:sessions.db",
    "url-sqlite-memory": "{found} would be another empty database for each connection: "
    "write memory: for a store in memory",
    "url-host": "{found} names no host: write {near}",
    "url-port": "{found} has an invalid port: give a number from 1 to 65535",
    "url-database": "{found} has an invalid database: give a number from 0 on",
    "url-service": "{found} names no service: write redis+sentinel://HOST:26379/SERVICE",
    "url-option": "{found} is not an option of a store's URL: there are {valid}",
    "url-option-near": "{found} is not an option of a store's URL: did you mean {near}?",
    "url-value": "{found} cannot be the value of {option} in a store's URL: give {valid}",
    "no-redis": "the Redis stores need the package redis: pip install 'sessionlab[redis]'",
}
_MAY_PASS: Final = {
    "locked",
    "gone",
    "slow",
    "loading",
    "no-primary",
    "cluster-down",
    "replica",
    "not-saving",
    "too-busy",
}


def store_error(code: str, **fields: object) -> StoreError:
    """The error with a code; ``fields`` fill its sentence."""
    kind = StoreUnavailable if code in _MAY_PASS else StoreError
    return kind(SENTENCES[code].format(**fields), code, **fields)


def url_error(code: str, **fields: object) -> StoreURLError:
    """The error of a URL that does not name a store."""
    return StoreURLError(SENTENCES[code].format(**fields), code, **fields)
