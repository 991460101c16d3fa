"""One HTTP request over a socket of its own, and its answer.

Rules
- Header values are octets written as latin-1 characters; bodies are UTF-8.
- Nothing is followed, kept or added: redirects and cookies are the browser's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection
from typing import NamedTuple

_FOR_CACHES = ("cache-control", "vary")


class Response(NamedTuple):
    """An answer; ``set_cookie`` has one entry for each Set-Cookie line, without the name.

    ``caching``: the lines that tell caches what to do, Cache-Control and Vary, whole.
    """

    status: int
    phrase: str
    set_cookie: tuple[str, ...]
    caching: tuple[str, ...]
    body: str


def exchange(
    address: tuple[str, int],
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes | None,
    *,
    timeout: float,
) -> Response:
    """Send a request and read the whole answer.

    Raises OSError where the server can not be reached or does not answer within ``timeout``
    seconds, and http.client.HTTPException for an answer that is no HTTP.
    """
    # http.client sends each small packet at once (TCP_NODELAY) and closes the connection with the
    # last octet of the body, which the server waits for.
    connection = HTTPConnection(*address, timeout=timeout)
    try:
        connection.request(method, target, body=body, headers=dict(headers))
        answer = connection.getresponse()
        content = answer.read()
        return Response(
            status=answer.status,
            phrase=answer.reason,
            set_cookie=tuple(answer.headers.get_all("Set-Cookie", [])),
            caching=tuple(
                f"{name}: {value}"
                for name, value in answer.headers.items()
                if name.lower() in _FOR_CACHES
            ),
            body=content.decode("utf-8", "replace"),
        )
    finally:
        connection.close()
