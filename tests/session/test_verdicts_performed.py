"""What explains is what decides: behaviour and events follow a tree that is changed.

Each test plays the same requests under the real tree and under one in which two leaves have changed
places, or the questions their order.  No code beside the tree knows an answer of its own, so the
middleware does what the changed tree says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from typing import Any

import pytest

from sessionlab import CookieOptions, MemoryStore, OnConflict, Safeguards
from sessionlab.core.decide import (
    Ask,
    Decision,
    Question,
    Reason,
    decide_conflict,
    decide_cookie,
    decide_load,
    decide_open,
    decide_read,
    decide_seal,
    decide_store,
)
from sessionlab.core.events import CookieDecided, CookieRead, SessionOpened, StoreAsked, StoreOp
from sessionlab.core.wire.sealed import encode_session, seal
from sessionlab.session.cookie_session import CookieSessionMiddleware, get_cookie_session

from .listening import Listener, heard_site
from .visiting import SECRET, Environ, Site, by_path, count, session_of

Tree = Ask | Reason


@contextmanager
def tree_of(decision: Decision, tree: Tree) -> Iterator[None]:
    """Decide by another tree for a while."""
    assert isinstance(tree, Ask)
    before = decision.tree
    decision.tree = tree
    decision.clear()
    try:
        yield
    finally:
        decision.tree = before
        decision.clear()


def swapped(tree: Tree, one: Reason, other: Reason) -> Tree:
    """The tree with two leaves in each other's place."""
    if isinstance(tree, Ask):
        yes, no = swapped(tree.yes, one, other), swapped(tree.no, one, other)
        return Ask(tree.question, yes=yes, no=no)
    return {one: other, other: one}.get(tree, tree)


def asked_first(tree: Tree, question: Question) -> Tree:
    """A tree with the same answers that asks one question before all others."""
    return Ask(question, yes=given(tree, question, True), no=given(tree, question, False))


def given(tree: Tree, question: Question, answer: bool) -> Tree:
    if not isinstance(tree, Ask):
        return tree
    if tree.question is question:
        return given(tree.yes if answer else tree.no, question, answer)
    yes, no = given(tree.yes, question, answer), given(tree.no, question, answer)
    return Ask(tree.question, yes=yes, no=no)


def questions(tree: Tree) -> set[Question]:
    if not isinstance(tree, Ask):
        return set()
    return {tree.question} | questions(tree.yes) | questions(tree.no)


def forged(session_id: str) -> str:
    return f"connect.sid=s:{session_id}.{'A' * 43}"


# ---- leaves that change places


def test_a_tree_that_takes_forged_cookies_opens_their_sessions() -> None:
    site, listener = heard_site()
    real = site.visit()
    with tree_of(
        decide_read, swapped(decide_read.tree, Reason.BAD_SIGNATURE, Reason.VALID_SIGNATURE)
    ):
        listener.heard.clear()
        assert site.visit(cookie=forged(real.session_id)).body == b"2"
        read = listener.of(CookieRead)
        assert read.verdict.reason is Reason.VALID_SIGNATURE
        assert (read.secret, read.verdict.checks[-1].answer) == (None, False), "the facts stay true"
        assert not listener.of(SessionOpened).new

        listener.heard.clear()
        assert site.visit(cookie=real.cookie).body == b"1", "and refuses those that fit"
        assert listener.of(SessionOpened).new


def test_a_tree_that_prefers_unknown_ids_leaves_the_record_unopened() -> None:
    site, listener = heard_site()
    cookie = site.visit().cookie
    with tree_of(decide_load, swapped(decide_load.tree, Reason.RECORD_FOUND, Reason.UNKNOWN_ID)):
        listener.heard.clear()
        assert site.visit(cookie=cookie).body == b"1"
        opened = listener.of(SessionOpened)
        assert (opened.verdict and opened.verdict.reason, opened.new) == (Reason.UNKNOWN_ID, True)


def test_a_tree_that_calls_fresh_sessions_outlived_destroys_them() -> None:
    site, _ = heard_site()
    cookie = site.visit().cookie
    before = set(site.store.all())
    with tree_of(decide_load, swapped(decide_load.tree, Reason.RECORD_FOUND, Reason.OUTLIVED)):
        assert site.visit(cookie=cookie).body == b"1"
    assert not before & set(site.store.all())


COOKIE_LEAVES = [
    (Reason.BROWSER_HAS_IT, Reason.ROLLING_SENT, "/look", True),
    (Reason.BROWSER_HAS_IT, Reason.COOKIE_CLEARED, "/look", True),
    (Reason.NO_SESSION_NO_COOKIE, Reason.COOKIE_CLEARED, "/logout", True),
]


@pytest.mark.parametrize(("one", "other", "path", "is_sent"), COOKIE_LEAVES)
def test_the_cookie_follows_its_tree(one: Reason, other: Reason, path: str, is_sent: bool) -> None:
    site, listener = heard_site()
    cookie = site.visit().cookie
    assert not site.visit("/look", cookie).set_cookies
    with tree_of(decide_cookie, swapped(decide_cookie.tree, one, other)):
        listener.heard.clear()
        answer = site.visit(path, cookie)
    decided = listener.of(CookieDecided)
    assert bool(answer.set_cookies) is is_sent
    assert decided.verdict is not None
    assert decided.verdict.reason is other
    assert (decided.set_cookie is not None) is is_sent


STORE_LEAVES = {
    Reason.MODIFIED: StoreOp.SET,
    Reason.UNMODIFIED_NO_TOUCH: None,
    Reason.UNSET_DESTROYED: StoreOp.DESTROY,
}


@pytest.mark.parametrize(("reason", "op"), STORE_LEAVES.items(), ids=STORE_LEAVES)
def test_the_store_follows_its_tree(reason: Reason, op: StoreOp | None) -> None:
    site, listener = heard_site()
    cookie = site.visit().cookie
    with tree_of(decide_store, swapped(decide_store.tree, Reason.UNMODIFIED_TOUCHED, reason)):
        listener.heard.clear()
        site.visit("/look", cookie)
    asked = [it.op for it in listener.events if isinstance(it, StoreAsked)]
    assert asked == ([StoreOp.GET] if op is None else [StoreOp.GET, op])


def test_a_conflict_follows_its_tree() -> None:
    store = MemoryStore()

    def slow(environ: Environ) -> None:
        site.visit("/other", cookie)
        session_of(environ)["mine"] = 1

    site = Site(
        by_path(
            begin=count,
            slow=slow,
            other=lambda environ: session_of(environ).update(theirs=1),
        ),
        store=store,
        safeguards=Safeguards(on_conflict=OnConflict.MERGE),
    )
    cookie = site.visit("/begin").cookie
    with tree_of(decide_conflict, swapped(decide_conflict.tree, Reason.MERGED, Reason.OVERWRITTEN)):
        site.visit("/slow", cookie)
        (overwritten,) = store.all().values()
    site.visit("/slow", cookie)
    (merged,) = store.all().values()
    assert "theirs" not in overwritten.load()
    assert merged.load().keys() >= {"mine", "theirs"}


def sealed_app(environ: Environ, start_response: Any) -> list[bytes]:
    session = get_cookie_session(environ)
    start_response("200 OK", [])
    return [repr(dict(session or {})).encode()]


def test_a_sealed_cookie_follows_its_trees() -> None:
    listener = Listener()
    site = CookieSessionMiddleware(sealed_app, SECRET, listener=listener)
    value = encode_session({"n": 1})
    cookie = f"session={value}; session.sig={seal('session', value, SECRET)}"

    def visit(cookie: str) -> tuple[bytes, list[str]]:
        sent: list[tuple[str, str]] = []
        environ = {"HTTP_COOKIE": cookie, "PATH_INFO": "/", "wsgi.url_scheme": "http"}
        body = b"".join(site(environ, lambda status, headers, *_: sent.extend(headers)))
        return body, [line for name, line in sent if name == "Set-Cookie"]

    assert visit(cookie) == (b"{'n': 1}", [])
    forged = f"session={value}; session.sig=x"
    tree = swapped(decide_open.tree, Reason.SEALED_BAD_SEAL, Reason.SEALED_OPENED)
    with tree_of(decide_open, tree):
        assert visit(forged)[0] == b"{'n': 1}"
        assert visit(cookie)[0] == b"{}"
    tree = swapped(decide_seal.tree, Reason.SEALED_UNCHANGED, Reason.SEALED_UNSET)
    with tree_of(decide_seal, tree):
        _, lines = visit(cookie)
        assert lines[0].startswith("session=; ")


# ---- questions in another order

VISITS: list[tuple[str, bool]] = [
    ("/", False),
    ("/", True),
    ("/look", True),
    ("/stream", True),
    ("/save", True),
    ("/logout", True),
    ("/look", True),
]
SITES: dict[str, dict[str, Any]] = {
    "defaults": {},
    "an expiry, rolling": {"cookie": CookieOptions(max_age=60), "rolling": True},
    "an expiry": {"cookie": CookieOptions(max_age=60)},
    "secure": {"cookie": CookieOptions(secure=True)},
    "as express-session": {"resave": True, "save_uninitialized": True, "unset": "destroy"},
    "another path": {"cookie": CookieOptions(path="/elsewhere")},
    "clears": {"safeguards": Safeguards(clear_cookie=True, absolute_timeout=60)},
}


def stream(environ: Environ) -> Iterator[bytes]:
    yield b"a"
    session = environ.get("sessionlab.session")
    if session is not None:
        session["late"] = True
    yield b"b"


def app(environ: Environ, start_response: Any) -> Any:
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "text/plain")])
    session = environ["sessionlab.session"]
    if path == "/stream":
        return stream(environ)
    if session is not None:
        if path == "/":
            session["n"] = session.get("n", 0) + 1
        elif path == "/save":
            session.save()
        elif path == "/logout":
            session.destroy()
    return [b"ok"]


def played(options: dict[str, Any]) -> list[Any]:
    """What a browser and the store see of all visits, and the reasons that the events give."""
    listener = Listener()
    ids = iter(range(100))
    site = Site(
        app, lint=False, listener=listener, genid=lambda environ: f"id-{next(ids)}", **options
    )
    seen: list[Any] = []
    cookie: str | None = None
    for path, has_cookie in VISITS:
        answer = site.visit(path, cookie if has_cookie else None)
        if answer.set_cookies:
            cookie = answer.cookie or cookie
        reasons = [
            verdict.reason
            for event in listener.events
            if (verdict := getattr(event, "verdict", None)) is not None
        ]
        listener.heard.clear()
        seen.append((answer.body, answer.set_cookies, reasons))
    return [seen, site.store.asked, {key: it.text for key, it in site.store.all().items()}]


ORDERS = [
    (decision, question)
    for decision in (decide_read, decide_load, decide_cookie, decide_store)
    for question in sorted(questions(decision.tree))
]


@pytest.mark.parametrize("options", SITES.values(), ids=SITES)
def test_the_order_of_the_questions_changes_nothing(options: dict[str, Any]) -> None:
    """A fact is true whether or not the real tree would have asked for it."""
    expected = played(options)
    for decision, question in ORDERS:
        with tree_of(decision, asked_first(decision.tree, question)):
            assert played(options) == expected, f"asks {question} first"


def test_these_trees_do_change_places() -> None:
    """The helper does what the tests above rely on."""
    for one, other in permutations([Reason.UNKNOWN_ID, Reason.RECORD_FOUND, Reason.OUTLIVED], 2):
        tree = swapped(decide_load.tree, one, other)
        assert swapped(tree, one, other) == decide_load.tree != tree
