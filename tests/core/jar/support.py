"""What the jar's tests share: public suffixes, a clock's start, and the public suites' folder."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from publicsuffixlist import PublicSuffixList

from sessionlab.core.jar import Jar, PublicSuffix

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z."""
DAY = 24 * 60 * 60 * 1000

_ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("SESSIONLAB_SHARED") or _ROOT.parent / "shared") / "cookies"
"""The cases of public suites.  They are no part of the repository."""


@cache
def suffixes(rules: Sequence[str] | None = None) -> PublicSuffix:
    """The maintained list, or one of the given rules."""
    source = None if rules is None else [rule.encode() for rule in rules]
    known = PublicSuffixList(source)

    def public_suffix(host: str) -> str | None:
        found = known.publicsuffix(host)
        return found if isinstance(found, str) else None

    return public_suffix


def new_jar() -> Jar:
    """An empty jar that knows the maintained list."""
    return Jar(suffixes())


def read_shared(name: str) -> Any:
    """A file of the public suites, or None where the folder is missing."""
    path = SHARED / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
