"""What holds in every test: a sentence that is missing is an error, though users get its code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sessionlab.render import catalogue


@pytest.fixture(autouse=True, scope="session")
def _a_missing_sentence_is_an_error() -> Iterator[None]:
    def fail(key: str) -> str:
        raise LookupError(f"no sentence {key!r} in any language")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "_spell_out", fail)
        yield
