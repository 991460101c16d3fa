"""What the real packages write and accept, recorded by record.js; and short ways to ask for it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from sessionlab.decode import Inspection, Reading, inspect_text
from sessionlab.decode.problems import GradedCode


@cache
def vectors() -> dict[str, Any]:
    """The recording."""
    found: dict[str, Any] = json.loads(
        Path(__file__).with_name("vectors.json").read_text(encoding="utf-8")
    )
    return found


SECRET: str = vectors()["secret"]
ID: str = vectors()["id"]
KEYS: list[str] = vectors()["keys"]
SIGNED: dict[str, str] = {case["title"]: case["value"] for case in vectors()["signed"]}
SEALED: dict[str, str] = {case["title"]: case["header"] for case in vectors()["sealed"]}
SENT = SIGNED["as it is written"]


def one(text: str, *secrets: str) -> Reading:
    """The only cookie in a text."""
    found = inspect_text(text, secrets)
    assert len(found.cookies) == 1, found
    return found.cookies[0]


def codes(found: Reading | Inspection) -> list[GradedCode]:
    """The problems' codes."""
    return [problem.code for problem in found.problems]
