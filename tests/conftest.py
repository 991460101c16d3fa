"""What holds for every test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from sessionlab.render import catalogue

settings.register_profile(
    "sessionlab",
    # How long an example takes says how busy the machine is, not how good the code is.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    print_blob=True,
    # The gate's answer is the same each time; everyone else's run tries new examples.
    derandomize=os.environ.get("CI") == "true",
)
settings.load_profile("sessionlab")


@pytest.fixture(autouse=True, scope="session")
def _a_missing_sentence_is_an_error() -> Iterator[None]:
    """Users get the code of a sentence that is missing; in the tests that is a failure."""

    def fail(key: str) -> str:
        raise LookupError(f"no sentence {key!r} in any language")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "_spell_out", fail)
        yield
