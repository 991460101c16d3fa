"""A record's cookie is read in two ways, a quick one for the usual form; both read the same."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessionlab.core.errors import RecordError
from sessionlab.core.record import _USUAL_COOKIE, CookieAttributes, Record
from sessionlab.core.wire.javascript import dump_json

FIELDS = fields(CookieAttributes)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**53),
    st.text("ab\"\\{}[],: é'", max_size=6),
    st.sampled_from(["2026-01-01T00:00:00.000Z", "Thu, 01 Jan 2026 00:00:00 GMT", "x", "expires"]),
)
NAMES = st.sampled_from(
    [
        *("originalMaxAge", "partitioned", "priority", "expires", "secure", "httpOnly"),
        *("domain", "path", "sameSite", "other", '"expires"', "cookie"),
    ]
)
MEMBERS = st.lists(st.tuples(NAMES, st.one_of(SCALARS, st.lists(SCALARS, max_size=2))), max_size=9)


def seen(text: str) -> Any:
    try:
        record = Record.from_text(text)
        attributes = [repr(getattr(record.attributes, field.name)) for field in FIELDS]
        return attributes, repr(record.expires), record.load()
    except RecordError as error:
        return type(error), error.record


def spaced(text: str) -> str:
    """The same JSON in a form that is read the slow way."""
    return text.replace('{"cookie":{', '{"cookie": {', 1)


@given(MEMBERS, st.sampled_from(["}", ',"a":1}', "}x", ',"a":{"cookie":1}}', "", ',"cookie":{}}']))
@example([("originalMaxAge", None), ("expires", None), ("httpOnly", True), ("path", "/")], "}")
@example([("expires", "2026-01-01T00:00:00.000Z"), ("expires", None)], "}")
@example([("expires", None), ("path", "/"), ("expires", "2026-01-01T00:00:00.000Z")], "}")
@example([("originalMaxAge", "1"), ("expires", None)], ',"a":1}')
@example([("expires", None), ("path", [1])], ',"a":1}')
def test_the_quick_way_reads_what_the_slow_way_reads(
    members: list[tuple[str, Any]], end: str
) -> None:
    cookie = ",".join(f"{dump_json(name)}:{dump_json(value)}" for name, value in members)
    text = f'{{"cookie":{{{cookie}}}{end}'
    quick, slow = seen(text), seen(spaced(text))
    if quick[0] is RecordError:
        assert slow[0] is RecordError
        assert quick[1] == text  # the evidence is the whole text
    else:
        assert quick == slow


@pytest.mark.parametrize(
    "cookie",
    [
        '{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}',
        '{"originalMaxAge":60000,"expires":"2026-01-01T00:00:00.000Z","httpOnly":true,"path":"/"}',
        '{"originalMaxAge":1,"expires":"2026-01-01T00:00:00.000Z","secure":true,"httpOnly":false,'
        '"domain":"a.example","path":"/a","sameSite":"lax"}',
    ],
)
def test_what_express_session_writes_is_read_the_quick_way(cookie: str) -> None:
    assert _USUAL_COOKIE.match(f'{{"cookie":{cookie},"a":1}}') is not None
