"""Every cause, from answers written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import pytest

from sessionlab.core.jar import Refusal, Withheld
from sessionlab.diagnose.address import WebAddress
from sessionlab.diagnose.causes import Cause, Diagnosis, Weight
from sessionlab.diagnose.find import _REFUSED, _WITHHELD, find_causes, is_trouble
from sessionlab.diagnose.observe import MOST_HOPS, Observation
from sessionlab.diagnose.start import Start
from sessionlab.http.client import Answer

from .support import answer, codes, moved, sid, start, watched

HTTP = "http://shop.example/session"
HTTPS = "https://shop.example/session"
EVIL = "https://evil.example"
FRONT = "http://localhost:5173"
BACK = "http://localhost:3000/"


def always(*lines: str, **more: str) -> Callable[[WebAddress, Mapping[str, str]], Answer]:
    return lambda address, headers: answer(*lines, **more)


def first_only(*lines: str, **more: str) -> Callable[[WebAddress, Mapping[str, str]], Answer]:
    """Sets cookies for a request without any."""
    return lambda address, headers: answer(*(() if "Cookie" in headers else lines), **more)


def routed(**routes: Answer) -> Callable[[WebAddress, Mapping[str, str]], Answer]:
    """An answer for each last part of a path."""
    return lambda address, headers: routes[address.target.rpartition("/")[2]]


def in_turn(*lines: str) -> Callable[[WebAddress, Mapping[str, str]], Answer]:
    """A line for each request."""
    left = iter(lines)
    return lambda address, headers: answer(*filter(None, [next(left)]))


def claimed(line: str) -> Callable[[WebAddress, Mapping[str, str]], Answer]:
    """Sets a cookie for requests that claim https."""
    return lambda address, headers: answer(*([line] if "X-Forwarded-Proto" in headers else []))


class Case(NamedTuple):
    seen: Observation
    found: list[str]


ALLOWED = {
    "access_control_allow_origin": FRONT,
    "access_control_allow_credentials": "true",
}
FETCH = start(FRONT, fetch="include")
KEPT = ["session-kept"]
CASES = {
    "a session that is kept": Case(watched(first_only(sid("A")), HTTP), KEPT),
    "a session whose cookie is sent again each time": Case(watched(always(sid("A")), HTTP), KEPT),
    "no cookie over http": Case(
        watched(always(), HTTP), ["secure-maybe-kept-back", "session-uninitialized"]
    ),
    "no cookie over https": Case(
        watched(always(), HTTPS), ["proxy-not-trusted", "session-uninitialized"]
    ),
    "a cookie for requests that claim https": Case(
        watched(claimed(sid("A", "; Path=/; Secure")), HTTP), ["secure-kept-back"]
    ),
    "no cookie and an error": Case(
        watched(always(status=500, phrase="Internal Server Error"), HTTPS),
        ["proxy-not-trusted", "path-maybe-uncovered", "session-uninitialized", "answer-is-error"],
    ),
    "Secure over http": Case(
        watched(always(sid("A", "; Path=/; Secure")), HTTP), ["secure-refused"]
    ),
    "Secure over http on loopback": Case(
        watched(first_only(sid("A", "; Path=/; Secure")), BACK), KEPT
    ),
    "SameSite=None without Secure": Case(
        watched(always(sid("A", "; Path=/; SameSite=None")), HTTPS), ["needs-secure"]
    ),
    "Partitioned without Secure": Case(
        watched(always(sid("A", "; Path=/; Partitioned")), HTTPS), ["needs-secure"]
    ),
    "Domain of another host": Case(
        watched(always(sid("A", "; Path=/; Domain=other.example")), HTTPS), ["domain-refused"]
    ),
    "Domain that is a public suffix": Case(
        watched(always(sid("A", "; Path=/; Domain=co.uk")), "https://shop.co.uk/"),
        ["domain-refused"],
    ),
    "a __Host- name without what it promises": Case(
        watched(always(sid("A", "; Path=/", "__Host-sid")), HTTPS), ["prefix-refused"]
    ),
    "a cookie too large": Case(
        watched(always(f"cart={'x' * 5000}"), HTTPS), ["too-large", "no-session-cookie"]
    ),
    "a control character": Case(watched(always(sid("A", "; Path=/\x01")), HTTPS), ["malformed"]),
    "two faults in one line": Case(
        watched(always(sid("A", "; Path=/; Secure; Domain=other.example")), HTTP),
        ["secure-refused", "domain-refused"],
    ),
    "http after https, with a Secure cookie of this name": Case(
        watched(
            lambda address, headers: answer(
                sid("A", "; Path=/; Secure" if address.is_encrypted else "; Path=/")
            ),
            HTTPS,
            then=HTTP,
        ),
        ["hides-secure", "secure-withheld"],
    ),
    "set for a cross-site frame": Case(
        watched(always(sid("A")), HTTPS, start(EVIL, top_level=False)), ["same-site-refused"]
    ),
    "expired by both clocks": Case(
        watched(always(sid("A", "; Path=/; Expires=Wed, 31 Dec 2025 23:59:59 GMT")), HTTPS),
        ["expired-at-once"],
    ),
    "Max-Age=0 with a value": Case(
        watched(always(sid("A", "; Path=/; Max-Age=0")), HTTPS), ["expired-at-once"]
    ),
    "a cookie that is being deleted": Case(
        watched(always(sid("A"), "old=; Max-Age=0", "older=deleted; Max-Age=0"), HTTPS),
        KEPT,
    ),
    "a logout that deletes the cookie as it was": Case(
        watched(
            routed(login=answer(sid("A")), logout=answer(sid("A", "; Path=/; Max-Age=0"))),
            "https://shop.example/login",
            then="https://shop.example/logout",
        ),
        KEPT,
    ),
    "expired by this machine's clock alone": Case(
        watched(
            always(
                sid("A", "; Path=/; Expires=Wed, 31 Dec 2025 23:00:00 GMT"),
                Date="Wed, 31 Dec 2025 22:00:00 GMT",
            ),
            HTTPS,
        ),
        ["clock-skew", "clocks-differ"],
    ),
    "clocks that differ, without harm": Case(
        watched(first_only(sid("A"), Date="Wed, 31 Dec 2025 22:00:00 GMT"), HTTPS),
        ["clocks-differ", "session-kept"],
    ),
    "an invalid Date": Case(watched(first_only(sid("A"), Date="now"), HTTPS), KEPT),
    "a day counted in milliseconds": Case(
        watched(first_only(sid("A", "; Path=/; Expires=Thu, 01 Jan 2026 00:01:26 GMT")), HTTPS),
        ["short-lived"],
    ),
    "Max-Age=60": Case(
        watched(first_only(sid("A", "; Path=/; Max-Age=60")), HTTPS),
        ["short-lived"],
    ),
    "Max-Age of an hour": Case(
        watched(first_only(sid("A", "; Path=/; Max-Age=3600")), HTTPS), KEPT
    ),
    "a path that does not cover the page": Case(
        watched(always(sid("A", "; Path=/login")), HTTPS), ["path-elsewhere"]
    ),
    "a login whose path does not cover the rest": Case(
        watched(
            routed(login=answer(sid("A", "; Path=/auth")), me=answer()),
            "https://shop.example/auth/login",
            then="https://shop.example/me",
        ),
        ["path-elsewhere"],
    ),
    "another cookie's path, beside a session that is sent": Case(
        watched(first_only(sid("A"), "theme=dark; Path=/admin"), HTTPS), KEPT
    ),
    "a redirect from localhost to 127.0.0.1": Case(
        watched(
            lambda address, headers: (
                moved("http://127.0.0.1:3000/", sid("A"))
                if address.host == "localhost"
                else answer()
            ),
            BACK,
        ),
        ["host-elsewhere"],
    ),
    "a login at another host that comes back": Case(
        watched(
            lambda address, headers: (
                answer()
                if "Cookie" in headers and address.host == "shop.example"
                else moved("https://login.example/x", sid("A"))
                if address.host == "shop.example"
                else moved(HTTPS, "idp=1")
            ),
            HTTPS,
        ),
        KEPT,
    ),
    "two names of one machine, a session for each": Case(
        watched(
            lambda address, headers: (
                answer()
                if address.target == "/me"
                else moved("/me", sid("B"))
                if address.host == "127.0.0.1"
                else moved("http://127.0.0.1:3000/", sid("A"))
            ),
            BACK,
        ),
        ["host-elsewhere"],
    ),
    "back to http": Case(
        watched(
            lambda address, headers: (
                moved("http://shop.example/", sid("A", "; Path=/; Secure"))
                if address.is_encrypted
                else answer()
            ),
            HTTPS,
        ),
        ["secure-withheld"],
    ),
    "up to https": Case(
        watched(
            lambda address, headers: (
                first_only(sid("A", "; Path=/; Secure"))(address, headers)
                if address.is_encrypted
                else moved(HTTPS)
            ),
            HTTP,
        ),
        KEPT,
    ),
    "SameSite=Strict from a link": Case(
        watched(always(sid("A", "; Path=/; SameSite=Strict")), HTTPS, start(EVIL)),
        ["strict-withheld"],
    ),
    "SameSite=Lax in a frame": Case(
        watched(
            always(sid("A", "; Path=/; SameSite=Lax")),
            HTTPS,
            Start(),
            start(EVIL, top_level=False),
        ),
        ["same-site-refused", "lax-withheld"],
    ),
    "SameSite=Lax and a form of another site": Case(
        watched(
            first_only(sid("A", "; Path=/; SameSite=Lax")),
            HTTPS,
            Start(),
            start(EVIL, method="POST"),
        ),
        ["lax-withheld"],
    ),
    "SameSite=None; Secure in a frame": Case(
        watched(
            first_only(sid("A", "; Path=/; SameSite=None; Secure")),
            HTTPS,
            start(EVIL, top_level=False),
        ),
        KEPT,
    ),
    "Partitioned under another site": Case(
        watched(
            routed(a=answer(sid("A", "; Path=/; SameSite=None; Secure; Partitioned")), b=answer()),
            "https://shop.example/a",
            start(EVIL, top_level=False),
            start("https://another.example", top_level=False),
            then="https://shop.example/b",
        ),
        ["partition-elsewhere"],
    ),
    "two cookies of one name": Case(
        watched(first_only(sid("A"), sid("B", "; Path=/session")), HTTPS),
        ["duplicate-name"],
    ),
    "a new ID each time": Case(
        watched(in_turn(sid("A"), sid("B"), sid("C")), HTTPS), ["id-never-kept"]
    ),
    "a new ID at times": Case(
        watched(in_turn(sid("A"), "", sid("C"), "", "", sid("D")), HTTPS, visits=6),
        ["id-sometimes-kept"],
    ),
    "data in the cookie, which changes each time": Case(
        watched(in_turn("session=eyJhIjoxfQ", "session=eyJhIjoyfQ", "session=eyJhIjozfQ"), HTTPS),
        ["no-session-cookie"],
    ),
    "a plain cookie": Case(watched(always("count=1"), HTTPS), ["no-session-cookie"]),
    "headers too large": Case(
        watched(
            lambda address, headers: (
                answer(status=431) if "Cookie" in headers else answer(sid("A"))
            ),
            HTTPS,
        ),
        ["headers-too-large", "session-kept"],
    ),
    "redirects without an end": Case(
        watched(lambda address, headers: moved("/login", sid("A")), HTTPS),
        ["redirect-loop", "session-kept"],
    ),
    "a redirect out of http": Case(
        watched(lambda address, headers: moved("ftp://shop.example/", sid("A")), HTTPS),
        ["left-http", "session-kept"],
    ),
    "a redirect to a script": Case(
        watched(lambda address, headers: moved("javascript:alert(1)", sid("A")), HTTPS),
        ["left-http", "session-kept"],
    ),
    "an answer that is an error": Case(
        watched(first_only(sid("A"), status=401, phrase="Unauthorized"), HTTPS),
        ["answer-is-error", "session-kept"],
    ),
    "a body that is not read": Case(
        watched(lambda address, headers: answer(sid("A"))._replace(is_whole=False), HTTPS),
        ["body-not-read", "session-kept"],
    ),
    "a fetch with credentials that is allowed": Case(
        watched(first_only(sid("A"), **ALLOWED), BACK, FETCH), KEPT
    ),
    "a fetch without credentials": Case(
        watched(always(sid("A"), **ALLOWED), BACK, start(FRONT, fetch="same-origin")),
        ["credentials-left-out"],
    ),
    "a fetch without credentials that is not allowed either": Case(
        watched(always(sid("A")), BACK, start(FRONT, fetch="same-origin")),
        ["credentials-left-out", "cors-origin-missing", "cors-credentials-missing"],
    ),
    "a fetch of its own page without credentials": Case(
        watched(always(sid("A")), BACK, start(fetch="omit")), ["credentials-left-out"]
    ),
    "a fetch that wants no cookies of another origin": Case(
        watched(always(sid("A")), BACK, start(FRONT, fetch="omit")), ["credentials-left-out"]
    ),
    "a fetch of its own page": Case(
        watched(first_only(sid("A")), BACK, start(fetch="same-origin")), KEPT
    ),
    "a fetch of the same origin by name": Case(
        watched(first_only(sid("A")), BACK, start("http://localhost:3000/x", fetch="same-origin")),
        KEPT,
    ),
    "any origin allowed": Case(
        watched(
            first_only(
                sid("A"),
                access_control_allow_origin="*",
                access_control_allow_credentials="true",
            ),
            BACK,
            FETCH,
        ),
        ["cors-origin-any", "session-kept"],
    ),
    "another origin allowed": Case(
        watched(
            first_only(sid("A"), **ALLOWED | {"access_control_allow_origin": f"{FRONT}/"}),
            BACK,
            FETCH,
        ),
        ["cors-origin-other", "session-kept"],
    ),
    "credentials allowed in other words": Case(
        watched(
            first_only(sid("A"), **ALLOWED | {"access_control_allow_credentials": "True"}),
            BACK,
            FETCH,
        ),
        ["cors-credentials-missing", "session-kept"],
    ),
    "a cross-site fetch with Lax cookies": Case(
        watched(
            always(
                sid("A"),
                access_control_allow_origin=EVIL,
                access_control_allow_credentials="true",
            ),
            HTTPS,
            start(EVIL, fetch="include"),
        ),
        ["same-site-refused"],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_found(case: Case) -> None:
    assert codes(find_causes(case.seen)) == case.found


def test_a_cookie_that_is_over_at_the_next_visit_is_found() -> None:
    """Its time has to pass for that, so the clock goes on."""
    from sessionlab.diagnose.address import read_address
    from sessionlab.diagnose.observe import observe
    from sessionlab.diagnose.suffixes import public_suffix

    from .support import NOW

    times = iter(range(NOW, NOW + 10_000_000, 200_000))
    script = first_only(sid("A", "; Path=/; Max-Age=100"))
    seen = observe(
        [(read_address(HTTPS), Start())] * 3,
        public_suffix,
        lambda address, method, headers: script(address, headers),
        lambda: next(times),
    )
    found = find_causes(seen)
    assert Cause.EXPIRED in {finding.cause for finding in found}


def test_every_cause_is_found_by_a_case() -> None:
    found = {code for case in CASES.values() for code in case.found} | {"expired"}
    assert found == set(Cause)


def test_the_codes_of_the_jar_that_can_be_met_are_all_known() -> None:
    """Only a script meets the others, and only other schemes the last."""
    assert set(Refusal) - set(_REFUSED) == {
        Refusal.HTTP_ONLY_FROM_SCRIPT,
        Refusal.OVERWRITES_HTTP_ONLY,
    }
    assert set(Withheld) - set(_WITHHELD) == {
        Withheld.HTTP_ONLY_FROM_SCRIPT,
        Withheld.SCHEME_WITHOUT_COOKIES,
    }


def test_what_is_sure_comes_before_what_is_possible_and_that_before_what_is_good_to_know() -> None:
    order = list(Weight)
    for case in CASES.values():
        weights = [order.index(finding.cause.weight) for finding in find_causes(case.seen)]
        assert weights == sorted(weights)


def test_a_cause_is_named_once_for_each_cookie() -> None:
    seen = watched(always(sid("A", "; Secure"), "b=1; Secure"), HTTP)
    found = [(each.cause, each.evidence["name"]) for each in find_causes(seen)]
    assert found == [(Cause.SECURE_REFUSED, "connect.sid"), (Cause.SECURE_REFUSED, "b")]


@pytest.mark.parametrize(
    ("case", "is_bad"),
    [
        ("a session that is kept", False),
        ("clocks that differ, without harm", False),
        ("a plain cookie", False),
        ("no cookie over http", True),
        ("a new ID each time", True),
    ],
)
def test_notes_are_no_trouble(case: str, is_bad: bool) -> None:
    assert any(map(is_trouble, find_causes(CASES[case].seen))) is is_bad


def test_the_evidence_names_the_ids_that_changed() -> None:
    found = find_causes(CASES["a new ID each time"].seen)[0]
    assert found == Diagnosis(
        Cause.ID_NEVER_KEPT,
        {
            "name": "connect.sid",
            "times": 2,
            "of": 2,
            "sent_id": "A" * 32,
            "given_id": "B" * 32,
        },
    )


def test_a_visit_ends_after_so_many_redirects() -> None:
    seen = CASES["redirects without an end"].seen
    assert [len(visit.hops) for visit in seen.visits] == [MOST_HOPS + 1] * 3


@pytest.mark.parametrize(
    ("status", "method", "then"),
    [
        (301, "POST", "GET"), (302, "POST", "GET"), (303, "POST", "GET"), (307, "POST", "POST"),
        (308, "POST", "POST"), (301, "PUT", "PUT"), (303, "PUT", "GET"), (303, "HEAD", "HEAD"),
        (302, "GET", "GET"),
    ],
)  # fmt: skip
def test_a_redirect_changes_the_method_as_browsers_do(status: int, method: str, then: str) -> None:
    seen = watched(
        lambda address, headers: (
            answer() if address.target == "/b" else moved("/b")._replace(status=status)
        ),
        "http://shop.example/a",
        Start(method=method),
        visits=1,
    )
    assert [hop.method for hop in seen.hops] == [method, then]


def test_the_request_that_claims_https_is_made_only_where_it_tells_something() -> None:
    def asked(url: str, starts: Start, *lines: str) -> int:
        count = []

        def script(address: WebAddress, headers: Mapping[str, str]) -> Answer:
            count.append("X-Forwarded-Proto" in headers)
            return answer(*lines)

        watched(script, url, starts)
        return sum(count)

    assert asked(HTTP, Start()) == 1
    assert asked(HTTP, Start(), "a=b") == 0
    assert asked(HTTPS, Start()) == 0
    assert asked(HTTP, Start(method="POST")) == 0


def test_a_fetch_without_credentials_keeps_nothing_and_sends_nothing() -> None:
    """Not even what is in the jar: here the redirect leads to another port, which shares it."""
    cookies: list[str | None] = []

    def script(address: WebAddress, headers: Mapping[str, str]) -> Answer:
        cookies.append(headers.get("Cookie"))
        return answer(sid("B")) if address.port == 3000 else moved(BACK, sid("A"))

    seen = watched(script, FRONT, start(FRONT, fetch="same-origin"), visits=2)
    assert cookies == [None, None, sid("A").partition(";")[0], None]
    kept = [hop.to_json()["set"][0]["kept"] for hop in seen.hops]
    assert kept == [True, False, True, False]
    seen = watched(always(sid("A")), BACK, start(FRONT, fetch="same-origin"))
    assert [hop.judged for hop in seen.hops] == [(), (), ()]


def test_an_origin_is_sent_by_what_a_browser_sends_it_with() -> None:
    def origins(starts: Start) -> set[str | None]:
        sent: set[str | None] = set()

        def script(address: WebAddress, headers: Mapping[str, str]) -> Answer:
            sent.add(headers.get("Origin"))
            return answer("a=b")

        watched(script, BACK, starts)
        return sent

    assert origins(Start()) == {None}
    assert origins(start(EVIL)) == {None}
    assert origins(start(EVIL, method="POST")) == {EVIL}
    assert origins(FETCH) == {FRONT}
    assert origins(start(fetch="include")) == {None}
    assert origins(Start(is_opaque=True, method="POST")) == {"null"}
