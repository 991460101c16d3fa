"""Public suffixes from the maintained list, which is read when a host first needs it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


def public_suffix(host: str) -> str | None:
    """The public suffix of a canonical host; None stands for its last label."""
    if "." not in host:
        return None  # localhost, com: nothing to look up
    found = _known().publicsuffix(host)
    return found if isinstance(found, str) else None


@cache
def _known() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
