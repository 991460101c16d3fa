"""Whole comparisons, line for line, at fixed widths and without colour.

The transcripts are those of a real replay.  After a change that is meant::

    SESSIONLAB_GOLDEN=write python -m pytest tests/render/test_golden.py

and then read the difference as a reviewer would.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from sessionlab.core.entries import Transcript
from sessionlab.render.catalogue import LANGUAGES, Catalogue
from sessionlab.render.compare import render_comparison
from sessionlab.render.comparison import Comparison, LaneView, StepView
from sessionlab.transcript.scoreboard import Score, ScoreCell, ScoreCode, ScoreRow

from .drawing import cells, drawn

HERE = Path(__file__).parent
LANES = {
    "plain": ("plain cookie", "평범한 쿠키", "data in the browser", "데이터가 브라우저에"),
    "signed": ("signed cookie", "서명된 쿠키", "sealed in the browser", "봉인되어 브라우저에"),
    "session": ("session", "세션", "data on the server", "데이터가 서버에"),
}  # fmt: skip
STEPS = (
    ("Alice visits", "앨리스가 접속합니다"),
    ("Alice visits again", "앨리스가 다시 접속합니다"),
    ("What does her cookie say?", "쿠키에는 무엇이 적혀 있을까요?"),
    ("Alice edits her cookie: count = 999", "앨리스가 쿠키를 고칩니다: count = 999"),
    ("Mallory copies the cookie", "말로리가 쿠키를 복사합니다"),
    ("Alice logs out", "앨리스가 로그아웃합니다"),
    ("Mallory goes on with the old cookie", "말로리가 옛 쿠키를 계속 씁니다"),
)


def comparison() -> Comparison:
    found = json.loads((HERE / "transcripts/cookie-vs-session.json").read_text(encoding="utf-8"))
    transcripts = [Transcript.from_json(one) for one in found]
    holder, server = ScoreCode.HOLDER, ScoreCode.SERVER
    return Comparison(
        lesson="cookie-vs-session",
        title={"en": "Data or a name tag?", "ko": "쿠키와 세션: 데이터인가, 이름표인가"},
        lanes=tuple(
            LaneView(
                id=one.lane,
                title={"en": LANES[one.lane][0], "ko": LANES[one.lane][1]},
                subtitle={"en": LANES[one.lane][2], "ko": LANES[one.lane][3]},
                transcript=one,
            )
            for one in transcripts
        ),
        steps=tuple(
            StepView(number, {"en": english, "ko": korean})
            for number, (english, korean) in enumerate(STEPS, start=1)
        ),
        scores=(
            Score(
                ScoreRow.CHANGEABLE_BY,
                (
                    ScoreCell(holder, step=4, loses=True),
                    ScoreCell(server, step=4),
                    ScoreCell(server, step=4),
                ),
            ),
            Score(
                ScoreRow.WIRE_BYTES,
                (
                    ScoreCell(ScoreCode.BYTES, amount=17),
                    ScoreCell(ScoreCode.BYTES, amount=1234, loses=True),
                    ScoreCell(ScoreCode.NOT_SHOWN),
                ),
            ),
        ),
    )


def replayed(name: str, titles: tuple[tuple[str, str], ...]) -> Comparison:
    """The transcripts of that name; lanes are called as their ids, steps as they are given."""
    found = json.loads((HERE / f"transcripts/{name}.json").read_text(encoding="utf-8"))
    return Comparison(
        lesson=name,
        title={"en": name, "ko": name},
        lanes=tuple(
            LaneView(one.lane, {"en": one.lane, "ko": f"{one.lane} 레인"}, {}, one)
            for one in map(Transcript.from_json, found)
        ),
        steps=tuple(
            StepView(number, {"en": english, "ko": korean})
            for number, (english, korean) in enumerate(titles, start=1)
        ),
    )


COMPARISONS = {
    "cookie-vs-session": comparison,
    "resave": lambda: replayed(
        "resave",
        (
            ("A book", "책"),
            ("A slow read beside a write", "쓰기 옆의 느린 읽기"),
            ("What is in the cart?", "장바구니에는 무엇이 있을까요?"),
            ("Two writes", "두 번의 쓰기"),
        ),
    ),
    "scale-out": lambda: replayed(
        "scale-out", (("Six visits", "여섯 번의 접속"), ("One restarts", "하나가 다시 시작"))
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("name", COMPARISONS)
def test_the_whole_comparison(name: str, width: int, language: str) -> None:
    lines = drawn(render_comparison(COMPARISONS[name](), Catalogue(language)), width)
    assert cells(lines) == {width}
    text = "".join(f"{line.rstrip()}\n" for line in lines)
    golden = HERE / "golden" / f"{name}.{language}.{width}.txt"
    if os.environ.get("SESSIONLAB_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
