"""What CONTRIBUTING.md says of adding things is so: each is added to a copy, and seen to work."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.copies import Copy

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def promised(row: str) -> set[str]:
    """The files of the package that the guide's table names for this row."""
    (cells,) = re.findall(rf"^\| {row} \| (.*) \|$", GUIDE, re.MULTILINE)
    return {name for name in re.findall(r"`([^`]+)`", cells) if "/" in name}


def test_a_reason_is_the_enum_the_tree_and_two_texts(copy: Copy) -> None:
    codes, tree = "sessionlab/core/decide/codes.py", "sessionlab/core/decide/session.py"
    copy.put_after(codes, "    NEW_MODIFIED_SENT", '    ID_TAUGHT = "id-taught", Outcome.SEND\n')
    copy.replace(
        tree,
        "yes=_unless_secure_over_http(Reason.NEW_MODIFIED_SENT)",
        "yes=_unless_secure_over_http(Reason.ID_TAUGHT)",
    )
    words = {
        "en": ("It is time to teach.", "time to teach"),
        "ko": ("가르칠 때입니다.", "가르칠 때"),
    }
    for language, (whole, short) in words.items():
        texts = f"sessionlab/render/text/{language}/reasons.toml"
        copy.put_after(texts, "[reason]", f'id-taught = "{whole}"\n')
        copy.put_after(texts, "[short]", f'id-taught = "{short}"\n')

    for language, (whole, short) in words.items():
        step = ("compare", "session", "--step", "1", "--lang", language)
        assert short in copy.run(*step)
        assert whole in copy.run(*step, "--wide")
    assert '"reason": "id-taught"' in copy.run("compare", "session", "--step", "1", "--json")
    code = {name for name in copy.touched if name.endswith(".py")}
    assert code == {codes, tree}
    assert promised("a reason") == {"core/decide/codes.py", "core/decide"}


FORMAT = '''"""A greeting: ``hello.NAME``, read by anyone and signed by no one."""

from sessionlab.decode.formats import Format
from sessionlab.decode.results import CookiePart, Reading, Role, Status


def read(given, others, secrets):
    """Read a greeting."""
    if not given.decoded.startswith("hello."):
        return None
    part = CookiePart(Role.VALUE, given.decoded, "greeting", {})
    return Reading(FORMAT.name, Status.UNSIGNED, given, given.decoded, (part,))


FORMAT = Format("greeting", rank=1, read=read, bare="hello[.][a-z]+")
'''


def test_a_format_is_one_file_and_speaks_when_it_has_words(copy: Copy) -> None:
    copy.write("sessionlab/decode/formats/greeting.py", FORMAT)
    found = json.loads(copy.run("inspect", "hello.alice", "--json"))
    assert [cookie["format"] for cookie in found["cookies"]] == ["greeting"]
    assert "greeting" in copy.run("inspect", "hello.alice"), "its code, where it has no words"

    for language, title in (("en", "a kind word"), ("ko", "친절한 인사")):
        texts = f"sessionlab/render/text/{language}/inspect.toml"
        copy.put_after(texts, "[format]", f'greeting = "{title}"\n')
        assert title in copy.run("inspect", "hello.alice", "--lang", language)
    code = {name for name in copy.touched if name.endswith(".py")}
    assert code == {"sessionlab/decode/formats/greeting.py"}
    assert promised("a cookie format") == {"decode/formats/NAME.py"}


LESSON = """format = 1
title.en = "A visit"
title.ko = "한 번의 접속"

[[lane]]
id = "session"
title.en = "session"
title.ko = "세션"
[lane.express]
secret = "keyboard cat"
resave = false
saveUninitialized = false

[[step]]
title.en = "Somebody visits"
title.ko = "누군가 접속합니다"
request = "GET {base}"
"""


def test_a_lesson_is_one_folder(copy: Copy) -> None:
    for name, text in (("lesson.toml", LESSON), ("en.md", "# A visit\n"), ("ko.md", "# 접속\n")):
        copy.write(f"lessons/99-visit/{name}", text)
    assert "visit " in copy.run("compare")
    assert "1번 접속" in copy.run("compare", "visit")
    assert "누군가 접속합니다" in copy.run("compare", "visit", "--lang", "ko")
    assert all(name.startswith("lessons/99-visit/") for name in copy.touched)


def test_no_row_of_the_guide_names_more_than_three_places_and_each_is_there() -> None:
    rows = re.findall(r"^\| (an? .*?) \| .* \|$", GUIDE, re.MULTILINE)
    assert len(rows) >= 7
    for row in rows:
        places = promised(row)
        assert 1 <= len(places) <= 3, row
        for place in places - {"decode/formats/NAME.py", "lessons/NN-slug/", "lessons/README.md"}:
            assert (ROOT / "sessionlab" / place).exists(), place


def test_the_guide_names_every_room() -> None:
    rooms = {path.parent.name for path in (ROOT / "sessionlab").glob("*/__init__.py")}
    assert {room for room in rooms if f"sessionlab/{room} " not in GUIDE} == set()
