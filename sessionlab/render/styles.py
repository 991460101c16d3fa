"""Styles: one name for each meaning, so that a colour means the same everywhere.

Rules
- Colours are from the 256 fixed ones, readable on dark and light backgrounds.
- Colour alone carries no meaning: each style comes with a mark or a word.
"""

from __future__ import annotations

ID_COLOURS = ("color(37)", "color(170)", "color(172)", "color(69)", "color(71)", "color(168)")
"""An ID takes the next of these when it is first seen.  Red and yellow have other meanings."""

HEADING = "bold"
LABEL = "bold color(67)"
QUIET = "color(244)"
FRAME = "color(240)"
SIGNATURE = "color(244)"
EDITED = "bold color(178)"
REFUSED = "color(167)"
FITS = "color(71)"
ADDED = "color(71)"
REMOVED = "color(167)"
CHANGED = "color(178)"
FINDING = "bold"

EDITED_MARK = "✎"
COPIED_MARK = "❐"
SCRIPT_MARK = "λ"
REFUSED_MARK = "✗"
FITS_MARK = "✓"
WITHHELD_MARK = "⊘"
FINDING_MARK = "⇒"
NOTHING = "—"
