"""While nobody listens, nothing is built: no text of a record, no event."""

from __future__ import annotations

from typing import Any

import pytest

import sessionlab.session.exchange as exchange_module
from sessionlab import CookieOptions, Record
from sessionlab.core.events import KINDS

from .listening import heard_app, heard_site
from .visiting import Site, doing, look

pytestmark = pytest.mark.filterwarnings("error")


def forbid(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("built although nobody listens")


def forbid_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Record, "text", property(forbid))
    for kind in KINDS.values():
        monkeypatch.setattr(kind, "__init__", forbid)
    monkeypatch.setattr(exchange_module, "_cookie_read", forbid)
    monkeypatch.setattr(exchange_module, "_text", forbid)


PATHS = ["/", "/look", "/save", "/login", "/logout", "/"]


def test_without_a_listener_no_text_and_no_event_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site = Site(heard_app)
    outside = Site(doing(look), cookie=CookieOptions(path="/elsewhere"))
    forbid_all(monkeypatch)
    cookie = site.visit().cookie
    for path in PATHS:
        site.visit(path, cookie)
    site.visit(cookie="connect.sid=s:a.b")
    outside.visit()
    site.store.connected = False
    site.visit("/look")


def test_the_traps_of_the_test_above_are_on_the_way_of_a_listener(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    site, _ = heard_site()
    forbid_all(monkeypatch)
    with pytest.raises(AssertionError, match="nobody listens"):
        site.visit()


def test_a_listener_changes_nothing_of_what_is_done() -> None:
    quiet = Site(heard_app, lint=False, genid=numbered())
    heard, _ = heard_site(genid=numbered())
    results = []
    for site in (quiet, heard):
        cookie = site.visit().cookie
        answers = [site.visit(path, cookie) for path in PATHS]
        results.append(
            (
                [(answer.status, answer.body, answer.headers) for answer in answers],
                site.store.asked,
                {key: record.text for key, record in site.store.all().items()},
            )
        )
    assert results[0] == results[1]


def numbered() -> Any:
    numbers = iter(range(100))
    return lambda environ: f"id-{next(numbers)}"
