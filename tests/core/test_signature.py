"""Signed IDs: what was signed verifies, and nothing else does."""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sessionlab.core.wire import Signer, session_id_from_bytes, sign
from sessionlab.core.wire.javascript import utf8

SECRET = "keyboard cat"
ID = "K2xFzQ0a7vG1dWm4tYb9Lc3pRs5uXe8h"
SIGNED = sign(ID, SECRET)


def unsign(signed: str, secrets: Sequence[str | bytes]) -> str | None:
    """The value that one of the secrets signed; None if none of them did."""
    return None if Signer(secrets).match(signed) is None else signed.rpartition(".")[0]


SECRETS = st.one_of(st.text(max_size=100), st.binary(max_size=200))


def test_the_signature_is_the_one_of_the_node_package() -> None:
    # the example of cookie-signature's own documentation
    assert sign("hello", "tobiiscool") == "hello.DGDUkGlIkCzPz+C0B064FNgHdEjox7ch8tOBGslZ5QI"


@given(value=st.text(), secret=SECRETS)
def test_the_signature_is_a_plain_hmac_however_it_is_computed(
    value: str, secret: str | bytes
) -> None:
    key = secret if isinstance(secret, bytes) else utf8(secret)
    digest = hmac.new(key, utf8(value), sha256).digest()
    assert sign(value, secret) == f"{value}.{b64encode(digest).decode().rstrip('=')}"


@pytest.mark.parametrize("length", [63, 64, 65, 200])
def test_a_secret_around_the_block_size_signs_like_any_other(length: int) -> None:
    secret = "s" * length
    digest = hmac.new(secret.encode(), ID.encode(), sha256).digest()
    assert sign(ID, secret).endswith("." + b64encode(digest).decode().rstrip("="))


@given(value=st.text(), secrets=st.lists(SECRETS, min_size=1, max_size=4))
def test_what_was_signed_is_read_back(value: str, secrets: list[str | bytes]) -> None:
    assert unsign(sign(value, secrets[-1]), secrets) == value


@given(value=st.text(), secret=SECRETS, other=SECRETS)
def test_another_secret_does_not_verify(
    value: str, secret: str | bytes, other: str | bytes
) -> None:
    def key(given: str | bytes) -> bytes:
        octets = given if isinstance(given, bytes) else utf8(given)
        return (sha256(octets).digest() if len(octets) > 64 else octets).rstrip(b"\0")

    assume(key(secret) != key(other))
    assert unsign(sign(value, secret), [other]) is None


def test_no_bit_of_the_text_can_be_flipped() -> None:
    octets = SIGNED.encode()
    for place in range(len(octets)):
        for bit in range(8):
            flipped = bytearray(octets)
            flipped[place] ^= 1 << bit
            assert unsign(flipped.decode("latin-1"), [SECRET]) is None, (place, bit)


def test_the_spare_bits_of_the_last_base64_digit_count_although_they_mean_nothing() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    front, last = SIGNED[:-1], SIGNED[-1]
    twins = [digit for digit in alphabet if alphabet.index(digit) >> 2 == alphabet.index(last) >> 2]
    assert len(twins) == 4
    octets = {b64decode(f"{front}{twin}=".partition(".")[2]) for twin in twins}
    assert len(octets) == 1, "the four mean the same octets"
    assert [twin for twin in twins if unsign(front + twin, [SECRET]) is not None] == [last]


def _with_every_special_digit() -> str:
    """A signed value whose signature holds both digits that the url-safe alphabet renames."""
    return next(
        signed for n in range(1000) if {"+", "/"} <= set((signed := sign(f"id-{n}", SECRET))[5:])
    )


OTHER_SPELLINGS = {
    "with padding": f"{SIGNED}=",
    "with two paddings": f"{SIGNED}==",
    "with a blank behind": f"{SIGNED} ",
    "with a newline behind": f"{SIGNED}\n",
    "cut by one": SIGNED[:-1],
    "one too many": f"{SIGNED}A",
    "in hexadecimal": f"{ID}.{hmac.new(SECRET.encode(), ID.encode(), sha256).hexdigest()}",
    "url-safe": "{0}.{2}".format(
        *_with_every_special_digit().replace("+", "-").replace("/", "_").partition(".")
    ),
    "in lower case": f"{ID}.{SIGNED.partition('.')[2].lower()}",
    "without a signature": f"{ID}.",
    "without the dot": SIGNED.replace(".", ""),
    "with a second dot": SIGNED.replace(".", ".."),
    "a dot alone": ".",
    "empty": "",
    "the ID alone": ID,
    "not ASCII": f"{ID}.é{SIGNED.partition('.')[2][1:]}",
    "half a character": f"{ID}.\ud800",
}


@pytest.mark.parametrize("signed", OTHER_SPELLINGS.values(), ids=OTHER_SPELLINGS)
def test_another_spelling_of_a_signature_is_refused(signed: str) -> None:
    assert unsign(signed, [SECRET]) is None


def test_the_digits_that_the_url_safe_alphabet_renames_are_there_to_be_refused() -> None:
    assert unsign(_with_every_special_digit(), [SECRET]) is not None


@pytest.mark.parametrize("value", ["", "a.b.c", ".", "한국어", "two words", "\ud800"])
def test_any_text_can_be_signed(value: str) -> None:
    assert unsign(sign(value, SECRET), [SECRET]) == value


def test_the_first_secret_signs_and_all_verify() -> None:
    signer = Signer(["new", "old", b"oldest"])
    assert signer.sign(ID) == sign(ID, "new")
    assert [signer.match(sign(ID, secret)) for secret in ("new", "old", b"oldest")] == [0, 1, 2]
    assert signer.match(sign(ID, "older still")) is None


def test_of_two_equal_secrets_the_newer_is_named() -> None:
    assert Signer(["same", "same"]).match(sign(ID, "same")) == 0


@given(st.binary(min_size=24, max_size=24))
def test_24_octets_make_an_id_of_32_url_safe_characters(octets: bytes) -> None:
    made = session_id_from_bytes(octets)
    assert len(made) == 32
    assert made == urlsafe_b64encode(octets).decode()


@pytest.mark.parametrize(("octets", "made"), [(b"", ""), (b"\xff", "_w"), (b"\xfb\xef", "--8")])
def test_an_id_has_no_padding(octets: bytes, made: str) -> None:
    assert session_id_from_bytes(octets) == made
