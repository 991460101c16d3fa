"""Headers that keep a response with Set-Cookie out of shared caches.

Source: RFC 9111, sections 3.5 and 4.1; OWASP Session Management Cheat Sheet, web content caching.
"""

from __future__ import annotations

_KEEPS_OUT = frozenset({"private", "no-store"})


def keep_out_of_shared_caches(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers with ``Vary: Cookie`` and a Cache-Control that is private or stricter."""
    kept = []
    varies = False
    for name, value in headers:
        parts = {part.strip().lower() for part in value.split(",")}
        if name.lower() == "vary":
            varies = varies or bool(parts & {"cookie", "*"})
        if name.lower() == "cache-control" and not parts & _KEEPS_OUT:
            continue  # it would let a shared cache keep somebody's cookie
        kept.append((name, value))
    if not any(name.lower() == "cache-control" for name, _ in kept):
        kept.append(("Cache-Control", "private"))
    if not varies:
        kept.append(("Vary", "Cookie"))
    return kept
