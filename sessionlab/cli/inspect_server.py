"""What a running sessionlab server says of itself.

Rules
- One GET of ``/_sessionlab/state``, which may take `PATIENCE` as a whole.  Redirects are not
  followed and no proxy is used: the server is on this machine.
- Anything may answer: its size is limited, and its form is checked.
"""

from __future__ import annotations

import json
import ssl
from contextlib import suppress
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import quote

from sessionlab.cli.exit import Complaint, Exit
from sessionlab.diagnose.address import InvalidAddress, WebAddress, read_address
from sessionlab.diagnose.server_state import ServerState, read_state
from sessionlab.http.client import Answer, send

if TYPE_CHECKING:
    from sessionlab.render.catalogue import Catalogue

STATE = "/_sessionlab/state"
PATIENCE: float = 3
"""Seconds."""
_PAGE = 100


def ask_server(url: str, after: str | None, said: Catalogue) -> tuple[str, ServerState]:
    """The origin of the server at a URL, and its state.

    ``after``: where the page of sessions begins, as the page before said.  Raises Complaint for
    an invalid URL, where nothing answers, and where something other than sessionlab does.
    """
    address = _read_url(url)
    try:
        answer = _ask(address, after)
    except TimeoutError:
        raise _absent(address, said.text("inspect.server.timeout", seconds=PATIENCE)) from None
    except ConnectionRefusedError:
        raise _absent(address, said.text("inspect.server.refused")) from None
    except HTTPException as error:
        raise _other(address, type(error).__name__) from None
    except OSError as error:
        raise _absent(address, error.strerror or error) from None
    if answer.status == 200 and (state := _understand(answer.body)) is not None:
        return address.origin, state
    server = answer.first("Server")
    raise _other(address, f"HTTP {answer.status}" + (f", Server: {server[:80]}" if server else ""))


def _read_url(url: str) -> WebAddress:
    with suppress(InvalidAddress):
        address = read_address(url if "://" in url else f"http://{url}")
        if address.scheme in ("http", "https"):
            return address
    raise Complaint("inspect.server.url", url=url)


def _ask(address: WebAddress, after: str | None) -> Answer:
    """Send the request.  Raises TimeoutError for a body that is not whole, and what `send` does."""
    # What is not UTF-8 on the command line arrives as surrogates.
    place = "" if after is None else f"&after={quote(after, safe='', errors='surrogateescape')}"
    answer = send(
        *address.endpoint,
        "GET",
        f"{STATE}?limit={_PAGE}{place}",
        {"Accept": "application/json"},
        patience=PATIENCE,
        tls=ssl.create_default_context() if address.is_encrypted else None,
    )
    if not answer.is_whole:
        raise TimeoutError
    return answer


def _absent(address: WebAddress, why: object) -> Complaint:
    return Complaint("inspect.server.absent", Exit.OUTSIDE, url=address.origin, why=why)


def _other(address: WebAddress, what: str) -> Complaint:
    return Complaint("inspect.server.other", Exit.OUTSIDE, url=address.origin, what=what)


def _understand(body: bytes) -> ServerState | None:
    """The state in an answer; None: this is not a sessionlab server."""
    try:
        return read_state(json.loads(body))
    except (ValueError, RecursionError):
        return None
