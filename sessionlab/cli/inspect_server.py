"""What a running sessionlab server says of itself.

Rules
- One GET of ``/_sessionlab/state``; no silence is waited for longer than `PATIENCE`, and no body.
  Redirects are not followed and no proxy is used: the server is on this machine or nowhere.
- What answers may be anything: its bytes are limited, and its form is checked.
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from sessionlab.cli.exit import Exit
from sessionlab.cli.problem import Problem
from sessionlab.diagnose.server_state import ServerState, read_state

if TYPE_CHECKING:
    from sessionlab.render.catalogue import Catalogue

STATE = "/_sessionlab/state"
PATIENCE: float = 3
"""Seconds."""
_LARGEST = 16 * 1024 * 1024
_PAGE = 100


def ask_server(url: str, after: str | None, said: Catalogue) -> tuple[str, ServerState]:
    """The server at a URL: its origin, and the state that it answers with.

    ``after``: where the page of sessions begins, as the page before said.  Raises Problem where
    the URL is none, where nothing answers, and where something else does.
    """
    try:
        origin, connection = _connection(url)
    except (ValueError, HTTPException):
        raise Problem("inspect.server.url", url=url) from None
    until = monotonic() + PATIENCE
    try:
        place = "" if after is None else f"&after={quote(after, safe='')}"
        path = f"{STATE}?limit={_PAGE}{place}"
        connection.request("GET", path, headers={"Accept": "application/json"})
        response = connection.getresponse()
        body = _read(response, until)
    except TimeoutError:
        why = said.text("inspect.server.timeout", seconds=PATIENCE)
        raise _absent(origin, why) from None
    except ConnectionRefusedError:
        raise _absent(origin, said.text("inspect.server.refused")) from None
    except HTTPException as error:
        raise _other(origin, type(error).__name__) from None
    except (OSError, UnicodeError) as error:
        raise _absent(origin, getattr(error, "strerror", None) or error) from None
    finally:
        connection.close()
    if response.status == 200 and (state := _understand(body)) is not None:
        return origin, state
    server = response.getheader("Server")
    raise _other(origin, f"HTTP {response.status}" + (f", Server: {server[:80]}" if server else ""))


def _absent(origin: str, why: object) -> Problem:
    return Problem("inspect.server.absent", Exit.OUTSIDE, url=origin, why=why)


def _other(origin: str, what: str) -> Problem:
    return Problem("inspect.server.other", Exit.OUTSIDE, url=origin, what=what)


def _connection(url: str) -> tuple[str, HTTPConnection]:
    """The origin and a connection to it.

    Raises ValueError or HTTPException for anything but an http(s) URL.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError(url)
    make = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port is None else f":{parts.port}"
    connection = make(parts.hostname, parts.port, timeout=PATIENCE)
    return f"{parts.scheme}://{host}{port}", connection


def _read(response: HTTPResponse, until: float) -> bytes:
    octets = bytearray()
    while piece := response.read1(65536):
        octets += piece
        if len(octets) > _LARGEST or monotonic() > until:
            raise TimeoutError
    return bytes(octets)


def _understand(body: bytes) -> ServerState | None:
    """The state in an answer; None: this is not a sessionlab server."""
    import json

    try:
        return read_state(json.loads(body))
    except (ValueError, RecursionError):
        return None
