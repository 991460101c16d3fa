r"""The cookies of a command that a browser's "Copy as cURL" makes, or that a person typed.

Rules
- The command is taken apart as the shell it was made for would: POSIX quotes and ``$'…'``,
  ``\`` at a line's end; the ``^`` of the Windows prompt; the backtick of PowerShell at a line's
  end.  Nothing is run and nothing is substituted: ``$NAME`` stays as it stands.
- Cookies are what ``-b``/``--cookie`` gives and what a ``Cookie:`` header says, wherever it
  stands (wget and HTTPie take such a header too).
- A quote that is never closed ends with the text, so that a command that was cut is still read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_COMMAND = re.compile(
    r"(?:[$#%>]\s+|PS [^>\n]*>\s*)?(?:\w+=\S*\s+){0,20}(?:[^\s'\"=]{0,200}/)?"
    r"(?:curl|wget|https?|xh|xhs)(?:\.exe)?(?=\s)",
    re.IGNORECASE,
)
_OPTIONS = re.compile(r"(?:-b|-H|--cookie|--header)(?=[\s='\"$^])")
_CARET = re.compile(r"\^(?:\r?\n(\r?\n)?|(.)|\Z)")
_CARET_QUOTE = re.compile(r'\^"|\^\r?\n')
_PIECE = re.compile(
    r"""
      (?P<blank> [ \t\r\n]+ )
    | [\\`] \r?\n
    | ' (?P<single> [^']* ) (?: ' | \Z )
    | " (?P<double> (?: [^"\\] | \\. )* ) (?: " | \\?\Z )
    | \$' (?P<ansi> (?: [^'\\] | \\. )* ) (?: ' | \\?\Z )
    | \\ (?P<escaped> .? )
    | (?P<plain> [^\s\\'"`$]+ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_DOUBLE_ESCAPE = re.compile(r'\\(?:([$`"\\])|\r?\n)')
_HEADER = re.compile(r"(?:-H|--header=)?\s*cookie\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
_ESCAPE = re.compile(
    r"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))",
    re.DOTALL,
)
_LETTERS = dict(zip("ntrabefv", "\n\t\r\a\b\x1b\f\v", strict=True))
_TAKES_NO_VALUE = frozenset("#0123469afgGiIjJklLMnNOpqRsSvVZ")

_TAKE_A_VALUE = (
    "--connect-to", "--cookie-jar", "--data", "--data-binary", "--data-raw", "--data-urlencode",
    "--form", "--json", "--max-time", "--output", "--proxy", "--referer", "--request",
    "--resolve", "--url", "--user", "--user-agent",
)  # fmt: skip


class CurlCookies(NamedTuple):
    """What a command sends: texts of Cookie headers, and files that it reads cookies from."""

    headers: tuple[str, ...]
    files: tuple[str, ...]


def is_command(text: str) -> bool:
    """Whether a text is a command that sends requests, or a piece of one."""
    return bool(_COMMAND.match(text) or _OPTIONS.match(text))


def read_command(text: str) -> CurlCookies:
    """The cookies that a command sends."""
    headers: list[str] = []
    files: list[str] = []
    words = split_words(text)
    for word in words:
        if header := _HEADER.fullmatch(word):
            headers.append(header[1])
        elif word in _TAKE_A_VALUE:
            next(words, "")
        elif word == "--cookie":
            _take(next(words, ""), headers, files)
        elif word.startswith("--cookie="):
            _take(word.partition("=")[2], headers, files)
        elif word[:1] == "-" and word[:2] != "--":
            _read_short(word[1:], words, headers, files)
    return CurlCookies(tuple(headers), tuple(files))


def _read_short(letters: str, words: Iterator[str], headers: list[str], files: list[str]) -> None:
    """Read a word of one-letter options; the first that takes a value takes the rest."""
    for index, letter in enumerate(letters):
        if letter in _TAKES_NO_VALUE:
            continue
        if letter == "b":
            _take(letters[index + 1 :] or next(words, ""), headers, files)
        elif letter != "H" and index + 1 == len(letters):
            next(words, "")
        return


def _take(value: str, headers: list[str], files: list[str]) -> None:
    # curl's own rule: a value without a "=" is the name of a file.
    (headers if "=" in value else files).append(value)


def split_words(text: str) -> Iterator[str]:
    """The words of a command line."""
    if _CARET_QUOTE.search(text):
        text = _CARET.sub(lambda match: match[1] or match[2] or "", text)
    pieces: list[str] | None = None  # of the word in hand; None: between words
    for match in _PIECE.finditer(text):
        kind, piece = match.lastgroup, match[match.lastgroup or 0]
        if kind == "blank":
            if pieces is not None:
                yield "".join(pieces)
            pieces = None
        elif kind is not None:  # else a line that goes on
            if kind == "double":
                piece = _DOUBLE_ESCAPE.sub(lambda found: found[1] or "", piece)
            elif kind == "ansi":
                piece = _ESCAPE.sub(_unescape, piece)
            if pieces is None:
                pieces = []
            pieces.append(piece)
    if pieces is not None:
        yield "".join(pieces)


def _unescape(match: re.Match[str]) -> str:
    short, four, eight, octal, letter = match.groups()
    if letter is not None:
        return _LETTERS.get(letter, letter)
    number = int(octal, 8) if octal else int(short or four or eight, 16)
    return chr(number) if number < 0x110000 else "\N{REPLACEMENT CHARACTER}"
