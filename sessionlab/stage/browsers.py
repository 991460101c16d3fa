"""The browsers of a lane: named clients, each with a cookie jar, which send real requests.

Rules
- The jar selects the cookies that are sent and refuses or keeps those that are set.  Its verdict on
  each Set-Cookie line and its reasons for each withheld cookie are recorded.
- The browsers see a server's origin, not its actual port.
- Every request is as if typed into the address bar: no other site started it.
"""

from __future__ import annotations

from http.client import HTTPException
from typing import NamedTuple
from urllib.parse import urlencode

from sessionlab.core.events import (
    BrowserClosed,
    CookieEdited,
    CookiesCopied,
    CookieStored,
    JarRuling,
    RequestSent,
    SentCookie,
    ServerKind,
    WithheldCookie,
)
from sessionlab.core.jar import Jar, JarVerdict, RequestContext, Selection
from sessionlab.http.client import Answer, line_octets, send
from sessionlab.session.clock import Clock
from sessionlab.stage.applications import Application
from sessionlab.stage.edits import edited
from sessionlab.stage.errors import StageError, StageProblem
from sessionlab.stage.gate import PATIENCE
from sessionlab.stage.recorder import Recorder
from sessionlab.stage.scenario import ChangeData, Edit, Request
from sessionlab.stage.server import RunningServer

_NO_COOKIES = Selection("", ())


class Destination(NamedTuple):
    """The server for a request, and its application.

    ``number``: the server's number, None for a single one.  ``software``: the server's kind, None
    if all have the same.
    """

    server: RunningServer
    application: Application
    number: int | None = None
    software: ServerKind | None = None


class Asked(NamedTuple):
    """A request that is recorded but not yet sent; ``form`` is its body, url-encoded.

    ``cookies``: whether the cookies of the answer are kept.
    """

    to: Destination
    client: str
    request: Request
    cookie_header: str
    form: str | None
    cookies: bool


class Browsers:
    """All clients of one lane."""

    def __init__(self, clock: Clock, recorder: Recorder) -> None:
        self._clock = clock
        self._recorder = recorder
        self._jars: dict[str, Jar] = {}

    def ask(self, to: Destination, client: str, request: Request, *, cookies: bool) -> Asked:
        """Choose the cookies of a request and record it, without sending it.

        ``cookies``: False: none are sent, and none will be kept.
        """
        selection = _NO_COOKIES
        if cookies:
            selection = self._jar(client).select(_context(to, request), self._clock())
        form = None if request.form is None else urlencode(request.form)
        asked = Asked(to, client, request, selection.header, form, cookies)
        self._recorder.record(_request_sent(asked, selection))
        return asked

    def exchange(self, asked: Asked, *, held: int = 0) -> Answer:
        """Send a request and wait until its server has finished it; records nothing.

        ``held``: how many other requests are held in the server.  Raises StageError.
        """
        request, server = asked.request, asked.to.server
        headers = {"Host": server.origin.partition("://")[2]}
        if asked.cookie_header:
            headers["Cookie"] = asked.cookie_header
        body = None
        if asked.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = asked.form.encode("ascii")
        try:
            answer = send(
                *server.address, request.method, request.target, headers, body, patience=PATIENCE
            )
            if not answer.is_whole:
                raise HTTPException("the answer broke off")
            server.settle(held)
        except (OSError, HTTPException) as error:
            raise StageError(
                StageProblem.SERVER_SILENT,
                request=f"{request.method} {request.target}",
                cause=str(error) or type(error).__name__,
            ) from error
        return answer

    def take(self, asked: Asked, answer: Answer) -> None:
        """Record an answer, and store its cookies."""
        known, count = asked.to.application.read_answer(asked.request.purpose, answer)
        self._recorder.record(answer.event(known, count))
        if asked.cookies:
            jar, context = self._jar(asked.client), _context(asked.to, asked.request)
            for line in answer.all("Set-Cookie"):
                self._recorder.record(_cookie_stored(line, jar.set(line, context, self._clock())))

    def edit(self, client: str, edit: Edit, *, may_be_missing: bool) -> None:
        """Change a cookie in a client's jar.  Raises StageError if that is impossible.

        ``may_be_missing``: a missing cookie is recorded as such, and is no error.
        """
        jar = self._jar(client)
        there = {cookie.name: cookie for cookie in jar.cookies(self._clock())}
        cookie = there.get(edit.cookie)
        if cookie is None:
            if not may_be_missing:
                raise StageError(
                    StageProblem.NO_SUCH_COOKIE,
                    client=client,
                    cookie=edit.cookie,
                    there=", ".join(there),
                )
            self._recorder.record(CookieEdited(client, edit.cookie, None, None))
            return
        try:
            value = edited(cookie.value, edit)
        except ValueError:
            problem = (
                StageProblem.VALUE_NOT_SEALED
                if isinstance(edit, ChangeData)
                else StageProblem.VALUE_NOT_SIGNED
            )
            raise StageError(problem, client=client, cookie=edit.cookie) from None
        jar.edit(cookie, value)
        self._recorder.record(CookieEdited(client, cookie.name, cookie.value, value))

    def copy(self, source: str, client: str) -> None:
        """Copy all cookies of one client into another's jar."""
        copies = self._jar(source).copy_to(self._jar(client), self._clock())
        names = tuple(cookie.name for cookie in copies)
        self._recorder.record(CookiesCopied(source, client, names))

    def close(self, client: str) -> None:
        """Close a client's browser, which deletes the cookies without an expiry."""
        names = tuple(cookie.name for cookie in self._jar(client).close_browser())
        self._recorder.record(BrowserClosed(client, names))

    def _jar(self, client: str) -> Jar:
        if client not in self._jars:
            # The hosts of the stage are loopback names; none of them has a public suffix.
            self._jars[client] = Jar(lambda host: None)
        return self._jars[client]


def _context(to: Destination, request: Request) -> RequestContext:
    return RequestContext(to.server.origin + request.target, request.method)


def _request_sent(asked: Asked, selection: Selection) -> RequestSent:
    request, header = asked.request, selection.header
    return RequestSent(
        client=asked.client,
        method=request.method,
        url=asked.to.server.origin + request.target,
        path=request.path,
        cookies=tuple(SentCookie(it.name, it.value, it.origin) for it in selection.sent),
        withheld=tuple(
            WithheldCookie(it.cookie.name, it.cookie.value, it.reasons)
            for it in selection.verdicts
            if not it.sent
        ),
        cookie_header=header or None,
        body=asked.form,
        cookie_bytes=line_octets("Cookie", header) if header else 0,
        server=asked.to.number,
        software=asked.to.software,
        purpose=request.purpose,
    )


def _cookie_stored(line: str, verdict: JarVerdict) -> CookieStored:
    cookie = verdict.set_cookie
    return CookieStored(
        verdict=JarRuling(
            accepted=verdict.accepted,
            outcome=verdict.outcome,
            reasons=verdict.reasons,
            warnings=verdict.warnings,
            evidence=dict(verdict.evidence),
        ),
        set_cookie=line,
        name=cookie.name,
        value=cookie.value,
        attributes=dict(cookie.attributes),
    )
