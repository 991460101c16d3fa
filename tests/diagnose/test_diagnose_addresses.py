"""URLs as people write them, in the form in which browsers send them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.jar import Jar, RequestContext
from sessionlab.diagnose.address import AddressFault, InvalidAddress, follow, read_address

SENT = [
    ("http://localhost:3000", "http://localhost:3000/"),
    ("  HTTP://LocalHost:3000/a\n", "http://localhost:3000/a"),
    ("http://a.example:80/", "http://a.example/"),
    ("https://a.example:443/", "https://a.example/"),
    ("https://a.example:080/", "https://a.example:80/"),
    ("http://a.example:/", "http://a.example/"),
    ("http://a.example/a/../b/./c", "http://a.example/b/c"),
    ("http://a.example/a/%2E%2e/b", "http://a.example/b"),
    ("http://a.example/a/..", "http://a.example/"),
    ("http://a.example/../..", "http://a.example/"),
    ("http://a.example/a//b", "http://a.example/a//b"),
    ("http://a.example\\a\\b", "http://a.example/a/b"),
    ("http://a.example/세션?q=값#뒤", "http://a.example/%EC%84%B8%EC%85%98?q=%EA%B0%92"),
    ("http://a.example/a b?c d", "http://a.example/a%20b?c%20d"),
    ("http://a.example/%41?%42", "http://a.example/%41?%42"),
    ("http://a.example?x=http://b/", "http://a.example/?x=http://b/"),
    ("http://가게.example/", "http://xn--o39akk.example/"),
    ("http://[::1]:3000/", "http://[::1]:3000/"),
    ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"),
    ("http://a.example/\r\nSet-Cookie: x", "http://a.example/Set-Cookie:%20x"),
    ("http://a.example/\x00\x7f", "http://a.example/%00%7F"),
]
REFUSED = [
    ("", AddressFault.NOT_ABSOLUTE),
    ("/a/b", AddressFault.NOT_ABSOLUTE),
    ("javascript:alert(1)", AddressFault.NOT_ABSOLUTE),
    ("a=b; Path=/", AddressFault.NOT_ABSOLUTE),
    ("localhost", AddressFault.WITHOUT_SCHEME),
    ("localhost:3000/session", AddressFault.WITHOUT_SCHEME),
    ("127.0.0.1:3000", AddressFault.WITHOUT_SCHEME),
    ("shop.example/a?b", AddressFault.WITHOUT_SCHEME),
    ("http://user:password@a.example/", AddressFault.USER_INFO),
    ("http:///a", AddressFault.HOST),
    ("http://a b/", AddressFault.HOST),
    ("http://a%0d%0ab/", AddressFault.HOST),
    ("http://a..b/", AddressFault.HOST),
    ("http://127.1/", AddressFault.HOST),
    ("http://1.2.3.256/", AddressFault.HOST),
    ("http://[::1/", AddressFault.HOST),
    ("http://[zz]/", AddressFault.HOST),
    (f"http://{'a' * 64}.example/", AddressFault.HOST),
    (f"http://{'a.' * 130}example/", AddressFault.HOST),
    ("http://::1/", AddressFault.HOST),
    ("http://a.example:0/", AddressFault.PORT),
    ("http://a.example:65536/", AddressFault.PORT),
    (f"http://a.example:{'9' * 9999}/", AddressFault.HOST),
]
FOLLOWED = [
    ("http://a.example/x/y", "z", "http://a.example/x/z"),
    ("http://a.example/x/y", "/z?q#f", "http://a.example/z?q"),
    ("http://a.example/x/y", "//b.example/z", "http://b.example/z"),
    ("http://a.example/x/y", "https://b.example", "https://b.example/"),
    ("http://a.example/x/y", "?q", "http://a.example/x/y?q"),
    ("http://a.example/x/y", "", "http://a.example/x/y"),
    ("http://a.example/x/y", "../../..", "http://a.example/"),
]


@pytest.mark.parametrize(("text", "url"), SENT)
def test_a_url_is_brought_into_the_form_that_is_sent(text: str, url: str) -> None:
    assert read_address(text).url == url


@pytest.mark.parametrize(("text", "fault"), REFUSED)
def test_what_is_no_url_is_refused_with_the_reason(text: str, fault: AddressFault) -> None:
    with pytest.raises(InvalidAddress) as caught:
        read_address(text)
    assert caught.value.fault is fault


@pytest.mark.parametrize(("base", "location", "url"), FOLLOWED)
def test_a_location_is_resolved_against_the_url_that_sent_it(
    base: str, location: str, url: str
) -> None:
    assert follow(read_address(base), location).url == url


@pytest.mark.parametrize("location", ["javascript:alert(1)", "http://[", "mailto:a@b", "data:,x"])
def test_a_location_that_is_no_url_is_not_followed(location: str) -> None:
    with pytest.raises(InvalidAddress):
        follow(read_address("http://a.example/"), location)


TEXTS = st.text() | st.lists(
    st.sampled_from(["http://", "a.example", "localhost", ":", "80", "/", "..", "?", "#", "@", "["])
    | st.text(max_size=3)
).map("".join)


@given(TEXTS)
def test_any_text_is_a_harmless_url_or_refused(text: str) -> None:
    try:
        address = read_address(text)
    except InvalidAddress:
        return
    assert re.fullmatch(r"[\x21-\x7e]+", address.url)
    assert read_address(address.url) == address
    Jar(lambda _: None).set("a=b", RequestContext(address.url), 0)


@given(TEXTS)
def test_any_location_is_followed_or_refused(text: str) -> None:
    try:
        address = follow(read_address("http://a.example/b/c?d"), text)
    except InvalidAddress:
        return
    assert re.fullmatch(r"[\x21-\x7e]+", address.target)
