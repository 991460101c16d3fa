"""A sentence of the catalogue as styled text, with styled values in its fields."""

from __future__ import annotations

from string import Formatter

from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue


def styled(words: str, style: str = "") -> Text:
    """Our own words in a style that does not spread to what is appended to them."""
    return Text().append(words, style)


def phrase(catalogue: Catalogue, key: str, /, style: str = "", **fields: Text | str | int) -> Text:
    """The sentence behind a key; a Text keeps its style, anything else is made visible."""
    line = Text()
    for words, name, _, _ in Formatter().parse(catalogue.text(key)):
        line.append(words, style)
        if name is not None:
            value = fields[name]
            line.append(value if isinstance(value, Text) else safe.text(str(value), style))
    return line
