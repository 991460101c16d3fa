"""Octets and text: the jar and HTTP headers hold octets as latin-1 characters, people read text.

Octets are read as UTF-8 where they are UTF-8, else as latin-1.
"""

from __future__ import annotations


def to_octets(text: str) -> str:
    """The octets that a server would send for a text as typed."""
    try:
        # On a command line, octets that are not UTF-8 arrive as lone surrogates.
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
