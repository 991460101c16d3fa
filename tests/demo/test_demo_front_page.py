"""The page: two languages, one policy, and nothing hostile in it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

ALLOWED = {
    "html": {"lang"},
    "meta": {"charset", "name", "content"},
    "link": {"rel", "href"},
    "title": set(),
    "style": set(),
    "header": set(),
    "h1": set(),
    "h2": set(),
    "p": set(),
    "main": set(),
    "section": {"id"},
    "ul": set(),
    "li": set(),
    "a": {"href"},
    "code": set(),
    "form": {"method", "action"},
    "input": {"name", "aria-label", "placeholder", "required"},
    "button": set(),
    "table": set(),
    "tr": set(),
    "th": set(),
    "td": set(),
}


class Tags(HTMLParser):
    """Every element and attribute of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.names: set[str] = set()
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


def check_harmless(page: str) -> Tags:
    tags = Tags(page)
    assert tags.names <= ALLOWED.keys()
    assert [a for a in tags.attributes if a[1] not in ALLOWED[a[0]]] == []
    links = [value for _, name, value in tags.attributes if name in ("href", "action")]
    assert [link for link in links if not re.fullmatch(r"(/[\w/-]*|\?lang=..|data:,)", link)] == []
    return tags


@pytest.fixture
def ask(demo: Callable[..., Any]) -> Callable[..., Any]:
    client = Client(demo(), use_cookies=False)
    return lambda path="/", **headers: client.get(
        path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    ("path", "accepts", "language"),
    [
        ("/", "ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("/", "en-US,ko;q=0.5", "en"),
        ("/", "en;q=0.1,ko-Kore-KR;q=0.5", "ko"),
        ("/", "ko;q=0,fr", "en"),
        ("/", "fr", "en"),
        ("/", "", "en"),
        ("/?lang=ko", "en", "ko"),
        ("/?lang=en", "ko", "en"),
        ("/?lang=../../etc", "ko", "ko"),
    ],
)
def test_the_language_is_the_one_asked_for(
    ask: Callable[..., Any], path: str, accepts: str, language: str
) -> None:
    page = ask(path, Accept_Language=accepts).text
    assert f'<html lang="{language}">' in page
    assert ("세 가지 설계" in page) == (language == "ko")


def test_the_page_leads_to_every_design_and_its_forms(ask: Callable[..., Any]) -> None:
    tags = check_harmless(ask().text)
    links = {value for _, name, value in tags.attributes if name in ("href", "action")}
    for design in ("/cookie", "/signed-cookie", "/session"):
        paths = ("", "/peek", "/me", "/login", "/logout", "/cart", "/notes")
        assert {design + path for path in paths} <= links


@pytest.mark.parametrize("there", [True, False])
def test_the_json_view_is_mentioned_where_there_is_one(
    demo: Callable[..., Any], there: bool
) -> None:
    page = Client(demo(has_view=there)).get("/").text
    assert ("/_sessionlab/state" in page) == there


def test_the_policy_allows_the_page_s_own_style_and_no_script(ask: Callable[..., Any]) -> None:
    answer = ask()
    style = re.search("<style>(.*)</style>", answer.text, re.DOTALL)
    assert style is not None
    hashed = b64encode(sha256(unescape(style[1]).encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{hashed}'" in policy
    assert "script-src" not in policy  # default-src 'none' stands for it
    assert policy.startswith("default-src 'none';")


HOSTILE = [
    "<script>alert(1)</script>",
    '" onx="alert(1)',
    "' onx='alert(1)",
    "javascript:alert(1)",
    "</table><img src=x onerror=alert(1)>",
    "&lt;b&gt;",
    "<!--",
    "</style><style>*{}",
    "$title ${style} %s {0}",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_what_came_with_the_request_is_shown_as_text(ask: Callable[..., Any], value: str) -> None:
    pieces = value.replace(";", "")
    page = ask(Cookie=f"{pieces}=1; a={pieces}", User_Agent=value).text
    tags = check_harmless(page)
    assert value in tags.texts  # the browser's name
    if "=" not in pieces:
        assert tags.texts.count(pieces) >= 2  # the cookie's name and value


@given(st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0")))
def test_no_cookie_header_puts_an_element_into_the_page(
    ask: Callable[..., Any], header: str
) -> None:
    answer = ask(Cookie=header, User_Agent=header)
    assert answer.status_code == 200
    check_harmless(answer.text)


def test_control_characters_are_shown_by_name(ask: Callable[..., Any]) -> None:
    cookie = "a=\x1b[31m; b=\u202egnp".encode().decode("latin-1")
    texts = Tags(ask(Cookie=cookie).text).texts
    assert "⟨ESC⟩[31m" in texts
    assert "⟨U+202E⟩gnp" in texts
