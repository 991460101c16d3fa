"""The texts of a session sealed in its cookie, as the packages of Node write and read them."""

from __future__ import annotations

import contextlib
import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.errors import SessionDataError
from sessionlab.core.wire.javascript import utf8
from sessionlab.core.wire.sealed import (
    attributes_text,
    decode_session,
    encode_session,
    find_raw_cookie,
    keygrip,
    read_base64,
    seal,
    sealed_by,
)

WHOLE = st.text(st.characters(codec="utf-8"))
DATA = st.dictionaries(WHOLE, st.none() | st.booleans() | st.integers() | WHOLE, max_size=4)
SECRETS = st.one_of(st.text(max_size=80), st.binary(max_size=80))


def test_a_value_is_the_base64_of_its_json() -> None:
    assert encode_session({"count": 1}) == "eyJjb3VudCI6MX0="
    assert decode_session("eyJjb3VudCI6MX0=") == {"count": 1}


@given(DATA)
def test_a_session_comes_back_as_it_was_sealed(data: dict[str, Any]) -> None:
    value = encode_session(data)
    assert json.loads(b64decode(value, validate=True)) == data
    assert decode_session(value) == data


def test_a_session_that_is_no_json_is_not_sealed() -> None:
    with pytest.raises(SessionDataError):
        encode_session({"when": object()})


# a sentence, base64 as it arrives, the text it encodes
SPELLINGS: dict[str, tuple[str, str]] = {
    "padded": ("aGk/YQ==", "hi?a"),
    "not padded": ("aGk/YQ", "hi?a"),
    "url-safe": ("aGk_YQ", "hi?a"),
    "the other url-safe digit": ("Pj4-", ">>>"),
    "and the usual one": ("Pj4+", ">>>"),
    "blanks between": ("aG k/ YQ\n", "hi?a"),
    "marks between": ("a.G*k/YQ", "hi?a"),
    "behind the padding": ("aGk/YQ==aGk", "hi?a"),
    "one digit too many": ("aGk/Y", "hi?"),
    "one digit alone": ("a", ""),
    "nothing": ("", ""),
    "nothing but padding": ("==", ""),
    "octets that are no text": ("/w", "\ufffd"),
}


@pytest.mark.parametrize(("value", "text"), SPELLINGS.values(), ids=SPELLINGS)
def test_base64_is_read_as_node_reads_it(value: str, text: str) -> None:
    assert read_base64(value) == text


NO_SESSIONS = {
    "nothing": "",
    "no base64": "!!!",
    "no JSON": b64encode(b"hello").decode(),
    "a list": b64encode(b"[]").decode(),
    "null": b64encode(b"null").decode(),
    "a number": b64encode(b"5").decode(),
    "NaN": b64encode(b'{"a":NaN}').decode(),
    "too deep": b64encode(b"[" * 100_000).decode(),
}


@pytest.mark.parametrize("value", NO_SESSIONS.values(), ids=NO_SESSIONS)
def test_what_is_no_session_is_a_value_error(value: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the parser's
        decode_session(value)


@given(st.text())
def test_no_value_does_worse_than_a_value_error(value: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(decode_session(value), dict)


@given(name=WHOLE, value=st.text(), secret=SECRETS)
def test_a_seal_is_a_plain_hmac_of_name_and_value(
    name: str, value: str, secret: str | bytes
) -> None:
    key = secret if isinstance(secret, bytes) else utf8(secret)
    digest = hmac.new(key, utf8(f"{name}={value}"), "sha1").digest()
    found = seal(name, value, secret)
    assert found == urlsafe_b64encode(digest).decode().rstrip("=")
    assert found == keygrip(f"{name}={value}", secret)


def test_the_first_key_seals_and_the_index_of_the_one_that_did_is_told() -> None:
    for index, secret in enumerate(("new", "old", b"oldest")):
        assert sealed_by("s", "v", seal("s", "v", secret), ["new", "old", b"oldest"]) == index
    assert sealed_by("s", "v", seal("s", "v", "other"), ["new", "old"]) is None
    assert sealed_by("s", "v", seal("s", "v", "new"), []) is None


SEAL = seal("session", "eyJ9", "key")
FORGED = {
    "of another value": seal("session", "eyJ8", "key"),
    "of another name": seal("other", "eyJ9", "key"),
    "in other letters": SEAL.swapcase(),
    "padded": f"{SEAL}=",
    "in the usual alphabet": f"{SEAL[:-1]}+",
    "cut": SEAL[:-1],
    "empty": "",
    "not ASCII": "é" * 27,
    "half a character": "\ud800",
}


@pytest.mark.parametrize("found", FORGED.values(), ids=FORGED)
def test_another_seal_is_refused(found: str) -> None:
    assert sealed_by("session", "eyJ9", SEAL, ["key"]) == 0
    assert sealed_by("session", "eyJ9", found, ["key"]) is None


def test_no_bit_of_a_seal_can_be_flipped() -> None:
    for place in range(len(SEAL)):
        for bit in range(7):
            other = SEAL[:place] + chr(ord(SEAL[place]) ^ (1 << bit)) + SEAL[place + 1 :]
            assert sealed_by("session", "eyJ9", other, ["key"]) is None, (place, bit)


# a Cookie header, what stands there of the cookie "a"
HEADERS: dict[str, tuple[str, str | None]] = {
    "alone": ("a=1", "1"),
    "behind another": ("b=2; a=1", "1"),
    "without a blank": ("b=2;a=1", "1"),
    "several blanks": ("b=2;   a=1", "1"),
    "the first wins": ("a=1; a=2", "1"),
    "not decoded": ("a=%20", "%20"),
    "blanks behind it stay": ("a=1 ; b=2", "1 "),
    "in quotes": ('a="1"', "1"),
    "empty": ("a=; a=2", None),
    "missing": ("b=2", None),
    "no header": ("", None),
    "another that ends so": ("ba=2", None),
    "a pattern is none": ("x=2", None),
}


@pytest.mark.parametrize(("header", "value"), HEADERS.values(), ids=HEADERS)
def test_a_cookie_is_found_as_the_cookies_package_finds_it(header: str, value: str | None) -> None:
    assert find_raw_cookie(header, "a") == value


def test_a_name_is_no_pattern() -> None:
    assert find_raw_cookie("axb=1; a.b=2", "a.b") == "2"


# attributes, their text
ATTRIBUTES: dict[str, tuple[dict[str, Any], str]] = {
    "the least": ({}, "; path=/; httponly"),
    "nothing": ({"path": None, "http_only": False}, ""),
    "everything, in the package's order": (
        {
            "path": "/app",
            "expires": 0,
            "domain": "a.b",
            "priority": "High",
            "same_site": "LAX",
            "secure": True,
            "http_only": True,
            "partitioned": True,
        },
        "; path=/app; expires=Thu, 01 Jan 1970 00:00:00 GMT; domain=a.b; priority=high; "
        "samesite=lax; secure; httponly; partitioned",
    ),
    "same site true is strict": ({"same_site": True}, "; path=/; samesite=strict; httponly"),
    "an expiry is cut to seconds": (
        {"expires": 999},
        "; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly",
    ),
}


@pytest.mark.parametrize(("given", "text"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes_are_written_as_the_cookies_package_writes_them(
    given: dict[str, Any], text: str
) -> None:
    assert attributes_text(**given) == text
