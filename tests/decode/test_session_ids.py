"""How hard an ID is to guess, by its look."""

from __future__ import annotations

import pytest

from sessionlab.core.wire import session_id_from_bytes
from sessionlab.decode import ProblemCode, Role
from sessionlab.decode.entropy import estimate, judge_id

from .vectors import one

IDS = [
    ("K2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs1_", "url-safe-base64", 192),
    ("f47ac10b-58cc-4372-a567-0e02b2c3d479", "uuid", 122),
    ("F47AC10B-58CC-4372-A567-0E02B2C3D479", "uuid", 122),
    ("12345", "digits", 16),
    ("deadbeef" * 4, "hex", 128),
    ("DEADBEEF", "hex", 32),
    ("deadBEEF", "alphanumeric", 47),
    ("abcxyz", "lower-case", 31),
    ("K2xFcQ0y-_", "url-safe-base64", 60),
    ("../../x", "other", 45),
    ("세션", "other", 13),
    ("", "digits", 0),
]


@pytest.mark.parametrize(("session_id", "kind", "bits"), IDS)
def test_an_id_is_judged_by_its_alphabet_and_length(session_id: str, kind: str, bits: int) -> None:
    assert estimate(session_id) == (kind, bits)


@pytest.mark.parametrize(
    ("session_id", "codes"),
    [
        ("dead" * 3, [ProblemCode.ID_GUESSABLE]),
        ("dead" * 4, [ProblemCode.ID_BELOW_128_BITS]),
        ("dead" * 7, [ProblemCode.ID_BELOW_128_BITS]),
        ("dead" * 8, []),
        ("aB-" * 10, []),
    ],
)
def test_few_bits_are_told(session_id: str, codes: list[ProblemCode]) -> None:
    _, problems = judge_id(session_id)
    assert [problem.code for problem in problems] == codes


@pytest.mark.parametrize(
    ("session_id", "note"),
    [
        (session_id_from_bytes(bytes(range(200, 224))), "id-express"),
        ("K2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs15", "id-express"),
        ("deadbeef" * 4, "id-hex"),
        ("K2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs1", "id-alphanumeric"),
    ],
)
def test_the_ids_of_express_session_are_known(session_id: str, note: str) -> None:
    reading = one(f"s:{session_id}.{'A' * 43}")
    assert [part.note for part in reading.parts if part.role is Role.ID] == [note]
