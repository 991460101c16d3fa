"""Numbers the requests and tells what came in and what went out, around an application.

Rules
- A request's events carry its number as their lane, whichever thread they come from.
- The response is told after everything that the engine does at its end, and before its last chunk
  goes out: who has read the answer finds its events in the log.
- Bodies are told up to `LONGEST_BODY` characters; what was sent to us as a body is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Any

from sessionlab.core.decide import Verdict
from sessionlab.core.events import Kind
from sessionlab.demo.eventlog import EventLog

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST_BODY = 1_000
_NUMBER_KEY = "sessionlab.demo.request"


class Watch:
    """Records every request of an application in a log."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._numbers = count(1)

    def listener(
        self,
        environ: WSGIEnvironment,
        kind: Kind,
        verdict: Verdict | None,
        data: dict[str, Any],
    ) -> None:
        """What the engine calls for each of its steps."""
        told = None if verdict is None else verdict.to_json()
        self._log.record(environ[_NUMBER_KEY], kind, data, told)

    def around(self, app: WSGIApplication) -> WSGIApplication:
        """The application, watched."""

        def watched(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
            number = environ[_NUMBER_KEY] = str(next(self._numbers))
            self._log.record(number, Kind.REQUEST, _request(environ))
            response = _Response(start_response)
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
                self._log.record(number, Kind.RESPONSE, response.told())
            if last is not None:
                yield last

        return watched


def _request(environ: WSGIEnvironment) -> dict[str, Any]:
    """The data of a request event, as far as a server can know it: not who edited a cookie."""
    header: str | None = environ.get("HTTP_COOKIE")
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else ""
    return {
        "client": environ.get("REMOTE_ADDR", ""),
        "method": environ["REQUEST_METHOD"],
        "url": f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}{path}{query}",
        "path": path,
        "cookies": [] if header is None else _cookies(header),
        "withheld": [],
        "cookie_header": header,
        "body": None,
        "cookie_bytes": 0 if header is None else _line_octets("Cookie", header),
        "server": None,
    }


def _cookies(header: str) -> list[dict[str, str | None]]:
    """The pairs of a Cookie header as they were sent."""
    pairs = (pair.strip(" \t").partition("=") for pair in header.split(";"))
    return [
        {"name": name, "value": value, "origin": None} for name, equals, value in pairs if equals
    ]


def _line_octets(name: str, value: str) -> int:
    return len(f"{name}: {value}\r\n")


class _Response:
    """What an application answers, listened to on its way out."""

    def __init__(self, start_response: StartResponse) -> None:
        self._start_response = start_response
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._body = b""

    def start(
        self, status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """What the application calls as its ``start_response``."""
        self._status, self._headers = status, headers
        write = self._start_response(status, headers, exc_info)

        def tee(chunk: bytes) -> None:
            self._keep(chunk)
            write(chunk)

        return tee

    def of(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks, as they come."""
        try:
            for chunk in chunks:
                self._keep(chunk)
                yield chunk
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def forget(self) -> None:
        """The application raised before anything went out: the server answers in its place."""
        self._status, self._headers, self._body = "", [], b""

    def told(self) -> dict[str, Any]:
        """The data of the response event; status 500 where the application raised."""
        code, _, phrase = self._status.partition(" ")
        status = int(code) if code else HTTPStatus.INTERNAL_SERVER_ERROR.value
        lines = [value for name, value in self._headers if name.lower() == "set-cookie"]
        return {
            "status": status,
            "phrase": phrase or HTTPStatus(status).phrase,
            "body": self._body.decode("utf-8", "replace")[:LONGEST_BODY],
            "set_cookie": lines,
            "cookie_bytes": sum(_line_octets("Set-Cookie", line) for line in lines),
            "caching": [
                f"{name}: {value}"
                for name, value in self._headers
                if name.lower() in ("cache-control", "vary")
            ],
        }

    def _keep(self, chunk: bytes) -> None:
        if len(self._body) < 4 * LONGEST_BODY:
            self._body += chunk[: 4 * LONGEST_BODY]
