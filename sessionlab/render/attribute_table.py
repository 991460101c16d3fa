"""Cookie attributes and what each makes the browser do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from sessionlab.render.catalogue import Catalogue
from sessionlab.render.cookie_text import (
    absent_attributes,
    attributes_of,
    canonical,
    explain_attribute,
    explain_prefix,
)
from sessionlab.render.elide import elide
from sessionlab.render.grid import LineBlock, filled, headed, padded
from sessionlab.render.look import Line, width
from sessionlab.render.phrase import phrase, styled
from sessionlab.render.styles import HEADING, LABEL, QUIET

_MOST_LABEL = 26
_TIMES = frozenset({"expires", "max-age"})


@dataclass(frozen=True)
class AttributeTable(LineBlock):
    """One attribute a row, each explained once.

    ``absent`` adds the attributes whose absence means something.  Use it with one Set-Cookie line:
    for several it makes no sense.
    """

    set_cookies: tuple[str, ...]
    catalogue: Catalogue
    absent: bool = False
    heading: bool = False

    def lines(self, console: Console, total: int) -> Iterator[Text]:
        """The table as lines of ``total`` cells; no lines without attributes."""
        rows = list(self._rows())
        if not rows:
            return
        if self.heading:
            title = phrase(self.catalogue, "attributes.heading", HEADING)
            yield from headed(console, "", title, total)
        column = max(width(Text(label)) for label, _, _ in rows)
        for label, sentence, present in rows:
            name = styled(label, LABEL if present else QUIET)
            line = Text(" ").append(padded(name, column)).append("  ").append(sentence)
            yield from filled(console, Line(line, hang=column + 3), total)

    def _rows(self) -> Iterator[tuple[str, str, bool]]:
        """Label, sentence, and whether it is present.  Of several expiries only the first."""
        seen: set[tuple[str, str]] = set()
        for set_cookie in self.set_cookies:
            prefix = explain_prefix(set_cookie, self.catalogue)
            if prefix is not None and (prefix[0], "") not in seen:
                seen.add((prefix[0], ""))
                yield *prefix, True
            for attribute in attributes_of(set_cookie):
                name, value = attribute.name.lower(), attribute.value or ""
                key = (name, "" if name in _TIMES else value)
                if key not in seen:
                    seen.add(key)
                    sentence = explain_attribute(attribute, self.catalogue)
                    yield elide(canonical(attribute), _MOST_LABEL), sentence, True
            if self.absent:
                for absent, sentence in absent_attributes(set_cookie, self.catalogue):
                    yield self.catalogue.text("attributes.no", name=absent), sentence, False


def attributes_seen(set_cookies: Iterable[str], catalogue: Catalogue) -> AttributeTable:
    """The attributes of all these lines, with a heading."""
    return AttributeTable(tuple(dict.fromkeys(set_cookies)), catalogue, heading=True)
