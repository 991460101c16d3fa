"""What can be a signature at all, and what is wrong with what can not."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.decode import ProblemCode
from sessionlab.decode.signature_form import Form, find_damage

HMAC_SHA256 = Form(octets=32, url_safe=False)
HMAC_SHA1 = Form(octets=20, url_safe=True)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="


def written(octets: bytes, form: Form) -> str:
    encode = urlsafe_b64encode if form.url_safe else b64encode
    return encode(octets).decode().rstrip("=")


@given(st.binary(min_size=32, max_size=32))
def test_every_sha256_has_the_form(octets: bytes) -> None:
    assert find_damage(written(octets, HMAC_SHA256), HMAC_SHA256) is None


@given(st.binary(min_size=20, max_size=20))
def test_every_sha1_has_the_form(octets: bytes) -> None:
    assert find_damage(written(octets, HMAC_SHA1), HMAC_SHA1) is None


@pytest.mark.parametrize("form", [HMAC_SHA1, HMAC_SHA256])
@given(text=st.text(alphabet=ALPHABET, max_size=50))
def test_what_has_the_form_encodes_octets_and_nothing_else_does(form: Form, text: str) -> None:
    octets = b""
    standard = text.replace("-", "+").replace("_", "/") if form.url_safe else text
    if len(text) == form.length and "=" not in text:
        from base64 import b64decode

        try:
            octets = b64decode(standard + "=" * (-len(text) % 4), validate=True)
        except ValueError:
            octets = b""
    assert form.holds(text) == (octets != b"" and written(octets, form) == text)


@pytest.mark.parametrize("form", [HMAC_SHA1, HMAC_SHA256])
@given(text=st.text(max_size=90))
def test_damage_is_found_in_any_text_and_mending_gives_the_form(form: Form, text: str) -> None:
    damage = find_damage(text, form)
    assert (damage is None) == form.holds(text)
    if damage is not None and damage.repaired is not None:
        assert form.holds(damage.repaired)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ("A" * 43 + "=", ProblemCode.SIGNATURE_PADDED),
        ("-" * 42 + "A", ProblemCode.SIGNATURE_URL_SAFE),
        ("-" * 42 + "A=", ProblemCode.SIGNATURE_URL_SAFE),
        ("aB" * 21 + "B", ProblemCode.SIGNATURE_SPARE_BITS),
        ("a" * 42 + "b", ProblemCode.CASE_CHANGED),
        ("aB " + "c" * 39 + "A", ProblemCode.PLUS_BECAME_SPACE),
        ("0" * 64, ProblemCode.SIGNATURE_HEX),
        ("A" * 27, ProblemCode.SIGNATURE_OTHER_ALGORITHM),
        ("A" * 86 + "==", ProblemCode.SIGNATURE_OTHER_ALGORITHM),
        ("A" * 42, ProblemCode.SIGNATURE_CUT),
        ("A" * 43 + "xyz", ProblemCode.SIGNATURE_TRAILED),
        ("A" * 20 + "\u200b" + "A" * 23, ProblemCode.INVISIBLE_CHARACTERS),
        ("A" * 20 + "\n" + "A" * 23, ProblemCode.INVISIBLE_CHARACTERS),
        ("서명", ProblemCode.SIGNATURE_MALFORMED),
    ],
)
def test_damage_has_a_name(found: str, code: ProblemCode) -> None:
    damage = find_damage(found, HMAC_SHA256)
    assert damage is not None
    assert damage.problem.code is code
