"""Finding the line of a key in a TOML text."""

from __future__ import annotations

import pytest

from sessionlab.course.lines import Path, line_of

TEXT = """\
format = 1
title.en = "one"

[[lane]]
id = "a"
[lane.express]
secret = "x"
[lane.express.cookie]
maxAge = 1

[[lane]] # the second
id = "b"
  [lane.express]
  "secret" = "y"

[step.edit."a-b"]
value = '[[not a header]]'
score.wire-bytes = 3
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("format",), 1),
        (("title", "en"), 2),
        (("lane", 0), 4),
        (("lane", 0, "id"), 5),
        (("lane", 0, "express"), 6),
        (("lane", 0, "express", "secret"), 7),
        (("lane", 0, "express", "cookie", "maxAge"), 9),
        (("lane", 1), 11),
        (("lane", 1, "id"), 12),
        (("lane", 1, "express", "secret"), 14),
        (("step", "edit", "a-b", "value"), 17),
        (("step", "edit", "a-b", "score", "wire-bytes"), 18),
        # not there: the innermost table that is
        (("lane", 1, "express", "cookie", "maxAge"), 13),
        (("lane", 1, "title"), 11),
        (("nowhere",), None),
        ((), None),
    ],
)
def test_a_key_is_found_or_else_its_table(path: Path, line: int | None) -> None:
    assert line_of(TEXT, path) == line
