"""Cookies as sent, with their parts told apart, and what attributes mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sessionlab.render.attribute_table import AttributeTable, attributes_seen
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.render.cookie_text import (
    Attribute,
    absent_attributes,
    attributes_of,
    cookie_header,
    cookie_pair,
    explain_attribute,
    readable_json,
    set_cookie_lines,
    split_signed,
)
from sessionlab.render.ids import IdColours
from sessionlab.render.look import Look

from .drawing import cells, drawn

EN = Catalogue("en")
ID = "K2xFhV9pQmZ3nT7bWcYdRgLsJkAaE8Qw"
SIGNATURE = "q0V%2B5hTzLk2mNpRsUvWxYz0123456789abcdefghij"
SIGNED = f"s%3A{ID}.{SIGNATURE}"


def look(room: int = 60, **more: bool) -> Look:
    return Look(EN, IdColours(), room, **more)


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("s:ID.sig", ("s:", "ID", "ID", "sig")),
        ("s%3AID.sig", ("s%3A", "ID", "ID", "sig")),
        ("s%3aID.sig", ("s%3a", "ID", "ID", "sig")),
        ("s%3Aa.b%20c.sig", ("s%3A", "a.b%20c", "a.b c", "sig")),
        ("s:.", ("s:", "", "", "")),
        ("s:ID", None),
        ("ID.sig", None),
        ("", None),
    ],
)
def test_a_signed_value_is_an_id_and_a_signature(
    value: str, parts: tuple[str, str, str, str] | None
) -> None:
    assert split_signed(value) == parts


def test_the_id_has_its_colour_and_the_signature_is_quiet() -> None:
    shown = look()
    line = cookie_pair("connect.sid", SIGNED, shown)
    assert line.plain == "connect.sid=s%3AK2xF…8Qw.q0V%…"
    styles = {line.plain[span.start : span.end]: span.style for span in line.spans}
    assert styles["K2xF…8Qw"] == shown.ids.style(ID)
    assert styles["q0V%"] != styles["K2xF…8Qw"]


@pytest.mark.parametrize("shown", [look(wide=True), look(room=100)])
def test_a_wide_look_shows_the_whole(shown: Look) -> None:
    assert cookie_pair("connect.sid", SIGNED, shown).plain == f"connect.sid={SIGNED}"


def test_the_seal_of_a_cookie_is_a_signature() -> None:
    assert cookie_pair("session.sig", "i-YJuio9ZN01jaPM", look()).plain == "session.sig=i-YJ…"


@given(st.text(), st.text(), st.integers(30, 120))
def test_a_pair_fits_its_room(name: str, value: str, room: int) -> None:
    if split_signed(value) is None:
        assert cell_len(cookie_pair(name, value, look(room)).plain) <= room


def test_a_cookie_header_is_a_cookie_a_line() -> None:
    lines = cookie_header("a=1; b = 2 ;c;d=x=y", look())
    assert [line.text.plain for line in lines] == ["a=1", "b = 2", "c", "d=x=y"]


def test_a_set_cookie_line_is_broken_between_attributes() -> None:
    lines = set_cookie_lines(f"connect.sid={SIGNED}; Path=/; HttpOnly; SameSite=Lax", look(42))
    assert [line.text.plain for line in lines] == [
        "connect.sid=s%3AK2xF…8Qw.q0V%…; Path=/;",
        "  HttpOnly; SameSite=Lax",
    ]


def test_attributes_are_read_in_their_order() -> None:
    assert attributes_of("a=1; Path=/; HttpOnly;secure;X=a=b;") == [
        ("Path", "/"),
        ("HttpOnly", None),
        ("secure", None),
        ("X", "a=b"),
        ("", None),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        "Domain=example.com",
        "Path=/admin",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Max-Age=60",
        "HttpOnly",
        "Secure",
        "Partitioned",
        "Priority=High",
        "SameSite=Lax",
        "samesite=STRICT",
        "SameSite=None",
    ],
)
def test_every_attribute_is_explained(text: str, language: str) -> None:
    name, equals, value = text.partition("=")
    attribute = Attribute(name, value if equals else None)
    catalogue = Catalogue(language)
    sentence = explain_attribute(attribute, catalogue)
    assert sentence != catalogue.text("attributes.unknown", name=name)
    if value and name.lower() != "samesite":
        assert value in sentence


@pytest.mark.parametrize("text", ["Color=red", "", "a.b", "SameSite=Sometimes", "\x1b[31m"])
def test_an_unknown_attribute_is_said_to_be_ignored(text: str) -> None:
    name, equals, value = text.partition("=")
    sentence = explain_attribute(Attribute(name, value if equals else None), EN)
    assert "ignore" in sentence
    assert "\x1b" not in sentence


def test_what_is_absent_is_explained_too() -> None:
    names = [name for name, _ in absent_attributes("a=1; Path=/; max-age=5", EN)]
    assert names == ["Domain", "HttpOnly", "Secure", "SameSite"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("eyJjb3VudCI6MX0=", '{"count":1}'),
        ("eyJjb3VudCI6MX0", '{"count":1}'),
        ("W10=", "[]"),
        ("MQ==", None),
        ("999", None),
        ("", None),
        ("\x1b[31m", None),
        ("//79", None),
    ],
)
def test_base64_json_is_readable_for_everybody(value: str, found: str | None) -> None:
    assert readable_json(value) == found


def test_attributes_of_several_cookies_are_explained_once() -> None:
    lines = [
        "a=1; Path=/; HttpOnly; Expires=Thu, 01 Jan 2026 00:00:00 GMT",
        "b=1; path=/; httponly; Expires=Fri, 02 Jan 2026 00:00:00 GMT",
    ]
    shown = drawn(attributes_seen(lines, EN), 100)
    assert [line.split()[0] for line in shown if line.startswith(" ") and line[1] != " "] == [
        "Path=/",
        "HttpOnly",
        "Expires=Thu,",
    ]
    assert cells(shown) == {100}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("__Host-sid", "__Host-"),
        ("__host-http-sid", "__Host-Http-"),
        ("__Http-sid", "__Http-"),
        ("__SECURE-sid", "__Secure-"),
        ("sid", None),
        ("x__Host-", None),
    ],
)
def test_a_name_that_promises_something_is_explained(
    name: str, prefix: str | None, language: str
) -> None:
    shown = drawn(attributes_seen([f"{name}=1; Path=/"] * 2, Catalogue(language)), 100)
    starts = [line.split()[0] for line in shown[1:] if line[1] != " "]
    assert starts == ([prefix] if prefix else []) + ["Path=/"]


def test_no_attributes_no_table() -> None:
    assert drawn(attributes_seen(["a=1"], EN)) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_table_with_absent_attributes_aligns(language: str, width: int) -> None:
    table = AttributeTable(("a=1; Domain=한국.example",), Catalogue(language), absent=True)
    assert cells(drawn(table, width)) == {width}
