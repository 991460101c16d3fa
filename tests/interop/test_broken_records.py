"""Records that somebody else put into Redis: what each side answers, and that it leaves them be."""

from __future__ import annotations

import pytest

from .dialogues import Dialogue, Plant, a, b
from .sites import PREFIX, World
from .test_dialogues import SEEN
from .visitor import Visitor

BROKEN = {
    "half of a record": '{"cookie":{"originalMaxAge":null,"exp',
    "no cookie member": '{"user":"alice"}',
    "a cookie that is null": '{"cookie":null,"user":"alice"}',
    "a cookie that is a number": '{"cookie":5,"user":"alice"}',
    "a cookie that is a text": '{"cookie":"/","user":"alice"}',
    "a list": "[]",
    "a number": "5",
    "NaN inside": '{"cookie":{},"user":"alice","n":NaN}',
    "something behind it": '{"cookie":{},"user":"alice"} {}',
    "a byte order mark": '\ufeff{"cookie":{},"user":"alice"}',
    "a pickle": "\x80\x04}\x94.",
}
"""Both answer 500, as long as it is there."""

ODD = {
    "an empty text is no record": ("", False),
    "spaces between the members": ('{ "cookie" : { } , "user" : "alice" }', True),
    "a cookie without members": ('{"cookie":{},"user":"alice"}', True),
    "the same key twice: the last one counts": ('{"cookie":{},"user":"bob","user":"alice"}', True),
    "an expiry that is no date": ('{"cookie":{"expires":"soon"},"user":"alice"}', True),
    "a path that is no text": ('{"cookie":{"path":5},"user":"alice"}', True),
    "members that nobody knows": ('{"cookie":{"colour":"red"},"user":"alice"}', True),
}
"""Both read it, and write the same when they change it."""

DIFFERENT = {
    "null: Express takes it for no record": ("null", 401, 500),
    "a cookie that is a list: Express takes it for an object": (
        '{"cookie":[],"user":"alice"}',
        200,
        500,
    ),
}
"""With the answers of Express and of Python."""


def ask(world: World, kind: str, text: str, line: str) -> tuple[int, str | None]:
    """The status of an answer with that record behind it, and the record afterwards."""
    world.begin()
    world.keys.set(f"{PREFIX}planted", text, ex=3600)
    alice = Visitor(world.now)
    alice.hold_signed("planted")
    answer = alice.ask(world.site(kind), line)
    if answer.status == 500:
        assert not answer.set_cookie
        assert world.seconds_left("planted") > 3590, "not even touched"
    return answer.status, world.records().get("planted")


@pytest.mark.parametrize("line", ["GET /me", "POST /count", "POST /login", "POST /logout"])
@pytest.mark.parametrize("kind", ["express", "python"])
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_record_is_an_error_on_both_sides_and_stays_as_evidence(
    world: World, name: str, kind: str, line: str
) -> None:
    assert ask(world, kind, BROKEN[name], line) == (500, BROKEN[name])


@pytest.mark.parametrize("kind", ["express", "python"])
def test_a_key_of_another_type_is_an_error_on_both_sides(world: World, kind: str) -> None:
    world.keys.rpush(f"{PREFIX}planted", "not", "a", "record")
    alice = Visitor(world.now)
    alice.hold_signed("planted")
    assert alice.ask(world.site(kind), "GET /me").status == 500
    assert world.keys.llen(f"{PREFIX}planted") == 3


@pytest.mark.parametrize("name", ODD)
def test_an_odd_record_is_read_and_rewritten_alike(world: World, name: str) -> None:
    text, known = ODD[name]
    dialogue = Dialogue([
        Plant(text),
        a("GET /me", sees=SEEN if known else "{}", status=200 if known else 401),
        b("POST /count"), a("POST /count"), b("GET /data"),
    ])  # fmt: skip
    dialogue.play_with_every_cast(world)


@pytest.mark.parametrize("name", DIFFERENT)
def test_where_the_answers_differ_python_is_the_stricter_one(world: World, name: str) -> None:
    text, of_express, of_python = DIFFERENT[name]
    assert ask(world, "express", text, "GET /me") == (of_express, text)
    assert ask(world, "python", text, "GET /me") == (of_python, text)
