"""A session sealed in the cookie itself: what cookie-session 2.x decides, and why.

Rules
- Two moments: the cookies come in (`decide_open`), the headers go out (`decide_seal`).
- There is no store: whoever holds the cookie and its ``.sig`` holds the session.
"""

from __future__ import annotations

from typing import NamedTuple

from sessionlab.core.decide.codes import Question, Reason
from sessionlab.core.decide.tree import Ask, Decision


class OpenFacts(NamedTuple):
    """What is known when the cookies come in.

    ``seal_present``: the companion cookie ``NAME.sig`` is there.  ``seal_fits``: one of the keys
    made it for this value.  ``data_readable``: the value is base64 of a JSON object; open until the
    seal fits, because nothing is decoded before.
    """

    cookie_present: bool
    seal_present: bool
    seal_fits: bool
    data_readable: bool | None


class SealFacts(NamedTuple):
    """What is known when the headers go out.

    ``accessed``: the application asked for the session.  ``unset``: it set it to none.
    ``was_there``: it came with the request.  ``changed``: its JSON is another than it was; open
    where it is not yet written.
    """

    accessed: bool
    unset: bool
    was_there: bool
    has_data: bool
    changed: bool | None


_OPEN = Ask(
    Question.COOKIE_PRESENT,
    no=Reason.SEALED_NO_COOKIE,
    yes=Ask(
        Question.SEAL_PRESENT,
        no=Reason.SEALED_WITHOUT_SEAL,
        yes=Ask(
            Question.SEAL_FITS,
            no=Reason.SEALED_BAD_SEAL,
            yes=Ask(
                Question.DATA_READABLE,
                no=Reason.SEALED_UNREADABLE,
                yes=Reason.SEALED_OPENED,
            ),
        ),
    ),
)

_SEAL = Ask(
    Question.ACCESSED,
    no=Reason.SEALED_NOT_ACCESSED,
    yes=Ask(
        Question.UNSET,
        yes=Reason.SEALED_UNSET,
        no=Ask(
            Question.WAS_THERE,
            yes=Ask(Question.CHANGED, yes=Reason.SEALED_SENT, no=Reason.SEALED_UNCHANGED),
            no=Ask(Question.HAS_DATA, yes=Reason.SEALED_SENT, no=Reason.SEALED_NEW_EMPTY),
        ),
    ),
)

decide_open = Decision(_OPEN, OpenFacts)
"""The cookies come in: is their data the session, or does a new one begin?"""

decide_seal = Decision(_SEAL, SealFacts)
"""The headers go out: is the cookie sent, cleared or left as the browser has it?"""
