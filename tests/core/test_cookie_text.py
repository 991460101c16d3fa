"""Cookie and Set-Cookie text, as cookie 0.7.2 reads and writes it."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.errors import CookieError
from sessionlab.core.unset import UNSET
from sessionlab.core.wire import decode_cookie, find_cookie, serialize_cookie
from sessionlab.core.wire.cookie_text import serialize_attributes, serialize_expires, serialize_pair

# a sentence, a Cookie header, the cookies in it
HEADERS: dict[str, tuple[str, dict[str, str]]] = {
    "one cookie": ("a=1", {"a": "1"}),
    "several cookies": ("a=1; b=2; c=3", {"a": "1", "b": "2", "c": "3"}),
    "the first of a name wins": ("a=1; a=2", {"a": "1"}),
    "the first wins, even if it is empty": ("a=; a=2", {"a": ""}),
    "no blank behind the semicolon": ("a=1;b=2", {"a": "1", "b": "2"}),
    "blanks and tabs around everything": (" a \t= \t1 ;\tb=2", {"a": "1", "b": "2"}),
    "a value with an equals sign": ("a=b=c", {"a": "b=c"}),
    "a pair without an equals sign is none": ("a; b=2", {"b": "2"}),
    "an empty name": ("=1; b=2", {"": "1", "b": "2"}),
    "an empty header": ("", {}),
    "nothing but semicolons": (";;;", {}),
    "a quoted value": ('a="1"', {"a": "1"}),
    "only one pair of quotes goes": ('a=""1""', {"a": '"1"'}),
    "a quote in front alone stays": ('a="1', {"a": '"1'}),
    "a quote behind alone stays": ('a=1"', {"a": '1"'}),
    "percent-encoded": ("a=%ED%95%9C", {"a": "한"}),
    "in lower case": ("a=%ed%95%9c", {"a": "한"}),
    "encoded within quotes": ('a="%20"', {"a": " "}),
    "a percent sign that encodes nothing": ("a=100%", {"a": "100%"}),
    "half a character": ("a=%ED%95", {"a": "%ED%95"}),
    "one bad sequence spoils the whole value": ("a=%20%zz", {"a": "%20%zz"}),
    "a name is not decoded": ("%61=1", {"%61": "1"}),
    "a name that ends in another mark": ("a~=1; a\n=2", {"a~": "1", "a\n": "2"}),
    "names differ by case": ("a=1; A=2", {"a": "1", "A": "2"}),
    "a plus sign is no blank": ("a=1+1", {"a": "1+1"}),
}


def read_cookie(header: str, name: str) -> str | None:
    """A cookie's value as the server reads it."""
    found = find_cookie(header, name)
    return None if found is None else decode_cookie(found)


@pytest.mark.parametrize(("header", "cookies"), HEADERS.values(), ids=HEADERS)
def test_a_cookie_is_found_by_its_name(header: str, cookies: dict[str, str]) -> None:
    for name in {*cookies, "a", "b", "c", "A", "%61", "missing"}:
        assert read_cookie(header, name) == cookies.get(name)


@given(header=st.text(st.sampled_from('abc=;" \t%4é,\\')), name=st.sampled_from(["a", "b", "ab"]))
def test_whatever_the_header_a_cookie_is_found_exactly_if_a_pair_has_its_name(
    header: str, name: str
) -> None:
    names = {pair.partition("=")[0].strip(" \t") for pair in header.split(";") if "=" in pair}
    assert (find_cookie(header, name) is not None) is (name in names)


@given(
    st.dictionaries(st.text(st.sampled_from("abcXYZ!#$%&'*+-.^_`|~09"), min_size=1), st.text("aé%"))
)
def test_what_is_written_is_read_back(cookies: dict[str, str]) -> None:
    header = "; ".join(serialize_pair(name, value) for name, value in cookies.items())
    assert {name: read_cookie(header, name) for name in cookies} == cookies


EVERYTHING = {
    "max_age": 60.9,
    "domain": "example.org",
    "path": "/app",
    "expires": 1_767_225_600_999,
    "http_only": True,
    "secure": True,
    "partitioned": True,
    "priority": "high",
    "same_site": "none",
}


def test_the_attributes_stand_in_the_order_of_the_node_package() -> None:
    assert serialize_cookie("sid", "a b", **EVERYTHING) == (
        "sid=a%20b; Max-Age=60; Domain=example.org; Path=/app; "
        "Expires=Thu, 01 Jan 2026 00:00:00 GMT; HttpOnly; Secure; Partitioned; Priority=High; "
        "SameSite=None"
    )


# a sentence, attributes, what they add to "a=1"
ATTRIBUTES: dict[str, tuple[dict[str, Any], str]] = {
    "nothing given": ({}, ""),
    "everything absent": (dict.fromkeys(EVERYTHING, UNSET) | {"max_age": None}, ""),
    "everything null": (dict.fromkeys(EVERYTHING), ""),
    "everything off": (dict.fromkeys(EVERYTHING, False) | {"max_age": None}, ""),
    "max age is cut downwards": ({"max_age": -0.5}, "; Max-Age=-1"),
    "a max age of nothing": ({"max_age": 0}, "; Max-Age=0"),
    "a domain with a dot in front": ({"domain": ".a.b"}, "; Domain=.a.b"),
    "a domain in capitals": ({"domain": "A.B"}, "; Domain=A.B"),
    "an empty domain": ({"domain": ""}, ""),
    "an empty path": ({"path": ""}, ""),
    "a path with blanks and commas": ({"path": "/a b,c"}, "; Path=/a b,c"),
    "same site true is strict": ({"same_site": True}, "; SameSite=Strict"),
    "same site in any case": ({"same_site": "LaX"}, "; SameSite=Lax"),
    "priority in any case": ({"priority": "MEDIUM"}, "; Priority=Medium"),
    "low priority": ({"priority": "low"}, "; Priority=Low"),
    "flags by their truth": ({"http_only": "no", "secure": 1}, "; HttpOnly; Secure"),
    "the epoch": ({"expires": 0}, "; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
}


@pytest.mark.parametrize(("given", "added"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes_are_written(given: dict[str, Any], added: str) -> None:
    assert serialize_cookie("a", "1", **given) == f"a=1{added}"


# which part is at fault, arguments beside name and value
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "a domain with a semicolon": ("domain", {"domain": "a.b; Path=/"}),
    "a domain with a newline": ("domain", {"domain": "a.b\n"}),
    "a domain with an underscore": ("domain", {"domain": "a_b.c"}),
    "a domain with a port": ("domain", {"domain": "a.b:80"}),
    "a domain that ends in a hyphen": ("domain", {"domain": "a-.b"}),
    "a label of 64 characters": ("domain", {"domain": "a" * 64 + ".b"}),
    "a domain that is no text": ("domain", {"domain": 5}),
    "a Turkish i": ("domain", {"domain": "exampleı.org"}),
    "a path with a semicolon": ("path", {"path": "/; Domain=a.b"}),
    "a path with a newline": ("path", {"path": "/\r\nX: y"}),
    "a path with a newline at its end": ("path", {"path": "/\n"}),
    "a path that is not ASCII": ("path", {"path": "/é"}),
    "a path that is no text": ("path", {"path": ["/"]}),
    "an unknown priority": ("priority", {"priority": "highest"}),
    "a priority that is no text": ("priority", {"priority": 1}),
    "an unknown same site": ("sameSite", {"same_site": "laxer"}),
    "same site that is no text": ("sameSite", {"same_site": 1}),
    "an invalid date": ("expires", {"expires": nan}),
    "a date that is text": ("expires", {"expires": "tomorrow"}),
    "a max age that is no number": ("maxAge", {"max_age": nan}),
    "an endless max age": ("maxAge", {"max_age": inf}),
    "an endlessly negative max age": ("maxAge", {"max_age": -inf}),
}


@pytest.mark.parametrize(("part", "given"), REFUSED.values(), ids=REFUSED)
def test_what_would_break_the_header_is_refused(part: str, given: dict[str, Any]) -> None:
    with pytest.raises(CookieError) as caught:
        serialize_cookie("a", "1", **given)
    assert caught.value.part == part
    assert part in str(caught.value)
    assert repr(caught.value.found) == repr(next(iter(given.values())))


@pytest.mark.parametrize("name", ["", "a b", "a;b", "a=b", "a\n", "é", "a,b", 'a"b', "(a)", "a\0"])
def test_a_name_that_is_no_token_is_refused(name: str) -> None:
    with pytest.raises(CookieError) as caught:
        serialize_pair(name, "1")
    assert (caught.value.part, caught.value.found) == ("name", name)
    assert str(caught.value).startswith("argument name is invalid")


@given(st.text(st.characters(codec="utf-8")))
def test_any_whole_text_is_a_value_and_stays_within_the_octets_of_a_cookie(value: str) -> None:
    encoded = serialize_pair("a", value)[2:]
    assert encoded.isascii()
    assert not set(encoded) & set('\r\n\0\t ;,"\\=')
    assert decode_cookie(encoded) == value


def test_half_a_character_is_no_value() -> None:
    with pytest.raises(CookieError) as caught:
        serialize_pair("a", "\ud800")
    assert caught.value.part == "val"


@given(
    st.fixed_dictionaries(
        {
            "domain": st.text(),
            "path": st.text(),
            "priority": st.text(),
            "same_site": st.text(),
        }
    )
)
def test_no_attribute_brings_a_control_character_or_a_semicolon_of_its_own(
    given: dict[str, str],
) -> None:
    try:
        written = "".join(serialize_attributes(**given))
    except CookieError:
        return
    assert written.isascii()
    assert written.isprintable()
    assert written.count(";") == sum(map(bool, given.values()))


@pytest.mark.parametrize("absent", [None, False, UNSET])
def test_no_expiry_writes_nothing(absent: object) -> None:
    assert serialize_expires(absent) == ""
