"""A session kept on the server: what express-session 1.19.0 decides, and why.

Rules
- A tree for each moment: the request comes in (`decide_read`), the store has answered
  (`decide_load`), the first byte goes out (`decide_cookie`), the body ends (`decide_store`).
- Facts are booleans.  IDs, hashes and times are compared by the caller, so that a verdict is a
  function of a few bits.
- The facts have their names in `CookieFacts` and its like; a plain tuple in the same order works
  too, and is quicker to make.
"""

from __future__ import annotations

from typing import NamedTuple

from sessionlab.core.decide.codes import Question, Reason
from sessionlab.core.decide.tree import Ask, Decision


class ReadFacts(NamedTuple):
    """What is known when the request comes in.

    Those about the cookie are open until the cookie is looked at.  ``has_id``: an ID that is not
    empty stands before the signature.
    """

    store_connected: bool
    path_matches: bool
    cookie_present: bool | None
    cookie_signed: bool | None
    signature_fits: bool | None
    has_id: bool | None


class LoadFacts(NamedTuple):
    """What is known when the store has answered.

    ``outlived``: the session is older than the absolute timeout.
    """

    record_found: bool
    outlived: bool


class CookieFacts(NamedTuple):
    """What is known when the headers go out.

    ``id_from_browser``: the session's ID is the one that the browser sent, under a signature that
    fits.  ``modified``: another ID than at the start, or other data; open where the data is not
    yet written as JSON.
    ``has_expiry``: the cookie has an expiry.  ``cookie_secure``: it is marked Secure.
    ``request_secure`` is open until it matters to a Secure cookie.  ``clears_cookie``: the option
    is on, and the browser sent a cookie of this name.
    """

    session_present: bool
    id_is_text: bool
    id_from_browser: bool
    save_uninitialized: bool
    modified: bool | None
    rolling: bool
    has_expiry: bool
    cookie_secure: bool
    request_secure: bool | None
    clears_cookie: bool


class StoreFacts(NamedTuple):
    """What is known when the body ends.

    ``has_id``: there is an ID at all (an unset session keeps it).  ``ever_saved``: the application
    called save(), whatever came of it, or the session was loaded with resave off.
    ``saved_as_it_is``: and the ID and the data are still what they were then.
    """

    session_present: bool
    has_id: bool
    unset_destroys: bool
    id_is_text: bool
    id_from_browser: bool
    save_uninitialized: bool
    ever_saved: bool
    modified: bool
    saved_as_it_is: bool
    resave: bool
    store_can_touch: bool


_READ = Ask(
    Question.STORE_CONNECTED,
    no=Reason.STORE_DISCONNECTED,
    yes=Ask(
        Question.PATH_MATCHES,
        no=Reason.PATH_OUTSIDE,
        yes=Ask(
            Question.COOKIE_PRESENT,
            no=Reason.NO_COOKIE,
            yes=Ask(
                Question.COOKIE_SIGNED,
                no=Reason.NOT_SIGNED,
                yes=Ask(
                    Question.SIGNATURE_FITS,
                    no=Reason.BAD_SIGNATURE,
                    yes=Ask(Question.HAS_ID, yes=Reason.VALID_SIGNATURE, no=Reason.EMPTY_ID),
                ),
            ),
        ),
    ),
)


_LOAD = Ask(
    Question.RECORD_FOUND,
    no=Reason.UNKNOWN_ID,
    yes=Ask(Question.OUTLIVED, yes=Reason.OUTLIVED, no=Reason.RECORD_FOUND),
)


def _unless_secure_over_http(reason: Reason) -> Ask:
    """A cookie that would be sent for ``reason``, if it may go over this connection."""
    return Ask(
        Question.COOKIE_SECURE,
        no=reason,
        yes=Ask(Question.REQUEST_SECURE, yes=reason, no=Reason.SECURE_OVER_HTTP),
    )


_COOKIE = Ask(
    Question.SESSION_PRESENT,
    no=Ask(Question.CLEARS_COOKIE, yes=Reason.COOKIE_CLEARED, no=Reason.NO_SESSION_NO_COOKIE),
    yes=Ask(
        Question.ID_IS_TEXT,
        no=Reason.ID_NOT_TEXT_NO_COOKIE,
        yes=Ask(
            Question.ID_FROM_BROWSER,
            no=Ask(
                Question.MODIFIED,
                yes=_unless_secure_over_http(Reason.NEW_MODIFIED_SENT),
                no=Ask(
                    Question.SAVE_UNINITIALIZED,
                    yes=_unless_secure_over_http(Reason.NEW_EMPTY_SENT),
                    no=Reason.NEW_UNINITIALIZED,
                ),
            ),
            yes=Ask(
                Question.ROLLING,
                yes=_unless_secure_over_http(Reason.ROLLING_SENT),
                no=Ask(
                    Question.HAS_EXPIRY,
                    no=Reason.BROWSER_HAS_IT,
                    yes=Ask(
                        Question.MODIFIED,
                        yes=_unless_secure_over_http(Reason.EXPIRY_MOVED),
                        no=Reason.NOTHING_CHANGED,
                    ),
                ),
            ),
        ),
    ),
)

_UNCHANGED_SINCE_SAVED = Ask(
    Question.ID_FROM_BROWSER,
    no=Reason.SAVED_ALREADY,
    yes=Ask(
        Question.STORE_CAN_TOUCH,
        yes=Reason.UNMODIFIED_TOUCHED,
        no=Reason.UNMODIFIED_NO_TOUCH,
    ),
)

_STORE = Ask(
    Question.SESSION_PRESENT,
    no=Ask(
        Question.UNSET_DESTROYS,
        no=Reason.UNSET_KEPT,
        yes=Ask(Question.HAS_ID, yes=Reason.UNSET_DESTROYED, no=Reason.UNSET_NO_ID),
    ),
    yes=Ask(
        Question.ID_IS_TEXT,
        no=Reason.ID_NOT_TEXT,
        yes=Ask(
            Question.EVER_SAVED,
            yes=Ask(
                Question.SAVED_AS_IT_IS,
                yes=_UNCHANGED_SINCE_SAVED,
                no=Ask(Question.ID_FROM_BROWSER, yes=Reason.MODIFIED, no=Reason.NEW_MODIFIED),
            ),
            no=Ask(
                Question.ID_FROM_BROWSER,
                yes=Ask(
                    Question.MODIFIED,
                    yes=Reason.MODIFIED,
                    no=Ask(Question.RESAVE, yes=Reason.RESAVED, no=Reason.ID_REUSED),
                ),
                no=Ask(
                    Question.MODIFIED,
                    yes=Reason.NEW_MODIFIED,
                    no=Ask(
                        Question.SAVE_UNINITIALIZED,
                        yes=Reason.NEW_EMPTY,
                        no=Reason.NEW_EMPTY_DROPPED,
                    ),
                ),
            ),
        ),
    ),
)


decide_read = Decision(_READ, ReadFacts)
"""The request comes in: no session at all, a new one, or one to look up in the store.

A signature that fits says only that the server once issued the ID; whether there is such a session
is the store's answer.
"""

decide_load = Decision(_LOAD, LoadFacts)
"""The store has answered: is its record the session, or does a new one begin?

An ID that the store does not know is never adopted, however well it is signed.
"""

decide_cookie = Decision(_COOKIE, CookieFacts)
"""The first byte goes out: is Set-Cookie sent?

A cookie without expiry is sent once, because the browser keeps it until it is closed.
"""

decide_store = Decision(_STORE, StoreFacts)
"""The body ends: is the record saved, touched, destroyed or left?"""
