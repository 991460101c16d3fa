"""Sessions sealed in the cookie: the verdict is cookie-session's, and the data is shown anyway."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from sessionlab.decode import ProblemCode, Role, Status, inspect_text
from sessionlab.decode.formats.cookie_session import SealedProblem

from .vectors import KEYS, SEALED, codes, one, vectors

WHY = {
    "without a seal": [SealedProblem.SEAL_MISSING],
    "with an empty seal": [SealedProblem.SEAL_MISSING],
    "without a value": [SealedProblem.SEAL_ALONE],
    "with a blank behind the value": [SealedProblem.VALUE_ENCODED],
    "seal padded": [ProblemCode.SIGNATURE_PADDED],
    "seal in the plain alphabet": [ProblemCode.SIGNATURE_NOT_URL_SAFE],
    "seal cut": [ProblemCode.SIGNATURE_CUT],
    "seal of the value alone": [SealedProblem.SEALED_WITHOUT_NAME],
    "seal with SHA-256": [ProblemCode.SIGNATURE_OTHER_ALGORITHM],
    "seal of another key": [ProblemCode.OTHER_SECRET],
    "seal of the key and a line break": [ProblemCode.SIGNED_WITH_NEWLINE],
    "seal of a key that everybody knows": [ProblemCode.WELL_KNOWN_SECRET, ProblemCode.OTHER_SECRET],
    "value encoded afterwards": [SealedProblem.VALUE_ENCODED],
    "value changed": [ProblemCode.OTHER_SECRET],
    "no JSON": [SealedProblem.DATA_UNREADABLE],
    "two sessions, the bad one first": [ProblemCode.OTHER_SECRET],
}


@pytest.mark.parametrize("case", vectors()["sealed"], ids=lambda case: case["title"])
def test_the_verdict_is_cookie_sessions(case: dict[str, Any]) -> None:
    reading = inspect_text(f"Cookie: {case['header']}", KEYS).cookies[0]
    assert (reading.status is Status.VALID) == (case["opened"] is not None)
    if case["opened"] is not None:
        assert reading.data == case["opened"]


@pytest.mark.parametrize("case", vectors()["sealed_written"])
def test_what_cookie_session_writes_is_one_valid_cookie(case: dict[str, Any]) -> None:
    reading = one("\n".join(f"Set-Cookie: {line}" for line in case["set_cookie"]), *KEYS)
    assert (reading.status, reading.given.name) == (Status.VALID, case["name"])
    assert reading.data == case["data"]
    assert reading.companions == (f"{case['name']}.sig",)


@pytest.mark.parametrize("title", WHY)
def test_a_refused_session_says_why(title: str) -> None:
    reading = inspect_text(f"Cookie: {SEALED[title]}", KEYS).cookies[0]
    assert reading.status is Status.INVALID
    assert [code for code in codes(reading) if code is not ProblemCode.OLDER_SECRET] == WHY[title]


def test_every_refused_vector_has_its_reason_here() -> None:
    refused = {case["title"] for case in vectors()["sealed"] if case["opened"] is None}
    assert refused == set(WHY)


def test_the_key_that_fits_is_told() -> None:
    reading = one(SEALED["of the older key"], *KEYS)
    assert (reading.secret, codes(reading)) == (1, [ProblemCode.OLDER_SECRET])


def test_data_is_shown_though_the_seal_does_not_fit() -> None:
    assert one(SEALED["value changed"], *KEYS).data == {"user": "root", "count": 3}


def test_without_a_key_a_sealed_session_is_unverified() -> None:
    reading = one(SEALED["as it is written"])
    assert reading.status is Status.UNVERIFIED
    assert [part.role for part in reading.parts] == [Role.DATA, Role.SEAL]


def test_a_value_alone_is_shown_and_asks_for_its_seal() -> None:
    reading = one(b64encode(b'{"user":"alice"}').decode(), *KEYS)
    assert (reading.status, reading.data) == (Status.UNVERIFIED, {"user": "alice"})
    assert codes(reading) == [SealedProblem.SEAL_MISSING]


def test_a_seal_belongs_to_the_cookies_of_its_own_message() -> None:
    value, seal = SEALED["as it is written"].split("; ")
    found = inspect_text(f"Cookie: {value}\nSet-Cookie: {seal}", KEYS)
    assert [codes(each) for each in found.cookies] == [
        [SealedProblem.SEAL_MISSING],
        [SealedProblem.SEAL_ALONE],
    ]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('{"n":1e999}', {"n": None}),
        ('{"n":' + "9" * 5000 + "}", {"n": None}),
        ('{"n":[1,-2,3.0,4e2]}', {"n": [1, -2, 3.0, 400.0]}),
        ('{"s":"\\ud800"}', {"s": "\ud800"}),
        ('{"a":1,"a":2}', {"a": 2}),
        ('{"__proto__":{"admin":true}}', {"__proto__": {"admin": True}}),
    ],
)
def test_data_stays_what_json_can_say(text: str, data: Any) -> None:
    assert one(f"session={b64encode(text.encode()).decode()}").data == data


@pytest.mark.parametrize(
    "text", ['{"n":NaN}', '{"n":-Infinity}', '{"n":01}', "{'n':1}", '{"a":1}x']
)
def test_what_json_parse_refuses_is_no_session(text: str) -> None:
    value = b64encode(text.encode()).decode()
    assert one(f"session={value}").format == "plain"
    reading = one(f"session={value}; session.sig={'A' * 27}")
    assert (reading.status, codes(reading)) == (Status.INVALID, [SealedProblem.DATA_UNREADABLE])


def test_data_that_nests_too_deeply_is_not_shown() -> None:
    for depth, shown in ((90, True), (101, False), (50_000, False)):
        text = '{"a":' * depth + "1" + "}" * depth
        reading = one(f"session={b64encode(text.encode()).decode()}")
        assert (reading.data is not None) == shown
        assert (SealedProblem.DATA_TOO_DEEP in codes(reading)) == (not shown)


def test_brackets_in_text_nest_nothing() -> None:
    text = '{"a":"' + "[" * 5000 + '"}'
    assert one(f"session={b64encode(text.encode()).decode()}").data == {"a": "[" * 5000}
