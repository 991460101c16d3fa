"""Lanes with several servers and safeguards, steps with requests in between: read and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessionlab.core.events import Purpose, ServerKind
from sessionlab.core.safeguards import OnConflict, Safeguards
from sessionlab.course.errors import LessonError, LessonProblem
from sessionlab.course.loader import load
from sessionlab.course.vary import varied
from sessionlab.demo.login import AtLogin, AtLogout
from sessionlab.stage.scenario import Meanwhile, Request, StoreKind

from .support import line_number, write

TEXT = """\
format = 1
title.en = "Two"
title.ko = "둘"

[[lane]]
id = "one"
title.en = "one"
title.ko = "하나"
servers = ["python", "python"]
store = "sqlite"
login = "keep-id"
logout = "clear-cookie"
[lane.express]
secret = "keyboard cat"
[lane.safeguards]
no_resurrection = true
on_conflict = "merge"
absolute_timeout = 1.5
clear_cookie = true
cache_headers = true
check_prefix = true

[[step]]
title.en = "A step"
title.ko = "단계"
client = "alice"
close = true
server = 2
request = "GET {base}/cart"
[[step.meanwhile]]
request = "POST {base}/cart"
form = { item = "book" }
[[step.meanwhile]]
client = "bob"
server = 1
request = "GET {base}"
"""


def test_a_lane_says_how_many_servers_it_has_where_they_keep_records_and_what_is_guarded(
    tmp_path: Path,
) -> None:
    (lane,) = (it.lane for it in load(write(tmp_path, TEXT)).lanes)
    assert lane.servers == (ServerKind.PYTHON, ServerKind.PYTHON)
    assert (lane.store, lane.login, lane.logout) == (
        StoreKind.SQLITE, AtLogin.KEEP_ID, AtLogout.CLEAR_COOKIE,
    )  # fmt: skip
    assert lane.options.safeguards == Safeguards(
        no_resurrection=True,
        on_conflict=OnConflict.MERGE,
        absolute_timeout=1.5,
        clear_cookie=True,
        cache_headers=True,
        check_prefix=True,
    )


def test_a_transcript_tells_what_its_lane_was_given(tmp_path: Path) -> None:
    (lane,) = (it.lane for it in load(write(tmp_path, TEXT)).lanes)
    assert lane.settings == {
        "base": "/session",
        "express": {"secret": "keyboard cat"},
        "safeguards": {
            "no_resurrection": True,
            "on_conflict": "merge",
            "absolute_timeout": 1.5,
            "clear_cookie": True,
            "cache_headers": True,
            "check_prefix": True,
        },
        "servers": ["python", "python"],
        "store": "sqlite",
        "login": "keep-id",
        "logout": "clear-cookie",
    }


def test_what_a_lane_does_not_say_is_as_express_has_it(tmp_path: Path) -> None:
    text = TEXT[: TEXT.index("servers =")] + TEXT[TEXT.index("[[step]]") :]
    text = text.replace("server = 2\n", "").replace("server = 1\n", "")
    (lane,) = (it.lane for it in load(write(tmp_path, text)).lanes)
    assert lane.servers == (ServerKind.PYTHON,)
    assert (lane.store, lane.login, lane.logout) == (
        StoreKind.MEMORY, AtLogin.REGENERATE_KEEP_DATA, AtLogout.DESTROY,
    )  # fmt: skip
    assert lane.options.safeguards == Safeguards()
    assert lane.settings == {"base": "/session"}


def test_requests_in_between_are_the_step_s_client_s_unless_they_say_otherwise(
    tmp_path: Path,
) -> None:
    (step,) = (it.step for it in load(write(tmp_path, TEXT)).steps)
    assert (step.close, step.server) == (True, 2)
    assert step.meanwhile == (
        Meanwhile("alice", Request("POST", "{base}/cart", {"item": "book"})),
        Meanwhile("bob", Request("GET", "{base}"), 1),
    )


def test_a_purpose_is_that_of_every_request_with_its_line(tmp_path: Path) -> None:
    purposes = '[purpose]\nvisit = "GET {base}"\nlogin = "POST {base}/cart"\n'
    (step,) = (it.step for it in load(write(tmp_path, TEXT + purposes)).steps)
    requests = (step.request, *(it.request for it in step.meanwhile))
    assert [it and it.purpose for it in requests] == [None, Purpose.LOGIN, Purpose.VISIT]


def test_a_varied_lane_keeps_its_servers_and_its_safeguards(tmp_path: Path) -> None:
    lesson = load(write(tmp_path, TEXT))
    (own,) = lesson.lanes
    (lane,) = (it.lane for it in varied(lesson, ["resave=true"]))
    assert lane.options.safeguards == own.lane.options.safeguards
    assert (lane.servers, lane.store, lane.login) == (
        own.lane.servers, own.lane.store, own.lane.login,
    )  # fmt: skip
    assert lane.settings["express"] == {"secret": "keyboard cat", "resave": True}
    assert lane.settings["safeguards"] == own.lane.settings["safeguards"]


VALUE, TYPE, UNKNOWN = (
    LessonProblem.NO_SUCH_VALUE, LessonProblem.WRONG_TYPE, LessonProblem.UNKNOWN_KEY,
)  # fmt: skip
MISTAKES: dict[str, tuple[str, str, LessonProblem, str, str]] = {
    # what is done: replace this, by that, problem, the line with, the nearest name
    "a kind of server": ('"python", "python"', '"python", "pyhton"', VALUE, "servers", "python"),
    "no server": ('["python", "python"]', "[]", LessonProblem.OUT_OF_RANGE, "servers", ""),
    "a number of servers": ('["python", "python"]', "2", TYPE, "servers", ""),
    "a kind of store": ('store = "sqlite"', 'store = "sqlit"', VALUE, "store", "sqlite"),
    "a way to log in": ('"keep-id"', '"keep_id"', VALUE, "login", "keep-id"),
    "a way to log out": ('"clear-cookie"', '"clear-cookies"', VALUE, "logout", "clear-cookie"),
    "a safeguard": ("clear_cookie", "clear_cookies", UNKNOWN, "clear_cookies", "clear_cookie"),
    "a safeguard in camelCase": (
        "no_resurrection", "noResurrection", UNKNOWN, "noResurrection", "no_resurrection",
    ),
    "a safeguard's type": ("= true\non_c", '= "yes"\non_c', TYPE, "no_resurrection", ""),
    "a way out of a conflict": ('"merge"', '"merged"', VALUE, "on_conflict", "merge"),
    "no time at all": (
        "absolute_timeout = 1.5", "absolute_timeout = 0", LessonProblem.OPTION_REFUSED,
        "absolute_timeout", "",
    ),
    "a server that is not there": ("server = 2", "server = 3", VALUE, "server = 3", ""),
    "no server in between": (
        "server = 1", "server = 0", LessonProblem.OUT_OF_RANGE, "server = 0", ""
    ),
    "a verb in between": (
        'client = "bob"', "repeat = 2", UNKNOWN, "repeat", "request",
    ),
    "nothing in between": (
        'server = 1\nrequest = "GET {base}"\n', "", LessonProblem.KEY_MISSING,
        '[[step.meanwhile]]\nclient = "bob"', "",
    ),
    "nothing to be held": (
        'request = "GET {base}/cart"\n', "", LessonProblem.KEY_MISSING, "[[step]]", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "problem", "line", "nearest"), MISTAKES.values(), ids=MISTAKES
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_name(
    tmp_path: Path, old: str, new: str, problem: LessonProblem, line: str, nearest: str
) -> None:
    assert TEXT.count(old) == 1
    text = TEXT.replace(old, new)
    with pytest.raises(LessonError) as caught:
        load(write(tmp_path, text))
    assert caught.value.problem is problem
    assert caught.value.evidence["where"] == f"07-sample/lesson.toml:{line_number(text, line)}"
    assert caught.value.evidence.get("nearest", "") == nearest


def test_a_step_may_name_only_a_server_that_every_lane_has(tmp_path: Path) -> None:
    lane = TEXT[TEXT.index("[[lane]]") : TEXT.index("[[step]]")]
    alone = lane.replace('id = "one"', 'id = "alone"').replace('"python", "python"', '"python"')
    text = TEXT.replace("[[step]]", f"{alone}\n[[step]]", 1)
    with pytest.raises(LessonError) as caught:
        load(write(tmp_path, text))
    assert caught.value.evidence["key"] == "server"
