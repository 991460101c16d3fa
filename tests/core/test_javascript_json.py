"""JSON, octet for octet as JSON.stringify writes it: hashes are made of these octets."""

from __future__ import annotations

import json
from math import inf, isfinite, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.errors import SessionDataError
from sessionlab.core.wire import dump_json, javascript, load_json
from sessionlab.core.wire.javascript import format_number, is_array_index

# a Python float, what JavaScript writes for it
NUMBERS = [
    (0.0, "0"),
    (-0.0, "0"),
    (1.0, "1"),
    (-1.0, "-1"),
    (0.5, "0.5"),
    (-2.25, "-2.25"),
    (100.0, "100"),
    (123.456, "123.456"),
    (0.1 + 0.2, "0.30000000000000004"),
    (1e20, "100000000000000000000"),
    (123456789012345680000.0, "123456789012345680000"),
    (1e21, "1e+21"),
    (-1.5e21, "-1.5e+21"),
    (1.7976931348623157e308, "1.7976931348623157e+308"),
    (0.001, "0.001"),
    (0.000001, "0.000001"),
    (0.00000123, "0.00000123"),
    (1e-7, "1e-7"),
    (-1.25e-9, "-1.25e-9"),
    (5e-324, "5e-324"),
    (9007199254740993.0, "9007199254740992"),
]


@pytest.mark.parametrize(("number", "written"), NUMBERS)
def test_a_number_is_written_as_javascript_writes_it(number: float, written: str) -> None:
    assert format_number(number) == written
    assert dump_json(number) == written
    assert dump_json({"n": [number]}) == f'{{"n":[{written}]}}'


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself_and_has_no_digit_too_many(number: float) -> None:
    written = format_number(number)
    assert float(written) == number
    mantissa = written.partition("e")[0]
    assert not (mantissa.endswith("0") and "." in mantissa), "a trailing zero"
    assert not mantissa.endswith(".")
    digits = mantissa.replace(".", "").replace("-", "").strip("0")
    assert len(digits) <= len(f"{abs(number)!r}".partition("e")[0].replace(".", "").strip("0"))


@pytest.mark.parametrize("number", [nan, inf, -inf])
@pytest.mark.parametrize("within", ["alone", "in a list", "beside a float", "beside an index"])
def test_what_javascript_would_silently_make_null_is_refused(number: float, within: str) -> None:
    value: Any = {
        "alone": number,
        "in a list": [number],
        "beside a float": {"a": 1.5, "b": number},
        "beside an index": {"1": 0, "b": number},
    }[within]
    with pytest.raises(SessionDataError, match="not JSON"):
        dump_json(value)
    with pytest.raises(ValueError, match="is not JSON"):
        format_number(number)


def test_integers_are_kept_whole() -> None:
    assert dump_json([2**53 + 1, -(2**70)]) == f"[{2**53 + 1},{-(2**70)}]"
    assert dump_json([2**53 + 1, 0.5]) == f"[{2**53 + 1},0.5]"


@pytest.mark.parametrize(
    ("key", "index"),
    [
        ("0", True),
        ("7", True),
        ("4294967294", True),
        ("4294967295", False),
        ("10000000000", False),
        ("01", False),
        ("00", False),
        ("-1", False),
        ("1.5", False),
        ("1e3", False),
        ("", False),
        ("a1", False),
        ("²", False),
        ("٣", False),
    ],
)
def test_a_key_is_an_array_index_or_not(key: str, index: bool) -> None:
    assert is_array_index(key) is index


# a sentence, a value, its text
TEXTS: dict[str, tuple[Any, str]] = {
    "keys stay as they were added": ({"b": 1, "a": 2}, '{"b":1,"a":2}'),
    "indices come first, in their order": (
        {"b": 1, "10": 2, "2": 3, "a": 4, "0": 5},
        '{"0":5,"2":3,"10":2,"b":1,"a":4}',
    ),
    "what only looks like an index stays": (
        {"01": 1, "4294967295": 2, "1": 3, "4294967294": 4},
        '{"1":3,"4294967294":4,"01":1,"4294967295":2}',
    ),
    "indices of an inner object": ([{"b": {"1": 1, "0": 2}}], '[{"b":{"0":2,"1":1}}]'),
    "a text that begins with a digit is no key": (["1", {"a": "2"}], '["1",{"a":"2"}]'),
    "numbers, truth and nothing as keys": (
        {True: "a", None: "b", 2: "c", 0: "d"},
        '{"0":"d","2":"c","true":"a","null":"b"}',
    ),
    "a tuple is a list": ((1, (2, 3)), "[1,[2,3]]"),
    "a tuple beside a float": ((1.5, (2,)), "[1.5,[2]]"),
    "truth and nothing": ([True, False, None, 1.5], "[true,false,null,1.5]"),
    "no escape that is not needed": ("é한😀/\x7f\u2028", '"é한😀/\x7f\u2028"'),
    "the short escapes": ('"\\\b\f\n\r\t', '"\\"\\\\\\b\\f\\n\\r\\t"'),
    "the long escapes, in lower case": ("\0\x1f", '"\\u0000\\u001f"'),
    "half a character is escaped": ("\ud800x\udfff", '"\\ud800x\\udfff"'),
    "half a character as a key": ({"\udead": 1}, '{"\\udead":1}'),
    "two halves are one character": ("\ud83d\ude00", '"😀"'),
    "text that looks like a number": ({"a": "1e+5", "b": "0.10"}, '{"a":"1e+5","b":"0.10"}'),
    "nothing in it": ([{}, [], ""], '[{},[],""]'),
}


@pytest.mark.parametrize(("value", "text"), TEXTS.values(), ids=TEXTS)
def test_a_value_is_written_as_javascript_writes_it(value: Any, text: str) -> None:
    assert dump_json(value) == text


@pytest.mark.parametrize(("value", "text"), TEXTS.values(), ids=TEXTS)
def test_an_interpreter_without_c_extensions_writes_the_same(
    value: Any, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    monkeypatch.setattr(javascript, "_encode_json", javascript._json_encoder())
    assert dump_json(value) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text() | st.sampled_from(["0", "12", "\ud83d", "\ude00", "1.5", "e+"]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=3) | st.sampled_from(["0", "7", "01"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def as_read(value: Any) -> Any:
    """The value as it comes back.

    Two halves of a character are one, and a float that is written without a fraction is whole.
    """
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if isinstance(value, float) and format_number(value).lstrip("-").isdigit():
        return int(format_number(value))
    if isinstance(value, list):
        return [as_read(item) for item in value]
    if isinstance(value, dict):
        return {as_read(key): as_read(member) for key, member in value.items()}
    return value


@given(JSON)
def test_what_is_written_is_read_back(value: Any) -> None:
    text = dump_json(value)
    assert load_json(text) == as_read(value)
    assert dump_json(load_json(text)) == text, "written again, it is the same text"
    assert text == text.strip()


@given(JSON)
def test_the_quick_way_and_the_thorough_way_write_the_same(value: Any) -> None:
    text = dump_json(value)
    assert dump_json(value, text) == text
    assert dump_json(value, "another text") == text
    # a float beside it sends the same value the thorough way
    assert dump_json([value, 0.5]) == f"[{text},0.5]"


def cycle() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def deep(levels: int) -> Any:
    value: Any = 0.5
    for _ in range(levels):
        value = [value]
    return value


NOT_JSON: dict[str, Any] = {
    "a set": {1, 2},
    "octets": b"octets",
    "an object": object(),
    "a complex number": 1j,
    "a set beside a float": {"a": 1.5, "b": {1}},
    "a key that is a tuple": {(1, 2): 3},
    "a cycle": cycle(),
    "100,000 levels": deep(100_000),
}


@pytest.mark.parametrize("value", NOT_JSON.values(), ids=NOT_JSON)
def test_what_json_can_not_hold_is_refused(value: Any) -> None:
    with pytest.raises(SessionDataError, match=r"^not JSON: "):
        dump_json(value)


@pytest.mark.parametrize(
    "text",
    ["", "{", "nul", "NaN", "[Infinity]", "-Infinity", "{'a':1}", "[1,]", "1 2", "[" * 100_000],
    ids=lambda text: text[:10] or "empty",
)
def test_what_is_no_json_is_not_read(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the parser's
        load_json(text)


def test_a_depth_that_applications_use_is_written_and_read() -> None:
    value = deep(100)
    assert load_json(dump_json(value)) == value


@given(st.floats())
def test_the_written_number_is_json(number: float) -> None:
    if isfinite(number):
        assert float(json.loads(format_number(number))) == number
