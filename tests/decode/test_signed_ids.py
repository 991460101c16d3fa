"""Signed session IDs: the inspector's verdict is express-session's, and it says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.wire import encode_component, sign
from sessionlab.decode import ProblemCode, Role, Status, inspect_text
from sessionlab.decode.formats.express_session import DEFAULT_COOKIE, SignedIdProblem
from sessionlab.decode.secrets import WELL_KNOWN

from .vectors import ID, SECRET, SENT, SIGNED, codes, one, vectors

WHY = {
    "padded": [ProblemCode.SIGNATURE_PADDED],
    "padded, not encoded": [ProblemCode.SIGNATURE_PADDED],
    "url-safe": [ProblemCode.SIGNATURE_URL_SAFE],
    "encoded twice": [ProblemCode.ENCODED_TWICE],
    "encoded three times": [ProblemCode.ENCODED_TWICE],
    "without s:": [SignedIdProblem.PREFIX_MISSING],
    "with a capital S": [ProblemCode.CASE_CHANGED],
    "in single quotes": [ProblemCode.QUOTE_LEFT],
    "behind one double quote": [ProblemCode.QUOTE_LEFT],
    "cut": [ProblemCode.SIGNATURE_CUT],
    "cut in front of the +": [ProblemCode.SIGNATURE_CUT_AT],
    "cut inside an escape": [ProblemCode.PERCENT_MALFORMED, ProblemCode.SIGNATURE_CUT_AT],
    "the ID alone": [ProblemCode.SIGNATURE_MISSING],
    "with an empty signature": [ProblemCode.SIGNATURE_MISSING],
    "with an empty ID": [SignedIdProblem.ID_EMPTY],
    "with something behind it": [ProblemCode.SIGNATURE_TRAILED],
    "with a per cent sign behind it": [ProblemCode.PERCENT_MALFORMED],
    "in hexadecimal digits": [ProblemCode.SIGNATURE_HEX],
    "with SHA-1": [ProblemCode.SIGNATURE_OTHER_ALGORITHM],
    "with SHA-512": [ProblemCode.SIGNATURE_OTHER_ALGORITHM],
    "with blanks for +": [ProblemCode.PLUS_BECAME_SPACE],
    "with the spare bits flipped": [ProblemCode.SIGNATURE_SPARE_BITS],
    "in small letters": [ProblemCode.CASE_CHANGED],
    "signature in small letters": [ProblemCode.CASE_CHANGED],
    "made of s: and the ID": [SignedIdProblem.SIGNED_WITH_PREFIX],
    "of another secret": [ProblemCode.OTHER_SECRET],
    "of the secret and a line break": [ProblemCode.SIGNED_WITH_NEWLINE],
    "of the secret in quotes": [ProblemCode.SIGNED_WITH_QUOTES],
    "of a secret that everybody knows": [ProblemCode.WELL_KNOWN_SECRET, ProblemCode.OTHER_SECRET],
    "of another ID": [ProblemCode.OTHER_SECRET],
    "with dots for what is left out": [ProblemCode.SHORTENED],
    "without a signed value": [SignedIdProblem.NOT_SIGNED],
}
"""What is said of each recorded value that express-session refused."""

MENDED = (
    "padded",
    "padded, not encoded",
    "url-safe",
    "encoded twice",
    "encoded three times",
    "without s:",
    "with a capital S",
    "in single quotes",
    "behind one double quote",
    "with something behind it",
    "with a per cent sign behind it",
    "in hexadecimal digits",
    "with blanks for +",
    "with the spare bits flipped",
)
"""Those that are refused for their spelling alone."""


@pytest.mark.parametrize("case", vectors()["signed"], ids=lambda case: case["title"])
def test_the_verdict_is_express_sessions(case: dict[str, Any]) -> None:
    header = f"Cookie: a=b; connect.sid={case['value']}; z=y"
    found = inspect_text(header, [SECRET])
    reading = next(each for each in found.cookies if each.given.name == DEFAULT_COOKIE)
    assert (reading.status is Status.VALID) == (case["accepted"] is not None)
    if reading.status is Status.VALID:
        ids = [part.text for part in reading.parts if part.role is Role.ID]
        assert ids == [case["accepted"]]
        assert reading.secret == 0


@pytest.mark.parametrize("case", vectors()["written"])
def test_what_express_session_writes_is_valid(case: dict[str, Any]) -> None:
    reading = one(case["set_cookie"], "another", case["secret"])
    assert (reading.status, reading.secret) == (Status.VALID, 1)
    assert [part.text for part in reading.parts if part.role is Role.ID] == [case["id"]]


@pytest.mark.parametrize("title", WHY)
def test_a_refused_value_says_why(title: str) -> None:
    reading = one(f"connect.sid={SIGNED[title]}", SECRET)
    assert reading.status is Status.INVALID
    said = [code for code in codes(reading) if code is not ProblemCode.SHORT_SECRET]
    assert said == WHY[title]


def test_every_refused_vector_has_its_reason_here() -> None:
    refused = {case["title"] for case in vectors()["signed"] if case["accepted"] is None}
    assert refused - set(WHY) == {"without a value"}


@pytest.mark.parametrize("title", [title for title in SIGNED if title in WHY])
def test_a_value_is_mended_where_the_spelling_alone_is_wrong(title: str) -> None:
    reading = one(f"connect.sid={SIGNED[title]}", SECRET)
    assert reading.repaired == (SENT if title in MENDED else None)
    assert reading.secret is None


@pytest.mark.parametrize("title", MENDED)
def test_a_value_that_could_be_mended_is_invalid_without_a_secret_too(title: str) -> None:
    reading = one(f"connect.sid={SIGNED[title]}")
    assert reading.status is Status.INVALID
    assert reading.repaired is None
    assert codes(reading) == WHY[title]


def test_a_well_formed_value_without_a_secret_is_unverified() -> None:
    reading = one(f"connect.sid={SENT}")
    assert reading.status is Status.UNVERIFIED
    assert codes(reading) == []


def test_a_cleared_cookie_is_no_invalid_one() -> None:
    assert one("connect.sid=").status is Status.UNSIGNED


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        (f"{SECRET}\n", ProblemCode.SECRET_NEWLINE),
        (f"{SECRET}\r\n", ProblemCode.SECRET_NEWLINE),
        (f" {SECRET} ", ProblemCode.SECRET_BLANKS),
        (f'"{SECRET}"', ProblemCode.SECRET_QUOTED),
        (f"'{SECRET}'", ProblemCode.SECRET_QUOTED),
        (f"SESSION_SECRET={SECRET}", ProblemCode.SECRET_WITH_NAME),
        (f'SESSION_SECRET="{SECRET}"', ProblemCode.SECRET_WITH_NAME),
        (f"no name={SECRET}", ProblemCode.OTHER_SECRET),
        ("the old one," + SECRET.replace(",", ""), ProblemCode.OTHER_SECRET),
    ],
)
def test_a_secret_that_nearly_fits_is_told_and_refused(secret: str, code: ProblemCode) -> None:
    reading = one(f"connect.sid={SENT}", "another", secret)
    assert (reading.status, reading.secret) == (Status.INVALID, None)
    assert codes(reading) == [code]


def test_a_very_long_value_is_verified_but_not_searched_for_mistakes() -> None:
    for length, code in ((8192, ProblemCode.SECRET_NEWLINE), (8193, ProblemCode.OTHER_SECRET)):
        value = encode_component("s:" + sign("a" * length, SECRET))
        assert one(f"x={value}", SECRET).status is Status.VALID
        found = codes(one(f"x={value}", f"{SECRET}\n"))
        assert [each for each in found if each is not ProblemCode.TOO_LARGE] == [code]


def test_a_list_of_secrets_in_one_text_is_told() -> None:
    value = encode_component("s:" + sign(ID, "the new one"))
    assert codes(one(value, "the old one, the new one")) == [ProblemCode.SECRET_LIST]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_server_that_kept_the_line_break_is_told(ending: str) -> None:
    value = encode_component("s:" + sign(ID, SECRET + ending))
    assert codes(one(value, SECRET)) == [ProblemCode.SIGNED_WITH_NEWLINE]
    assert one(value, SECRET + ending).status is Status.VALID


def test_the_number_of_the_secret_that_fits_is_told() -> None:
    reading = one(f"connect.sid={SENT}", "a" * 40, "b" * 40, SECRET)
    assert (reading.status, reading.secret) == (Status.VALID, 2)
    assert [problem.values for problem in reading.problems] == [{"number": 3}]


@pytest.mark.parametrize("secret", WELL_KNOWN)
def test_a_secret_of_a_tutorial_is_told_whether_given_or_not(secret: str) -> None:
    value = encode_component("s:" + sign(ID, secret))
    for given_secrets in ([], [secret], [SECRET]):
        found = one(value, *given_secrets).problems
        assert [each.values for each in found if each.code is ProblemCode.WELL_KNOWN_SECRET] == [
            {"secret": secret}
        ]


def test_a_short_secret_is_told_and_never_shown() -> None:
    reading = one(encode_component("s:" + sign(ID, "hunter2")), "hunter2")
    assert codes(reading) == [ProblemCode.SHORT_SECRET]
    assert "hunter2" not in str(reading.to_json())


def test_the_second_cookie_of_a_name_is_never_looked_at() -> None:
    found = inspect_text(f"Cookie: connect.sid=s%3Aold.x; connect.sid={SENT}", [SECRET])
    assert [ProblemCode.DUPLICATE_NAME in codes(each) for each in found.cookies] == [False, True]


def test_an_invisible_character_is_named() -> None:
    for where in (len("s:") + 3, -5):
        value = f"s:{sign(ID, SECRET)}"
        reading = one(f"{value[:where]}\u200b{value[where:]}", SECRET)
        assert reading.status is Status.INVALID
        assert [problem.values for problem in reading.problems] == [{"character": "U+200B"}]


@given(st.text(max_size=60), st.text(min_size=1, max_size=40))
def test_whatever_is_signed_is_valid(session_id: str, secret: str) -> None:
    signed = sign(session_id, secret)
    reading = one(f"connect.sid={encode_component('s:' + signed)}", secret)
    assert (reading.status is Status.VALID) == (session_id != "")


@given(st.data())
def test_a_value_with_one_character_changed_is_never_valid(data: st.DataObject) -> None:
    value = f"s:{sign(ID, SECRET)}"
    where = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(codec="utf-8", exclude_characters=value[where] + ";"))
    changed = encode_component(value[:where] + other + value[where + 1 :])
    found = inspect_text(f"Cookie: connect.sid={changed}", [SECRET])
    assert [reading.status for reading in found.cookies] == [Status.INVALID]
