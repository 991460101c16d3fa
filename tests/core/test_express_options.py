"""A pasted express-session options object: read as Node reads it, with what it would not say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sessionlab.core.errors import OptionsError
from sessionlab.core.options import CookieOptions, NoticeCode, SessionOptions
from sessionlab.core.unset import UNSET

TOMORROW = datetime(2026, 1, 2, tzinfo=UTC)
DECIDED = {"secret": "keyboard cat", "resave": False, "saveUninitialized": False}


def read(**options: Any) -> SessionOptions:
    """Options that give rise to no notice of their own, and these."""
    return SessionOptions.from_express(DECIDED | options)


def cookie(**options: Any) -> CookieOptions:
    made = read(cookie=options).cookie
    assert isinstance(made, CookieOptions)
    return made


def notices(options: SessionOptions) -> list[tuple[str, str, str]]:
    return [(notice.code.value, notice.option, notice.found) for notice in options.notices]


def test_the_least_that_can_be_given_has_express_sessions_defaults() -> None:
    options = SessionOptions.from_express({"secret": "keyboard cat"})
    assert (options.resave, options.save_uninitialized) == (True, True)
    assert (options.name, options.rolling, options.unset) == ("connect.sid", False, "keep")
    assert (options.trust_proxy, options.genid, options.store) == (None, None, None)
    assert options.cookie == CookieOptions()
    assert notices(options) == [
        ("resave-undefined", "resave", ""),
        ("save-uninitialized-undefined", "saveUninitialized", ""),
    ]


def test_everything_that_can_be_given_arrives() -> None:
    def genid(environ: Any) -> str:
        return "id"

    store: Any = object()
    options = SessionOptions.from_express(
        {
            "secret": ["new", "old"],
            "name": "sid",
            "resave": True,
            "saveUninitialized": False,
            "rolling": True,
            "unset": "destroy",
            "proxy": True,
            "genid": genid,
            "store": store,
            "cookie": {
                "path": "/app",
                "domain": "example.org",
                "maxAge": 60_000,
                "httpOnly": False,
                "secure": "auto",
                "sameSite": "lax",
                "partitioned": True,
                "priority": "high",
            },
        }
    )
    assert options == SessionOptions(
        secrets=("new", "old"),
        name="sid",
        resave=True,
        save_uninitialized=False,
        rolling=True,
        unset="destroy",
        trust_proxy=True,
        genid=genid,
        store=store,
        cookie=CookieOptions(
            path="/app",
            domain="example.org",
            max_age=60,
            http_only=False,
            secure="auto",
            same_site="lax",
            partitioned=True,
            priority="high",
        ),
    )
    assert options.notices == ()


# a sentence, options, a notice
NOTICES: dict[str, tuple[dict[str, Any], tuple[str, str, str]]] = {
    "secure beside secret is ignored": (
        {"secure": True},
        ("belongs-into-cookie", "secure", "true"),
    ),
    "so is maxAge": ({"maxAge": 60_000}, ("belongs-into-cookie", "maxAge", "60000")),
    "and every other": ({"httpOnly": None}, ("belongs-into-cookie", "httpOnly", "null")),
    "the old name of name": ({"key": "sid"}, ("old-name", "key", '"sid"')),
    "a word is true": ({"resave": "false"}, ("taken-as-true", "resave", '"false"')),
    "a list is true": ({"rolling": []}, ("taken-as-true", "rolling", "[]")),
    "an object is true": ({"saveUninitialized": {}}, ("taken-as-true", "saveUninitialized", "{}")),
    "a proxy that is neither true nor false": (
        {"proxy": "yes"},
        ("overridden", "proxy", '"yes"'),
    ),
    "what other cookie packages read": (
        {"cookie": {"signed": True}},
        ("ignored-by-cookie", "cookie.signed", "true"),
    ),
    "an expiry that another overrides": (
        {"cookie": {"maxAge": 1000, "expires": TOMORROW}},
        ("overridden", "cookie.expires", "2026-01-02 00:00:00+00:00"),
    ),
    "60 characters are shown": (
        {"secure": "x" * 58},
        ("belongs-into-cookie", "secure", '"' + "x" * 58 + '"'),
    ),
    "a longer value is cut short": (
        {"secure": "x" * 100},
        ("belongs-into-cookie", "secure", '"' + "x" * 58 + "…"),
    ),
}


@pytest.mark.parametrize(("options", "notice"), NOTICES.values(), ids=NOTICES)
def test_what_express_session_takes_without_a_word_is_noticed(
    options: dict[str, Any], notice: tuple[str, str, str]
) -> None:
    assert notices(read(**options)) == [notice]


def test_every_notice_is_given_for_something() -> None:
    given = {code for _, (code, *_) in NOTICES.values()}
    assert given | {"resave-undefined", "save-uninitialized-undefined"} == set(NoticeCode)


def test_a_misplaced_secure_changes_nothing() -> None:
    assert read(secure=True).cookie == CookieOptions()


# a sentence, options, what becomes of them
READINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "null is false": ({"resave": None, "rolling": None}, {"resave": False, "rolling": False}),
    "undefined is as if left out": ({"resave": UNSET}, {"resave": True}),
    "nought is false": ({"saveUninitialized": 0}, {"save_uninitialized": False}),
    "an empty text is false": ({"resave": ""}, {"resave": False}),
    "a word is true": ({"resave": "false"}, {"resave": True}),
    "an empty name is the default": ({"name": ""}, {"name": "connect.sid"}),
    "the old name of name": ({"key": "old"}, {"name": "old"}),
    "name before key": ({"name": "new", "key": "old"}, {"name": "new"}),
    "an empty name, then key": ({"name": "", "key": "old"}, {"name": "old"}),
    "an empty key is none": ({"key": ""}, {"name": "connect.sid"}),
    "an empty unset is keep": ({"unset": ""}, {"unset": "keep"}),
    "a null unset is keep": ({"unset": None}, {"unset": "keep"}),
    "proxy off": ({"proxy": False}, {"trust_proxy": False}),
    "proxy undefined": ({"proxy": UNSET}, {"trust_proxy": None}),
    "proxy null": ({"proxy": None}, {"trust_proxy": None}),
    "proxy as a number is neither": ({"proxy": 1}, {"trust_proxy": None}),
    "no cookie": ({"cookie": None}, {"cookie": CookieOptions()}),
    "a ready cookie": (
        {"cookie": CookieOptions(max_age=5)},
        {"cookie": CookieOptions(max_age=5)},
    ),
    "octets as a secret": ({"secret": b"one"}, {"secrets": (b"one",)}),
}


@pytest.mark.parametrize(("options", "expected"), READINGS.values(), ids=READINGS)
def test_a_value_is_read_as_javascript_reads_it(
    options: dict[str, Any], expected: dict[str, Any]
) -> None:
    made = read(**options)
    assert {name: getattr(made, name) for name in expected} == expected


# a sentence, the cookie's options in milliseconds, ours in seconds
TIMES: dict[str, tuple[dict[str, Any], CookieOptions]] = {
    "milliseconds are seconds": ({"maxAge": 1500}, CookieOptions(max_age=1.5)),
    "no age": ({"maxAge": None}, CookieOptions(max_age=None)),
    "an age undefined": ({"maxAge": UNSET}, CookieOptions(max_age=UNSET)),
    "a Date as an age": ({"maxAge": TOMORROW}, CookieOptions(expires=TOMORROW)),
    "a Date": ({"expires": TOMORROW}, CookieOptions(expires=TOMORROW)),
    "expires null": ({"expires": None}, CookieOptions(expires=None)),
    "expires false": ({"expires": False}, CookieOptions(expires=False)),
    "expires undefined": (
        {"expires": UNSET},
        CookieOptions(max_age=UNSET, expires=UNSET),
    ),
    "the later wins: expires": (
        {"maxAge": 1000, "expires": TOMORROW},
        CookieOptions(expires=TOMORROW),
    ),
    "the later wins: maxAge": (
        {"expires": TOMORROW, "maxAge": 1000},
        CookieOptions(max_age=1),
    ),
}


@pytest.mark.parametrize(("options", "expected"), TIMES.values(), ids=TIMES)
def test_times_are_milliseconds_there_and_seconds_here(
    options: dict[str, Any], expected: CookieOptions
) -> None:
    assert cookie(**options) == expected


# options, the name at fault, what the message must hold
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "British spelling": ({"saveUninitialised": True}, "saveUninitialised", "saveUninitialized?"),
    "Python's spelling": ({"save_uninitialized": True}, "save_uninitialized", "saveUninitialized?"),
    "another case": ({"maxage": 5}, "maxage", "maxAge?"),
    "several secrets": ({"secrets": ["x"]}, "secrets", "secret?"),
    "nothing like it": ({"zzz": 1}, "zzz", "there are cookie, genid, name"),
    "a name that is none": ({5: 1}, "5", "there are"),
    "another case within cookie": (
        {"cookie": {"samesite": 1}},
        "cookie.samesite",
        "cookie.sameSite?",
    ),
    "Python's spelling within cookie": (
        {"cookie": {"max_age": 5}},
        "cookie.max_age",
        "cookie.maxAge?",
    ),
    "nothing like it within cookie": ({"cookie": {"zzz": 5}}, "cookie.zzz", "there are domain"),
    "no secret": ({"secret": None}, "secret", "missing"),
    "an empty secret": ({"secret": ""}, "secret", "missing"),
    "a secret undefined": ({"secret": UNSET}, "secret", "missing"),
    "a number as a secret": ({"secret": 5}, "secret", "text"),
    "no secrets at all": ({"secret": []}, "secrets", "no secret"),
    "an empty one among them": ({"secret": ["x", ""]}, "secrets", "empty"),
    "a name that is no text": ({"name": 5}, "name", "name is 5"),
    "an old name that is no text": ({"key": 5}, "name", "name is 5"),
    "an unset that is neither": ({"unset": "gone"}, "unset", '"keep" or "destroy"'),
    "a genid that is no function": ({"genid": 5}, "genid", "function"),
    "a cookie that is no object": ({"cookie": "x"}, "cookie", 'cookie is "x"'),
    "an age as text": ({"cookie": {"maxAge": "60000"}}, "cookie.maxAge", "milliseconds"),
    "an age by truth": ({"cookie": {"maxAge": True}}, "cookie.maxAge", "milliseconds"),
    "an expiry as text": ({"cookie": {"expires": "2026"}}, "cookie.expires", "hangs"),
    "an expiry as a number": ({"cookie": {"expires": 5}}, "cookie.expires", "hangs"),
    "a Date without a zone": (
        {"cookie": {"expires": datetime(2026, 1, 2)}},
        "expires",
        "time zone",
    ),
}


@pytest.mark.parametrize(("options", "option", "words"), REFUSED.values(), ids=REFUSED)
def test_what_node_would_ignore_hang_or_crash_on_is_an_error_with_the_way_out(
    options: dict[str, Any], option: str, words: str
) -> None:
    with pytest.raises(OptionsError) as caught:
        SessionOptions.from_express(DECIDED | options)
    assert caught.value.option == option
    assert words in str(caught.value)


def test_what_is_no_object_is_refused() -> None:
    with pytest.raises(OptionsError, match="of type list"):
        SessionOptions.from_express([("secret", "x")])  # type: ignore[arg-type]


def test_a_session_option_within_cookie_is_sent_back_where_it_belongs() -> None:
    with pytest.raises(OptionsError) as caught:
        read(cookie={"secret": "x"})
    assert caught.value.option == "cookie.secret"
    assert "cookie.secure" not in str(caught.value), "secure is not what was meant"


# what a cookie function returns, and what it is read as
FUNCTIONS: dict[str, tuple[Any, CookieOptions]] = {
    "an object": ({"maxAge": 1000, "secure": "auto"}, CookieOptions(max_age=1, secure="auto")),
    "nothing": (None, CookieOptions()),
    "ready options": (CookieOptions(path="/a"), CookieOptions(path="/a")),
}


@pytest.mark.parametrize(("returned", "expected"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_cookie_function_is_asked_for_each_request(
    returned: Any, expected: CookieOptions
) -> None:
    environs = []

    def of_request(environ: Any) -> Any:
        environs.append(environ)
        return returned

    made = read(cookie=of_request).cookie
    assert environs == []
    assert callable(made)
    environ = {"PATH_INFO": "/"}
    assert made(environ) == expected
    assert environs == [environ]


def test_a_cookie_function_that_returns_what_can_not_be_meant_is_told_so() -> None:
    made = read(cookie=lambda environ: {"max_age": 5}).cookie
    assert callable(made)
    with pytest.raises(OptionsError, match=r"cookie\.maxAge"):
        made({})
