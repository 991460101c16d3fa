"""Browsers: named clients with a cookie jar each, which send real requests and tell of them.

Rules
- What is sent is what the jar selects, and what the jar refuses is not kept: each Set-Cookie line
  is told of with the jar's verdict, each cookie that stays behind with the reasons.
- The browsers see one origin, whatever port the server really has.
- Every request is typed into the address bar, as it were: nobody started it from another site.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sessionlab.core.events import Kind
from sessionlab.core.jar import Jar, JarVerdict, RequestContext, Selection
from sessionlab.replay.edits import edited
from sessionlab.replay.errors import ReplayError, ReplayProblem
from sessionlab.replay.exchange import Response, exchange
from sessionlab.replay.gate import PATIENCE
from sessionlab.replay.recorder import Recorder
from sessionlab.replay.scenario import ChangeData, Edit, Request, ServerKind
from sessionlab.replay.server import HOST, RunningServer

_NO_COOKIES = Selection("", ())


class Address(NamedTuple):
    """A server, its number if it is one of several, its kind if they are not all alike."""

    server: RunningServer
    number: int | None = None
    kind: ServerKind | None = None


class Asked(NamedTuple):
    """A request that was told of and is to be sent; ``form`` is its body, url-encoded.

    ``cookies``: whether what the answer sets is kept.
    """

    to: Address
    client: str
    request: Request
    cookie_header: str
    form: str | None
    cookies: bool


class Browser:
    """All clients of one lane.

    ``origin`` is the scheme and authority that they see; ``clock`` gives milliseconds since the
    epoch.
    """

    def __init__(self, origin: str, clock: Callable[[], int], recorder: Recorder) -> None:
        self._origin = origin
        self._host = origin.partition("://")[2]
        self._clock = clock
        self._recorder = recorder
        self._jars: dict[str, Jar] = {}

    def send(self, to: Address, client: str, request: Request, *, cookies: bool) -> None:
        """Send a request and take in the answer; without ``cookies``, send and keep none.

        Returns when the server is done with the request, too.  Raises ReplayError.
        """
        asked = self.ask(to, client, request, cookies=cookies)
        self.take(asked, self.exchange(asked))

    def ask(self, to: Address, client: str, request: Request, *, cookies: bool) -> Asked:
        """Choose the cookies of a request and tell of it; it is not yet sent."""
        context = self._context(request)
        jar = self._jar(client)
        selection = jar.select(context, self._clock()) if cookies else _NO_COOKIES
        form = None if request.form is None else urlencode(request.form)
        asked = Asked(to, client, request, selection.header, form, cookies)
        self._tell_request(asked, selection)
        return asked

    def exchange(self, asked: Asked, *, held: int = 0) -> Response:
        """Send a request and wait until its server is done with it; tells nothing.

        ``held``: how many other requests the server is not done with.  Raises ReplayError.
        """
        request, server = asked.request, asked.to.server
        headers = {"Host": self._host}
        if asked.cookie_header:
            headers["Cookie"] = asked.cookie_header
        if asked.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            response = exchange(
                (HOST, server.port),
                request.method,
                request.target,
                headers,
                None if asked.form is None else asked.form.encode("ascii"),
                timeout=PATIENCE,
            )
            server.settle(held)
        except (OSError, HTTPException) as error:
            raise ReplayError(
                ReplayProblem.SERVER_SILENT,
                request=f"{request.method} {request.target}",
                cause=str(error) or type(error).__name__,
            ) from error
        return response

    def take(self, asked: Asked, response: Response) -> None:
        """Take in an answer, and tell of it."""
        self._recorder.record(
            Kind.RESPONSE,
            {
                "status": response.status,
                "phrase": response.phrase,
                "body": response.body,
                "set_cookie": list(response.set_cookie),
                "cookie_bytes": sum(_line_octets("Set-Cookie", it) for it in response.set_cookie),
                "caching": list(response.caching),
            },
        )
        if asked.cookies:
            jar, context = self._jar(asked.client), self._context(asked.request)
            for line in response.set_cookie:
                self._tell_stored(line, jar.set(line, context, self._clock()))

    def edit(self, client: str, edit: Edit, *, may_be_missing: bool) -> None:
        """Change a cookie in a client's jar.  Raises ReplayError where it can not be done.

        ``may_be_missing``: where there is no such cookie, that is told and nothing is done.
        """
        jar = self._jar(client)
        there = {cookie.name: cookie for cookie in jar.cookies(self._clock())}
        cookie = there.get(edit.cookie)
        if cookie is None:
            if not may_be_missing:
                raise ReplayError(
                    ReplayProblem.NO_SUCH_COOKIE,
                    client=client,
                    cookie=edit.cookie,
                    there=", ".join(there),
                )
            self._tell_edit(client, edit.cookie, None, None)
            return
        try:
            value = edited(cookie.value, edit)
        except ValueError:
            problem = (
                ReplayProblem.VALUE_NOT_SEALED
                if isinstance(edit, ChangeData)
                else ReplayProblem.VALUE_NOT_SIGNED
            )
            raise ReplayError(problem, client=client, cookie=edit.cookie) from None
        jar.edit(cookie, value)
        self._tell_edit(client, cookie.name, cookie.value, value)

    def copy(self, source: str, client: str) -> None:
        """Copy all cookies of one client into another's jar."""
        copies = self._jar(source).copy_to(self._jar(client), self._clock())
        names = [cookie.name for cookie in copies]
        self._recorder.record(Kind.COPY, {"source": source, "client": client, "names": names})

    def close(self, client: str) -> None:
        """Close a client's browser: the cookies that last no longer than that are gone."""
        names = [cookie.name for cookie in self._jar(client).close_browser()]
        self._recorder.record(Kind.CLOSE, {"client": client, "names": names})

    def _jar(self, client: str) -> Jar:
        if client not in self._jars:
            # The replays' hosts are loopback names; none of them has a public suffix.
            self._jars[client] = Jar(lambda host: None)
        return self._jars[client]

    def _context(self, request: Request) -> RequestContext:
        return RequestContext(self._origin + request.target, request.method)

    def _tell_request(self, asked: Asked, selection: Selection) -> None:
        request = asked.request
        sent: list[dict[str, Any]] = []
        withheld: list[dict[str, Any]] = []
        for verdict in selection.verdicts:
            told: dict[str, Any] = {"name": verdict.cookie.name, "value": verdict.cookie.value}
            if verdict.sent:
                sent.append({**told, "origin": verdict.cookie.source.value})
            else:
                withheld.append({**told, "reasons": [it.value for it in verdict.reasons]})
        self._recorder.record(
            Kind.REQUEST,
            {
                "client": asked.client,
                "method": request.method,
                "url": self._origin + request.target,
                "path": request.target.partition("?")[0],
                "cookies": sent,
                "withheld": withheld,
                "cookie_header": selection.header or None,
                "body": asked.form,
                "cookie_bytes": _line_octets("Cookie", selection.header),
                "server": asked.to.number,
                "software": asked.to.kind and asked.to.kind.value,
            },
        )

    def _tell_edit(self, client: str, name: str, before: str | None, after: str | None) -> None:
        self._recorder.record(
            Kind.EDIT, {"client": client, "name": name, "before": before, "after": after}
        )

    def _tell_stored(self, line: str, verdict: JarVerdict) -> None:
        self._recorder.record(
            Kind.COOKIE_STORED,
            {
                "set_cookie": line,
                "name": verdict.set_cookie.name,
                "value": verdict.set_cookie.value,
                "attributes": dict(verdict.set_cookie.attributes),
            },
            _verdict_json(verdict),
        )


def _verdict_json(verdict: JarVerdict) -> Mapping[str, Any]:
    return {
        "accepted": verdict.accepted,
        "outcome": verdict.outcome.value,
        "reasons": [reason.value for reason in verdict.reasons],
        "warnings": [warning.value for warning in verdict.warnings],
        "evidence": dict(verdict.evidence),
    }


def _line_octets(name: str, value: str) -> int:
    """Octets of a header line with its end; 0 where there is none."""
    return len(f"{name}: {value}\r\n".encode("latin-1", "replace")) if value else 0
