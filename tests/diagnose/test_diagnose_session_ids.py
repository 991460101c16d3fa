"""Which cookies hold a session ID, and which hold data or something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.wire import encode_component, sign
from sessionlab.diagnose.session_id import session_id_of

ID = "K2xFcQ0yv1mJt9ZrWb3aLh7nPd5eUs15"
SIGNED = "s:" + sign(ID, "a secret")


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("connect.sid", encode_component(SIGNED), ID),
        ("connect.sid", SIGNED, ID),
        ("anything", encode_component(SIGNED), ID),
        ("sessionid", "mzi1nlr8x1t8sx2omr5xjkkp7w3ftzzq", "mzi1nlr8x1t8sx2omr5xjkkp7w3ftzzq"),
        ("PHPSESSID", "n7s1gpc1q7a8uvj9ivk5pq0qgd", "n7s1gpc1q7a8uvj9ivk5pq0qgd"),
        ("JSESSIONID", "3A4F0E1C2B9D8E7F6A5B4C3D2E1F0A9B", "3A4F0E1C2B9D8E7F6A5B4C3D2E1F0A9B"),
        ("session", "eyJjb3VudCI6MSwidXNlciI6ImEifQ", None),
        ("session", "eyJjb3VudCI6MX0.ZxYz.abcdefghijklmnop", None),
        ("session.sig", "short", None),
        ("_app_session", "aGVsbG8%3D--bG9uZw%3D%3D--c2lnbg", None),
        ("csrf", "mzi1nlr8x1t8sx2omr5xjkkp7w3ftzzq", None),
        ("sid", "1", None),
        ("sid", "", None),
        ("count", "1", None),
        ("sid", "a" * 100_000, None),
    ],
)
def test_the_id_is_found_where_there_is_one(name: str, value: str, found: str | None) -> None:
    assert session_id_of(name, value) == found


@given(st.text(), st.text() | st.text().map(lambda text: f"s:{text}.x"))
def test_any_cookie_has_an_id_or_none(name: str, value: str) -> None:
    assert session_id_of(name, value) is None or value
