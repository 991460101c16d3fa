"""What a server records of each request by itself: what came in, what went out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client, run_wsgi_app
from werkzeug.wrappers import Response

from sessionlab.core.decide import ReadFacts, decide_read
from sessionlab.core.entries import Entry
from sessionlab.core.events import CookieRead, Event, RequestSent, ResponseReceived, SentCookie
from sessionlab.page.eventlog import EventLog
from sessionlab.page.traffic import LONGEST_BODY, Traffic


def recorded(log: EventLog) -> list[Entry[Event]]:
    return [Entry.from_json(json.loads(text)) for text in log.after(0, 1000).texts]


def exchanged(log: EventLog) -> tuple[RequestSent, ResponseReceived]:
    """The request and the response, where nothing else was recorded."""
    request, response = (entry.event for entry in recorded(log))
    assert isinstance(request, RequestSent)
    assert isinstance(response, ResponseReceived)
    return request, response


def ask(app: Any, log: EventLog, path: str = "/", **more: Any) -> Any:
    return Client(Traffic(log).around(app), use_cookies=False).get(path, **more)


def test_a_request_is_told_as_it_came(log: EventLog) -> None:
    ask(
        Response("fine"),
        log,
        "/session/me?a=1",
        base_url="http://localhost:3000",
        headers={"Cookie": 'a="1"; b=%20=c;d; a=2 '},
        environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )
    assert exchanged(log)[0] == RequestSent(
        client="127.0.0.1",
        method="GET",
        url="http://localhost:3000/session/me?a=1",
        path="/session/me",
        cookies=(
            SentCookie("a", '"1"', None),
            SentCookie("b", "%20=c", None),
            SentCookie("a", "2", None),
        ),
        withheld=(),
        cookie_header='a="1"; b=%20=c;d; a=2 ',
        body=None,
        cookie_bytes=len('Cookie: a="1"; b=%20=c;d; a=2 \r\n'),
    )


def test_a_response_is_told_with_its_cookies(log: EventLog) -> None:
    lines = ("a=1; Path=/", "b=2")
    ask(Response("번", 201, [("Set-Cookie", line) for line in lines]), log)
    assert exchanged(log)[1] == ResponseReceived(
        status=201,
        phrase="CREATED",
        body="번",
        set_cookie=lines,
        cookie_bytes=sum(len(f"Set-Cookie: {line}\r\n") for line in lines),
        caching=(),
    )


def test_without_a_cookie_there_is_no_cookie_line(log: EventLog) -> None:
    ask(Response("fine"), log)
    request, _ = exchanged(log)
    assert (request.cookies, request.cookie_header, request.cookie_bytes) == ((), None, 0)


def test_requests_are_numbered_and_the_engine_s_steps_go_to_their_request(log: EventLog) -> None:
    traffic = Traffic(log)
    verdict = decide_read[ReadFacts(True, True, False, False, False, False)]
    read = CookieRead(verdict, "a", None, None, None, None)

    def app(environ: Any, start_response: Any) -> Any:
        traffic.listener(environ, read)
        return Response("fine")(environ, start_response)

    client = Client(traffic.around(app))
    client.get("/")
    client.get("/")
    assert [(entry.lane, type(entry.event)) for entry in recorded(log)] == [
        (lane, kind) for lane in ("1", "2") for kind in (RequestSent, CookieRead, ResponseReceived)
    ]
    assert recorded(log)[1].event == read


def test_the_response_is_told_before_its_last_chunk_goes_out(log: EventLog) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"one "
        yield b"two"

    body, _, _ = run_wsgi_app(Traffic(log).around(app), Client(app).get("/").request.environ)
    seen = []
    for chunk in body:
        seen.append((chunk, [type(entry.event) for entry in recorded(log)][1:]))
    assert seen[-1] == (b"two", [ResponseReceived])
    assert exchanged(log)[1].body == "one two"


def test_a_long_body_passes_whole_and_is_told_in_part(log: EventLog) -> None:
    body = "번" * 100_000
    assert ask(Response(body), log).text == body
    assert exchanged(log)[1].body == "번" * LONGEST_BODY


def test_what_is_written_is_told_too(log: EventLog) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])(b"written ")
        return [b"returned"]

    assert ask(app, log).text == "written returned"
    assert exchanged(log)[1].body == "written returned"


class Closing(list[bytes]):
    closed = False

    def close(self) -> None:
        self.closed = True


def test_the_application_s_iterable_is_closed(log: EventLog) -> None:
    chunks = Closing([b"a"])

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return chunks

    ask(app, log)
    assert chunks.closed


@pytest.mark.parametrize("starts", [False, True])
def test_an_application_that_raises_is_told_as_a_server_error(log: EventLog, starts: bool) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        if starts:
            start_response("200 OK", [("Set-Cookie", "a=1")])
        raise KeyError("secret text")

    with pytest.raises(KeyError):
        ask(app, log)
    _, response = exchanged(log)
    assert (response.status, response.set_cookie) == (500, ())
    assert "secret text" not in str(response)
