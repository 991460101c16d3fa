"""Octets as latin-1 characters, which is what the jar and HTTP headers hold, and text for people.

Rules
- Inside, a character is an octet.  On the way out it is read as UTF-8 where it is UTF-8.
"""

from __future__ import annotations


def to_octets(text: str) -> str:
    """A text as typed, as the octets that a server would send."""
    try:
        # What is no UTF-8 on a command line comes as lone surrogates: these octets are meant.
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass").decode("latin-1")


def to_text(octets: str) -> str:
    """Octets as a person reads them."""
    if octets.isascii():
        return octets
    try:
        return octets.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return octets
