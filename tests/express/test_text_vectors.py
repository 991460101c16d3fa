"""Text, octet for octet as the Node packages write and read it, odd text included.

Source: vectors.js beside this file, which asked the real packages.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from sessionlab.core.errors import CookieError
from sessionlab.core.options import CookieOptions
from sessionlab.core.wire import (
    Signer,
    decode_component,
    decode_cookie,
    dump_json,
    encode_component,
    find_cookie,
    load_json,
    serialize_cookie,
    session_id_from_bytes,
    sign,
)
from sessionlab.core.wire.javascript import date_value, iso_date, parse_date, utc_date
from sessionlab.core.wire.sealed import encode_session, seal
from sessionlab.session.cookie_session import CookieSessionMiddleware, get_cookie_session

from .recordings import read

VECTORS = read("vectors.json.gz")
START = 1_700_000_000_500

# express name -> ours, of the attributes that are handed on as they are
ATTRIBUTES = {
    "domain": "domain",
    "path": "path",
    "httpOnly": "http_only",
    "secure": "secure",
    "partitioned": "partitioned",
    "priority": "priority",
    "sameSite": "same_site",
    "maxAge": "max_age",
}


def _error(message: str) -> dict[str, str]:
    return {"error": message}


def _attempt(make: Callable[[], Any], message: str = "") -> Any:
    """The result; a ValueError as the recording writes Node's error."""
    try:
        return make()
    except CookieError as error:
        if error.part == "val":  # a lone surrogate, the one thing that can't be percent-encoded
            return _error("URI malformed")
        return _error(f"{'argument' if error.part == 'name' else 'option'} {error.part} is invalid")
    except ValueError:
        return _error(message)


def _sign(value: str, secret: str) -> Any:
    return sign(value, secret)


def _unsign(signed: str, secrets: list[str]) -> Any:
    known = bool(secrets) and Signer(secrets).match(signed) is not None
    return signed.rpartition(".")[0] if known else False


def _parse(header: str) -> Any:
    """Every cookie of a header, each looked up by its name."""
    pairs = header.split(";") if len(header) > 1 else []  # cookie 0.7.2 reads no shorter header
    names = dict.fromkeys(pair.partition("=")[0].strip(" \t") for pair in pairs if "=" in pair)
    names.pop("__proto__", None)  # assigning it gives JavaScript's object no key of its own
    return [[name, decode_cookie(find_cookie(header, name) or "")] for name in names]


def _serialize(name: str, value: str, options: dict[str, Any]) -> Any:
    attributes = {ATTRIBUTES[key]: given for key, given in options.items() if key in ATTRIBUTES}
    if options.get("expires"):
        attributes["expires"] = options["expires"]["$date"]
    return _attempt(lambda: serialize_cookie(name, value, **attributes))


def _date(ms: float) -> Any:
    moment = date_value(ms)
    return [None, None] if moment != moment else [iso_date(moment), utc_date(moment)]


def _date_text(text: str) -> Any:
    moment = parse_date(text)
    return None if moment != moment else moment


def _seal(session: str, name: str, secret: str) -> Any:
    value = encode_session(load_json(session))
    return [value, seal(name, value, secret)]


def _exchange(options: CookieOptions, header: str, secrets: list[str], data: Any) -> Any:
    """What the sealed session's middleware reads, or is given, and the cookies that it sends."""
    seen: list[Any] = []
    sent: list[str] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        session = get_cookie_session(environ)
        assert session is not None
        seen.append(None if session.is_new else dump_json(dict(session)))
        session.update(data)
        start_response("200 OK", [])
        return [b""]

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        sent.extend(value for name, value in headers if name == "Set-Cookie")
        return lambda chunk: None

    wrapped = CookieSessionMiddleware(app, secrets, cookie=options, clock=lambda: START)
    environ = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "http", "HTTP_COOKIE": header}
    for _ in wrapped(environ, start_response):
        pass
    return [seen[0], sent]


def _open(header: str, secrets: list[str]) -> Any:
    return _exchange(CookieOptions(), header, secrets, {})


def _sealed_line(express: dict[str, Any]) -> Any:
    attributes = {ATTRIBUTES[key]: given for key, given in express.items()}
    if "max_age" in attributes:
        attributes["max_age"] = timedelta(milliseconds=attributes["max_age"])
    return _exchange(CookieOptions(**attributes), "", ["one"], {"a": 1})[1]


# family -> how ours is asked; a vector is the inputs and then the result(s)
FAMILIES: dict[str, tuple[int, Callable[..., Any]]] = {
    "sign": (2, _sign),
    "unsign": (2, _unsign),
    "parse": (1, _parse),
    "serialize": (3, _serialize),
    "id": (1, lambda octets: session_id_from_bytes(bytes.fromhex(octets))),
    "encode": (1, lambda text: _attempt(lambda: encode_component(text), "URI malformed")),
    "decode": (1, lambda text: _attempt(lambda: decode_component(text), "URI malformed")),
    "json": (1, lambda text: _attempt(lambda: dump_json(load_json(text)), "not JSON")),
    "date": (1, _date),
    "dateText": (1, _date_text),
    "seal": (3, _seal),
    "open": (2, _open),
    "sealedLine": (1, _sealed_line),
}

_NO_OBJECT = "a sealed value that is JSON but no object is unreadable; there, an empty session"

_PARTIAL_DATE = "only a whole and real date is one; no program writes others into a record"

# (family, first input) -> why ours differs, and what its result is true of
DIFFERENCES: dict[tuple[str, str], tuple[str, Callable[[Any], bool]]] = {
    ("json", "1234567890123456800000"): (
        "integers are kept exact; JavaScript rounds them to the nearest double",
        lambda found: bool(found == "1234567890123456800000"),
    ),
    **{
        ("open", f"session={value}; session.sig={seal('session', value, 'one')}"): (
            _NO_OBJECT,
            lambda found: found[0] is None,
        )
        for value in ("bnVsbA==", "W10=", "MQ==")
    },
    ("open", f"session=; session.sig={seal('session', '', 'one')}"): (
        "an empty sealed value counts as absent; there, its seal of an older key is renewed",
        lambda found: found == [None, []],
    ),
    **{
        ("dateText", text): (_PARTIAL_DATE, lambda found: found is None)
        for text in ("2024", "2024-02", "2023-02-29", "2024-01-01T24:00:00Z")
    },
}


def _results(family: str) -> Iterator[tuple[list[Any], Any, Any]]:
    """Every vector's inputs, what was recorded and what ours makes of it."""
    taken, ask = FAMILIES[family]
    for vector in VECTORS[family]:
        inputs, result = vector[:taken], vector[taken:]
        yield inputs, result[0] if len(result) == 1 else result, ask(*inputs)


def test_every_recorded_family_is_checked() -> None:
    assert set(FAMILIES) == set(VECTORS)


@pytest.mark.parametrize("family", FAMILIES)
def test_text_is_what_the_real_packages_make_of_it(family: str) -> None:
    wrong = [
        (inputs, expected, found)
        for inputs, expected, found in _results(family)
        if found != expected and (family, inputs[0]) not in DIFFERENCES
    ]
    assert not wrong


@pytest.mark.parametrize(("family", "first"), DIFFERENCES)
def test_a_listed_difference_of_text_is_one(family: str, first: str) -> None:
    reason, holds = DIFFERENCES[family, first]
    different = [
        found
        for inputs, expected, found in _results(family)
        if inputs[0] == first and found != expected
    ]
    assert different, "no difference any more: take it off the list"
    assert all(map(holds, different)), reason
