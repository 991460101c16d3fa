"""A small application to play against: it records every request and keeps a count in a cookie."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sessionlab.core.events import ServerKind, SessionOpened
from sessionlab.core.options import SessionOptions
from sessionlab.demo.handlers import read_answer
from sessionlab.stage.applications import Application, Backstage
from sessionlab.stage.scenario import Lane
from sessionlab.stage.server import LoopbackServer


@dataclass
class Text:
    text: str


@dataclass
class Shelf:
    """A store as the stage sees one."""

    records: dict[str, Text] = field(default_factory=dict)

    def all(self) -> dict[str, Text]:
        return self.records


MakeApp = Callable[[Backstage], tuple[Any, Shelf | None]]


def lane(id_: str = "one", base: str = "/app", **more: Any) -> Lane:
    return Lane(
        id=id_,
        plays=id_,
        base=base,
        options=SessionOptions(secrets="secret"),
        settings={"base": base},
        **more,
    )


def applications(make_app: MakeApp) -> Mapping[ServerKind, Application]:
    """Of every kind the same: each server has the application that is made here, and its store."""
    made = Application(lambda backstage: LoopbackServer(*make_app(backstage)), read_answer)
    return dict.fromkeys(ServerKind, made)


def make_counter(backstage: Backstage) -> tuple[Any, Shelf]:
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
        shelf.records[backstage.ids(environ)] = Text(f'{{"count":{count}}}')
        backstage.recorder.listener(environ, SessionOpened(None, None, count == 1))
        start_response("200 OK", headers)
        return [f"{count}번 접속".encode()]

    return app, shelf
