"""What an event says of a request is what an independent observer of that request sees.

The observer is a table: to each question that a decision asks, a sentence and a small function that
answers it from what `witness` wrote down.  It shares no code with the engine.  Runs are drawn, and
each is judged twice: under the real trees, and under trees that ask every question and so lay open
every fact, whether or not it matters to the outcome.

Beside the facts, the outcome is compared with what was done: whether a Set-Cookie line went out,
what the store was asked, whether the session was a new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessionlab import UNSET, OnConflict
from sessionlab.core.decide import Outcome, Question, Reason, Verdict
from sessionlab.core.events import (
    CookieDecided,
    CookieRead,
    ErrorOccurred,
    Event,
    Failed,
    SessionCalled,
    SessionOpened,
    StoreAsked,
    StoreDecided,
)
from tests.core.fact_spaces import DECISIONS

from .test_verdicts_performed import asked_first, tree_of
from .witness import (
    ACTS,
    NAME,
    OLD_SECRET,
    SEALED_ACTS,
    SEALED_NAME,
    SECRET,
    Answered,
    Glimpse,
    RequestPlan,
    Run,
    SealedPlan,
    SealedWitness,
    Setting,
    Witness,
    cookie_headers,
    sealed_request,
    sealed_value,
    seals_of,
    signed,
)

Table = dict[Question, tuple[str, Callable[[Any, Any], bool]]]
"""The observer of one moment.  Its functions get the witness, and what is seen at that moment."""

# ---- the observer of a session on the server

READ: Table = {
    Question.STORE_CONNECTED: (
        "The store was not taken away before the request came.",
        lambda request, now: request.plan.connected,
    ),
    Question.PATH_MATCHES: (
        "The request's path begins with the cookie's.",
        lambda request, now: request.plan.path.startswith(request.setting.path),
    ),
    Question.COOKIE_PRESENT: (
        "The first cookie of the name is there, and it is not empty.",
        lambda request, now: request.value not in (None, ""),
    ),
    Question.COOKIE_SIGNED: (
        "Its value begins with s: as signed ones do.",
        lambda request, now: (request.value or "").startswith("s:"),
    ),
    Question.SIGNATURE_FITS: (
        "The HMAC of the ID under one of the secrets is the signature that came.",
        lambda request, now: request.secret is not None,
    ),
    Question.HAS_ID: (
        "Something stands between s: and the last dot.",
        lambda request, now: (
            (request.value or "")[:2] == "s:" and request.value[2:].rpartition(".")[0] != ""
        ),
    ),
}

LOAD: Table = {
    Question.RECORD_FOUND: (
        "The store answered with a record.",
        lambda request, now: request.record is not None,
    ),
    Question.OUTLIVED: (
        "The record says that the session began longer ago than the absolute timeout.",
        lambda request, now: request.outlived,
    ),
}

SESSION: Table = {
    Question.SESSION_PRESENT: (
        "The application sees a session.",
        lambda request, now: now.session,
    ),
    Question.ID_IS_TEXT: (
        "The request's ID, as the application left it, is text.",
        lambda request, now: isinstance(now.request_id, str),
    ),
    Question.ID_FROM_BROWSER: (
        "It is the ID that the browser sent under a signature that fits.",
        lambda request, now: request.sent_id is not None and now.request_id == request.sent_id,
    ),
    Question.SAVE_UNINITIALIZED: (
        "The option is on.",
        lambda request, now: request.setting.save_uninitialized,
    ),
    Question.MODIFIED: (
        "There is a session, and its ID or its data is not what it was at the start.",
        lambda request, now: now.session and not is_still(request, now, request.text_at_start),
    ),
}

COOKIE: Table = SESSION | {
    Question.ROLLING: (
        "The option is on.",
        lambda request, now: request.setting.rolling,
    ),
    Question.HAS_EXPIRY: (
        "The application sees a moment in session.cookie.expires.",
        lambda request, now: now.expires,
    ),
    Question.COOKIE_SECURE: (
        "The application sees session.cookie.secure set.",
        lambda request, now: now.secure,
    ),
    Question.REQUEST_SECURE: (
        "It came over TLS, or a proxy that is trusted says so.",
        lambda request, now: (
            request.plan.scheme == "https"
            or (request.setting.trust_proxy is True and request.plan.forwarded == "https")
        ),
    ),
    Question.CLEARS_COOKIE: (
        "The safeguard is on, and the browser sent a cookie of the name.",
        lambda request, now: request.setting.clear_cookie and request.value is not None,
    ),
}

STORE: Table = SESSION | {
    Question.HAS_ID: (
        "The request has an ID, of whatever type.",
        lambda request, now: now.request_id not in (None, ""),
    ),
    Question.UNSET_DESTROYS: (
        "The option says destroy.",
        lambda request, now: request.setting.unset == "destroy",
    ),
    Question.EVER_SAVED: (
        "The application called save(), or the session was loaded while resave is off.",
        lambda request, now: saved_text(request) is not None,
    ),
    Question.SAVED_AS_IT_IS: (
        "And the ID and the data are what they were then.",
        lambda request, now: is_still(request, now, saved_text(request)),
    ),
    Question.RESAVE: (
        "The option is on.",
        lambda request, now: request.setting.resave,
    ),
    Question.STORE_CAN_TOUCH: (
        "The store says so.",
        lambda request, now: request.setting.can_touch,
    ),
}

CONFLICT: Table = {
    Question.RECORD_THERE: (
        "The store's last answer about the record was that it is there.",
        lambda request, answer: answer.found,
    ),
    Question.MAY_REVIVE: (
        "No safeguard keeps destroyed records from coming back.",
        lambda request, answer: not request.setting.no_resurrection,
    ),
    Question.MERGES: (
        "The option says merge.",
        lambda request, answer: request.setting.on_conflict == "merge",
    ),
    Question.REPORTS: (
        "The option says report.",
        lambda request, answer: request.setting.on_conflict == "report",
    ),
}


def is_still(request: Witness, now: Glimpse, text: str | None) -> bool:
    """Whether the session has the ID that it was opened with, and this data."""
    assert request.opened is not None
    return now.session and (now.session_id, now.text) == (request.opened.session_id, text)


def saved_text(request: Witness) -> str | None:
    """The data that the request last saved, or loaded while resave is off."""
    if request.saved is not None:
        return request.saved
    return request.text_at_start if request.loaded and not request.setting.resave else None


# ---- the observer of a sealed session

OPEN: Table = {
    Question.COOKIE_PRESENT: (
        "A cookie of the name came, and it is not empty.",
        lambda request, now: bool(request.value),
    ),
    Question.SEAL_PRESENT: (
        "Its companion came, and it is not empty.",
        lambda request, now: bool(request.seal),
    ),
    Question.SEAL_FITS: (
        "The companion is the HMAC of NAME=VALUE under one of the secrets.",
        lambda request, now: request.secret is not None,
    ),
    Question.DATA_READABLE: (
        "The value is base64 of a JSON object.",
        lambda request, now: request.data is not None,
    ),
}

SEAL: Table = {
    Question.ACCESSED: (
        "The application asked for the session, or set one.",
        lambda request, now: now.accessed,
    ),
    Question.UNSET: (
        "It set the session to None.",
        lambda request, now: now.accessed and now.session is None,
    ),
    Question.WAS_THERE: (
        "The session in hand is the one that came with the request.",
        lambda request, now: now.session is not None and now.came,
    ),
    Question.HAS_DATA: (
        "The session in hand is not empty.",
        lambda request, now: bool(now.session),
    ),
    Question.CHANGED: (
        "There is a session in hand, and its value is not the one that it came in.",
        lambda request, now: (
            now.session is not None
            and not (now.came and request.value == sealed_value(now.session))
        ),
    ),
}

OBSERVER = {
    "read": READ,
    "load": LOAD,
    "cookie": COOKIE,
    "store": STORE,
    "conflict": CONFLICT,
    "open": OPEN,
    "seal": SEAL,
}


@pytest.mark.parametrize("moment", DECISIONS)
def test_the_observer_has_an_answer_to_every_question(moment: str) -> None:
    facts = {Question(fact.replace("_", "-")) for fact in DECISIONS[moment].facts._fields}
    assert OBSERVER.keys() == DECISIONS.keys()
    assert OBSERVER[moment].keys() == facts


Asked = set[tuple[str, Question, bool]]
"""Each moment with the questions that were asked at it and their answers."""


def agree(moment: str, verdict: Verdict, request: Any, now: Any, asked: Asked) -> None:
    """Hold each answer of a verdict against the observer's."""
    for check in verdict.checks:
        sentence, sees = OBSERVER[moment][check.question]
        seen = sees(request, now)
        assert check.answer is seen, f"{moment}, {check.question}: {sentence}  That is {seen}."
        asked.add((moment, check.question, check.answer))


# ---- the facts and the deeds of one request


MOMENTS = (CookieRead, SessionOpened, CookieDecided, StoreDecided)
"""What is told once of each request that has a session."""


def hold_against(request: Witness, asked: Asked) -> None:
    """Compare all events of a request with what its witness saw."""
    for event, calls in request.heard:
        match event:
            case CookieRead():
                agree("read", event.verdict, request, None, asked)
                check_read(request, event)
            case SessionOpened():
                if event.verdict is not None:
                    agree("load", event.verdict, request, None, asked)
                check_opened(request, event)
            case CookieDecided(verdict=Verdict() as verdict):
                agree("cookie", verdict, request, request.at_headers, asked)
                check_cookie(request, event, verdict)
            case StoreDecided() if is_conflict(event):
                answer = request.last_answer(event.id, before=calls)
                agree("conflict", event.verdict, request, answer, asked)
            case StoreDecided():
                agree("store", event.verdict, request, request.at_end, asked)
    check_store(request)
    if request.opened is not None and request.opened.session:
        decisions = [type(it) for it, _ in request.heard if not is_conflict(it)]
        assert [decisions.count(kind) for kind in MOMENTS] == [1, 1, 1, 1]


def is_conflict(event: Event) -> bool:
    return isinstance(event, StoreDecided) and any(
        check.question in CONFLICT for check in event.verdict.checks
    )


def check_read(request: Witness, event: CookieRead) -> None:
    """No session, or the store is asked for the ID, or a new session without asking the store."""
    first = request.log[0] if request.log else None
    match event.verdict.outcome:
        case Outcome.NO_SESSION:
            assert request.opened is not None
            assert not request.opened.session
            assert (len(request.heard), request.set_cookies, request.log) == (1, [], [])
            return  # and nothing was read of the cookie
        case Outcome.LOOK_UP:
            assert first is not None
            assert (first.op, first.id) == ("get", request.sent_id)
        case outcome:
            assert (outcome, request.asked_before) == (Outcome.NEW, 0)
    value = request.value
    session_id, _, signature = (value or "")[2:].rpartition(".")
    is_signed = value is not None and value.startswith("s:")
    assert (event.name, event.raw, event.secret) == (NAME, value, request.secret)
    assert (event.id, event.signature) == ((session_id, signature) if is_signed else (None, None))


def check_opened(request: Witness, event: SessionOpened) -> None:
    """The application was handed the record's session, or a new and empty one."""
    handed = request.opened
    assert handed is not None
    assert handed.session_id == handed.request_id
    assert event.id == (handed.session_id if isinstance(handed.session_id, str) else None)
    before = [call.op for call in request.log[: request.asked_before]]
    if event.verdict is not None and event.verdict.outcome is Outcome.OPEN:
        assert not event.new
        assert (before, handed.session_id) == (["get"], request.sent_id)
        assert data_of(handed.text) == data_of(json.dumps(request.record))
    else:
        is_outlived = event.verdict is not None and event.verdict.reason is Reason.OUTLIVED
        assert event.new
        assert (event.verdict is not None) == ("get" in before)
        assert ("destroy" in before) == is_outlived
        assert data_of(handed.text) == {}


def data_of(text: str) -> dict[str, Any]:
    return {key: value for key, value in json.loads(text).items() if key != "$created"}


def check_cookie(request: Witness, event: CookieDecided, verdict: Verdict) -> None:
    """Set-Cookie went out with the session's ID, or with nothing, or not at all."""
    assert request.at_headers is not None
    sent, session_id = request.set_cookies, request.at_headers.request_id
    assert (event.name, sent) == (NAME, [] if event.set_cookie is None else [event.set_cookie])
    assert event.id == (session_id if isinstance(session_id, str) else None)
    match verdict.outcome:
        case Outcome.SEND:
            assert sent[0].partition(";")[0] == signed(session_id)
        case Outcome.CLEAR:
            assert sent[0].startswith(f"{NAME}=; ")
            assert "Expires=Thu, 01 Jan 1970" in sent[0]
        case outcome:
            assert (outcome, sent) == (Outcome.WITHHOLD, [])
    errors = [it.where for it, _ in request.heard if isinstance(it, ErrorOccurred)]
    assert (verdict.reason is Reason.COOKIE_FAILED) == (Failed.COOKIE in errors)


OPERATIONS = {
    Outcome.SAVE: ({"set", "swap"}, "session_id"),
    Outcome.TOUCH: ({"touch"}, "request_id"),
    Outcome.DESTROY: ({"destroy"}, "request_id"),
}
"""What the store is asked for, and for which of the two IDs."""


def check_store(request: Witness) -> None:
    """Between a decision and what the request tells next, the store is asked what was decided."""
    told = [it for it, _ in request.heard if isinstance(it, StoreAsked)]
    assert [(it.op.value, it.id, it.error is not None) for it in told] == [
        (call.op, str(call.id), call.failed) for call in request.log
    ]
    for event, call in zip(told, request.log, strict=True):
        assert event.record == call.text
        assert event.found == (call.done if call.op == "swap" else call.found)

    turns = [it for it in request.heard if isinstance(it[0], StoreDecided | SessionCalled)]
    ends = [*turns[1:], (None, len(request.log))] if turns else []
    for (event, begin), (then, end) in zip(turns, ends, strict=True):
        if isinstance(event, StoreDecided):
            check_deed(request, event, request.log[begin:end], then)


def check_deed(
    request: Witness, decided: StoreDecided, done: list[Answered], then: Event | None
) -> None:
    """One operation if one was decided, else none; a save that meets a conflict is decided anew."""
    if decided.verdict.outcome is Outcome.LEAVE:
        assert done == []
        return
    operations, whose = OPERATIONS[decided.verdict.outcome]
    is_refused = done == [] or (done[0].done is False and not done[0].failed)
    if is_refused:
        assert decided.verdict.outcome is Outcome.SAVE
        assert then is not None
        assert is_conflict(then)
    if done:
        (call,) = done
        assert call.op in operations
        assert call.id == (decided.id if is_conflict(decided) else getattr(request.at_end, whose))


# ---- the facts and the deeds of a request with a sealed session


def hold_sealed_against(request: SealedWitness, asked: Asked) -> None:
    """Compare all events of a request with what its witness saw."""
    for event in request.heard:
        match event:
            case CookieRead():
                agree("open", event.verdict, request, None, asked)
                check_opened_seal(request, event)
            case CookieDecided(verdict=Verdict() as verdict):
                agree("seal", verdict, request, request.at_headers, asked)
                check_sealed_cookie(request, event, verdict)


def check_opened_seal(request: SealedWitness, event: CookieRead) -> None:
    """The application was handed what the cookie holds, or nothing."""
    is_open = event.verdict.outcome is Outcome.OPEN
    assert request.handed == (request.data if is_open else {})
    assert event.name == SEALED_NAME
    assert (event.raw, event.signature) == (request.value or None, request.seal or None)
    assert (event.id, event.secret) == (None, request.secret)


def check_sealed_cookie(request: SealedWitness, event: CookieDecided, verdict: Verdict) -> None:
    """The session went out in its cookie, or the cookie was cleared, or neither."""
    assert request.at_headers is not None
    sent = [line for line in request.set_cookies if line.startswith(f"{SEALED_NAME}=")]
    assert sent == ([] if event.set_cookie is None else [event.set_cookie])
    match verdict.outcome:
        case Outcome.SEND:
            value = sealed_value(request.at_headers.session)
            assert sent[0].startswith(f"{SEALED_NAME}={value}; ")
        case Outcome.CLEAR:
            assert sent[0].startswith(f"{SEALED_NAME}=; ")
        case outcome:
            assert (outcome, sent) == (Outcome.WITHHOLD, [])
    failed = any(isinstance(it, ErrorOccurred) for it in request.heard)
    assert (verdict.reason is Reason.COOKIE_FAILED) == failed


# ---- trees that ask everything


def asking_everything(moment: str) -> Any:
    """A moment's tree, with every question in front: what follows them is the outcome alone."""
    questions = reversed(OBSERVER[moment])
    return reduce(asked_first, questions, DECISIONS[moment].decide.tree)


ASKING_EVERYTHING = {moment: asking_everything(moment) for moment in DECISIONS}


@contextmanager
def every_question_asked() -> Iterator[None]:
    with ExitStack() as trees:
        for moment, tree in ASKING_EVERYTHING.items():
            trees.enter_context(tree_of(DECISIONS[moment].decide, tree))
        yield


TREES = {"the real trees": nullcontext, "trees that ask everything": every_question_asked}
in_both_trees = pytest.mark.parametrize("trees", TREES.values(), ids=TREES)


# ---- runs that are drawn

one_of = st.sampled_from

SETTINGS = st.builds(
    Setting,
    secrets=one_of([(SECRET,), (SECRET, OLD_SECRET)]),
    resave=st.booleans(),
    save_uninitialized=st.booleans(),
    rolling=st.booleans(),
    unset=one_of(["keep", "destroy"]),
    trust_proxy=one_of([None, False, True]),
    path=one_of(["/", "/app"]),
    max_age=one_of([None, 60]),
    secure=one_of([UNSET, False, True, "auto"]),
    genid=one_of(["counts", "repeats", "makes a number"]),
    clear_cookie=st.booleans(),
    no_resurrection=st.booleans(),
    on_conflict=one_of(OnConflict),
    absolute_timeout=one_of([None, 90]),
    can_touch=st.booleans(),
)
OFTEN = ["change", "save", "another writer changes"] * 4
ACT_LISTS = st.lists(one_of([*ACTS, *OFTEN]), max_size=4).map(tuple)
PLANS = st.builds(
    RequestPlan,
    cookie=one_of(["kept"] * 8 + list(cookie_headers(None))),
    path=one_of(["/app/page"] * 3 + ["/elsewhere"]),
    scheme=one_of(["http", "https"]),
    forwarded=one_of([None, "http", "https"]),
    connected=one_of([True] * 7 + [False]),
    pause=one_of([0, 0, 30, 70, 100]),
    acts=ACT_LISTS,
    late=st.none() | ACT_LISTS,
    failing=one_of([None] * 8 + ["get", "set", "touch", "destroy", "swap"]),
)


@in_both_trees
@settings(max_examples=250)
@given(setting=SETTINGS, plans=st.lists(PLANS, min_size=2, max_size=6))
def test_what_the_events_say_is_what_is_seen(
    trees: Any, setting: Setting, plans: list[RequestPlan]
) -> None:
    with trees():
        run = Run(setting)
        for plan in plans:
            hold_against(run.request(plan), set())


HOLDS = [None, "", '{"n":1}', '{"n": 1}', "{}", "[1]", "n=1"]
"""No cookie, an empty one, JSON as we write it and otherwise, no object, no JSON."""
SEALED_ACT_LISTS = st.lists(one_of(sorted(SEALED_ACTS)), max_size=3).map(tuple)


@in_both_trees
@settings(max_examples=250)
@given(
    plan=st.builds(
        SealedPlan,
        holds=one_of(HOLDS),
        seal=one_of(["newest"] * 3 + sorted(seals_of(None))),
        secrets=one_of([(SECRET,), (SECRET, OLD_SECRET)]),
        scheme=one_of(["http", "https"]),
        secure=one_of([UNSET, False, True]),
        acts=SEALED_ACT_LISTS,
        late=st.none() | SEALED_ACT_LISTS,
    )
)
def test_what_the_events_say_of_a_sealed_session_is_what_is_seen(
    trees: Any, plan: SealedPlan
) -> None:
    with trees():
        hold_sealed_against(sealed_request(plan), set())


# ---- runs that reach every answer


def sends(*acts: str, **plan: Any) -> RequestPlan:
    return RequestPlan(acts=acts, **plan)


BEGIN, LOOK = sends("change"), sends()
MERGE, REPORT = OnConflict.MERGE, OnConflict.REPORT

RUNS: dict[str, tuple[Setting, list[RequestPlan]]] = {
    "a visitor comes back": (Setting(), [BEGIN, LOOK, BEGIN, sends("touch", cookie="none")]),
    "the store goes away": (Setting(), [BEGIN, sends("change", connected=False)]),
    "the path is another": (Setting(path="/app"), [BEGIN, sends(path="/elsewhere"), LOOK]),
    "cookies of every kind": (Setting(), [BEGIN, *(sends(cookie=it) for it in cookie_headers(""))]),
    "an older secret": (
        Setting(secrets=(SECRET, OLD_SECRET)),
        [BEGIN, sends(cookie="older secret")],
    ),
    "it is never saved empty": (Setting(), [LOOK, sends("change and change back")]),
    "it is saved empty": (Setting(save_uninitialized=True), [LOOK, LOOK]),
    "it is always saved": (Setting(resave=True), [BEGIN, LOOK, BEGIN]),
    "the store cannot touch": (Setting(can_touch=False), [BEGIN, LOOK]),
    "it is saved by hand": (
        Setting(resave=True),
        [sends("save"), sends("change", "save"), sends("save"), sends("save", "change")],
    ),
    "it is saved by hand, then changed": (Setting(), [sends("save", "change")]),
    "it is saved by hand, then regenerated": (
        Setting(),
        [BEGIN, sends("change", "save", "regenerate with the data")],
    ),
    "it is changed late": (Setting(), [sends("change", late=("change",)), sends(late=("change",))]),
    "it rolls": (Setting(rolling=True), [BEGIN, LOOK]),
    "it expires": (Setting(max_age=60), [BEGIN, LOOK, BEGIN, sends(pause=70)]),
    "it is secure": (
        Setting(secure=True, save_uninitialized=True, trust_proxy=True),
        [LOOK, BEGIN, sends(cookie="none", forwarded="https"), sends("change", scheme="https")],
    ),
    "it is secure, and sent again": (
        Setting(secure=True, rolling=True),
        [sends("change", scheme="https"), LOOK],
    ),
    "it is unset": (Setting(), [BEGIN, sends("unset")]),
    "it is unset, and that destroys": (
        Setting(unset="destroy"),
        [BEGIN, sends("unset"), sends("unset", "take the ID away")],
    ),
    "its cookie is cleared": (
        Setting(clear_cookie=True),
        [BEGIN, sends("destroy"), sends("destroy")],
    ),
    "its cookie cannot be written": (Setting(), [sends("change", "break the cookie")]),
    "its ID is no text": (Setting(genid="makes a number"), [BEGIN]),
    "its ID is repeated": (Setting(genid="repeats"), [sends(cookie="unknown ID")]),
    "its ID is empty": (
        Setting(genid="repeats"),
        [sends("change", cookie="empty ID"), sends(cookie="empty ID")],
    ),
    "its ID is taken away": (Setting(), [sends("take the ID away"), sends("change", "rename")]),
    "it is regenerated": (Setting(), [BEGIN, sends("regenerate with the data"), LOOK]),
    "it is outlived": (Setting(absolute_timeout=90), [BEGIN, LOOK, sends(pause=100)]),
    "another writes it anew": (Setting(), [BEGIN, sends("another writer changes"), LOOK]),
    "another writes it anew, and it may be outlived": (
        Setting(absolute_timeout=90),
        [BEGIN, sends("another writer changes"), LOOK],
    ),
    "another destroys it": (
        Setting(on_conflict=MERGE),
        [BEGIN, sends("another writer destroys", "change")],
    ),
    "another destroys it for good": (
        Setting(no_resurrection=True),
        [BEGIN, sends("another writer destroys", "change", "save")],
    ),
    "another changes it": (
        Setting(no_resurrection=True),
        [BEGIN, sends("another writer changes", "change"), LOOK],
    ),
    "another changes it, and that is merged": (
        Setting(on_conflict=MERGE),
        [BEGIN, sends("another writer changes", "change", "save", "change")],
    ),
    "another changes it, and that is reported": (
        Setting(on_conflict=REPORT),
        [BEGIN, sends("another writer changes", "change", "save")],
    ),
}


DATA = '{"n":1}'
SEALED_RUNS = {
    "it is not asked for": SealedPlan(holds=DATA),
    "there is no cookie": SealedPlan(seal="none", acts=("look",)),
    "there is no seal": SealedPlan(holds=DATA, seal="none", acts=("look",)),
    "the seal is wrong": SealedPlan(holds=DATA, seal="wrong", acts=("change",)),
    "it cannot be read": SealedPlan(holds="n=1", acts=("look",)),
    "it is as it came": SealedPlan(holds=DATA, acts=("change and change back",)),
    "it is another": SealedPlan(holds=DATA, acts=("change",)),
    "it is unset": SealedPlan(holds=DATA, acts=("unset",)),
    "it cannot be written": SealedPlan(holds=DATA, acts=("put in what is no JSON",)),
}


def test_each_question_is_asked_and_answered_both_ways() -> None:
    asked: Asked = set()
    for setting, plans in RUNS.values():
        run = Run(setting)
        for plan in plans:
            hold_against(run.request(plan), asked)
    for sealed_plan in SEALED_RUNS.values():
        hold_sealed_against(sealed_request(sealed_plan), asked)
    assert asked == {
        (moment, question, answer)
        for moment, table in OBSERVER.items()
        for question in table
        for answer in (False, True)
    }
