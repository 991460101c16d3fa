"""Records: what a store keeps, byte for byte as express-session writes it."""

from __future__ import annotations

import json
from dataclasses import replace
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.errors import RecordError
from sessionlab.core.record import CookieAttributes, Record, dump_data
from sessionlab.core.unset import UNSET

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
PLAIN = '"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}'


def record(data: dict[str, Any], expires: Any = None, **attributes: Any) -> Record:
    return Record(CookieAttributes(**attributes), expires, dump_data(data))


def test_the_example_of_express_session_is_written_so() -> None:
    text = record({"num": 1}).text
    assert text == f'{{{PLAIN},"num":1}}'


def test_every_member_of_the_cookie_stands_in_express_sessions_order() -> None:
    written = record(
        {"a": 1},
        NOW + 60_000,
        original_max_age=60_000,
        partitioned=True,
        priority="high",
        secure=True,
        http_only=False,
        domain="example.org",
        path="/app",
        same_site="lax",
    )
    assert written.text == (
        '{"cookie":{"originalMaxAge":60000,"partitioned":true,"priority":"high",'
        '"expires":"2026-01-01T00:01:00.000Z","secure":true,"httpOnly":false,'
        '"domain":"example.org","path":"/app","sameSite":"lax"},"a":1}'
    )
    assert written.cookie_text == json.dumps(json.loads(written.text)["cookie"], separators=",:")


# a sentence, expires, attributes, the cookie member
COOKIES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "no expiry": (None, {}, '{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}'),
    "absent, not null": (
        UNSET,
        {"original_max_age": UNSET},
        '{"httpOnly":true,"path":"/"}',
    ),
    "absent behind an age": (
        UNSET,
        {},
        '{"originalMaxAge":null,"httpOnly":true,"path":"/"}',
    ),
    "an age and nothing behind": (
        UNSET,
        {"http_only": UNSET, "path": UNSET},
        '{"originalMaxAge":null}',
    ),
    "nothing at all": (
        UNSET,
        {"original_max_age": UNSET, "http_only": UNSET, "path": UNSET},
        "{}",
    ),
    "an expiry alone": (
        0,
        {"original_max_age": UNSET, "http_only": UNSET, "path": UNSET},
        '{"expires":"1970-01-01T00:00:00.000Z"}',
    ),
    "expires: false": (
        False,
        {"original_max_age": False},
        '{"originalMaxAge":false,"expires":false,"httpOnly":true,"path":"/"}',
    ),
    "an invalid date is null": (
        nan,
        {"original_max_age": nan},
        '{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}',
    ),
    "a null attribute is written": (
        None,
        {"domain": None, "same_site": False},
        '{"originalMaxAge":null,"expires":null,"httpOnly":true,"domain":null,"path":"/",'
        '"sameSite":false}',
    ),
}


@pytest.mark.parametrize(("expires", "attributes", "text"), COOKIES.values(), ids=COOKIES)
def test_the_cookie_member(expires: Any, attributes: dict[str, Any], text: str) -> None:
    assert record({}, expires, **attributes).text == f'{{"cookie":{text}}}'
    assert json.loads(text) is not None


def test_keys_that_are_array_indices_stand_before_the_cookie() -> None:
    assert record({"a": 1, "10": 2, "9": 3}).text == f'{{"9":3,"10":2,{PLAIN},"a":1}}'
    assert record({"1": 1}).text == f'{{"1":1,{PLAIN}}}'
    assert record({"01": 1, "a": 2}).text == f'{{{PLAIN},"01":1,"a":2}}'


# the data, the keys in the record
COOKIE_KEYS = {
    "an application's own cookie": ({"cookie": 1}, ["cookie", "$cookie"]),
    "one with a dollar": ({"$cookie": 1}, ["cookie", "$$cookie"]),
    "all of them": (
        {"cookie": 1, "$cookie": 2, "$$cookie": 3},
        ["cookie", "$cookie", "$$cookie", "$$$cookie"],
    ),
    "a name that only ends so": (
        {"mycookie": 1, "$mycookie": 2},
        ["cookie", "mycookie", "$mycookie"],
    ),
    "a nested one": ({"a": {"cookie": 1}}, ["cookie", "a"]),
    "other dollars": ({"$": 1, "$cookies": 2}, ["cookie", "$", "$cookies"]),
}  # fmt: skip


@pytest.mark.parametrize(("data", "keys"), COOKIE_KEYS.values(), ids=COOKIE_KEYS)
def test_every_name_is_free_for_the_data(data: dict[str, Any], keys: list[str]) -> None:
    text = record(data).text
    assert list(json.loads(text)) == keys
    assert Record.from_text(text).load() == data


KEYS = st.one_of(
    st.text(max_size=4),
    st.sampled_from(["cookie", "$cookie", "$$cookie", "0", "7", "01", "__proto__", "4294967295"]),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5)
    | st.sampled_from([0.5, -1.25, 1e-7]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
DATA = st.dictionaries(KEYS, VALUES, max_size=5).filter(
    lambda data: not any("\ud800" <= c <= "\udfff" for c in json.dumps(data, ensure_ascii=False))
)
ATTRIBUTES = st.fixed_dictionaries(
    {
        "original_max_age": st.none() | st.integers(-(10**12), 10**12),
        "partitioned": st.sampled_from([UNSET, None, True, False]),
        "priority": st.sampled_from([UNSET, "low", "High", ""]),
        "secure": st.sampled_from([UNSET, True, False]),
        "http_only": st.booleans(),
        "domain": st.sampled_from([UNSET, None, "example.org", "with \"quotes\" and 한"]),
        "path": st.sampled_from(["/", "/app", ""]),
        "same_site": st.sampled_from([UNSET, True, "lax", "auto"]),
    }
)  # fmt: skip
EXPIRIES = st.none() | st.just(False) | st.integers(-8_640_000_000_000_000, 8_640_000_000_000_000)


@given(data=DATA, expires=EXPIRIES, attributes=ATTRIBUTES)
def test_a_record_reads_back_as_it_was_written(
    data: dict[str, Any], expires: Any, attributes: dict[str, Any]
) -> None:
    made = record(data, expires, **attributes)
    read = Record.from_text(made.text)
    assert read.text == made.text
    assert read.load() == data
    assert (read.expires, read.cookie_text) == (expires, made.cookie_text)
    assert {name: getattr(read.attributes, name) for name in attributes} == attributes
    assert read.canonical_data() == made.canonical_data() == made.data
    assert (made.canonical, read.canonical) == (True, False)


@given(data=DATA, known=st.booleans())
def test_the_text_that_is_known_changes_nothing(data: dict[str, Any], known: bool) -> None:
    text = dump_data(data)
    assert dump_data(data, text if known else '{"another":1}') == text


# texts of other programs: a sentence, the record, expires, the data, its canonical text
FOREIGN: dict[str, tuple[str, Any, dict[str, Any], str]] = {
    "blanks between": ('{ "cookie" : { } , "a" : 1 }', None, {"a": 1}, '{"a":1}'),
    "the cookie last": ('{"a":1,"cookie":{}}', None, {"a": 1}, '{"a":1}'),
    "the cookie alone": ('{"cookie":{}}', None, {}, "{}"),
    "blanks behind the cookie": ('{"cookie":{}, "a": 1.0}', None, {"a": 1.0}, '{"a":1}'),
    "two cookies: the last wins": ('{"cookie":{"expires":"x"},"cookie":{}}', None, {}, "{}"),
    "a nested cookie": (
        '{"cookie":{},"a":{"cookie":1}}',
        None,
        {"a": {"cookie": 1}},
        '{"a":{"cookie":1}}',
    ),
    "a text that names it": (
        '{"cookie":{},"a":"\\"cookie\\""}',
        None,
        {"a": '"cookie"'},
        '{"a":"\\"cookie\\""}',
    ),
    "a date as a header has it": (
        '{"cookie":{"expires":"Thu, 01 Jan 2026 00:00:00 GMT"}}',
        NOW,
        {},
        "{}",
    ),
    "a date with an offset": ('{"cookie":{"expires":"2026-01-01T09:00:00+09:00"}}', NOW, {}, "{}"),
    "a date in milliseconds": (f'{{"cookie":{{"expires":{NOW}.7}}}}', NOW, {}, "{}"),
    "another key order": (
        '{"cookie":{"path":"/","expires":null},"b":1,"a":2}',
        None,
        {"b": 1, "a": 2},
        '{"b":1,"a":2}',
    ),
}


@pytest.mark.parametrize(("text", "expires", "data", "canonical"), FOREIGN.values(), ids=FOREIGN)
def test_a_record_of_another_program_is_read(
    text: str, expires: Any, data: dict[str, Any], canonical: str
) -> None:
    read = Record.from_text(text)
    assert read.load() == data
    assert read.canonical_data() == canonical
    assert read.expires == expires
    assert Record.from_text(read.text).load() == data


def test_what_a_stored_cookie_lacks_are_express_sessions_defaults() -> None:
    attributes = Record.from_text('{"cookie":{}}').attributes
    assert (attributes.path, attributes.http_only) == ("/", True)
    for name in ("original_max_age", "domain", "secure", "same_site", "priority", "partitioned"):
        assert getattr(attributes, name) is UNSET, name


@pytest.mark.parametrize("text", ['"tomorrow"', '""', "[]", "{}"])
def test_an_expiry_that_is_no_date_is_an_invalid_one(text: str) -> None:
    expires = Record.from_text(f'{{"cookie":{{"expires":{text}}}}}').expires
    assert expires != expires


def test_records_of_one_configuration_share_their_attributes() -> None:
    one, two = (Record.from_text(f'{{{PLAIN},"n":{n}}}') for n in (1, 2))
    assert one.attributes is two.attributes


def test_equal_attributes_are_shared_if_they_can_be() -> None:
    one, two = CookieAttributes(domain="a.b"), CookieAttributes(domain="a.b")
    assert one.shared is two.shared
    assert one.shared is not CookieAttributes(domain="c.d").shared
    strange = CookieAttributes(path=["no", "text"])
    assert strange.shared is strange


def test_true_and_one_are_not_taken_for_each_other() -> None:
    texts = ['{"cookie":{"secure":true}}', '{"cookie":{"secure":1}}', '{"cookie":{"secure":1.5}}']
    assert [Record.from_text(text).attributes.secure for text in texts] == [True, 1, 1.5]
    assert '"secure":1,' in Record.from_text(texts[1]).text


# a sentence, expires, whether it is dead at NOW
DEATHS: dict[str, tuple[Any, bool]] = {
    "in a millisecond": (NOW + 1, False),
    "now": (NOW, True),
    "a millisecond ago": (NOW - 1, True),
    "at the epoch": (0, True),
    "never": (None, False),
    "absent": (UNSET, False),
    "false": (False, False),
    "an invalid date": (nan, False),
}


@pytest.mark.parametrize(("expires", "dead"), DEATHS.values(), ids=DEATHS)
def test_a_record_is_dead_when_its_time_has_come(expires: Any, dead: bool) -> None:
    assert record({}, expires).expired(NOW) is dead


# a sentence, attributes, what they read back as
AS_READ: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "httpOnly is true again": ({"http_only": UNSET}, {"http_only": True}),
    "the path is / again": ({"path": UNSET}, {"path": "/"}),
    "an age that was NaN is null": ({"original_max_age": nan}, {"original_max_age": None}),
    "an age that was absent stays so": ({"original_max_age": UNSET}, {}),
    "nothing to say": ({"domain": None}, {}),
}


@pytest.mark.parametrize(("given", "read"), AS_READ.values(), ids=AS_READ)
def test_attributes_come_back_as_their_text_is_read(
    given: dict[str, Any], read: dict[str, Any]
) -> None:
    attributes = CookieAttributes(**given)
    fresh = Record.from_text(Record(attributes, None, "{}").text).attributes
    assert attributes.as_read.json(None) == fresh.json(None)
    assert {name: getattr(attributes.as_read, name) for name in read} == read
    assert attributes.as_read.shared is fresh, "and they are shared with those that were read"
    if not read:
        assert attributes.as_read is attributes


def test_the_attributes_of_the_header_stand_around_its_expiry() -> None:
    attributes = CookieAttributes(domain="a.b", secure=True)
    assert attributes.header(None) == "; Domain=a.b; Path=/; HttpOnly; Secure"
    assert attributes.header(NOW) == (
        "; Domain=a.b; Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT; HttpOnly; Secure"
    )


def test_replacing_one_attribute_leaves_the_others_and_the_original() -> None:
    first = CookieAttributes(domain="a.b", original_max_age=5)
    second = replace(first, domain=UNSET)
    assert (second.domain, second.original_max_age, second.path) == (UNSET, 5, "/")
    assert first.domain == "a.b"


# ---- hostile texts

BROKEN = {
    "empty": "",
    "a word": "hello",
    "cut short": '{"cookie":{"origi',
    "cut behind the cookie": '{"cookie":{}',
    "something behind the cookie": '{"cookie":{}x}',
    "two records": '{"a":1}{"b":2}',
    "a list": "[]",
    "null": "null",
    "a number": "5",
    "no cookie": '{"num":1}',
    "a cookie that is null": '{"cookie":null}',
    "a cookie that is text": '{"cookie":"x"}',
    "a cookie that is a list": '{"cookie":[]}',
    "two cookies, the last is none": '{"cookie":{},"cookie":5}',
    "an age that is text": '{"cookie":{"originalMaxAge":"60000"}}',
    "an age that is true": '{"cookie":{"originalMaxAge":true}}',
    "an age that is an object": '{"cookie":{"originalMaxAge":{}}}',
    "a path that is a list": '{"cookie":{"path":["/"]}}',
    "a domain that is an object": '{"cookie":{"domain":{}}}',
    "NaN in the cookie": '{"cookie":{"originalMaxAge":NaN}}',
    "infinity in the data of a foreign text": '{ "cookie":{},"a":1e999}',
    "infinity in the cookie": '{"cookie":{"originalMaxAge":1e999}}',
    "NaN in the data of a foreign text": '{ "cookie":{},"a":NaN}',
    "endless nesting": '{"a":' + "[" * 100_000,
    "endless nesting in the cookie": '{"cookie":{"path":' + "[" * 100_000,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_text_that_is_no_record_is_an_error_with_the_text_as_evidence(text: str) -> None:
    with pytest.raises(RecordError) as caught:
        Record.from_text(text)
    assert caught.value.record == text


# a whole cookie before broken data: found when the data is asked for
BROKEN_DATA = {
    "cut short": '{"cookie":{},"a":',
    "NaN": '{"cookie":{},"a":NaN}',
    "something behind": '{"cookie":{},"a":1}}',
    "endless nesting": '{"cookie":{},"a":' + "[" * 100_000,
    "no key": '{"cookie":{},1}',
}


@pytest.mark.parametrize("text", BROKEN_DATA.values(), ids=BROKEN_DATA)
def test_broken_data_is_an_error_when_it_is_read(text: str) -> None:
    read = Record.from_text(text)
    with pytest.raises(RecordError) as caught:
        read.load()
    assert caught.value.record == read.data
    with pytest.raises(RecordError):
        read.canonical_data()


def test_infinity_which_javascript_reads_but_can_not_write_is_found_when_it_is_compared() -> None:
    read = Record.from_text('{"cookie":{},"a":1e999}')
    with pytest.raises(RecordError, match="not JSON"):
        read.canonical_data()


RECORD_LIKE = st.text(st.sampled_from('{}[]",:cookie$\\0159.eNaN \ud800'), max_size=30)


@given(st.one_of(RECORD_LIKE, RECORD_LIKE.map('{{"cookie":{{}},{}'.format), st.text()))
def test_no_text_does_worse_than_a_record_error(text: str) -> None:
    try:
        read = Record.from_text(text)
        data = read.load()
    except RecordError:
        return
    assert isinstance(data, dict)
    assert Record.from_text(read.text).load() == data
