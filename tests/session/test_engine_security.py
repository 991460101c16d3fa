"""What a session middleware owes its users: one test for each requirement that concerns it.

Sources: OWASP ASVS 5.0.0, OWASP Session Management Cheat Sheet (SMCS), RFC 6265bis, NIST SP
800-63B-4.  IDs and their randomness are in test_engine_ids.py.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from werkzeug.test import EnvironBuilder

from sessionlab import (
    CookieError,
    CookieOptions,
    OptionsError,
    SessionMiddleware,
    SessionOptions,
)
from sessionlab.core.safeguards import OnConflict, Safeguards
from sessionlab.core.wire import sign

from .visiting import (
    SECRET,
    Clock,
    Environ,
    Site,
    by_path,
    count,
    doing,
    id_of,
    look,
    receive,
    session_of,
)

pytestmark = pytest.mark.filterwarnings("error")


def login(environ: Environ) -> None:
    session_of(environ).regenerate()["user"] = "alice"


def careless_login(environ: Environ) -> None:
    session_of(environ)["user"] = "alice"


def logout(environ: Environ) -> None:
    session_of(environ).destroy()


def shop(**options: Any) -> Site:
    return Site(by_path(look=look, login=login, careless=careless_login, logout=logout), **options)


# ---- the token


def test_asvs_7_2_1_a_token_is_checked_on_the_server_and_never_trusted() -> None:
    site = shop()
    good = site.visit("/login").cookie
    session_id = id_of(good)
    forged = {
        "unsigned": f"connect.sid={session_id}",
        "unsigned with the prefix": f"connect.sid=s:{session_id}",
        "an empty signature": f"connect.sid=s:{session_id}.",
        "another secret": f"connect.sid=s:{sign(session_id, 'guess')}",
        "an empty secret": f"connect.sid=s:{sign(session_id, '')}",
        "cookie-session's way": f"connect.sid={session_id}; connect.sid.sig=x",
        "JSON": 'connect.sid=j:{"id":"' + session_id + '"}',
    }
    assert site.visit("/look", good).body == b"{'user': 'alice'}"
    for name, cookie in forged.items():
        assert site.visit("/look", cookie).body == b"{}", name


def test_asvs_7_2_1_no_bit_of_a_cookie_can_be_flipped_and_none_makes_an_error() -> None:
    site = shop()
    name, _, value = site.visit("/login").cookie.partition("=")
    accepted = []
    for place in range(len(value)):
        for bit in range(8):
            other = value[:place] + chr(ord(value[place]) ^ (1 << bit)) + value[place + 1 :]
            if site.visit("/look", f"{name}={other}").body != b"{}":
                accepted.append(other)
    assert all(unquote(other) == unquote(value) for other in accepted), "%3a is %3A, and no more"


def test_asvs_7_2_4_a_login_ends_the_session_before_it() -> None:
    site = shop()
    planted = site.visit().cookie
    victim = site.visit("/login", planted).cookie
    assert id_of(victim) != id_of(planted)
    assert site.store.get(id_of(planted)) is None
    assert site.visit("/look", planted).body == b"{}", "what the attacker planted is worth nothing"
    assert site.visit("/look", victim).body == b"{'user': 'alice'}"


def test_asvs_7_2_4_without_regenerate_the_planted_session_is_the_victims() -> None:
    site = shop()
    planted = site.visit().cookie
    site.visit("/careless", planted)
    assert site.visit("/look", planted).body == b"{'n': 1, 'user': 'alice'}"


def test_smcs_strict_mode_an_id_that_the_server_did_not_issue_is_never_adopted() -> None:
    site = shop()
    answer = site.visit(cookie=f"connect.sid=s:{sign('chosen-by-mallory', SECRET)}")
    assert answer.session_id != "chosen-by-mallory"
    assert list(site.store.all()) == [answer.session_id]


HOSTILE = {
    "a path": "../../etc/passwd",
    "NUL": "a\0b",
    "a newline": "a\r\nDEL *",
    "a pattern": "*",
    "percent": "%",
    "64 KiB": "a" * 65_536,
    "SQL": "' OR 1=1 --",
    "a tenant": "other:session",
    "markup": "<script>alert(1)</script>",
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_smcs_an_id_is_input_and_reaches_the_store_only_if_the_server_signed_it(
    hostile: str,
) -> None:
    site = shop()
    value = "".join(f"%{octet:02X}" for octet in hostile.encode())
    for cookie in (f"connect.sid={value}", f"connect.sid=s%3A{value}.{value}"):
        assert site.visit("/look", cookie).body == b"{}"
    assert site.store.asked == []


def test_smcs_transport_an_id_is_taken_from_the_cookie_alone() -> None:
    site = shop()
    good = site.visit("/login").cookie
    name, _, value = good.partition("=")
    elsewhere: list[dict[str, Any]] = [
        {"path": f"/look?{good}"},
        {"path": f"/look/;{good}"},
        {"method": "POST", "data": {name: value}},
        {"headers": {name: value}},
        {"headers": {"X-Session": value, "Authorization": f"Bearer {value}"}},
    ]
    for request in elsewhere:
        request = {"path": "/look"} | request
        assert site.visit(**request).body == b"{}", request


# ---- its life


def test_asvs_7_3_1_an_idle_session_ends_on_the_server() -> None:
    site = shop(cookie=CookieOptions(max_age=600))
    cookie = site.visit("/login").cookie
    site.clock.advance(599)
    assert site.visit("/look", cookie).body == b"{'user': 'alice'}"
    site.clock.advance(600)
    assert site.visit("/look", cookie).body == b"{}"
    assert len(site.store) == 0


def test_asvs_7_3_1_the_client_has_no_say_in_when_it_ends() -> None:
    site = shop(cookie=CookieOptions(max_age=600))
    cookie = site.visit("/login").cookie
    site.clock.advance(601)
    stretched = f"{cookie}; Expires=Fri, 31 Dec 9999 23:59:59 GMT; Max-Age=99999999"
    assert site.visit("/look", stretched).body == b"{}"


def test_asvs_7_3_2_an_absolute_lifetime_is_a_safeguard() -> None:
    site = shop(safeguards=Safeguards(absolute_timeout=600))
    cookie = site.visit("/login").cookie
    for _ in range(10):
        assert site.visit("/look", cookie).body == b"{'user': 'alice'}"
        site.clock.advance(60)
    assert site.visit("/look", cookie).body == b"{}"


def test_asvs_7_4_1_after_a_logout_the_token_is_worth_nothing() -> None:
    site = shop()
    stolen = site.visit("/login").cookie
    site.visit("/logout", stolen)
    assert site.visit("/look", stolen).body == b"{}"
    assert len(site.store) == 0


def test_asvs_7_4_1_a_logout_takes_the_browsers_cookie_if_asked_to() -> None:
    site = shop(safeguards=Safeguards(clear_cookie=True), cookie=CookieOptions(path="/"))
    (line,) = site.visit("/logout", site.visit("/login").cookie).set_cookies
    assert line == "connect.sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly"


def test_smcs_a_flood_of_visitors_without_cookies_leaves_no_rows() -> None:
    site = shop()
    for _ in range(500):
        assert site.visit("/look").set_cookies == []
    assert len(site.store) == 0


def test_a_flood_leaves_a_row_each_with_express_sessions_default() -> None:
    site = shop(save_uninitialized=True)
    for _ in range(50):
        site.visit("/look")
    assert len(site.store) == 50


# ---- the cookie


def attributes(line: str) -> list[str]:
    return line.split("; ")[1:]


def test_asvs_3_3_4_the_cookie_is_kept_from_scripts_and_to_this_host_by_default() -> None:
    (line,) = shop().visit().set_cookies
    assert attributes(line) == ["Path=/", "HttpOnly"], "no Domain: this host alone"


def test_asvs_3_3_1_the_hardened_cookie_is_secure_and_its_name_says_so() -> None:
    options = SessionOptions.hardened(SECRET)
    application = SessionMiddleware(doing(count), options, clock=Clock())
    environ = EnvironBuilder("/", base_url="https://localhost/").get_environ()
    (line,) = receive(application, environ).set_cookies
    assert line.startswith("__Host-sid=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes(line))
    assert not any(attribute.startswith("Domain") for attribute in attributes(line))


@pytest.mark.parametrize(
    "cookie",
    [
        CookieOptions(secure=True, domain="example.org"),
        CookieOptions(secure=True, path="/app"),
        CookieOptions(secure=False),
    ],
)
def test_asvs_3_3_1_a_host_name_that_a_browser_would_refuse_is_refused_at_start_up(
    cookie: CookieOptions,
) -> None:
    with pytest.raises(OptionsError):
        SessionOptions.hardened(SECRET, cookie=cookie)


@pytest.mark.parametrize(
    ("same_site", "sent"),
    [("lax", ["SameSite=Lax"]), ("strict", ["SameSite=Strict"]), ("none", ["SameSite=None"])],
)
def test_asvs_3_3_2_same_site_is_sent_as_chosen(same_site: str, sent: list[str]) -> None:
    (line,) = shop(cookie=CookieOptions(same_site=same_site)).visit().set_cookies
    assert attributes(line) == ["Path=/", "HttpOnly", *sent]


def test_nist_the_value_is_opaque_and_holds_nothing_of_the_data() -> None:
    site = shop()
    cookie = site.visit("/login").cookie
    assert "alice" not in unquote(cookie)
    assert len(cookie) < 200, "and stays far below the 4096 of ASVS 3.3.5"


def test_smcs_the_name_can_be_one_that_names_no_framework() -> None:
    assert shop(name="id").visit().cookie.startswith("id=")


def test_smcs_a_response_with_the_cookie_can_be_kept_out_of_shared_caches() -> None:
    answer = shop(safeguards=Safeguards(cache_headers=True)).visit()
    assert ("Cache-Control", "private") in answer.headers


@pytest.mark.parametrize("octets", ["\r\nSet-Cookie: a=b", "; Domain=evil.example", "\0", "\n"])
@pytest.mark.parametrize("name", ["name", "domain", "path", "priority", "same_site"])
def test_6265bis_4_1_1_no_option_brings_octets_that_break_the_header(
    name: str, octets: str
) -> None:
    if name == "name":
        site = Site(doing(count), name=f"sid{octets}")
    else:
        value = f"/{octets}" if name == "path" else f"lax{octets}"
        cookie: Any = CookieOptions(**{name: value})
        site = Site(doing(count), cookie=cookie)
        site.middleware._engine.covers_all = True  # a path that no request has
    assert site.visit().set_cookies == []
    assert [type(error) for error in site.late] == [CookieError]


def test_6265bis_4_1_1_no_id_brings_octets_that_break_the_header() -> None:
    site = Site(doing(count), genid=lambda environ: "a\r\nSet-Cookie: b=c; d")
    (line,) = site.visit().set_cookies
    assert line.isprintable()
    assert line.count(";") == 2


def test_6265bis_8_6_of_two_cookies_of_a_name_the_first_is_judged_alone() -> None:
    """A tossed cookie locks its victim out, as in Express; it never becomes a session."""
    site = shop()
    good = site.visit("/login").cookie
    assert site.visit("/look", f"connect.sid=tossed; {good}").body == b"{}"
    assert site.visit("/look", f"{good}; connect.sid=tossed").body == b"{'user': 'alice'}"


def test_6265bis_5_7_an_expiry_is_one_moment_for_browser_and_server() -> None:
    site = shop(cookie=CookieOptions(max_age=60))
    answer = site.visit()
    (line,) = answer.set_cookies
    assert "Expires=Thu, 01 Jan 2026 00:01:00 GMT" in line
    assert "Max-Age" not in line
    assert site.store.get(answer.session_id).expires == site.clock.now + 60_000


def test_chips_partitioned_goes_through_to_the_header() -> None:
    cookie = CookieOptions(secure=True, partitioned=True, same_site="none")
    (line,) = shop(cookie=cookie).visit(base_url="https://localhost/").set_cookies
    assert attributes(line) == ["Path=/", "HttpOnly", "Secure", "Partitioned", "SameSite=None"]


# ---- two at once


# safeguards, what is kept of two changes at once
LOST: dict[str, tuple[Safeguards, dict[str, int]]] = {
    "as in Express": (Safeguards(), {"n": 1, "b": 1}),
    "merged": (Safeguards(on_conflict=OnConflict.MERGE), {"n": 1, "a": 1, "b": 1}),
}


@pytest.mark.parametrize(("guards", "kept"), LOST.values(), ids=LOST)
def test_lost_update_the_last_writer_wins_unless_the_two_are_merged(
    guards: Safeguards, kept: dict[str, int]
) -> None:
    def inner(environ: Environ) -> None:
        session_of(environ)["a"] = 1

    def outer(environ: Environ) -> None:
        session = session_of(environ)
        site.visit("/inner", cookie)
        session["b"] = 1

    site = Site(by_path(inner=inner, outer=outer), safeguards=guards)
    cookie = site.visit().cookie
    site.visit("/outer", cookie)
    (record,) = site.store.all().values()
    assert record.load() == kept
