"""The JSON view of a server: its options, its store page by page, its events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.test import Client

from sessionlab.core.errors import SessionlabError
from sessionlab.core.options import CookieOptions, SessionOptions
from sessionlab.core.record import Record
from sessionlab.page.eventlog import EventLog
from sessionlab.page.guard import HostGuard
from sessionlab.page.site import make_site
from sessionlab.page.view import options_json
from sessionlab.session.stores import MemoryStore

LOCAL = {"base_url": "http://localhost:3000", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
EMPTY = '{"cookie":{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}}'


def get(app: Any, path: str, **more: Any) -> Any:
    return Client(app, use_cookies=False).get(path, **LOCAL, **more)


def test_the_state_tells_the_options_and_what_the_store_holds(
    site: Any, store: MemoryStore
) -> None:
    answer = get(site, "/session")
    assert answer.text == "1번 접속"
    state = get(site, "/_sessionlab/state").json
    (session_id,) = store.all()
    assert state["options"]["name"] == "connect.sid"
    assert state["options"]["secrets"] == 2
    assert state["store"] == {
        "kind": "MemoryStore",
        "connected": True,
        "size": 1,
        "records": [{"id": session_id, "record": store.all()[session_id].text, "expires": None}],
        "broken": [],
        "next": None,
    }


def test_no_answer_of_the_view_holds_a_secret(site: Any) -> None:
    get(site, "/session")
    for path in ("/_sessionlab/state", "/_sessionlab/events"):
        text = get(site, path).text
        assert "the session's secret" not in text
        assert "an old one" not in text


@pytest.mark.parametrize(("count", "limit"), [(0, 3), (3, 3), (4, 3), (10, 3), (7, 1000)])
def test_the_store_is_told_page_by_page_and_every_record_once(
    site: Any, store: MemoryStore, count: int, limit: int
) -> None:
    ids = {f"id {number:02}/&?" for number in range(count)}
    for session_id in ids:
        store.set(session_id, Record.from_text(EMPTY))
    told: list[str] = []
    after: str | None = ""
    while after is not None:
        query = {"limit": limit, "after": after}
        page = get(site, "/_sessionlab/state", query_string=query).json["store"]
        assert len(page["records"]) <= limit
        assert page["size"] == count
        told += [record["id"] for record in page["records"]]
        after = page["next"]
    assert sorted(told) == sorted(ids)


def test_a_place_in_the_store_that_is_gone_loses_no_other_record(
    site: Any, store: MemoryStore
) -> None:
    for number in range(5):
        store.set(f"id {number}", Record.from_text(EMPTY))
    first = get(site, "/_sessionlab/state?limit=2").json["store"]
    store.destroy(first["records"][-1]["id"])
    query = {"limit": 100, "after": first["next"]}
    rest = get(site, "/_sessionlab/state", query_string=query).json["store"]
    told = {it["id"] for it in first["records"] + rest["records"]}
    assert told == {f"id {number}" for number in range(5)}


@pytest.mark.parametrize("after", ["x", "1", ":", "-1:", "9:short", "3:abc", "٣:abc", "9" * 5000])
def test_a_place_that_is_none_is_refused(site: Any, after: str) -> None:
    answer = get(site, "/_sessionlab/state", query_string={"after": after})
    assert (answer.status_code, answer.json["error"]) == (400, "cursor")


def test_a_record_that_no_request_could_read_is_told_as_such(log: EventLog) -> None:
    store = MemoryStore(records={"bad": "{", "good": EMPTY})
    app = make_site(SessionOptions(secrets="x", store=store), HostGuard("127.0.0.1", 3000), log)
    told = get(app, "/_sessionlab/state").json["store"]
    assert [it["id"] for it in told["records"]] == ["good"]
    assert [it["id"] for it in told["broken"]] == ["bad"]
    assert told["broken"][0]["error"]


def test_without_a_limit_the_store_is_never_told_whole(site: Any, store: MemoryStore) -> None:
    for number in range(60):
        store.set(f"id {number:02}", Record.from_text(EMPTY))
    page = get(site, "/_sessionlab/state").json["store"]
    assert (len(page["records"]), page["size"]) == (50, 60)
    assert page["next"] is not None


def test_a_record_s_expiry_is_told_in_milliseconds(site: Any, store: MemoryStore) -> None:
    text = EMPTY.replace('"expires":null', '"expires":"2026-01-01T00:00:01.000Z"')
    store.set("a", Record.from_text(text))
    (record,) = get(site, "/_sessionlab/state").json["store"]["records"]
    assert record["expires"] == 1_767_225_601_000


def test_the_events_of_a_visit_are_told_in_order_and_reading_them_makes_none(site: Any) -> None:
    get(site, "/session")
    first = get(site, "/_sessionlab/events").json
    kinds = [event["kind"] for event in first["events"]]
    assert (kinds[0], kinds[-1]) == ("request", "response")
    assert {"cookie-read", "session-open", "store", "cookie-decided", "store-decided"} <= set(kinds)
    assert {event["lane"] for event in first["events"]} == {"1"}
    assert (first["oldest"], first["newest"], first["next"]) == (1, len(kinds), len(kinds))
    again = get(site, f"/_sessionlab/events?after={first['next']}").json
    assert again["events"] == []
    get(site, "/session")
    more = get(site, f"/_sessionlab/events?after={first['next']}&limit=2").json
    assert [event["seq"] for event in more["events"]] == [len(kinds) + 1, len(kinds) + 2]
    assert {event["lane"] for event in more["events"]} == {"2"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=x",
        "limit=",
        "limit=1e3",
        "limit=%D9%A3",
        "limit=" + "9" * 5000,
    ],
)
@pytest.mark.parametrize("view", ["state", "events"])
def test_a_page_of_no_sensible_size_is_refused(site: Any, view: str, query: str) -> None:
    answer = get(site, f"/_sessionlab/{view}?{query}")
    assert (answer.status_code, answer.json["error"]) == (400, "number")


@pytest.mark.parametrize("after", ["x", "-1", "", "9" * 30])
def test_events_are_asked_for_by_number(site: Any, after: str) -> None:
    answer = get(site, f"/_sessionlab/events?after={after}")
    assert (answer.status_code, answer.json["error"]) == (400, "number")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/_sessionlab/state", 405),
        ("DELETE", "/_sessionlab/events", 405),
        ("OPTIONS", "/_sessionlab/state", 405),
        ("HEAD", "/_sessionlab/state", 200),
        ("GET", "/_sessionlab/", 404),
        ("GET", "/_sessionlab/secrets", 404),
        ("GET", "/_sessionlab/state/", 404),
    ],
)
def test_the_view_is_read_only_and_small(site: Any, method: str, path: str, status: int) -> None:
    answer = Client(site).open(path, method=method, **LOCAL)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Host": "evil.example"}, 421, "host"),
        ({"Origin": "http://evil.example"}, 403, "cross-origin"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "cross-origin"),
        ({"X-Forwarded-For": "192.0.2.1"}, 403, "loopback"),
    ],
)
def test_a_refusal_says_why_and_lets_no_other_site_read_it(
    site: Any, headers: dict[str, str], status: int, code: str
) -> None:
    answer = get(site, "/_sessionlab/state", headers=headers)
    assert (answer.status_code, answer.json["error"]) == (status, code)
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-")]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_refusal_is_in_the_reader_s_language_and_shows_hostile_hosts_harmlessly(
    site: Any,
) -> None:
    headers = {"Host": "evil\x1b[31m<b>", "Accept-Language": "ko"}
    answer = get(site, "/session", headers=headers)
    assert answer.status_code == 421
    assert "이 서버의 이름" in answer.json["message"]
    assert "⟨ESC⟩" in answer.json["message"]
    assert answer.mimetype == "application/json"


@pytest.mark.parametrize("path", ["/", "/session", "/cookie", "/nothing"])
def test_a_rebound_host_reaches_nothing_and_leaves_nothing(
    site: Any, store: MemoryStore, log: EventLog, path: str
) -> None:
    answer = get(site, path, headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert "Set-Cookie" not in answer.headers
    assert len(store) == 0
    assert log.after(0, 10).texts == []
    assert get(site, path).status_code != 421


class BrokenStore(MemoryStore):
    def page(self, cursor: str | None, limit: int) -> Any:
        raise SessionlabError("the store is on fire")


def test_a_store_that_can_not_be_read_is_told_and_is_no_server_error(log: EventLog) -> None:
    options = SessionOptions(secrets="x", store=BrokenStore())
    app = make_site(options, HostGuard("127.0.0.1", 3000), log)
    state = get(app, "/_sessionlab/state").json
    assert state["store"]["error"] == "the store is on fire"
    assert state["options"]["name"] == "connect.sid"


def test_options_are_told_in_python_s_names_without_what_is_not_set() -> None:
    cookie = CookieOptions(max_age=60, same_site="lax", secure="auto")
    options = SessionOptions(secrets="x", cookie=cookie, genid=lambda environ: "id")
    told = options_json(options)
    assert told["cookie"] == {
        "path": "/",
        "max_age": 60,
        "http_only": True,
        "secure": "auto",
        "same_site": "lax",
    }
    assert told["genid"] == "function"
    json.dumps(told)
    assert options_json(SessionOptions(secrets="x", cookie=lambda e: cookie))["cookie"] == (
        "function"
    )
