"""SessionOptions and CookieOptions: safe defaults, seconds, and errors when they are made."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlab.core.errors import OptionsError
from sessionlab.core.options import (
    CookieOptions,
    Notice,
    NoticeCode,
    SessionOptions,
    epoch_milliseconds,
    milliseconds,
)
from sessionlab.core.safeguards import OnConflict, Safeguards
from sessionlab.core.unset import UNSET

NOW = 1_767_225_600_000  # 2026-01-01T00:00:00Z
TOMORROW = datetime(2026, 1, 2, tzinfo=UTC)


def test_the_defaults_are_the_safe_ones() -> None:
    options = SessionOptions(secrets="keyboard cat")
    assert options == SessionOptions(
        secrets=("keyboard cat",),
        name="connect.sid",
        resave=False,
        save_uninitialized=False,
        rolling=False,
        unset="keep",
        trust_proxy=None,
        cookie=CookieOptions(path="/", http_only=True, max_age=None),
        genid=None,
        store=None,
        safeguards=Safeguards(),
        notices=(),
    )


@pytest.mark.parametrize("secrets", ["one", b"one", ["one"], ("new", b"old"), ["same", "same"]])
def test_secrets_are_one_or_several_texts_or_octets(secrets: Any) -> None:
    expected = (secrets,) if isinstance(secrets, str | bytes) else tuple(secrets)
    assert SessionOptions(secrets=secrets).secrets == expected


FROZEN = [
    SessionOptions(secrets="one"),
    CookieOptions(),
    Safeguards(),
    Notice(NoticeCode.OLD_NAME, "key"),
]


@pytest.mark.parametrize("made", FROZEN, ids=lambda made: type(made).__name__)
def test_options_can_not_be_changed_but_copied(made: Any) -> None:
    for field in fields(made):
        with pytest.raises(FrozenInstanceError):
            setattr(made, field.name, None)
    assert not hasattr(made, "__dict__"), "nor can there be others"
    assert replace(made) == made


@pytest.mark.parametrize("options", [SessionOptions, CookieOptions, Safeguards])
def test_options_are_given_by_name_alone(options: Any) -> None:
    with pytest.raises(TypeError, match="positional"):
        options("one")


# the option at fault, the arguments
REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "no secret": ("secrets", {"secrets": []}),
    "an empty secret": ("secrets", {"secrets": ""}),
    "an empty secret among others": ("secrets", {"secrets": ["one", b""]}),
    "None for a secret": ("secrets", {"secrets": None}),
    "None among the secrets": ("secrets", {"secrets": ["one", None]}),
    "a number for a secret": ("secrets", {"secrets": 12345}),
    "secrets without an order": ("secrets", {"secrets": {"one", "two"}}),
    "secrets by name": ("secrets", {"secrets": {"one": "two"}}),
    "an empty name": ("name", {"name": ""}),
    "a name that is no text": ("name", {"name": 5}),
    "an unset that is neither": ("unset", {"unset": "gone"}),
    "an unset of None": ("unset", {"unset": None}),
    "trust by a word": ("trust_proxy", {"trust_proxy": "false"}),
    "trust by a number": ("trust_proxy", {"trust_proxy": 1}),
    "a genid that is no function": ("genid", {"genid": "id"}),
    "a cookie by a dict": ("cookie", {"cookie": {"secure": True}}),
    "no cookie": ("cookie", {"cookie": None}),
    "a name whose promise is broken": (
        "secure",
        {"name": "__Host-sid", "safeguards": Safeguards(check_prefix=True)},
    ),
}


@pytest.mark.parametrize(("option", "given"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_meant_is_an_error_at_once(option: str, given: dict[str, Any]) -> None:
    with pytest.raises(OptionsError) as caught:
        SessionOptions(**{"secrets": "one"} | given)
    assert caught.value.option == option


def test_a_broken_promise_of_a_name_is_nobodys_business_unless_asked() -> None:
    assert SessionOptions(secrets="one", name="__Host-sid").name == "__Host-sid"


def test_the_cookie_and_the_ids_may_depend_on_the_request() -> None:
    options = SessionOptions(
        secrets="one", cookie=lambda environ: CookieOptions(), genid=lambda environ: "id"
    )
    assert callable(options.cookie)
    assert callable(options.genid)


COOKIE_REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "both an age and a moment": ("expires", {"max_age": 60, "expires": TOMORROW}),
    "a path that is no text": ("path", {"path": 5}),
    "a domain that is no text": ("domain", {"domain": ["a.b"]}),
    "an age as text": ("max_age", {"max_age": "60"}),
    "an age by truth": ("max_age", {"max_age": True}),
    "an age that is a list": ("max_age", {"max_age": [60]}),
    "an age that is no number": ("max_age", {"max_age": nan}),
    "an endless age": ("max_age", {"max_age": inf}),
    "a moment without a zone": ("expires", {"expires": datetime(2026, 1, 2)}),
    "a day": ("expires", {"expires": date(2026, 1, 2)}),
    "a moment as text": ("expires", {"expires": "2026-01-02"}),
    "a moment as a number": ("expires", {"expires": NOW}),
    "a moment by truth": ("expires", {"expires": True}),
}


@pytest.mark.parametrize(("option", "given"), COOKIE_REFUSED.values(), ids=COOKIE_REFUSED)
def test_a_cookie_that_can_not_be_meant_is_an_error_at_once(
    option: str, given: dict[str, Any]
) -> None:
    with pytest.raises(OptionsError) as caught:
        CookieOptions(**given)
    assert caught.value.option == option


def test_what_express_session_finds_out_later_is_left_until_then() -> None:
    strange = CookieOptions(path="no slash;", domain="a b", priority="highest", same_site="laxer")
    assert strange.attributes(None, request_secure=False).priority == "highest"


# a sentence, arguments, the original max age and the expiry of a cookie that begins at NOW
EXPIRIES: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "until the browser is closed": ({}, None, None),
    "both absent": ({"max_age": UNSET}, UNSET, UNSET),
    "seconds": ({"max_age": 60}, 60_000, NOW + 60_000),
    "parts of a second": ({"max_age": 0.25}, 250, NOW + 250),
    "a timedelta": ({"max_age": timedelta(hours=1)}, 3_600_000, NOW + 3_600_000),
    "no time at all": ({"max_age": 0}, 0, NOW),
    "already over": ({"max_age": -1}, -1000, NOW - 1000),
    "a moment": ({"expires": TOMORROW}, 86_400_000, NOW + 86_400_000),
    "a moment elsewhere": (
        {"expires": datetime(2026, 1, 1, 9, 0, 1, tzinfo=timezone(timedelta(hours=9)))},
        1000,
        NOW + 1000,
    ),
    "a moment of None": ({"expires": None}, None, None),
    "a moment of False": ({"expires": False}, False, False),
}


@pytest.mark.parametrize(("given", "age", "expires"), EXPIRIES.values(), ids=EXPIRIES)
def test_when_a_cookie_expires_that_begins_now(
    given: dict[str, Any], age: Any, expires: Any
) -> None:
    assert CookieOptions(**given).expiry(NOW) == (age, expires)


def test_an_expiry_beyond_the_last_date_is_an_invalid_one() -> None:
    age, expires = CookieOptions(max_age=1e15).expiry(NOW)
    assert age != age
    assert expires != expires


# secure and same_site as given, over TLS or not, as decided
AUTO: list[tuple[Any, Any, bool, Any, Any]] = [
    ("auto", "auto", True, True, "none"),
    ("auto", "auto", False, False, "lax"),
    (True, "strict", False, True, "strict"),
    (UNSET, UNSET, True, UNSET, UNSET),
    (False, None, True, False, None),
]


@pytest.mark.parametrize(("secure", "same_site", "tls", "is_secure", "is_same_site"), AUTO)
def test_auto_is_decided_by_the_request(
    secure: Any, same_site: Any, tls: bool, is_secure: Any, is_same_site: Any
) -> None:
    options = CookieOptions(secure=secure, same_site=same_site)
    made = options.attributes(None, request_secure=tls)
    assert (made.secure, made.same_site) == (is_secure, is_same_site)


def test_every_attribute_reaches_the_cookie() -> None:
    given = {
        "path": "/app",
        "domain": "a.b",
        "http_only": False,
        "secure": True,
        "same_site": "lax",
        "partitioned": True,
        "priority": "low",
    }
    made = CookieOptions(**given).attributes(5000, request_secure=True)
    assert {name: getattr(made, name) for name in given} == given
    assert made.original_max_age == 5000


def test_the_hardened_options_have_every_safeguard_and_let_what_is_given_win() -> None:
    options = SessionOptions.hardened("one")
    cookie, guards = options.cookie, options.safeguards
    assert isinstance(cookie, CookieOptions)
    assert (options.name, options.unset, options.rolling) == ("__Host-sid", "destroy", True)
    assert (options.resave, options.save_uninitialized) == (False, False)
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, True, "lax")
    assert (cookie.path, cookie.domain, cookie.max_age) == ("/", UNSET, 1800)
    assert guards == Safeguards(
        no_resurrection=True,
        on_conflict=OnConflict.MERGE,
        absolute_timeout=12 * 60 * 60,
        clear_cookie=True,
        cache_headers=True,
        check_prefix=True,
    )
    other = SessionOptions.hardened(["one", "two"], name="sid", rolling=False)
    assert (other.name, other.rolling, other.secrets) == ("sid", False, ("one", "two"))
    with pytest.raises(OptionsError):
        SessionOptions.hardened("one", cookie=CookieOptions(secure=True, domain="a.b"))


@pytest.mark.parametrize(
    ("seconds", "ms"),
    [
        (1, 1000),
        (0.001, 1),
        (0.29, 290),
        (1.1, 1100),
        (0.0005, 0.5),
        (-0.5, -500),
        (timedelta(milliseconds=7, microseconds=900), 7),
        (timedelta(days=-1), -86_400_000),
    ],
)
def test_seconds_are_milliseconds_whole_where_they_are(seconds: Any, ms: float) -> None:
    found = milliseconds(seconds)
    assert found == ms
    assert isinstance(found, int) is isinstance(ms, int)


@given(st.integers(-(2**40), 2**40))
def test_whole_milliseconds_survive_being_seconds(ms: int) -> None:
    assert milliseconds(ms / 1000) == ms


@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_is_the_same_in_every_zone(moment: datetime) -> None:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    whole = since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
    assert epoch_milliseconds(moment) == whole
