"""What the three designs have in common, and what each of them does its own way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from sessionlab.core.record import Record
from sessionlab.core.wire import encode_component, sign
from sessionlab.demo.apps import LARGEST_FORM
from sessionlab.demo.login import AtLogin, AtLogout
from sessionlab.demo.plain import PlainCookies
from sessionlab.session.stores import MemoryStore

DESIGNS = ("/cookie", "/signed-cookie", "/session")
each_design = pytest.mark.parametrize("design", DESIGNS)


def cookies(browser: Client) -> dict[str, str]:
    """What the browser holds, values as they stand on the wire."""
    header = browser.open("/", method="GET").request.environ.get("HTTP_COOKIE", "")
    return dict(pair.split("=", 1) for pair in header.split("; ") if pair)


@each_design
def test_the_counter_counts_visits_as_in_the_post(browser: Client, design: str) -> None:
    answers = [browser.get(design) for _ in range(3)]
    assert [answer.text for answer in answers] == ["1번 접속", "2번 접속", "3번 접속"]
    assert {answer.content_type for answer in answers} == {"text/html; charset=utf-8"}


@each_design
def test_two_browsers_have_two_counters(demo: Callable[..., Any], design: str) -> None:
    app = demo()
    alice, bob = Client(app), Client(app)
    assert [alice.get(design).text, alice.get(design).text] == ["1번 접속", "2번 접속"]
    assert bob.get(design).text == "1번 접속"


@each_design
def test_peeking_counts_nothing_and_sends_nothing(
    browser: Client, store: MemoryStore, design: str
) -> None:
    assert browser.get(f"{design}/peek").text == "0번 접속"
    assert len(store) == 0
    browser.get(design)
    peeked = browser.get(f"{design}/peek")
    assert (peeked.text, peeked.headers.getlist("Set-Cookie")) == ("1번 접속", [])


@each_design
def test_who_logged_in_is_known_until_logging_out(browser: Client, design: str) -> None:
    before = browser.get(f"{design}/me")
    assert (before.status_code, before.text) == (401, "nobody")
    assert browser.post(f"{design}/login", data={"user": "앨리스 <b>"}).text == "앨리스 <b>"
    me = browser.get(f"{design}/me")
    assert (me.status_code, me.text, me.mimetype) == (200, "앨리스 <b>", "text/plain")
    assert browser.post(f"{design}/logout").text == "nobody"
    assert browser.get(f"{design}/me").status_code == 401


@each_design
def test_a_role_is_told_beside_the_name_and_forgotten_by_a_login_without(
    browser: Client, design: str
) -> None:
    login = f"{design}/login"
    assert browser.post(login, data={"user": "ann", "role": "admin"}).text == "ann (admin)"
    assert browser.post(login, data={"user": "ann"}).text == "ann"
    assert browser.get(f"{design}/me").text == "ann"


@each_design
def test_the_cart_and_the_count_survive_the_login(browser: Client, design: str) -> None:
    browser.get(design)
    browser.post(f"{design}/cart", data={"item": "tea|x, y"})
    browser.post(f"{design}/login", data={"user": "ann"})
    assert browser.post(f"{design}/cart", data={"item": "우유"}).json == ["tea|x, y", "우유"]
    assert browser.get(f"{design}/cart").json == ["tea|x, y", "우유"]
    assert browser.get(f"{design}/peek").text == "1번 접속"


@each_design
def test_notes_are_kept_and_told_by_their_size(browser: Client, design: str) -> None:
    notes = f"{design}/notes"
    assert browser.get(notes).json == {"notes": 0, "characters": 0}
    assert browser.post(notes, data={"text": "abc"}).json == {"notes": 1, "characters": 3}
    assert browser.post(notes, data={"text": "가나"}).json == {"notes": 2, "characters": 5}
    assert browser.get(notes).json == {"notes": 2, "characters": 5}


def test_logging_out_of_the_plain_design_clears_each_of_its_cookies(browser: Client) -> None:
    browser.get("/cookie")
    browser.post("/cookie/login", data={"user": "ann", "role": "admin"})
    lines = browser.post("/cookie/logout").headers.getlist("Set-Cookie")
    gone = "=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    assert sorted(lines) == [f"count{gone}", f"role{gone}", f"user{gone}"]
    assert cookies(browser) == {}


def test_logging_out_of_the_sealed_design_clears_the_cookie_but_a_copy_still_works(
    demo: Callable[..., Any],
) -> None:
    app = demo()
    alice, thief = Client(app), Client(app, use_cookies=False)
    alice.post("/signed-cookie/login", data={"user": "ann"})
    copy = "; ".join(f"{name}={value}" for name, value in cookies(alice).items())
    alice.post("/signed-cookie/logout")
    assert cookies(alice) == {}
    assert thief.get("/signed-cookie/me", headers={"Cookie": copy}).text == "ann"


def test_logging_out_of_a_session_destroys_the_record_and_leaves_the_cookie(
    demo: Callable[..., Any], store: MemoryStore
) -> None:
    app = demo()
    alice, thief = Client(app), Client(app, use_cookies=False)
    alice.post("/session/login", data={"user": "ann"})
    copy = f"connect.sid={cookies(alice)['connect.sid']}"
    assert thief.get("/session/me", headers={"Cookie": copy}).text == "ann"
    out = alice.post("/session/logout")
    assert out.headers.getlist("Set-Cookie") == []
    assert cookies(alice)["connect.sid"] in copy
    assert len(store) == 0
    assert thief.get("/session/me", headers={"Cookie": copy}).status_code == 401


@pytest.mark.parametrize(
    ("at_login", "who"),
    [
        (AtLogin.REGENERATE_KEEP_DATA, "nobody"),
        (AtLogin.REGENERATE, "nobody"),
        (AtLogin.KEEP_ID, "victim"),
    ],
)
def test_a_planted_session_is_worth_nothing_after_the_login_unless_ids_are_kept(
    demo: Callable[..., Any], at_login: AtLogin, who: str
) -> None:
    app = demo(at_login=at_login)
    attacker, victim = Client(app), Client(app, use_cookies=False)
    attacker.get("/session")
    planted = f"connect.sid={cookies(attacker)['connect.sid']}"
    login = victim.post("/session/login", data={"user": "victim"}, headers={"Cookie": planted})
    assert login.text == "victim"
    assert attacker.get("/session/me").text == who


@pytest.mark.parametrize(
    ("at_login", "answer"),
    [
        (AtLogin.KEEP_ID, ["book"]),
        (AtLogin.REGENERATE, []),
        (AtLogin.REGENERATE_KEEP_DATA, ["book"]),
    ],
)
def test_a_login_keeps_the_cart_or_loses_it(
    demo: Callable[..., Any], at_login: AtLogin, answer: list[str]
) -> None:
    browser = Client(demo(at_login=at_login))
    browser.post("/session/cart", data={"item": "book"})
    browser.post("/session/login", data={"user": "ann"})
    assert browser.get("/session/cart").json == answer


def test_a_logout_that_clears_the_cookie_alone_leaves_the_session_to_whoever_has_a_copy(
    demo: Callable[..., Any], store: MemoryStore
) -> None:
    app = demo(at_logout=AtLogout.CLEAR_COOKIE)
    alice, thief = Client(app), Client(app, use_cookies=False)
    alice.post("/session/login", data={"user": "ann"})
    copy = f"connect.sid={cookies(alice)['connect.sid']}"
    out = alice.post("/session/logout")
    assert out.headers.getlist("Set-Cookie") == [
        "connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    ]
    assert "connect.sid" not in cookies(alice)
    assert len(store) == 1
    assert thief.get("/session/me", headers={"Cookie": copy}).text == "ann"


def test_the_plain_design_believes_what_it_is_sent_and_the_others_notice(
    demo: Callable[..., Any],
) -> None:
    edited = Client(demo(), use_cookies=False)
    forged_id = sign("made-up", "another secret")
    sent = {
        "/cookie": ("count=999", "1000번 접속"),
        "/signed-cookie": ("session=eyJjb3VudCI6OTk5fQ==; session.sig=made-up", "1번 접속"),
        "/session": (f"connect.sid={encode_component(f's:{forged_id}')}", "1번 접속"),
    }
    for design, (cookie, answer) in sent.items():
        assert edited.get(design, headers={"Cookie": cookie}).text == answer


@pytest.mark.parametrize(
    "header",
    [
        "count=abc",
        "count=-1",
        "count=" + "9" * 5000,
        "count=1e9",
        "count=٣",
        "count=",
        "count=%FF%",
        "cart=%00|%FF|||; user=%0d%0aSet-Cookie:%20a=b",
        'session="; session.sig=\\',
        "connect.sid=s%3A.; connect.sid=s%3A" + "A" * 60_000,
        "=;=;;= =",
        "\x80\xff=\xfe",
        "__proto__=1; constructor=2",
    ],
)
@each_design
def test_hostile_cookies_are_answered_like_none_at_all(
    demo: Callable[..., Any], design: str, header: str
) -> None:
    answer = Client(demo(), use_cookies=False).get(design, headers={"Cookie": header})
    assert (answer.status_code, answer.text) == (200, "1번 접속")


@given(
    header=st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0")),
    path=st.sampled_from(["", "/peek", "/cart", "/notes"]),
)
@each_design
def test_no_cookie_header_makes_a_server_error(
    demo: Callable[..., Any], design: str, header: str, path: str
) -> None:
    answer = Client(demo(), use_cookies=False).get(design + path, headers={"Cookie": header})
    assert answer.status_code == 200


@given(st.text(min_size=1), st.lists(st.text(min_size=1)))
def test_plain_cookies_come_back_as_they_were_set_whatever_is_in_them(
    user: str, cart: list[str]
) -> None:
    there = PlainCookies("")
    there |= {"user": user.encode("utf-8", "replace").decode(), "cart": cart and ["x", *cart]}
    there["cart"] = [item.encode("utf-8", "replace").decode() for item in there["cart"]]
    lines = there.set_cookies()
    assert not [line for line in lines if not line.isascii() or not line.isprintable()]
    back = PlainCookies("; ".join(line.partition(";")[0] for line in lines))
    assert (back["user"], back["cart"]) == (there["user"], there["cart"])
    assert back.set_cookies() == []


@each_design
def test_a_line_break_in_a_form_breaks_out_of_no_header(browser: Client, design: str) -> None:
    name = "ann\r\nSet-Cookie: stolen=1; a=b"
    login = browser.post(f"{design}/login", data={"user": name})
    assert login.text == name
    assert not [line for line in login.headers.getlist("Set-Cookie") if "stolen=1;" in line]
    assert "stolen" not in cookies(browser)


@each_design
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/peek/more", 404),
        ("GET", "/peek//", 404),
        ("POST", "", 405),
        ("GET", "/login", 405),
        ("DELETE", "/cart", 405),
        ("POST", "/login", 400),
        ("POST", "/cart", 400),
        ("POST", "/notes", 400),
        ("HEAD", "/peek", 200),
        ("GET", "/", 200),
        ("BREW", "/peek", 405),
    ],
)
def test_what_is_not_there_or_not_meant_is_said_by_the_status(
    browser: Client, design: str, method: str, path: str, status: int
) -> None:
    assert browser.open(design + path, method=method).status_code == status


@pytest.mark.parametrize("path", ["/nothing", "/sessions", "/%00", "/session%0d%0aX: y"])
def test_outside_the_designs_there_is_the_page_and_nothing_else(browser: Client, path: str) -> None:
    assert browser.get(path).status_code == 404
    assert browser.post("/").status_code == 405


@each_design
def test_a_form_that_is_too_large_is_refused(browser: Client, design: str) -> None:
    answer = browser.post(f"{design}/notes", data={"text": "x" * LARGEST_FORM})
    assert answer.status_code == 413


@each_design
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"user=%FF%FE&user=%ED%A0%80"),
        ("application/x-www-form-urlencoded", b"\xff\xfe=&=&&user"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data", b"user=ann"),
        ("application/json", b'{"user":"ann"}'),
        ("text/plain; charset=nonsense", b"user=ann"),
    ],
)
def test_no_form_makes_a_server_error(browser: Client, design: str, kind: str, body: bytes) -> None:
    answer = browser.post(f"{design}/login", data=body, content_type=kind)
    assert answer.status_code in (200, 400)
    assert browser.get(f"{design}/me").status_code in (200, 401)


@each_design
@pytest.mark.parametrize("path", ["", "/me", "/nothing"])
def test_every_answer_forbids_scripts_sniffing_and_caching(
    browser: Client, design: str, path: str
) -> None:
    headers = browser.get(design + path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


def test_where_caching_is_to_be_shown_nothing_is_said_to_caches(demo: Callable[..., Any]) -> None:
    headers = Client(demo(is_cacheable=True)).get("/session").headers
    assert "Cache-Control" not in headers
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_store_that_is_away_makes_the_session_unavailable_and_nothing_else(
    browser: Client, store: MemoryStore
) -> None:
    store.connected = False
    assert browser.get("/session").status_code == 503
    assert browser.get("/cookie").status_code == 200
    assert browser.get("/signed-cookie").status_code == 200


def test_a_record_that_another_program_filled_strangely_is_read_as_far_as_it_makes_sense(
    demo: Callable[..., Any], store: MemoryStore
) -> None:
    data = {"count": "many", "user": 5, "cart": {"a": 1}, "notes": ["\ud800", 3]}
    browser = Client(demo())
    browser.get("/session")
    (session_id,) = store.all()
    strange = json.dumps({"cookie": {"originalMaxAge": None, "expires": None}} | data)
    app = demo()
    store.set(session_id, Record.from_text(strange))
    with_cookie = Client(app, use_cookies=False)
    headers = {"Cookie": f"connect.sid={cookies(browser)['connect.sid']}"}
    assert with_cookie.get("/session/peek", headers=headers).text == "0번 접속"
    assert with_cookie.get("/session/me", headers=headers).status_code == 401
    assert with_cookie.get("/session/cart", headers=headers).json == []
    assert with_cookie.get("/session/notes", headers=headers).json["notes"] == 1
