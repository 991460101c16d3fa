"""A sentence of the catalogue as styled text, with styled values in its fields."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue


def styled(words: str, style: str = "") -> Text:
    """Our own words in a style that does not spread to appended text."""
    return Text().append(words, style)


def localized(text: Mapping[str, str], catalogue: Catalogue, style: str = "") -> Text:
    """A lesson's text in the catalogue's language; in English where it has none, or empty."""
    return safe.text(text.get(catalogue.language) or text.get("en", ""), style)


def phrase(catalogue: Catalogue, key: str, /, style: str = "", **fields: Text | str | int) -> Text:
    """The sentence of a key; a Text in a field keeps its style, other values are made visible."""
    line = Text()
    for words, name, _, _ in Formatter().parse(catalogue.text(key)):
        line.append(words, style)
        if name is not None:
            value = fields[name]
            line.append(value if isinstance(value, Text) else safe.text(str(value), style))
    return line
