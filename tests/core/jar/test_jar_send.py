"""Which stored cookies go with a request, in which order, and every reason against the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.jar import Api, Jar, RequestContext, SendVerdict

from .support import NOW, new_jar

PAGE = RequestContext("https://www.a.test/dir/page")
LATER = NOW + 10 * 60 * 1000


def _only(jar: Jar, context: RequestContext, now: int = LATER) -> SendVerdict:
    """The verdict on the jar's only cookie."""
    (verdict,) = jar.select(context, now).verdicts
    return verdict


def _embedded(url: str, **fields: object) -> RequestContext:
    given = {"top_level": False, "top_level_url": "https://b.test/", **fields}
    return RequestContext(url, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "context", "reasons"),
    [
        ("a=1", PAGE, ""),
        ("a=1", RequestContext("https://www.a.test/dir"), ""),
        ("a=1", RequestContext("http://www.a.test/dir/x/y"), ""),
        ("a=1", RequestContext("wss://www.a.test/dir/"), ""),
        ("a=1", RequestContext("ftp://www.a.test/dir/"), "scheme-without-cookies"),
        ("a=1; Max-Age=600", PAGE, "expired"),
        ("a=1; Max-Age=601", PAGE, ""),
        ("a=1", RequestContext("https://a.test/dir/"), "other-host"),
        ("a=1", RequestContext("https://x.www.a.test/dir/"), "other-host"),
        ("a=1; Domain=www.a.test", RequestContext("https://x.www.a.test/dir/"), ""),
        ("a=1; Domain=www.a.test", RequestContext("https://a.test/dir/"), "other-domain"),
        ("a=1", RequestContext("https://www.a.test/directory"), "other-path"),
        ("a=1; Path=/dir/", RequestContext("https://www.a.test/dir"), "other-path"),
        ("a=1; Secure", RequestContext("http://www.a.test/dir/"), "secure-over-http"),
        ("a=1; HttpOnly", RequestContext(PAGE.url, api=Api.DOM), "http-only-from-script"),
        (
            "a=1; Secure; Partitioned; SameSite=None",
            _embedded(PAGE.url),
            "other-partition",
        ),
        ("a=1; SameSite=None; Secure", _embedded(PAGE.url), ""),
        ("a=1; SameSite=Lax", _embedded(PAGE.url), "lax-not-top-level"),
        ("a=1; SameSite=Strict", _embedded(PAGE.url), "strict-cross-site"),
        ("a=1", _embedded(PAGE.url), "lax-by-default-not-top-level"),
        ("a=1", _embedded(PAGE.url, api=Api.DOM), "lax-by-default-not-top-level"),
        (
            "a=1; SameSite=Strict",
            RequestContext(PAGE.url, initiator="https://b.test/"),
            "strict-cross-site",
        ),
        ("a=1; SameSite=Lax", RequestContext(PAGE.url, initiator="https://b.test/"), ""),
        ("a=1", RequestContext(PAGE.url, initiator="https://b.test/"), ""),
        (
            "a=1; SameSite=Lax",
            RequestContext(PAGE.url, "POST", initiator="https://b.test/"),
            "lax-unsafe-method",
        ),
        (
            "a=1",
            RequestContext(PAGE.url, "POST", initiator="https://b.test/"),
            "lax-by-default-unsafe-method",
        ),
        (
            "a=1; SameSite=None; Secure",
            RequestContext(PAGE.url, "POST", initiator="https://b.test/"),
            "",
        ),
        ("a=1; SameSite=Strict", RequestContext(PAGE.url, "POST", initiator="https://a.test/"), ""),
        (
            "a=1; Max-Age=1; Secure; HttpOnly; Partitioned; SameSite=Strict",
            _embedded("http://a.test/", api=Api.DOM),
            "expired other-partition other-host other-path secure-over-http "
            "http-only-from-script strict-cross-site",
        ),
    ],
)
def test_every_reason_against_sending_is_told(
    line: str, context: RequestContext, reasons: str
) -> None:
    jar = new_jar()
    assert jar.set(line, PAGE, NOW).accepted
    verdict = _only(jar, context)
    assert " ".join(verdict.reasons) == reasons
    assert verdict.sent is not bool(reasons)
    assert jar.select(context, LATER).header == ("" if reasons else "a=1")


def test_a_cookie_of_an_address_is_not_for_names_that_end_like_it() -> None:
    jar = new_jar()
    jar.set("a=1; Domain=4.test", RequestContext("https://4.test/"), NOW)
    (cookie,) = jar
    assert not cookie.host_only
    assert _only(jar, RequestContext("https://3.4.test/")).sent


@pytest.mark.parametrize(
    ("age", "sent"), [(0, True), (120_000, True), (120_001, False), (600_000, False)]
)
def test_two_minutes_of_grace_for_a_cookie_without_same_site(age: int, sent: bool) -> None:
    jar = new_jar()
    jar.set("a=1", PAGE, NOW)
    post = RequestContext(PAGE.url, "POST", initiator="https://b.test/")
    verdict = _only(jar, post, NOW + age)
    assert verdict.sent is sent
    assert verdict.warnings == (("lax-post-window",) if sent else ())
    assert jar.select(post, NOW + age).header == ("a=1" if sent else "")


def test_a_new_value_begins_the_two_minutes_anew() -> None:
    jar = new_jar()
    post = RequestContext(PAGE.url, "POST", initiator="https://b.test/")
    jar.set("a=1", PAGE, NOW)
    jar.set("a=1", PAGE, LATER)
    assert jar.select(post, LATER).header == ""
    jar.set("a=2", PAGE, LATER)
    assert jar.select(post, LATER).header == "a=2"
    assert _only(jar, post).warnings == ("lax-post-window",)


def test_the_grace_is_not_mentioned_where_it_is_not_needed() -> None:
    jar = new_jar()
    jar.set("a=1", PAGE, NOW)
    assert _only(jar, PAGE, NOW).warnings == ()


def test_longer_paths_go_first_and_older_cookies_before_younger() -> None:
    jar = new_jar()
    for moment, line in enumerate(
        ("a=1; Path=/", "b=1; Path=/dir", "c=1; Path=/", "d=1; Path=/dir/page", "e=1; Path=/dir")
    ):
        jar.set(line, PAGE, NOW + moment)
    jar.set("a=2; Path=/", PAGE, LATER)
    assert jar.select(PAGE, LATER).header == "d=1; b=1; e=1; a=2; c=1"
    selection = jar.select(PAGE, LATER)
    assert selection.header == "d=1; b=1; e=1; a=2; c=1"
    assert [cookie.pair for cookie in selection.sent] == selection.header.split("; ")


def test_a_nameless_cookie_is_sent_as_its_value() -> None:
    jar = new_jar()
    jar.set("=x=1", PAGE, NOW)
    assert jar.select(PAGE, NOW).header == "x=1"


def test_two_cookies_of_one_name_are_both_sent_and_said() -> None:
    jar = new_jar()
    jar.set("sid=1", PAGE, NOW)
    jar.set("sid=2; Domain=a.test", PAGE, NOW + 1)
    jar.set("sid=3; Path=/else", PAGE, NOW + 2)
    verdicts = {verdict.cookie.value: verdict for verdict in jar.select(PAGE, LATER).verdicts}
    assert verdicts["1"].warnings == ("same-name",)
    assert verdicts["2"].warnings == ("same-name",)
    assert verdicts["3"].warnings == ()
    assert jar.select(PAGE, LATER).header == "sid=1; sid=2"


def test_a_secure_cookie_on_loopback_is_sent_and_said() -> None:
    jar = new_jar()
    local = RequestContext("http://localhost:8000/")
    jar.set("a=1; Secure", local, NOW)
    assert _only(jar, local).warnings == ("secure-on-loopback",)
    assert _only(jar, RequestContext("https://localhost/")).warnings == ()


def test_a_third_party_cookie_is_sent_and_said_unless_it_is_partitioned() -> None:
    jar = new_jar()
    elsewhere = _embedded(PAGE.url)
    jar.set("a=1; SameSite=None; Secure", elsewhere, NOW)
    jar.set("b=1; SameSite=None; Secure; Partitioned", elsewhere, NOW)
    warnings = {each.cookie.name: each.warnings for each in jar.select(elsewhere, NOW).verdicts}
    assert warnings == {"a": ("third-party",), "b": ()}


def test_cookies_of_other_sites_are_not_even_candidates() -> None:
    jar = new_jar()
    jar.set("a=1", PAGE, NOW)
    jar.set("b=1", RequestContext("https://b.test/"), NOW)
    assert [verdict.cookie.name for verdict in jar.select(PAGE, NOW).verdicts] == ["a"]
    empty = jar.select(RequestContext("https://c.test/"), NOW)
    assert (empty.header, empty.verdicts, empty.sent) == ("", (), ())


def test_a_partitioned_cookie_lives_under_one_top_level_site() -> None:
    jar = new_jar()
    line = "a={}; Secure; SameSite=None; Partitioned; Path=/"
    for value, top in enumerate(("https://b.test/", "https://c.test/")):
        jar.set(line.format(value), _embedded(PAGE.url, top_level_url=top), NOW)
    jar.set(line.format("own"), PAGE, NOW)
    assert len(jar) == 3
    assert jar.select(_embedded(PAGE.url, top_level_url="https://x.b.test/"), NOW).header == "a=0"
    assert jar.select(_embedded(PAGE.url, top_level_url="https://c.test/"), NOW).header == "a=1"
    assert jar.select(_embedded(PAGE.url, top_level_url="http://c.test/"), NOW).header == ""
    assert jar.select(PAGE, NOW).header == "a=own"
    # The site's own page inside another site's frame is not at home.
    inner = _embedded(PAGE.url, top_level_url=PAGE.url, cross_site_ancestor=True)
    assert jar.select(inner, NOW).header == ""


_LINES = st.lists(
    st.builds(
        "{}={}{}{}{}{}{}{}".format,
        st.sampled_from(["a", "b", "c"]),
        st.integers(0, 9),
        st.sampled_from(["", "; Domain=a.test", "; Domain=www.a.test"]),
        st.sampled_from(["", "; Path=/", "; Path=/dir", "; Path=/dir/page"]),
        st.sampled_from(["", "; Secure"]),
        st.sampled_from(["", "; HttpOnly", "; Partitioned"]),
        st.sampled_from(["", "; SameSite=Lax", "; SameSite=Strict", "; SameSite=None"]),
        st.sampled_from(["", "; Max-Age=100", "; Max-Age=0"]),
    ),
    max_size=12,
)
_CONTEXTS = st.builds(
    RequestContext,
    url=st.sampled_from(
        [
            "https://www.a.test/dir/page",
            "http://www.a.test/",
            "https://a.test/dir",
            "https://x.www.a.test/dir/",
            "ftp://www.a.test/",
        ]
    ),
    method=st.sampled_from(["GET", "POST"]),
    initiator=st.sampled_from([None, "https://a.test/", "https://b.test/", "null"]),
    top_level=st.booleans(),
    top_level_url=st.sampled_from([None, "https://a.test/", "https://b.test/"]),
    cross_site_ancestor=st.booleans(),
    api=st.sampled_from(Api),
)


@given(_LINES, _CONTEXTS, _CONTEXTS, st.integers(0, 200_000))
def test_the_header_holds_the_cookies_without_a_reason_in_the_order_of_rfc_6265bis_5_8_3(
    lines: list[str], setting: RequestContext, getting: RequestContext, later: int
) -> None:
    jar = new_jar()
    for moment, line in enumerate(lines):
        before = list(jar)
        verdict = jar.set(line, setting, NOW + moment)
        assert verdict.accepted is not bool(verdict.reasons)
        if not verdict.accepted:
            assert list(jar) == before
    selection = jar.select(getting, NOW + later)
    sent = [verdict.cookie for verdict in selection.verdicts if not verdict.reasons]
    assert selection.header == "; ".join(cookie.pair for cookie in sent)
    assert sent == sorted(sent, key=lambda cookie: (-len(cookie.path), cookie.created))
    assert list(selection.sent) == sent
