"""Which Set-Cookie lines are stored, and every reason against the others, in their order."""

from __future__ import annotations

import pytest

from sessionlab.core.jar import (
    Api,
    CookieOrigin,
    InvalidUrl,
    Jar,
    PartitionKey,
    Priority,
    RequestContext,
    SameSite,
    SetOutcome,
)

from .support import DAY, NOW, new_jar

HTTPS = RequestContext("https://www.a.test/dir/page")
HTTP = RequestContext("http://www.a.test/dir/page")
SCRIPT = RequestContext("https://www.a.test/dir/page", api=Api.DOM)
LOOPBACK = RequestContext("http://localhost/dir/page")
EMBEDDED = RequestContext(
    "https://www.a.test/dir/page", top_level=False, top_level_url="https://b.test/"
)
NAVIGATED = RequestContext("https://www.a.test/", "POST", initiator="https://b.test/")


@pytest.mark.parametrize(
    ("line", "context", "reasons"),
    [
        ("a=1", RequestContext("ftp://www.a.test/"), "scheme-without-cookies"),
        (
            "a=1; Secure\x00",
            RequestContext("ftp://www.a.test/"),
            "scheme-without-cookies control-character",
        ),
        ("a=1\r\nb=2", HTTPS, "control-character"),
        ("a=\x7f", HTTPS, "control-character"),
        ("a=1; Path=/\x00", HTTPS, "control-character"),
        ("a=1\t2", HTTPS, "tab-inside"),
        ("a\tb=1", HTTPS, "tab-inside"),
        ("a=1; Sec\ture", HTTPS, "tab-inside"),
        ("a=1; Path=/\tx", HTTPS, "tab-inside"),
        ("\ta\t=\t1\t;\tPath\t=\t/\t", HTTPS, ""),
        ("", HTTPS, "empty"),
        (" = ; Path=/", HTTPS, "empty"),
        ("a=" + "1" * 4095, HTTPS, ""),
        ("a=" + "1" * 4096, HTTPS, "too-long"),
        ("a=" + "ü" * 4095, HTTPS, ""),
        ("a=" + "가" * 1366, HTTPS, "too-long"),
        ("a=1; Domain=bücher.test", HTTPS, "domain-not-ascii"),
        ("a=1; Domain=.", HTTPS, "domain-only-a-dot"),
        ("a=1; Domain=..", HTTPS, "domain-mismatch"),
        ("a=1; Domain=test", HTTPS, "domain-public-suffix"),
        ("a=1; Domain=co.uk", HTTPS, "domain-public-suffix domain-mismatch"),
        ("a=1; Domain=co.uk.", RequestContext("https://a.co.uk./"), "domain-public-suffix"),
        ("a=1; Domain=b.test", HTTPS, "domain-mismatch"),
        ("a=1; Domain=http://www.a.test/", HTTPS, "domain-mismatch"),
        ("a=1; Domain=x.www.a.test", HTTPS, "domain-mismatch"),
        ("a=1; Domain=.A.Test", HTTPS, ""),
        ("a=1; Domain=b.test; Domain=", HTTPS, ""),
        ("a=1; Domain=2.3.4", RequestContext("https://1.2.3.4/"), "domain-mismatch"),
        ("a=1; Domain=::1", RequestContext("http://[::1]/"), "domain-mismatch"),
        ("a=1; Domain=[::1]", RequestContext("http://[::1]/"), ""),
        ("a=1; Secure", HTTP, "secure-from-http"),
        ("a=1; Secure", RequestContext("ws://www.a.test/"), "secure-from-http"),
        ("a=1; Secure", LOOPBACK, ""),
        ("a=1; HttpOnly", SCRIPT, "http-only-from-script"),
        ("a=1; SameSite=Strict", EMBEDDED, "same-site-from-cross-site"),
        ("a=1; SameSite=Lax", EMBEDDED, "same-site-from-cross-site"),
        ("a=1", EMBEDDED, "same-site-missing-from-cross-site"),
        ("a=1; SameSite=None; Secure", EMBEDDED, ""),
        ("a=1; SameSite=Strict", NAVIGATED, ""),
        ("a=1; SameSite=None", HTTPS, "same-site-none-without-secure"),
        ("__Secure-a=1", HTTPS, "secure-prefix-without-secure"),
        ("__SECURE-a=1; Secure", HTTPS, ""),
        ("__Host-a=1; Secure; Path=/", HTTPS, ""),
        ("__Host-a=1; Secure", HTTPS, "host-prefix-without-root-path"),
        ("__host-a=1; Secure", RequestContext("https://a.test/"), "host-prefix-without-root-path"),
        ("__Host-a=1; Path=/", HTTPS, "host-prefix-without-secure"),
        (
            "__Host-a=1; Path=/x; Domain=a.test",
            HTTPS,
            "host-prefix-without-secure host-prefix-with-domain host-prefix-without-root-path",
        ),
        ("__Host-a=1; Secure; Path=/; Domain=", HTTPS, ""),
        ("__Host-a=1; Secure; Path=/; Domain=1.2.3.4", RequestContext("https://1.2.3.4/"), ""),
        ("__Http-a=1; Secure; HttpOnly", HTTPS, ""),
        ("__Http-a=1", HTTPS, "http-prefix-without-secure http-prefix-without-http-only"),
        ("__Http-a=1; HttpOnly", HTTPS, "http-prefix-without-secure"),
        ("__Host-Http-a=1; Secure; HttpOnly; Path=/", HTTPS, ""),
        ("__Host-Http-a=1; Secure; Path=/", HTTPS, "http-prefix-without-http-only"),
        ("__Host-Http-a=1; HttpOnly; Path=/", HTTPS, "host-prefix-without-secure"),
        ("__Httpa=1", HTTPS, ""),
        ("__Host-a", HTTPS, "prefix-in-nameless-value"),
        ("=__secure-a=1", HTTPS, "prefix-in-nameless-value"),
        ("__harmless", HTTPS, ""),
        ("a=__Host-b", HTTPS, ""),
        ("a=1; Partitioned", HTTPS, "partitioned-without-secure"),
        ("a=1; Partitioned; Secure", HTTPS, ""),
        (
            "__Host-a=1\t2; Domain=b.test; Secure; HttpOnly; SameSite=Lax; Partitioned",
            RequestContext(
                "http://www.a.test/dir/",
                top_level=False,
                top_level_url="https://b.test/",
                api=Api.DOM,
            ),
            "tab-inside domain-mismatch secure-from-http http-only-from-script "
            "same-site-from-cross-site host-prefix-without-root-path",
        ),
    ],
)
def test_every_reason_is_told_in_the_order_of_the_algorithm(
    line: str, context: RequestContext, reasons: str
) -> None:
    jar = new_jar()
    verdict = jar.set(line, context, NOW)
    assert " ".join(verdict.reasons) == reasons
    assert verdict.accepted is not bool(reasons)
    assert len(jar) == int(verdict.accepted)


@pytest.mark.parametrize(
    ("line", "context", "warnings"),
    [
        ("a=1; SameSite=Lax", HTTPS, ""),
        ("a; SameSite=Lax", HTTPS, "nameless"),
        ("=a=1; SameSite=Lax", HTTPS, "nameless nameless-with-equals"),
        ('a="1"; SameSite=Lax', HTTPS, "quotes-kept"),
        ("a=é; SameSite=Lax", HTTPS, "not-ascii"),
        ("a=1; SameSite=Lax; Foo; Bar=1", HTTPS, "attribute-unknown"),
        ("a=1; SameSite=Lax; =x", HTTPS, "attribute-unknown"),
        ("a=1; SameSite=Lax; ; =;", HTTPS, ""),
        ("a=1; SameSite=Lax; Path=/" + "x" * 1024, HTTPS, "attribute-too-long"),
        ("a=1; SameSite=Lax; Path=/" + "é" * 1023, HTTPS, "not-ascii path-elsewhere"),
        ("a=1; SameSite=Lax; Path=/x; Path=/", HTTPS, "attribute-repeated"),
        ("a=1; SameSite=Lax; Secure=false", HTTPS, "flag-value-ignored"),
        ("a=1; SameSite=Lax; HttpOnly=no; Partitioned=0", HTTP, "flag-value-ignored"),
        ("a=1; SameSite=Lax; Expires=never", HTTPS, "expires-unreadable"),
        ("a=1; SameSite=Lax; Max-Age=1.5", HTTPS, "max-age-unreadable"),
        ("a=1; SameSite=Lax; Max-Age=", HTTPS, "max-age-unreadable"),
        ("a=1; SameSite=Lax; Max-Age=-", HTTPS, "max-age-unreadable"),
        (
            "a=1; SameSite=Lax; Max-Age=9; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
            HTTPS,
            "expires-overruled",
        ),
        ("a=1; SameSite=Lax; Max-Age=34560000", HTTPS, ""),
        ("a=1; SameSite=Lax; Max-Age=34560001", HTTPS, "expiry-capped"),
        ("a=1; SameSite=Lax; Max-Age=" + "9" * 900, HTTPS, "expiry-capped"),
        ("a=1; SameSite=Lax; Expires=Fri, 05 Feb 2027 00:00:00 GMT", HTTPS, ""),
        ("a=1; SameSite=Lax; Expires=Fri, 05 Feb 2027 00:00:01 GMT", HTTPS, "expiry-capped"),
        ("a=1; SameSite=Lax; Domain=.a.test", HTTPS, "domain-dot-ignored"),
        ("a=1; SameSite=Lax; Domain=localhost", LOOPBACK, "domain-made-host-only"),
        ("a=1; SameSite=Lax; Path=x", HTTPS, "path-not-absolute"),
        ("a=1; SameSite=Lax; Path=", HTTPS, "path-not-absolute"),
        ("a=1; SameSite=Lax; Path=/else", HTTPS, "path-elsewhere"),
        ("a=1; SameSite=Lax; Secure", LOOPBACK, "secure-on-loopback"),
        ("a=1; SameSite=Foo", HTTPS, "same-site-unknown"),
        ("a=1", HTTPS, "same-site-missing"),
        ("a=1; SameSite=None; Secure", EMBEDDED, "third-party"),
        ("a=1; SameSite=None; Secure; Partitioned", EMBEDDED, ""),
    ],
)
def test_what_the_server_may_not_have_meant_is_said(
    line: str, context: RequestContext, warnings: str
) -> None:
    assert " ".join(new_jar().set(line, context, NOW).warnings) == warnings


def test_a_cookie_is_stored_with_all_that_was_said() -> None:
    line = (
        "sid=1; Domain=.A.test; Path=/dir; Max-Age=60; Secure; HttpOnly; SameSite=strict; "
        "Partitioned; Priority=High"
    )
    cookie = new_jar().set(line, HTTPS, NOW).cookie
    assert cookie is not None
    assert (cookie.name, cookie.value, cookie.pair) == ("sid", "1", "sid=1")
    assert (cookie.domain, cookie.host_only, cookie.path) == ("a.test", False, "/dir")
    assert (cookie.expires, cookie.created, cookie.value_since) == (NOW + 60_000, NOW, NOW)
    assert (cookie.secure, cookie.http_only) == (True, True)
    assert cookie.same_site is SameSite.STRICT
    assert cookie.partition == PartitionKey("https://a.test", False)
    assert cookie.priority is Priority.HIGH
    assert cookie.origin is CookieOrigin.SERVER


def test_a_cookie_of_a_bare_line_takes_what_the_page_gives() -> None:
    cookie = new_jar().set("sid=1", SCRIPT, NOW).cookie
    assert cookie is not None
    assert (cookie.domain, cookie.host_only, cookie.path) == ("www.a.test", True, "/dir")
    assert (cookie.expires, cookie.secure, cookie.http_only) == (None, False, False)
    assert (cookie.same_site, cookie.priority) == (SameSite.DEFAULT, Priority.MEDIUM)
    assert (cookie.partition, cookie.origin) == (None, CookieOrigin.SCRIPT)


@pytest.mark.parametrize(
    ("attributes", "expires"),
    [
        ("", None),
        ("Max-Age=5", NOW + 5000),
        ("Max-Age=007", NOW + 7000),
        ("Max-Age=5; Max-Age=6", NOW + 6000),
        ("Max-Age=5; Max-Age=x", NOW + 5000),
        ("Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOW + 5000),
        ("Expires=Fri, 02 Jan 2026 00:00:00 GMT", NOW + DAY),
        ("Expires=Fri, 02 Jan 2026 00:00:00 GMT; Expires=bad", NOW + DAY),
        ("Expires=Thu, 01 Jan 2099 00:00:00 GMT", NOW + 400 * DAY),
        ("Max-Age=99999999999", NOW + 400 * DAY),
    ],
)
def test_a_cookie_ends_when_it_was_told_but_within_400_days(
    attributes: str, expires: int | None
) -> None:
    cookie = new_jar().set(f"a=1; {attributes}", HTTPS, NOW).cookie
    assert cookie is not None
    assert cookie.expires == expires


@pytest.mark.parametrize(
    "attributes",
    ["Max-Age=0", "Max-Age=-1", "Max-Age=-000", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"],
)
def test_a_cookie_that_ends_in_the_past_deletes(attributes: str) -> None:
    jar = new_jar()
    first = jar.set(f"a=1; {attributes}", HTTPS, NOW)
    assert first.outcome is SetOutcome.NOTHING_TO_DELETE
    stored = jar.set("a=1", HTTPS, NOW).cookie
    second = jar.set(f"a=; {attributes}", HTTPS, NOW)
    assert (second.outcome, second.accepted, second.cookie) == (SetOutcome.DELETED, True, None)
    assert second.replaced == stored
    assert len(jar) == 0


def test_a_replaced_cookie_keeps_its_place_and_its_creation() -> None:
    jar = new_jar()
    jar.set("a=1", HTTPS, NOW)
    jar.set("b=1", HTTPS, NOW + 1)
    same = jar.set("a=1; Max-Age=60", HTTPS, NOW + 2)
    assert same.outcome is SetOutcome.REPLACED
    assert same.cookie is not None
    assert (same.cookie.created, same.cookie.value_since) == (NOW, NOW)
    other = jar.set("a=2", HTTPS, NOW + 3)
    assert other.replaced == same.cookie
    assert other.cookie is not None
    assert (other.cookie.created, other.cookie.value_since) == (NOW, NOW + 3)
    assert jar.select(HTTPS, NOW + 4).header == "a=2; b=1"


def test_a_cookie_after_an_expired_one_is_a_new_one() -> None:
    jar = new_jar()
    jar.set("a=1; Max-Age=1", HTTPS, NOW)
    jar.set("b=1", HTTPS, NOW)
    verdict = jar.set("a=2", HTTPS, NOW + 1000)
    assert (verdict.outcome, verdict.replaced) == (SetOutcome.STORED, None)
    assert jar.select(HTTPS, NOW + 1000).header == "b=1; a=2"
    assert [cookie.name for cookie in jar] == ["b", "a"]
    assert len(jar) == 2


@pytest.mark.parametrize(
    ("line", "url", "refused"),
    [
        ("sid=2", "http://www.a.test/app/x", True),
        ("sid=2; Domain=a.test", "http://a.test/app/x", True),
        ("sid=2; Path=/app/below", "http://www.a.test/", True),
        ("sid=; Max-Age=0", "http://www.a.test/app/x", True),
        ("sid=2; Path=/", "http://www.a.test/app/x", False),
        ("other=2", "http://www.a.test/app/x", False),
        ("sid=2", "http://b.a.test/app/x", False),
        ("sid=2", "https://www.a.test/app/x", False),
    ],
)
def test_http_does_not_hide_a_secure_cookie(line: str, url: str, refused: bool) -> None:
    jar = new_jar()
    jar.set("sid=1; Secure; Path=/app", RequestContext("https://www.a.test/"), NOW)
    verdict = jar.set(line, RequestContext(url), NOW)
    assert ("hides-secure-cookie" in verdict.reasons) is refused


def test_a_cookie_below_a_shared_secure_one_hides_it_too() -> None:
    jar = new_jar()
    jar.set("sid=1; Secure; Domain=a.test; Path=/", HTTPS, NOW)
    assert jar.set("sid=2", HTTP, NOW).reasons == ("hides-secure-cookie",)


def test_a_secure_cookie_in_a_partition_is_not_hidden_from_outside() -> None:
    jar = new_jar()
    jar.set("sid=1; Secure; Partitioned; Path=/", HTTPS, NOW)
    assert jar.set("sid=2", HTTP, NOW).accepted


def test_a_script_does_not_overwrite_an_http_only_cookie() -> None:
    jar = new_jar()
    jar.set("sid=1; HttpOnly", HTTPS, NOW)
    verdict = jar.set("sid=2", SCRIPT, NOW)
    assert verdict.reasons == ("overwrites-http-only",)
    assert jar.select(HTTPS, NOW).header == "sid=1"
    assert jar.set("sid=2; HttpOnly", SCRIPT, NOW).reasons == (
        "http-only-from-script",
        "overwrites-http-only",
    )


def test_a_url_that_is_none_is_an_error_of_the_caller() -> None:
    with pytest.raises(InvalidUrl):
        new_jar().set("a=1", RequestContext("/page"), NOW)


def test_without_a_list_of_public_suffixes_the_last_label_is_one() -> None:
    jar = Jar(lambda host: None)
    assert jar.set("a=1; Domain=test", HTTPS, NOW).reasons == ("domain-public-suffix",)
    assert jar.set("a=1; Domain=a.test", HTTPS, NOW).accepted
