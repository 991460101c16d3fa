"""What holds in every test.

- A sentence that is missing is an error, though users get its code.
- hypothesis gives an example as much time as it takes: how long that is depends on the machine.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from sessionlab.render import catalogue

settings.register_profile("without a deadline", deadline=None)
settings.load_profile("without a deadline")


@pytest.fixture(autouse=True, scope="session")
def _a_missing_sentence_is_an_error() -> Iterator[None]:
    def fail(key: str) -> str:
        raise LookupError(f"no sentence {key!r} in any language")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "_spell_out", fail)
        yield
