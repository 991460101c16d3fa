"""Session IDs: unguessable, never adopted, and the application's own if it wants them."""

from __future__ import annotations

import ast
import inspect
import random
import re
from typing import Any

import pytest

import sessionlab.session.engine as engine_module
from sessionlab import SessionMiddleware, SessionOptions, get_session
from sessionlab.core.wire import encode_component, sign

from .visiting import SECRET, Clock, Environ, LoggedStore, Site, count, doing, look

pytestmark = pytest.mark.filterwarnings("error")

ALPHABET = re.compile(r"[A-Za-z0-9_-]{32}")


def ids(number: int) -> list[str]:
    made: list[str] = []

    def app(environ: Environ, start_response: Any) -> list[bytes]:
        made.append(environ["sessionlab.session_id"])
        start_response("200 OK", [])
        return []

    middleware = SessionMiddleware(app, SessionOptions(secrets=SECRET))
    for _ in range(number):
        list(middleware({"PATH_INFO": "/"}, lambda *args: None))  # type: ignore[arg-type, return-value]
    return made


def test_ten_thousand_ids_are_ten_thousand_of_32_url_safe_characters() -> None:
    made = ids(10_000)
    assert len(set(made)) == 10_000
    assert all(ALPHABET.fullmatch(session_id) for session_id in made)
    for place in range(32):
        assert len({session_id[place] for session_id in made}) == 64, "every character everywhere"


def test_ids_do_not_come_from_the_random_module() -> None:
    random.seed(1)
    first = ids(5)
    random.seed(1)
    assert set(first).isdisjoint(ids(5))


def test_ids_do_not_depend_on_a_patched_random(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("random", "getrandbits", "randbytes", "choice"):
        monkeypatch.setattr(random, name, lambda *args: 4)
    assert len(set(ids(5))) == 5


def test_the_source_takes_its_randomness_from_the_operating_system() -> None:
    tree = ast.parse(inspect.getsource(engine_module))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import)
               for alias in node.names}  # fmt: skip
    names = {f"{node.module}.{alias.name}" for node in ast.walk(tree)
             if isinstance(node, ast.ImportFrom) for alias in node.names}  # fmt: skip
    assert "secrets" in modules or names & {"os.urandom", "secrets.token_bytes"}
    assert not {name.partition(".")[0] for name in modules | names} & {"random", "uuid", "time"}


def test_an_application_may_make_its_own_ids_from_the_request() -> None:
    site = Site(
        doing(count),
        genid=lambda environ: f"{environ['REMOTE_ADDR']}!{len(site.store)}",
    )
    answers = [site.visit(environ={"REMOTE_ADDR": "한".encode().decode("latin-1")}) for _ in "12"]
    assert [answer.session_id.partition("!")[2] for answer in answers] == ["0", "1"]
    assert site.visit(cookie=answers[1].cookie).body == b"2"


@pytest.mark.parametrize(
    "session_id", ["a", "a b", "a;b,c", "a.b.c", "../a", "a\nb", "%3A", "한😀"]
)
def test_an_id_may_be_any_text(session_id: str) -> None:
    site = Site(doing(count), genid=lambda environ: session_id)
    answer = site.visit()
    assert answer.session_id == session_id
    assert answer.set_cookies[0].isascii()
    assert site.visit(cookie=answer.cookie).body == b"2"
    assert list(site.store.all()) == [session_id]


def test_the_cookie_is_the_signed_id_percent_encoded_as_javascript_does() -> None:
    numbers = iter(range(200))
    site = Site(doing(count), genid=lambda environ: f"id-{next(numbers)}")
    lines = [site.visit().set_cookies[0].partition(";")[0] for _ in range(200)]
    signed = [sign(f"id-{number}", SECRET) for number in range(200)]
    assert lines == [f"connect.sid={encode_component(f's:{text}')}" for text in signed]
    assert any("+" in text for text in signed)
    assert any("/" in text for text in signed)


@pytest.mark.parametrize("session_id", [None, 5, b"octets", ""])
def test_what_is_no_id_is_neither_sent_nor_saved_as_one(session_id: Any) -> None:
    site = Site(doing(look), save_uninitialized=True, genid=lambda environ: session_id)
    answer = site.visit()
    if session_id == "":
        assert answer.session_id == "", "the empty text is one, as in Express"
    else:
        assert answer.set_cookies == []
        assert len(site.store) == 0


def test_an_empty_id_is_sent_once_too() -> None:
    site = Site(doing(count), genid=lambda environ: "")
    cookie = site.visit().cookie
    assert site.visit(cookie=cookie).set_cookies == [], "the browser has it, as in Express"


@pytest.mark.parametrize("resave", [False, True])
def test_an_id_that_the_store_does_not_know_is_never_adopted(resave: bool) -> None:
    site = Site(doing(count), resave=resave)
    answer = site.visit(cookie=f"connect.sid=s:{sign('chosen', SECRET)}")
    assert answer.body == b"1"
    assert answer.session_id != "chosen"
    assert ("get", "chosen") in site.store.asked
    assert "chosen" not in site.store.all()


def test_only_an_id_with_a_good_signature_reaches_the_store() -> None:
    site = Site(doing(look))
    good = sign("chosen", SECRET)
    for value in (
        "chosen",
        good,
        f"s:{good}A",
        f"s:{sign('chosen', 'another')}",
        "s:chosen",
        "s:.",
    ):
        site.visit(cookie=f"connect.sid={value}")
        assert site.store.asked == [], value
    site.visit(cookie=f"connect.sid=s:{good}")
    assert site.store.asked == [("get", "chosen")]


# how a browser or a proxy may have spelt a cookie that we sent
SPELLINGS = {
    "as it was sent": "connect.sid=s%3A{}",
    "in lower case": "connect.sid=s%3a{}",
    "decoded": "connect.sid=s:{}",
    "in quotes": 'connect.sid="s%3A{}"',
    "with blanks around": " connect.sid = s%3A{} ",
    "behind another": "theme=dark; connect.sid=s%3A{}",
    "before another": "connect.sid=s%3A{}; theme=dark",
    "before one of the same name": "connect.sid=s%3A{}; connect.sid=s%3Aother.x",
    "without a blank between": "a=b;connect.sid=s%3A{};c=d",
    "every character encoded": None,
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_cookie_is_recognised_however_it_is_spelt(spelling: str | None) -> None:
    records = {"the-id": '{"cookie":{},"n":1}'}
    site = Site(doing(count), store=LoggedStore(Clock(), records))
    signed = sign("the-id", SECRET)
    if spelling is None:
        cookie = "connect.sid=" + "".join(f"%{ord(c):02x}" for c in f"s:{signed}")
    else:
        cookie = spelling.format(signed.replace("+", "%2B").replace("/", "%2F"))
    assert site.visit(cookie=cookie).body == b"2"


def test_a_cookie_behind_a_bad_one_of_the_same_name_is_not_looked_at() -> None:
    """The first wins, as in Express; see the security tests for what follows."""
    site = Site(doing(count))
    cookie = site.visit().cookie
    assert site.visit(cookie=f"connect.sid=bad; {cookie}").body == b"1"


def test_the_request_id_is_there_before_the_session_is_touched() -> None:
    seen: list[tuple[str, str]] = []

    def act(environ: Environ) -> None:
        session = get_session(environ)
        assert session is not None
        seen.append((environ["sessionlab.session_id"], session.id))

    site = Site(doing(act))
    site.visit()
    assert seen[0][0] == seen[0][1] != ""
