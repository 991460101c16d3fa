"""What these tests need from outside: Node with the packages of this folder, and Redis.

Where something is missing they are skipped, with the reason; where CI is set they must run.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from sessionlab.demo.express.parts import Parts, find_parts
from sessionlab.demo.express.problems import Missing, OutsidePart, PartsMissing
from tests.packages import install_packages

HERE = Path(__file__).parent


@cache
def needed_parts() -> Parts:
    """The parts; or a skip, or a failure in CI."""
    in_ci = os.environ.get("CI") == "true"
    if in_ci:
        install_packages(HERE)
    try:
        return find_parts(HERE)
    except PartsMissing as error:
        message = "; ".join(map(_reason, error.parts))
        if in_ci:
            pytest.fail(message)
        pytest.skip(message)


def _reason(missing: Missing) -> str:
    if missing.part is OutsidePart.PACKAGES:
        return f"the npm packages are not installed: npm ci in tests/{HERE.name}"
    return f"missing: {missing.part}"
