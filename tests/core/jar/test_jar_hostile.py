"""Whatever a server or a page sends, the jar answers and never raises.

5,000 seeded headers by default.  All 100,000, which take a few seconds:

    SESSIONLAB_HOSTILE_HEADERS=100000 python -m pytest tests/core/jar/test_jar_hostile.py
"""

from __future__ import annotations

import os
import random
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessionlab.core.jar import (
    Api,
    InvalidUrl,
    Jar,
    RequestContext,
    parse_cookie_date,
    parse_set_cookie,
)
from sessionlab.render.catalogue import Catalogue

from .support import NOW, new_jar

_HEADERS = int(os.environ.get("SESSIONLAB_HOSTILE_HEADERS", "5000"))

_PIECES = [
    *"=;,. \t\"'\\/%:[]{}()<>@!#$&*+-_|~`^?",
    *"\x00\x01\r\n\x1b\x7f\x80\xa0\xff\u0130\u212a\u2028\ud800\U0001f36a\uffff",
    *["a", "sid", "Path", "Domain", "Expires", "Max-Age", "Secure", "HttpOnly", "SameSite"],
    *["Partitioned", "Priority", "__Host-", "__Secure-", "__Http-", "__Host-Http-", "Lax", "None"],
    *["a.test", "www.a.test", "co.uk", "1.2.3.4", "[::1]", "localhost", "xn--", "..", "/dir"],
    *["0", "-1", "60", "9" * 30, "Wed, 21 Oct 2026 07:28:00 GMT", "07:28:", "Feb", "é" * 600],
    *["; ", "; Path=/", "; Domain=", "; Max-Age=", "; Expires=", "; Secure", "x" * 1100],
]
_URLS = [
    "https://www.a.test/dir/page",
    "http://www.a.test/",
    "http://localhost:8000/dir/",
    "https://1.2.3.4/",
    "http://[::1]/x",
    "wss://a.co.uk/",
    "ftp://a.test/",
    "http://bücher.test/ä",
]
_OTHERS = [None, "https://b.test/", "http://www.a.test/", "null", "data:,x", "https://[x", "\ud800"]


def _random_line(chance: random.Random) -> str:
    """Half of the lines are noise, half begin like a cookie and go astray."""
    noise = "".join(chance.choices(_PIECES, k=chance.randint(0, 12)))
    if chance.random() < 0.5:
        return noise
    attributes = chance.choices(["Path=/", "Secure", "Max-Age=0", "SameSite=None", noise], k=3)
    return "; ".join([f"{chance.choice('abc')}={chance.randint(0, 9)}", *attributes])


def _random_context(chance: random.Random) -> RequestContext:
    return RequestContext(
        url=chance.choice(_URLS),
        method=chance.choice(["GET", "POST", "", "\x00"]),
        initiator=chance.choice(_OTHERS),
        top_level=chance.random() < 0.5,
        top_level_url=chance.choice(_OTHERS),
        cross_site_ancestor=chance.random() < 0.2,
        api=chance.choice(list(Api)),
    )


@pytest.mark.parametrize("seed", range(5))
def test_random_headers_are_answered(seed: int) -> None:
    chance = random.Random(seed)
    jar = new_jar()
    outcomes = set()
    for number in range(_HEADERS // 5):
        context, now = _random_context(chance), NOW + number
        verdict = jar.set(_random_line(chance), context, now)
        outcomes.add(verdict.outcome)
        assert verdict.accepted is not bool(verdict.reasons)
        if number % 10 == 0:
            selection = jar.select(_random_context(chance), now)
            assert all(verdict.sent is not bool(verdict.reasons) for verdict in selection.verdicts)
    # The headers are no mere noise: every end is reached.
    assert len(outcomes) == 5
    assert len(list(jar)) == len(jar)


@given(st.text(max_size=300), st.text(max_size=60))
@example("a=1; Max-Age=" + "9" * 5000, "x")
@example("a=1; Domain=" + "a." * 5000, "x")
def test_any_text_is_answered_and_every_sentence_can_be_said(line: str, path: str) -> None:
    jar: Jar = new_jar()
    context = RequestContext("https://www.a.test/" + path)
    verdict = jar.set(line, context, NOW)
    for code in verdict.reasons:
        assert Catalogue("en").text(f"jar.refusal.reason.{code}", **verdict.evidence)
    for warning in verdict.warnings:
        assert Catalogue("ko").text(f"jar.set-warning.reason.{warning}", **verdict.evidence)
    assert all(each.evidence for each in jar.select(context, NOW).verdicts)


@given(st.text(max_size=300))
def test_any_text_as_a_url_is_a_target_or_a_clear_error(url: str) -> None:
    with suppress(InvalidUrl):
        assert new_jar().set("a=1", RequestContext(url), NOW).request.target.scheme


@given(st.text(max_size=300))
def test_any_text_as_a_host_is_answered(host: str) -> None:
    with suppress(InvalidUrl):
        assert new_jar().set("a=1", RequestContext(f"http://{host}/"), NOW).request.target.host


@pytest.mark.parametrize("piece", ["1", "1:", "jan ", "99:99:99 ", " ", "a", "\x7f", "-1", "١"])
def test_a_date_of_64_kilobytes_is_answered(piece: str) -> None:
    text = piece * (64 * 1024 // len(piece))
    assert parse_cookie_date(text) is None
    cookie = parse_set_cookie(f"a=1; Expires={text}", NOW)
    assert cookie.expires is None
