"""Redis goes away and comes back, or stops answering: no wait is endless, nobody is logged out."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sessionlab import SessionMiddleware, SessionOptions, get_session
from sessionlab.core.errors import StoreUnavailable
from sessionlab.session.stores.redis import RedisStore
from sessionlab.session.stores.url import open_store
from tests.faults.scale import SCALE
from tests.session.stores.conformance import record_of
from tests.session.stores.redis_server import RedisServer, need_redis, wait_for


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A server that keeps its data when it is killed."""
    need_redis()
    with RedisServer(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as server:
        yield server


class Browser:
    """One user of an application with sessions; it keeps its cookie."""

    def __init__(self, store: Any) -> None:
        self.errors: list[BaseException] = []
        options = SessionOptions(secrets="s", store=store)
        self._app = SessionMiddleware(
            self._serve, options, on_error=lambda error, environ: self.errors.append(error)
        )
        self.cookie = ""

    def _serve(self, environ: Any, start_response: Any) -> Any:
        session = get_session(environ)
        assert session is not None
        if environ["PATH_INFO"] == "/login":
            session["user"] = "alice"
        session["visits"] = session.get("visits", 0) + 1
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [session.get("user", "nobody").encode()]

    def get(self, path: str) -> str:
        """The body.  Raises what the middleware raises."""

        def start_response(_status: str, headers: Any, _error: Any = None) -> Any:
            for name, value in headers:
                if name == "Set-Cookie":
                    self.cookie = value.partition(";")[0]

        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.url_scheme": "http"}
        if self.cookie:
            environ["HTTP_COOKIE"] = self.cookie
        return b"".join(self._app(environ, start_response)).decode()


def requests_that_fail(browser: Browser, code: str) -> None:
    """20 requests, each of which fails and changes no cookie."""
    cookie = browser.cookie
    for _ in range(20):
        with pytest.raises(StoreUnavailable) as raised:
            browser.get("/")
        assert raised.value.code == code
    assert browser.cookie == cookie


def test_a_server_that_was_away_has_logged_nobody_out(server: RedisServer) -> None:
    browser = Browser(open_store(server.url))
    assert browser.get("/login") == "alice"
    for _ in range(SCALE.outages):
        server.stop()
        requests_that_fail(browser, "gone")
        server.start()
        wait_for(lambda: _answers(server), "the data that was kept")
        assert browser.get("/") == "alice"
    assert browser.errors == []


def test_a_server_that_does_not_answer_is_given_up_and_taken_up_again(
    server: RedisServer,
) -> None:
    patient = Browser(open_store(server.url))
    assert patient.get("/login") == "alice"
    hasty = Browser(open_store(f"redis://127.0.0.1:{server.port}?timeout=0.2"))
    hasty.cookie = patient.cookie

    def is_answered_in_time() -> bool:
        try:
            return hasty.get("/") == "alice"
        except StoreUnavailable:
            return False

    for _ in range(SCALE.outages):
        server.signal(signal.SIGSTOP)
        requests_that_fail(hasty, "slow")
        server.signal(signal.SIGCONT)
        wait_for(is_answered_in_time, "an answer")


def test_a_server_that_goes_away_within_a_request_is_reported(server: RedisServer) -> None:
    store = open_store(server.url)
    assert isinstance(store, RedisStore)
    browser = Browser(store)
    assert browser.get("/login") == "alice"
    read = store.get

    def read_and_stop(session_id: str) -> Any:
        record = read(session_id)
        server.stop()
        return record

    store.get = read_and_stop  # type: ignore[method-assign]
    assert browser.get("/") == "alice"  # the answer was made; the save is what failed
    assert [type(error) for error in browser.errors] == [StoreUnavailable]
    store.get = read  # type: ignore[method-assign]
    server.start()
    wait_for(lambda: _answers(server), "the data that was kept")
    assert browser.get("/") == "alice"


def _answers(server: RedisServer) -> bool:
    try:
        return bool(server.client(socket_timeout=1).ping())
    except Exception:
        return False


if SCALE.failovers:  # it takes seconds

    def test_sentinels_lead_to_the_new_primary(tmp_path: Path) -> None:
        need_redis()
        primary = RedisServer(tmp_path / "primary")
        with primary:
            replica = RedisServer(
                tmp_path / "replica", "--replicaof", "127.0.0.1", str(primary.port)
            )
            watched = (
                f"sentinel monitor primary 127.0.0.1 {primary.port} 1\n"
                "sentinel down-after-milliseconds primary 300\n"
                "sentinel failover-timeout primary 3000\n"
            )
            with replica, RedisServer(tmp_path / "sentinel", sentinel=watched) as sentinel:
                store = open_store(f"redis+sentinel://127.0.0.1:{sentinel.port}/primary")
                store.set("id", record_of({"user": "alice"}))
                primary.client().wait(1, 5000)
                wait_for(lambda: "slave0" in str(primary.client().info("replication")), "a replica")
                wait_for(
                    lambda: bool(sentinel.client().sentinel_slaves("primary")), "it to be known"
                )
                primary.stop()

                def is_back() -> bool:
                    try:
                        store.set("other", record_of())
                    except StoreUnavailable:
                        return False
                    return True

                wait_for(is_back, "a new primary")
                assert store.get("id") is not None
