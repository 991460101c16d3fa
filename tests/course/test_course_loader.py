"""Loading a lesson: what a folder becomes, and how each mistake is told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from sessionlab.core.events import Purpose
from sessionlab.course.errors import LessonError, LessonProblem, sentence
from sessionlab.course.lesson import Claim, ScoreClaim
from sessionlab.course.library import lesson_folders, lessons_root
from sessionlab.course.loader import load
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.stage.errors import StageProblem
from sessionlab.stage.scenario import ChangeData, ChangeId, Request, SetValue
from sessionlab.transcript.measures import MEASURES, Span
from sessionlab.transcript.scoreboard import ScoreCode, ScoreRow

from .support import VALID, line_number, write

Problem = LessonProblem


def loading(tmp_path: Path, text: str) -> LessonError:
    with pytest.raises(LessonError) as caught:
        load(write(tmp_path, text))
    return caught.value


# -- what a valid lesson becomes -------------------------------------------------------------


def test_a_lesson_is_what_its_folder_says(tmp_path: Path) -> None:
    lesson = load(write(tmp_path))
    assert (lesson.id, lesson.number) == ("sample", 7)
    assert lesson.title == {"en": "A lesson", "ko": "레슨"}
    assert lesson.text("ko") == "# A lesson\n"
    assert [lane.lane.id for lane in lesson.lanes] == ["plain", "session"]


def test_express_options_are_milliseconds_and_express_defaults(tmp_path: Path) -> None:
    plain, session = load(write(tmp_path)).lanes
    assert session.lane.options.cookie.max_age == 60  # type: ignore[union-attr]
    assert session.lane.options.save_uninitialized is True, "express-session's own default"
    assert session.lane.settings == {
        "base": "/session",
        "express": {
            "secret": "keyboard cat",
            "resave": False,
            "cookie": {"maxAge": 60000},
        },
    }
    assert plain.lane.settings == {"base": "/cookie"}
    assert not plain.express


def test_a_step_has_its_verbs(tmp_path: Path) -> None:
    one, two = (it.step for it in load(write(tmp_path)).steps)
    assert (one.number, one.client, one.repeat, one.cookies) == (1, "alice", 2, True)
    assert one.request == Request("GET", "{base}", purpose=Purpose.VISIT)
    assert (one.advance, one.restart, one.copy, one.edits) == (0, False, None, {})
    assert two.request == Request("POST", "{base}/notes", {"text": "x" * 10})
    assert (two.advance, two.restart, two.copy) == (1.5, True, "alice")
    assert two.edits == {"plain": SetValue("count", "999")}


@pytest.mark.parametrize(
    ("written", "edit"),
    [
        ('value = "x"', SetValue("count", "x")),
        ('value = ""', SetValue("count", "")),
        ("data = { count = 999 }", ChangeData("count", {"count": 999})),
        ('id = "other"', ChangeId("count", "other")),
    ],
)
def test_there_are_three_edits(tmp_path: Path, written: str, edit: object) -> None:
    lesson = load(write(tmp_path, VALID.replace('value = "999"', written)))
    assert lesson.steps[1].step.edits["plain"] == edit


def test_a_question_is_asked_of_one_lane_or_of_all(tmp_path: Path) -> None:
    (question,) = load(write(tmp_path)).questions
    assert (question.ask, question.lane, question.span) == ("set-cookies", "session", Span(1, 1))
    text = VALID.replace('ask = "set-cookies"\nlane = "session"', 'ask = "status"\nequals = 200')
    (other,) = load(write(tmp_path / "other", text)).questions
    assert (other.lane, other.equals) == (None, 200)


def test_a_claim_without_a_lane_is_made_of_all(tmp_path: Path) -> None:
    text = VALID.replace('[[claim]]\nlane = "session"', "[[claim]]")
    (claim,) = load(write(tmp_path, text)).claims
    assert isinstance(claim, Claim)
    assert (claim.lanes, claim.span, claim.value) == (("plain", "session"), Span(1, 2), 200)
    assert claim.where == f"07-sample/lesson.toml:{line_number(text, 'status = 200')}"


def test_a_claim_may_be_about_the_scoreboard(tmp_path: Path) -> None:
    text = VALID.replace("after = 2\nsince = 1\nstatus = 200", "score.wire-bytes = 100")
    (claim,) = load(write(tmp_path, text)).claims
    assert isinstance(claim, ScoreClaim)
    assert (claim.row, claim.value) == (ScoreRow.WIRE_BYTES, 100)


def test_every_measure_can_be_claimed(tmp_path: Path) -> None:
    values = {int: "1", str: '"x"', list: '["x"]'}
    lines = [f"{name.replace('-', '_')} = {values[it.type]}" for name, it in MEASURES.items()]
    text = VALID.replace("status = 200", "\n".join(lines))
    claims = load(write(tmp_path, text)).claims
    assert [claim.measure for claim in claims if isinstance(claim, Claim)] == list(MEASURES)


# -- mistakes --------------------------------------------------------------------------------

UNKNOWN = Problem.UNKNOWN_KEY
EXPRESS = Problem.EXPRESS_KEY
MISSING = Problem.KEY_MISSING
TYPE = Problem.WRONG_TYPE
VALUE = Problem.NO_SUCH_VALUE
RANGE = Problem.OUT_OF_RANGE
TWICE = Problem.ID_TWICE
REFUSED = Problem.OPTION_REFUSED
NOT_TOML = Problem.NOT_TOML

MISTAKES: list[tuple[str, str, str, LessonProblem, str, str]] = [
    # (what is done, replace this, by that, problem, the line with, the nearest name)
    ("a key of the file", "format", "formt = 1\nformat", UNKNOWN, "formt", "format"),
    ("a key of a lane", "base =", "bas =", UNKNOWN, "bas =", "base"),
    ("a key of a step", "repeat", "repeats", UNKNOWN, "repeats", "repeat"),
    ("a verb of an edit", 'value = "999"', 'valeu = "9"', UNKNOWN, "valeu", "value"),
    ("a key of a question", 'ask = "set', 'asks = ""\nask = "set', UNKNOWN, "asks", "ask"),
    ("a measure", "status = 200", "statsu = 200", UNKNOWN, "statsu", "status"),
    (
        "a row of the scoreboard",
        "status = 200",
        "score.wire-byte = 9",
        UNKNOWN,
        "score.wire-byte",
        "wire-bytes",
    ),
    ("a language", 'title.ko = "일반"', 'title.kr = "x"', MISSING, "[[lane]]", ""),
    ("a title's language", 'title.ko = "일반"', 'title.ko = "x"\ntitle.fr = "x"',
     UNKNOWN, "title.fr", ""),
    ("an edit of an unknown lane", "edit.plain", "edit.plian", UNKNOWN, "edit.plian", "plain"),
    ("maxAge in a step", 'client = "alice"', "maxAge = 1000", EXPRESS, "maxAge = 1000", ""),
    ("maxAge in a lane", 'base = "/cookie"', "maxAge = 1000", EXPRESS, "maxAge = 1000", ""),
    ("saveUninitialized in a lane", 'base = "/cookie"', "saveUninitialized = true",
     EXPRESS, "saveUninitialized", ""),
    ("an express option", "resave = false", "resav = false", REFUSED, "resav =", ""),
    ("an express cookie option", "maxAge = 60000", "max_age = 60", REFUSED, "max_age", ""),
    ("an express value", "maxAge = 60000", 'maxAge = "x"', REFUSED, 'maxAge = "x"', ""),
    ("an express table without secret", 'secret = "keyboard cat"\n', "", REFUSED,
     "[lane.express]", ""),
    ("no format", "format = 1\n", "", MISSING, "", ""),
    ("a format of the future", "format = 1", "format = 2", VALUE, "format = 2", ""),
    ("a lane without an id", 'id = "plain"\n', "", MISSING, "[[lane]]", ""),
    ("an id of two words", 'id = "plain"', 'id = "plain cookie"', VALUE, "id =", ""),
    ("two lanes of one id", 'id = "session"', 'id = "plain"', TWICE,
     'id = "plain"\ntitle.en = "session"', ""),
    ("a step without a title", 'title.en = "One"\n', "", MISSING, "[[step]]", ""),
    ("an empty title", 'title.en = "One"', 'title.en = ""', TYPE, 'title.en = ""', ""),
    ("a number for a text", 'client = "alice"', "client = 1", TYPE, "client = 1", ""),
    ("a text for a number", "repeat = 2", 'repeat = "2"', TYPE, 'repeat = "2"', ""),
    ("a flag for a number", "repeat = 2", "repeat = true", TYPE, "repeat = true", ""),
    ("a number for a flag", "restart = true", "restart = 1", TYPE, "restart = 1", ""),
    ("a table for an array of tables", "[[claim]]", "[claim]", TYPE, "[claim]", ""),
    ("zero repetitions", "repeat = 2", "repeat = 0", RANGE, "repeat = 0", ""),
    ("time that runs back", "advance = 1.5", "advance = -1", RANGE, "advance", ""),
    ("endless time", "advance = 1.5", "advance = inf", RANGE, "advance", ""),
    ("a request without a method", '"GET {base}"', '"{base}"', VALUE, '"{base}"', ""),
    ("a request to elsewhere", '"GET {base}"', '"GET http://x/"', VALUE, "http://x/", ""),
    ("a form without a request", 'request = "POST {base}/notes"\n', "", MISSING,
     '[[step]]\ntitle.en = "Two"', ""),
    ("an unknown purpose", "visit =", "vist =", UNKNOWN, "vist =", "visit"),
    ("a purpose of no request", 'visit = "GET {base}"', 'login = "POST {base}/note"', VALUE,
     "login =", "POST {base}/notes"),
    ("two purposes of a request", "visit = ", 'who = "GET {base}"\nvisit = ', VALUE, "visit =", ""),
    ("cookies but not none", "repeat = 2", 'cookies = "nope"', VALUE, "cookies", "none"),
    ("an edit without a verb", 'value = "999"\n', "", MISSING, "[step.edit.plain]", ""),
    ("an edit with two verbs", 'value = "999"', 'value = "9"\nid = "x"', MISSING,
     "[step.edit.plain]", ""),
    ("an unknown measure asked", '"set-cookies"', '"set-cookie"', VALUE, "ask =", "set-cookies"),
    ("a question about no lane", 'lane = "session"\nen', 'lane = "sessoin"\nen', VALUE,
     "sessoin", "session"),
    ("a question of all lanes without a value", 'lane = "session"\nen', "en", MISSING,
     "[[question]]", ""),
    ("a question about no step", "step = 1", "step = 3", VALUE, "step = 3", ""),
    ("a claim about no step", "after = 2", "after = 3", VALUE, "after = 3", ""),
    ("a span that runs back", "after = 2\nsince = 1", "after = 1\nsince = 2", VALUE,
     "since = 2", ""),
    ("a claim without a step", "after = 2\n", "", MISSING, "[[claim]]", ""),
    ("a claim of nothing", "status = 200\n", "", MISSING, "[[claim]]", ""),
    ("a claim of another type", "status = 200", 'status = "200"', TYPE, "status =", ""),
    ("an unknown score", "status = 200", 'score.revocable = "maybe"', VALUE,
     "score.revocable", ""),
    ("no lanes", VALID[VALID.index("[[lane]]"):VALID.index("[[step]]")], "", MISSING, "", ""),
    ("TOML that is none", "format = 1", "format = ", NOT_TOML, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "problem", "line", "nearest"),
    [case[1:] for case in MISTAKES],
    ids=[case[0] for case in MISTAKES],
)
def test_a_mistake_is_told_with_its_file_its_line_and_the_nearest_name(
    tmp_path: Path, old: str, new: str, problem: LessonProblem, line: str, nearest: str
) -> None:
    assert VALID.count(old) >= 1
    text = VALID.replace(old, new, 1)
    error = loading(tmp_path, text)
    assert error.problem is problem
    where = "07-sample/lesson.toml"
    assert error.evidence["where"] == (f"{where}:{line_number(text, line)}" if line else where)
    assert error.evidence.get("nearest", "") == nearest
    assert where in str(error)


@pytest.mark.parametrize("name", ["lesson.toml", "en.md", "ko.md"])
def test_every_file_must_be_there(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path)
    (folder / name).unlink()
    with pytest.raises(LessonError) as caught:
        load(folder)
    assert caught.value.problem is Problem.FILE_MISSING
    assert caught.value.evidence["where"] == f"07-sample/{name}"


def test_a_folder_without_a_number_is_no_lesson(tmp_path: Path) -> None:
    folder = write(tmp_path, name="sample")
    with pytest.raises(LessonError) as caught:
        load(folder)
    assert caught.value.problem is Problem.NO_SUCH_VALUE


def _keys_of(text: str) -> list[int]:
    """The first line of each key in each kind of table, but for the express tables' keys.

    (What express-session knows is for it to say.)
    """
    found: dict[tuple[str, str], int] = {}
    table = ""
    for number, line in enumerate(text.splitlines()):
        if line.startswith("["):
            table = line.partition("#")[0].strip()
        elif key := re.match(r"([\w.-]+) = ", line):
            found.setdefault((table, key[1]), number)
    return [number for (table, _), number in found.items() if "express" not in table]


@pytest.mark.parametrize("lesson", list(lesson_folders()))
def test_any_key_misspelt_in_a_shipped_lesson_is_an_error_in_its_file(
    tmp_path: Path, lesson: str
) -> None:
    text = (lesson_folders()[lesson] / "lesson.toml").read_text(encoding="utf-8")
    lines = text.splitlines()
    for number in _keys_of(text):
        misspelt = [*lines]
        misspelt[number] = lines[number].replace(" = ", "x = ", 1)
        folder = write(tmp_path / str(number), "\n".join(misspelt))
        with pytest.raises(LessonError) as caught:
            load(folder)
        assert str(caught.value.evidence["where"]).startswith("07-sample/lesson.toml"), lines[
            number
        ]


# -- sentences -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("problem", [*LessonProblem, *StageProblem])
def test_every_problem_has_a_sentence(problem: str, language: str) -> None:
    assert Catalogue(language).has(f"course.error.{problem}")


def test_a_sentence_names_the_nearest_or_else_all_that_is_valid() -> None:
    catalogue = Catalogue("ko")
    error = LessonError(Problem.NO_SUCH_LANE, found="x", nearest="", valid="plain, session")
    assert sentence(error, catalogue) == (
        "이 레슨에 'x'라는 레인은 없습니다. 쓸 수 있는 것: plain, session."
    )
    error.evidence["nearest"] = "plain"
    assert sentence(error, catalogue).endswith("혹시 'plain'입니까?")


def test_an_error_says_what_is_wrong_in_english_by_itself() -> None:
    error = LessonError(Problem.NO_SUCH_STEP, found=9, last=5)
    assert str(error) == "the lesson has no step 9: its steps are 1 to 5."


def test_mistakes_cover_every_problem_of_a_folder() -> None:
    told = {case[3] for case in MISTAKES} | {Problem.FILE_MISSING}
    of_a_folder = set(list(Problem)[: list(Problem).index(Problem.NO_LESSONS)])
    assert told == of_a_folder


def test_a_lesson_is_frozen(tmp_path: Path) -> None:
    lesson = load(write(tmp_path))
    with pytest.raises(AttributeError):
        lesson.id = "other"  # type: ignore[misc]
    assert replace(lesson, id="other").id == "other"


# -- the description of the format -----------------------------------------------------------


def _description() -> str:
    return (lessons_root() / "README.md").read_text(encoding="utf-8")


def test_the_example_in_the_description_is_a_valid_lesson(tmp_path: Path) -> None:
    (example,) = re.findall(r"(?s)```toml\n(.*?)```", _description())
    lesson = load(write(tmp_path, example))
    assert (len(lesson.lanes), len(lesson.steps), len(lesson.questions)) == (1, 1, 1)


def test_every_measure_and_every_row_is_described() -> None:
    told = set(re.findall(r"`([a-z-]+)`", _description()))
    shown = set(ScoreCode) - {ScoreCode.BYTES, ScoreCode.NOT_SHOWN}
    assert {*MEASURES, *ScoreRow, *shown} <= told
