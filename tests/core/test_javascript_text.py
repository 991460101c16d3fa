"""Percent-encoding as JavaScript does it: encodeURIComponent and decodeURIComponent."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.wire import decode_component, decode_cookie, encode_component
from sessionlab.core.wire.javascript import utf8

WHOLE = st.text(st.characters(codec="utf-8"))

ENCODED = {
    "letters and digits stay": ("aZ09", "aZ09"),
    "and so do the marks": ("-_.!~*'()", "-_.!~*'()"),
    "a blank": (" ", "%20"),
    "what base64 has": ("+/=", "%2B%2F%3D"),
    "what separates": (";,/?:@&=$#", "%3B%2C%2F%3F%3A%40%26%3D%24%23"),
    "the percent sign": ("%", "%25"),
    "a control character": ("\n", "%0A"),
    "two octets": ("é", "%C3%A9"),
    "three octets": ("한", "%ED%95%9C"),
    "four octets": ("😀", "%F0%9F%98%80"),
}


@pytest.mark.parametrize(("text", "encoded"), ENCODED.values(), ids=ENCODED)
def test_text_is_encoded_and_decoded(text: str, encoded: str) -> None:
    assert encode_component(text) == encoded
    assert decode_component(encoded) == text


@given(WHOLE)
def test_what_is_encoded_is_decoded(text: str) -> None:
    encoded = encode_component(text)
    assert set(encoded) <= set(string.ascii_letters + string.digits + "-_.!~*'()%")
    assert decode_component(encoded) == text


@pytest.mark.parametrize("half", ["\ud800", "x\udc00", "a\udfffb"])
def test_half_a_character_is_not_encoded(half: str) -> None:
    with pytest.raises(ValueError, match="URI malformed"):
        encode_component(half)


MALFORMED = {
    "a percent sign alone": "%",
    "one digit": "%4",
    "no digits": "%zz",
    "a full-width digit": "%4\uff11",
    "one octet too few": "%ED%95",
    "an octet that begins nothing": "%FF",
    "an overlong form": "%C0%80",
    "half a character": "%ED%A0%80",
    "beyond Unicode": "%F4%90%80%80",
    "good, then bad": "%20%",
    "octets of one character on both sides of a letter": "%C3a%A9",
}


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED)
def test_a_percent_sign_that_begins_no_character_is_malformed(text: str) -> None:
    with pytest.raises(ValueError, match="URI malformed"):
        decode_component(text)
    assert decode_cookie(text) == text, "a cookie keeps it as it stands"


@pytest.mark.parametrize("text", ["", "plain", "한국어", "a+b"])
def test_text_without_a_percent_sign_is_left_alone(text: str) -> None:
    assert decode_component(text) == text


@given(st.text())
def test_every_text_has_octets_and_only_halves_are_replaced(text: str) -> None:
    joined = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert utf8(text).decode() == joined


def test_two_halves_beside_each_other_are_one_character() -> None:
    assert utf8("\ud83d\ude00") == "😀".encode()
    assert utf8("\ud83d") == "\ufffd".encode()
