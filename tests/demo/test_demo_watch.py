"""What a server tells of each request by itself: what came in, what went out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client, run_wsgi_app
from werkzeug.wrappers import Response

from sessionlab.core.decide import ReadFacts, decide_read
from sessionlab.core.events import Event, Kind
from sessionlab.demo.eventlog import EventLog
from sessionlab.demo.watch import LONGEST_BODY, Watch


def told(log: EventLog) -> list[Event]:
    return [Event.from_json(json.loads(text)) for text in log.after(0, 1000).texts]


def ask(app: Any, log: EventLog, path: str = "/", **more: Any) -> Any:
    return Client(Watch(log).around(app), use_cookies=False).get(path, **more)


def test_a_request_is_told_as_it_came(log: EventLog) -> None:
    ask(
        Response("fine"),
        log,
        "/session/me?a=1",
        base_url="http://localhost:3000",
        headers={"Cookie": 'a="1"; b=%20=c;d; a=2 '},
        environ_base={"REMOTE_ADDR": "127.0.0.1"},
    )
    assert told(log)[0].data == {
        "client": "127.0.0.1",
        "method": "GET",
        "url": "http://localhost:3000/session/me?a=1",
        "path": "/session/me",
        "cookies": [
            {"name": "a", "value": '"1"', "origin": None},
            {"name": "b", "value": "%20=c", "origin": None},
            {"name": "a", "value": "2", "origin": None},
        ],
        "withheld": [],
        "cookie_header": 'a="1"; b=%20=c;d; a=2 ',
        "body": None,
        "cookie_bytes": len('Cookie: a="1"; b=%20=c;d; a=2 \r\n'),
        "server": None,
    }


def test_a_response_is_told_with_its_cookies(log: EventLog) -> None:
    lines = ["a=1; Path=/", "b=2"]
    ask(Response("번", 201, [("Set-Cookie", line) for line in lines]), log)
    assert told(log)[1].data == {
        "status": 201,
        "phrase": "CREATED",
        "body": "번",
        "set_cookie": lines,
        "cookie_bytes": sum(len(f"Set-Cookie: {line}\r\n") for line in lines),
        "caching": [],
    }


def test_without_a_cookie_there_is_no_cookie_line(log: EventLog) -> None:
    ask(Response("fine"), log)
    request = told(log)[0].data
    assert (request["cookies"], request["cookie_header"], request["cookie_bytes"]) == ([], None, 0)


def test_requests_are_numbered_and_the_engine_s_steps_go_to_their_request(log: EventLog) -> None:
    watch = Watch(log)
    verdict = decide_read(ReadFacts(True, True, False, False, False))

    def app(environ: Any, start_response: Any) -> Any:
        watch.listener(environ, Kind.COOKIE_READ, verdict, {"name": "a"})
        return Response("fine")(environ, start_response)

    client = Client(watch.around(app))
    client.get("/")
    client.get("/")
    assert [(event.lane, event.kind) for event in told(log)] == [
        (lane, kind)
        for lane in ("1", "2")
        for kind in (Kind.REQUEST, Kind.COOKIE_READ, Kind.RESPONSE)
    ]
    assert told(log)[1].verdict == verdict.to_json()


def test_the_response_is_told_before_its_last_chunk_goes_out(log: EventLog) -> None:
    def app(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        yield b"one "
        yield b"two"

    body, _, _ = run_wsgi_app(Watch(log).around(app), Client(app).get("/").request.environ)
    seen = []
    for chunk in body:
        seen.append((chunk, [event.kind for event in told(log)][1:]))
    assert seen[-1] == (b"two", [Kind.RESPONSE])
    assert told(log)[-1].data["body"] == "one two"


def test_a_long_body_passes_whole_and_is_told_in_part(log: EventLog) -> None:
    body = "번" * 100_000
    assert ask(Response(body), log).text == body
    assert told(log)[1].data["body"] == "번" * LONGEST_BODY


def test_what_is_written_is_told_too(log: EventLog) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])(b"written ")
        return [b"returned"]

    assert ask(app, log).text == "written returned"
    assert told(log)[1].data["body"] == "written returned"


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
    request, response = told(log)
    assert request.kind is Kind.REQUEST
    assert (response.data["status"], response.data["set_cookie"]) == (500, [])
    assert "secret text" not in str(response.data)
