"""What ``sessionlab explain`` is asked, read from its command line.

Rules
- The last argument is a URL; those before it are Set-Cookie lines, or ``-`` for the lines on
  standard input.
- An option that does not apply is an error; none is ignored.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TextIO

from sessionlab.cli.exit import Complaint
from sessionlab.diagnose.address import InvalidAddress, WebAddress, read_address
from sessionlab.diagnose.lines import read_lines
from sessionlab.diagnose.start import OPAQUE, Credentials, Start

LARGEST_INPUT = 256 * 1024
"""Bytes of standard input that are read at most; browsers take no more headers than that."""
_METHOD = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}")
_LONGEST_FOUND = 100


class ExplainArguments(NamedTuple):
    """The arguments as read.

    ``lines``: Set-Cookie lines that came from ``address``; None: ask the server there.
    ``first`` starts the request that sets the cookies, ``start`` the later one, to ``then``.
    """

    lines: list[str] | None
    address: WebAddress
    first: Start
    start: Start
    then: WebAddress


def read_arguments(
    what: list[str],
    stdin: TextIO,
    *,
    then: str | None,
    method: str,
    page: str | None,
    top_level: bool,
    fetch: Credentials | None,
    document_cookie: bool,
    set_from: str | None,
) -> ExplainArguments:
    """Read the arguments.  Raises Complaint."""
    lines, address = _read_what(what, stdin)
    start = Start(
        method=_read_method(method),
        page=_read_page(page),
        is_opaque=_is_opaque(page),
        top_level=top_level and fetch is None,
        fetch=fetch,
        document_cookie=document_cookie,
    )
    if set_from is not None:
        first = Start(page=_read_page(set_from), is_opaque=_is_opaque(set_from), top_level=False)
    elif lines is None and then is None:
        first = start
    else:
        first = Start()
    later = address if then is None else read_url(then)
    for each in (address, later) if lines is None else ():
        if each.scheme not in ("http", "https"):
            raise Complaint("explain.error.scheme", found=each.scheme)
    return ExplainArguments(lines, address, first, start, later)


def read_url(text: str) -> WebAddress:
    """Read a URL.  Raises Complaint."""
    try:
        return read_address(text)
    except InvalidAddress as error:
        key = f"explain.address.{error.fault.value}"
        raise Complaint(key, found=shortened(error.found)) from None


def shortened(text: str) -> str:
    """A text for a complaint, cut to fit on a line."""
    return text if len(text) <= _LONGEST_FOUND else f"{text[:_LONGEST_FOUND]}…"


def _read_what(what: list[str], stdin: TextIO) -> tuple[list[str] | None, WebAddress]:
    if not what:
        raise Complaint("explain.error.nothing")
    *given, url = what
    is_line = "=" in url and "://" not in url.partition("=")[0]
    if is_line or url == "-":
        raise Complaint("explain.error.url-missing", found=shortened(url))
    address = read_url(url)
    if not given:
        return None, address
    lines: list[str] = []
    for text in given:
        if text == "-":
            found = read_lines(_read_all(stdin))
            if not found:
                raise Complaint("explain.error.no-lines")
            lines += found
        else:
            lines += read_lines(text) or [text]
    return lines, address


def _read_all(stdin: TextIO) -> str:
    octets = stdin.buffer.read(LARGEST_INPUT + 1)
    if len(octets) > LARGEST_INPUT:
        raise Complaint("explain.error.too-long", limit=LARGEST_INPUT)
    return octets.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _read_method(method: str) -> str:
    if not _METHOD.fullmatch(method) or method.upper() == "CONNECT":
        raise Complaint("explain.error.method", found=shortened(method))
    return method.upper()


def _read_page(page: str | None) -> WebAddress | None:
    return None if page is None or _is_opaque(page) else read_url(page)


def _is_opaque(page: str | None) -> bool:
    return page is not None and page.lower() == OPAQUE
