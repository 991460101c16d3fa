"""A small application to replay against: it tells every request and keeps a count in a cookie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sessionlab.core.events import Kind
from sessionlab.core.options import SessionOptions
from sessionlab.replay.fleet import Start
from sessionlab.replay.scenario import Lane
from sessionlab.replay.server import Server


@dataclass
class Text:
    text: str


@dataclass
class Shelf:
    """A store as the runner sees one."""

    records: dict[str, Text] = field(default_factory=dict)

    def all(self) -> dict[str, Text]:
        return self.records


def lane(id_: str = "one", base: str = "/app", **more: Any) -> Lane:
    return Lane(
        id=id_,
        plays=id_,
        base=base,
        options=SessionOptions(secrets="secret"),
        settings={"base": base},
        **more,
    )


def opened(make_app: Callable[..., Any]) -> Any:
    """What opens a lane whose servers each have the application and store that are made here."""

    @contextmanager
    def open_lane(lane: Lane, clock: Any, genid: Any, recorder: Any) -> Iterator[Start]:
        def start(number: int) -> Any:
            app, store = make_app(lane, clock, genid, recorder.listener)
            return Server(app), store

        yield start

    return open_lane


def make_counter(lane: Lane, clock: Any, genid: Any, listener: Callable[..., None]) -> Any:
    """``/app`` counts in the cookie ``count``; ``/set?LINE`` sends that Set-Cookie line."""
    shelf = Shelf()

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        cookies = dict(
            pair.split("=", 1) for pair in environ.get("HTTP_COOKIE", "").split("; ") if pair
        )
        count = int(cookies.get("count", "0")) + 1
        headers = [("Content-Type", "text/plain; charset=utf-8")]
        if environ["PATH_INFO"] == "/set":
            headers.append(("Set-Cookie", environ["QUERY_STRING"].replace("+", " ")))
        else:
            headers.append(("Set-Cookie", f"count={count}"))
        shelf.records[genid(environ)] = Text(f'{{"count":{count}}}')
        listener(environ, Kind.SESSION_OPEN, None, {"id": None, "new": count == 1})
        start_response("200 OK", headers)
        return [f"{count}번 접속".encode()]

    return app, shelf
