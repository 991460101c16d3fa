"""What a row needs to draw itself: language, colours, room.

`Line` is what rows are made of; `Look` is how they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text

from sessionlab.render import safe
from sessionlab.render.catalogue import Catalogue
from sessionlab.render.elide import elide
from sessionlab.render.phrase import phrase, styled
from sessionlab.render.styles import QUIET

if TYPE_CHECKING:
    from sessionlab.render.ids import IdColours

WHOLE_ID = 88
"""The width in cells from which a lane shows whole IDs and signatures."""


class Line(NamedTuple):
    """One line of a cell; if it is broken, the rest is indented by ``hang`` cells."""

    text: Text
    hang: int = 2


@dataclass(frozen=True, slots=True)
class Look:
    """How rows are drawn.

    ``room``: the cells of a line.  ``wide``: whole values, whatever the room.
    ``ids_whole``: whether IDs and signatures are whole; None: if the room allows it.
    ``anonymous``: IDs and signatures are left out, so that two lanes can be compared.
    """

    catalogue: Catalogue
    ids: IdColours
    room: int
    wide: bool = False
    ids_whole: bool | None = None
    anonymous: bool = False

    @property
    def whole_ids(self) -> bool:
        """Whether IDs and signatures are written whole."""
        allowed = self.room >= WHOLE_ID if self.ids_whole is None else self.ids_whole
        return self.wide or allowed

    def id(self, session_id: str) -> Text:
        """A session ID in its colour."""
        if self.anonymous:
            return Text("(ID)")
        return self.ids.label(session_id, whole=self.whole_ids)

    def value(self, value: str, taken: int = 0, style: str = "") -> Text:
        """A value, elided to fit beside ``taken`` cells; whole if the look is wide."""
        if self.wide:
            return safe.text(value, style)
        return styled(elide(value, max(self.room - taken, 12)), style)

    def words(self, key: str, style: str = "", **fields: Text | str | int) -> Text:
        """A sentence of ``compare``."""
        return phrase(self.catalogue, f"compare.{key}", style, **fields)

    def quiet(self, key: str, **fields: Text | str | int) -> list[Line]:
        """A cell with one quiet sentence of ``compare``, such as that there is nothing."""
        return [Line(self.words(key, QUIET, **fields))]


def width(text: Text) -> int:
    """The cells that a text takes."""
    return cell_len(text.plain)
