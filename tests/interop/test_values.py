"""What one side keeps, the other reads: order, text, numbers, and the keys that mean something."""

from __future__ import annotations

import json

import pytest

from .dialogues import ALICE, Ask, Dialogue, Expect, Table, a, b
from .sites import World
from .test_dialogues import LOGGED_IN
from .visitor import Visitor

SHARED: Table = {
    "nested data, changed inside by both in turn": Dialogue([
        LOGGED_IN,
        b("POST /cart", {"item": "tea", "n": 1}),
        a("POST /cart", {"item": "쿠키", "n": 2}),
        b("POST /cart", {"item": None, "n": []}),
        a("GET /data", sees='{"user":"alice","cart":{"items":[{"item":"tea","n":1},'
                            '{"item":"쿠키","n":2},{"item":null,"n":[]}]}}'),
    ]),
    "keys stay in the order in which they came, whoever adds and deletes": Dialogue([
        a("PUT /data", {"b": 1, "a": 2}),
        b("PUT /data", {"c": 3}), a("DELETE /data/b"), b("PUT /data", {"b": 4}),
        a("GET /data", sees='{"a":2,"c":3,"b":4}'), b("GET /data", sees='{"a":2,"c":3,"b":4}'),
    ]),
    "keys that look like numbers go in front, as JavaScript has them": Dialogue([
        b("PUT /data", {"z": 1, "10": 2, "9": 3, "01": 4}),
        a("PUT /data", {"5": 0, "n": {"2": 0, "1": 0}}),
        b("GET /data", sees='{"5":0,"9":3,"10":2,"z":1,"01":4,"n":{"1":0,"2":0}}'),
    ]),
    "text of every kind": Dialogue([
        a("PUT /data", {"이름": "홍길동", "🍪": "a\u0301", "quote": '"\\/', "line": "\u2028\r\n"}),
        b("PUT /data", {"odd": "\0\x01\x1f\x7f\x80\ufeff\uffff", "": "an empty key"}),
        a("POST /count"), b("POST /count"), Expect(records=1),
    ]),
    "halves of characters": Dialogue([
        b("PUT /data", {"half": "\ud83d", "\udc00": "a key", "turned": "\udf6a\ud83c"}),
        a("POST /count"), b("POST /count"),
        a("GET /data", sees='{"half":"\\ud83d","\\udc00":"a key",'
                            '"turned":"\\udf6a\\ud83c","count":2}'),
    ]),
    "numbers as JavaScript writes them": Dialogue([
        a("PUT /data", {"a": 1.5, "b": 0.1, "c": 1e21, "d": 1e-7, "e": 5e-324, "f": 1.0}),
        b("PUT /data", {"g": -0.0, "h": 1e16, "i": 0.1 + 0.2, "j": 123456789.125}),
        a("PUT /data", {"k": -1e-9, "l": 2**53}),
        a("POST /count"), b("POST /count"),
        a("GET /data", sees='{"a":1.5,"b":0.1,"c":1e+21,"d":1e-7,"e":5e-324,"f":1,"g":0,'
                            '"h":10000000000000000,"i":0.30000000000000004,"j":123456789.125,'
                            '"k":-1e-9,"l":9007199254740992,"count":2}'),
    ]),
    "empty and nothing": Dialogue([
        a("PUT /data", {"a": None, "b": False, "c": [], "d": {}, "e": "", "f": [None]}),
        b("POST /count"), a("POST /count"),
    ]),
    "a cookie inside of the data is data": Dialogue([
        a("PUT /data", {"box": {"cookie": {"path": "/", "maxAge": 1}}}), b("POST /count"),
        a("GET /data", sees='{"box":{"cookie":{"path":"/","maxAge":1}},"count":1}'),
    ]),
    "a long text": Dialogue([
        a("PUT /data", {"text": "세션" * 8_000}), b("POST /count"), a("POST /count"),
    ]),
    "a deep nest": Dialogue([
        a("PUT /data", {"nest": json.loads("[" * 200 + "]" * 200)}), b("POST /count"),
        a("POST /count"),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARED)
def test_whoever_writes_it_the_other_reads_the_same(world: World, name: str) -> None:
    SHARED[name].play_with_every_cast(world)


# -- where JavaScript and Python are two ------------------------------------------------------


def express(line: str, body: object = None, sees: str | None = None) -> Ask:
    return a(line, body, sees)


def python(line: str, body: object = None, sees: str | None = None) -> Ask:
    return b(line, body, sees)


BEYOND = 2**53 + 1
DIFFERENT: Table = {
    "Python keeps a whole number beyond 2**53; Express reads it rounded, and rounds it for good "
    "when it writes": Dialogue([
        python("PUT /data", {"n": BEYOND}, '{"n":9007199254740993}'),
        express("GET /data", sees='{"n":9007199254740992}'),
        python("GET /data", sees='{"n":9007199254740993}'),
        express("POST /count", sees='{"n":9007199254740992,"count":1}'),
        python("GET /data", sees='{"n":9007199254740992,"count":1}'),
    ]),
    "a whole number beyond 2**53 is rounded by Express before it keeps it": Dialogue([
        express("PUT /data", {"n": BEYOND}, '{"n":9007199254740992}'),
        python("GET /data", sees='{"n":9007199254740992}'),
    ]),
    "Python's key cookie is Express's $cookie, and the other way round": Dialogue([
        python("PUT /data", {"cookie": "oat"}, '{"cookie":"oat"}'),
        express("GET /data", sees='{"$cookie":"oat"}'),
        express("PUT /data", {"$cookie": "rye", "$$cookie": 1}, '{"$cookie":"rye","$$cookie":1}'),
        python("GET /data", sees='{"cookie":"rye","$cookie":1}'),
    ]),
    "keys that an Express session has itself are lost there, on a mere read": Dialogue([
        python("PUT /data", {"id": 1, "req": 2, "save": 3, "touch": 4, "constructor": 5,
                             "toString": 6, "__proto__": 7, "resetMaxAge": 8, "hash": 9}),
        python("GET /data", sees='{"id":1,"req":2,"save":3,"touch":4,"constructor":5,'
                                 '"toString":6,"__proto__":7,"resetMaxAge":8,"hash":9}'),
        express("GET /data", sees='{"hash":9}'),
        python("GET /data", sees='{"hash":9}'),
    ]),
    "the same keys deeper down are safe": Dialogue([
        python("PUT /data", {"user": {"id": 1, "save": 2, "constructor": 3}}),
        express("POST /count"),
        python("GET /data", sees='{"user":{"id":1,"save":2,"constructor":3},"count":1}'),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_differs_is_known(world: World, name: str) -> None:
    DIFFERENT[name].play(world, ("express", "python"))


@pytest.mark.parametrize(
    ("body", "kept_by_express"),
    [(b'{"n": 1e999}', '{"user":"alice","n":null}'), (b'{"n": NaN}', None)],
)
def test_what_no_json_can_hold_is_refused_by_python_and_the_record_stays(
    world: World, body: bytes, kept_by_express: str | None
) -> None:
    """Express writes null for an infinity; NaN does not even reach it."""
    alice = Visitor(world.now)
    sites = {kind: world.site(kind) for kind in ("express", "python")}
    alice.ask(sites["express"], "POST /login", ALICE)
    before = world.records()
    assert alice.ask(sites["python"], "PUT /data", body).status == 500
    assert world.records() == before
    answer = alice.ask(sites["express"], "PUT /data", body)
    assert (answer.status == 200) is (kept_by_express is not None)
    after = alice.ask(sites["python"], "GET /data")
    assert (after.status, after.body) == (200, kept_by_express or '{"user":"alice"}')
