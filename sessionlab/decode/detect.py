"""What a text is, and which cookies stand in it.

Rules
- Tried in this order: a command, header lines, bare values, ``NAME=VALUE`` pairs; then, in any
  other text, whatever a format finds inside it.  What values look like, the formats say.
- Nothing is decoded here.  Only the wrapping is repaired: quotes around the whole, commas behind
  it, line breaks that a terminal put into it.
- Work grows with the length of the text and no faster.
- Patterns are compiled where they are first needed: a plain pair needs almost none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sessionlab.core.wire.javascript import utf8
from sessionlab.decode.formats import formats
from sessionlab.decode.problems import Problem, ProblemCode
from sessionlab.decode.results import CookieSource, Found, Given

_COMMAND_WORDS = ("curl", "wget", "http", "xh", "-b", "-h", "--cookie", "--header")
_NAMED = r"[^\s=;\"'{}<>/]+[ \t]*="
_URL = r"(?i:(?:https?:)?//|localhost(?::\d|/|$)|\d+\.\d+\.\d+\.\d+(?::\d|/|$))"
_WRAPPED = r"\"([^\"]*)\"[;,]*|'([^']*)'[;,]*|`([^`]*)`[;,]*|“([^”]*)”[;,]*|‘([^’]*)’[;,]*"
_BREAK = r"[ \t]*\n[ \t]*"
_NAME_BEFORE = r"(?:(?<![\w.!#$&*^|~+-])([\w.!#$&*^|~+-]{1,64})[\"']?[ \t]*[=:\t][ \t]*[\"']?)?"
_FLAGS = frozenset({"httponly", "secure", "partitioned"})
_ATTRIBUTES = _FLAGS | {"path", "domain", "expires", "max-age", "samesite", "priority"}
_SENT = 0  # the group of the cookies of a request
_SET = 1  # the group of all Set-Cookie lines


def find_cookies(text: str) -> Found:
    """The cookies in a text.  Never raises; a text without any has problems that say why."""
    text = utf8(text).decode().removeprefix("\ufeff").replace("\r\n", "\n").strip()
    if not text:
        return Found((), (Problem(ProblemCode.EMPTY_INPUT),))
    if (found := _from_command(text)) is not None:
        return found
    if text.startswith("document.cookie"):
        text = text.partition("=")[2]
    text = _unwrap(text)
    return _from_headers(text) or _from_values(text) or _from_pairs(text) or _from_anything(text)


def _from_command(text: str) -> Found | None:
    head = text[:4096].lower()
    if " " not in head or not any(word in head for word in _COMMAND_WORDS):
        return None
    from sessionlab.decode.curl import is_command, read_command

    if not is_command(text):
        return None
    sent = read_command(text)
    cookies = tuple(_split("; ".join(sent.headers), CookieSource.CURL))
    problems = [
        Problem(ProblemCode.CURL_COOKIE_FILE, {"file": name}) for name in sent.files if name
    ]
    if not cookies and not problems:
        problems.append(Problem(ProblemCode.CURL_WITHOUT_COOKIE))
    return Found(cookies, tuple(problems))


def _from_headers(text: str) -> Found | None:
    """The Cookie and Set-Cookie lines among lines of any kind."""
    cookies: list[Given] = []
    seen = False
    lines = iter(text.split("\n"))
    for line in lines:
        name, colon, rest = line.partition(":")
        name = name.strip("<>* \t\"'").lower()
        if not colon or name not in ("cookie", "set-cookie"):
            continue
        seen = True
        # Some browsers copy a header's name and its value as two lines.
        rest = _unwrap(rest if rest.strip() else next(lines, ""))
        if name == "cookie":
            cookies.extend(_split(rest, CookieSource.COOKIE_HEADER))
        else:
            cookies.append(_set_cookie(rest))
    if not seen:
        return None
    return Found(tuple(cookies), () if cookies else (Problem(ProblemCode.NO_COOKIE_FOUND),))


def _from_values(text: str) -> Found | None:
    """Values without a name: one, one a line, or one that was broken into lines."""
    lines = [_unwrap(line) for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and all(map(_is_value, lines)):
        return Found(tuple(map(_value, lines)))
    value, semicolon, _ = text.partition(";")
    joined = re.sub(_BREAK, "", value) if "\n" in value else value
    if not _is_value(joined.rstrip()):
        return None
    problems = []
    if joined != value:
        problems.append(Problem(ProblemCode.LINES_JOINED))
    if semicolon:
        problems.append(Problem(ProblemCode.TRAILING_SEMICOLON))
    return Found((_value(joined.rstrip()),), tuple(problems))


def _is_value(text: str) -> bool:
    return any(known.bare and re.fullmatch(known.bare, text) for known in formats())


def _value(text: str) -> Given:
    return Given(None, text, text, CookieSource.VALUE, _SENT)


def _from_pairs(text: str) -> Found | None:
    if re.match(_URL, text) or not re.match(_NAMED, text):
        return None
    problems: tuple[Problem, ...] = ()
    lines = [text]
    if "\n" in text:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        if not all(re.match(_NAMED, line) for line in lines):
            lines = [re.sub(_BREAK, "", text)]
            problems = (Problem(ProblemCode.LINES_JOINED),)
    cookies: list[Given] = []
    for line in map(_unwrap, lines):
        if _is_set_cookie(line):
            cookies.append(_set_cookie(line))
        else:
            cookies.extend(_split(line, CookieSource.COOKIES))
    return Found(tuple(cookies), problems)


def _from_anything(text: str) -> Found:
    values = "|".join(known.inside for known in formats() if known.inside)
    found = tuple(
        Given(it[1], it[2], it[2], CookieSource.COOKIES if it[1] else CookieSource.VALUE, _SENT)
        for it in re.finditer(f"{_NAME_BEFORE}({values})", text)
    )
    if found:
        return Found(found, (Problem(ProblemCode.FOUND_INSIDE),))
    is_url = re.match(_URL, text)
    code = ProblemCode.LOOKS_LIKE_URL if is_url else ProblemCode.NO_COOKIE_FOUND
    return Found((), (Problem(code),))


def _split(header: str, source: CookieSource) -> Iterator[Given]:
    """The pairs of a Cookie header, as `sessionlab.core.wire.find_cookie` splits it."""
    for pair in header.strip().split(";"):
        name, equals, value = pair.partition("=")
        if equals:
            yield Given(name.strip(" \t"), value.strip(" \t"), value, source, _SENT)


def _set_cookie(line: str) -> Given:
    name, equals, value = line.partition(";")[0].partition("=")
    if not equals:
        name, value = "", name
    value = value.strip(" \t")
    return Given(name.strip(" \t"), value, value, CookieSource.SET_COOKIE, _SET, line)


def _is_set_cookie(text: str) -> bool:
    """Whether it is a Set-Cookie line without its name: attributes follow the pair."""
    pieces = [piece.strip().lower() for piece in text.split(";")[1:]]
    names = [piece.partition("=")[0].strip() for piece in pieces if piece]
    if any(piece in _FLAGS for piece in pieces):
        return True
    return bool(names) and all(name in _ATTRIBUTES for name in names)


def _unwrap(text: str) -> str:
    """The text without quotes around the whole of it, and without what stands behind them."""
    text = text.strip()
    while text[:1] in ('"', "'", "`", "“", "‘") and (match := re.fullmatch(_WRAPPED, text)):
        text = next(group for group in match.groups() if group is not None).strip()
    return text
