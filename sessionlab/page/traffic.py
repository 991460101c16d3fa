"""Numbers the requests of an application, and records them with their responses.

Rules
- The events of a request have its number as their lane, whichever thread records them.
- The response is recorded after everything that the engine does at its end, and before its last
  chunk is sent: a client that has read the answer finds its events in the log.
- A response's body is recorded up to `LONGEST_BODY` characters, a request's body not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING

from sessionlab.core.events import Event, RequestSent, ResponseReceived, SentCookie
from sessionlab.http.client import Answer, line_octets
from sessionlab.page.eventlog import EventLog

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST_BODY = 1_000
_NUMBER_KEY = "sessionlab.page.request"


class Traffic:
    """Records every request of an application in a log."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._numbers = count(1)

    def listener(self, environ: WSGIEnvironment, event: Event) -> None:
        """Record an event; the engine's ``listener``."""
        self._log.record(environ[_NUMBER_KEY], event)

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """The application; every request to it is recorded."""

        def recorded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
            number = environ[_NUMBER_KEY] = str(next(self._numbers))
            self._log.record(number, _request_sent(environ))
            response = _OutgoingResponse(start_response)
            last = None
            sent = False
            try:
                for chunk in response.of(app(environ, response.start)):
                    if last is not None:
                        sent = True
                        yield last
                    last = chunk
            except Exception:
                if not sent:
                    response.forget()
                raise
            finally:
                self._log.record(number, response.event())
            if last is not None:
                yield last

        return recorded


def _request_sent(environ: WSGIEnvironment) -> RequestSent:
    """The request as a server sees it: it cannot know a cookie's origin."""
    header: str | None = environ.get("HTTP_COOKIE")
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
    return RequestSent(
        client=environ.get("REMOTE_ADDR", ""),
        method=environ["REQUEST_METHOD"],
        url=f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}{path}{query}",
        path=path,
        cookies=() if header is None else tuple(_cookies(header)),
        withheld=(),
        cookie_header=header,
        body=None,
        cookie_bytes=0 if header is None else line_octets("Cookie", header),
    )


def _cookies(header: str) -> Iterator[SentCookie]:
    """The pairs of a Cookie header as sent."""
    for pair in header.split(";"):
        name, equals, value = pair.strip(" \t").partition("=")
        if equals:
            yield SentCookie(name, value, origin=None)


class _OutgoingResponse:
    """Observes the response of an application while it is sent."""

    def __init__(self, start_response: StartResponse) -> None:
        self._start_response = start_response
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._body = b""

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """The application's ``start_response``."""
        self._status, self._headers = status, headers
        write = self._start_response(status, headers, exc_info)

        def tee(chunk: bytes) -> None:
            self._keep(chunk)
            write(chunk)

        return tee

    def of(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the chunks on and keep the first ones."""
        try:
            for chunk in chunks:
                self._keep(chunk)
                yield chunk
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def forget(self) -> None:
        """The application raised before anything was sent: the server sends its own answer."""
        self._status, self._headers, self._body = "", [], b""

    def event(self) -> ResponseReceived:
        """The response as sent; status 500 if the application raised."""
        code, _, phrase = self._status.partition(" ")
        status = int(code) if code else HTTPStatus.INTERNAL_SERVER_ERROR.value
        answer = Answer(
            status, phrase or HTTPStatus(status).phrase, tuple(self._headers), self._body
        )
        return replace(answer.event(), body=answer.text[:LONGEST_BODY])

    def _keep(self, chunk: bytes) -> None:
        if len(self._body) < 4 * LONGEST_BODY:
            self._body += chunk[: 4 * LONGEST_BODY]
