"""Makes hostile values visible before they reach a terminal.

Rules
- A character that could move the cursor, change a title, reverse the reading order or hide is
  written as a name in angle brackets: ``⟨ESC⟩``, ``⟨LF⟩``, ``⟨U+202E⟩``.  These are all control,
  format, private, unassigned and surrogate characters, line and paragraph separators, every space
  but U+0020, the blank letters, and marks without a letter.
- The brackets themselves are written that way too, so that a name cannot be forged: two different
  values never look the same.
- rich reads no markup in a value: `text` makes a `rich.text.Text`, and rich gets nothing else.
- Importing this module does not import rich.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.style import Style
    from rich.text import Text

_C0 = (
    "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI "
    "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US"
)
_NAMES = dict(enumerate(_C0.split())) | {0x7F: "DEL"}
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Me"})
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
_MARKS = frozenset({"Mn", "Mc"})
_MARKS_ON_A_LETTER = 2


def visible(value: str) -> str:
    """The text; every character that a terminal would obey or not show is written by name.

    Letters of every script stay as they are, with up to two marks on each.
    """
    if value.isascii() and value.isprintable():
        return value
    shown: list[str] = []
    before = ""
    marks = 0
    for character in value:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        if _is_hidden(character, category, before, marks):
            shown.append(f"⟨{_NAMES.get(ord(character)) or f'U+{ord(character):04X}'}⟩")
            before = ""
        else:
            shown.append(character)
            if not marks:
                before = character
    return "".join(shown)


def text(value: str, style: str | Style = "") -> Text:
    """The visible value for rich, without markup, emoji codes or highlighting.

    The style does not spread to appended text.
    """
    from rich.text import Text

    return Text().append(visible(value), style)


def _is_hidden(character: str, category: str, before: str, marks: int) -> bool:
    """``before`` is the last character that can carry a mark; ``marks`` counts this one too."""
    if category in _HIDDEN or character in _BLANK or character in "⟨⟩":
        return True
    if category == "Zs":
        return character != " "
    if "\U0001f3fb" <= character <= "\U0001f3ff":  # a skin tone, which alone has no width
        return True
    if category in _MARKS:
        return (
            marks > _MARKS_ON_A_LETTER
            or not before.isalpha()
            or "\ufe00" <= character <= "\ufe0f"
            or "\U000e0100" <= character <= "\U000e01ef"
        )
    if _joins_a_syllable(character):
        return not _is_hangul(before)
    return False


def _joins_a_syllable(character: str) -> bool:
    """Whether it is a Korean vowel or final consonant, which alone has no width."""
    return "\u1161" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff"


def _is_hangul(character: str) -> bool:
    return (
        "\u1100" <= character <= "\u11ff"
        or "\ua960" <= character <= "\ua97f"
        or "\uac00" <= character <= "\ud7ff"
    )
