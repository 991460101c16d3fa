"""What is particular to RedisStore: the commands of connect-redis, and two clocks.

The expected commands are what connect-redis 9.0.0 was seen to send for the same sessions.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from sessionlab import (
    UNSET,
    CookieOptions,
    Record,
    SessionMiddleware,
    SessionOptions,
    get_session,
)
from sessionlab.core.record import CookieAttributes, dump_data
from sessionlab.session.stores.redis import RedisStore, tenant_prefix
from tests.session.stores.bench import START, RedisBench
from tests.session.stores.conformance import listed, record_of
from tests.session.stores.redis_server import RedisServer


class Recorder(redis.Redis):
    """A client that keeps what it sends."""

    def __init__(self, port: int, **options: Any) -> None:
        super().__init__(host="127.0.0.1", port=port, **options)
        self.sent: list[tuple[Any, ...]] = []

    def execute_command(self, *command: Any, **options: Any) -> Any:
        self.sent.append(command)
        return super().execute_command(*command, **options)


@pytest.fixture
def client(redis_server: RedisServer) -> Iterator[Recorder]:
    client = Recorder(redis_server.port)
    client.flushall()
    client.sent.clear()
    yield client
    client.close()


def store_of(client: Any, **options: Any) -> RedisStore:
    return RedisStore(client, clock=lambda: START, **options)


def cookie(left: Any, age: Any = None) -> Record:
    expires = START + left if type(left) in (int, float) else left
    return Record(CookieAttributes(original_max_age=age), expires, '{"num":1}')


FRONT = b'{"cookie":{"originalMaxAge":'
BACK = b',"httpOnly":true,"path":"/"},"num":1}'


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (
            cookie(60_000, 60_000),
            (FRONT + b'60000,"expires":"2026-01-01T00:01:00.000Z"' + BACK, b"EX", 60),
        ),
        (
            cookie(60_500, 60_500),
            (FRONT + b'60500,"expires":"2026-01-01T00:01:00.500Z"' + BACK, b"EX", 61),
        ),
        (
            cookie(1, 1),
            (FRONT + b'1,"expires":"2026-01-01T00:00:00.001Z"' + BACK, b"EX", 1),
        ),
        (cookie(None), (FRONT + b'null,"expires":null' + BACK, b"EX", 86_400)),
        (cookie(False), (FRONT + b'null,"expires":false' + BACK, b"EX", 86_400)),
        (cookie(UNSET), (FRONT + b"null" + BACK, b"EX", 86_400)),
        (cookie(0, 0), None),
        (cookie(-1000, -1000), None),
        (cookie(float("nan")), None),
    ],
)
def test_a_set_is_the_command_of_connect_redis(
    client: Recorder, record: Record, expected: Any
) -> None:
    store_of(client).set("id", record)
    if expected is None:
        assert client.sent == [("DEL", b"sess:id")]
    else:
        value, *expiry = expected
        name, key, sent, *rest = client.sent[0]
        assert (name, key, sent) == ("SET", b"sess:id", value)
        assert [part.encode() if isinstance(part, str) else part for part in rest] == expiry
        assert len(client.sent) == 1


def test_text_is_utf8_and_half_a_character_an_escape(client: Recorder) -> None:
    data = dump_data({"이름": "쿠키", "half": "\ud800"})
    store_of(client).set("세션", Record(CookieAttributes(), None, data))
    _, key, value, *_ = client.sent[0]
    assert key == "sess:세션".encode()
    assert value.endswith('},"이름":"쿠키","half":"\\ud800"}'.encode())


@pytest.mark.parametrize(
    ("left", "seconds"), [(90_000, 90), (90_001, 91), (None, 86_400), (-5_000, -5), (0, 0)]
)
def test_a_touch_is_expire_alone(client: Recorder, left: Any, seconds: int) -> None:
    store_of(client).touch("id", cookie(left))
    assert client.sent == [("EXPIRE", b"sess:id", seconds)]


def test_get_and_destroy_are_one_command(client: Recorder) -> None:
    store = store_of(client)
    assert store.get("id") is None
    store.destroy("id")
    assert client.sent == [("GET", b"sess:id"), ("DEL", b"sess:id")]


def test_a_ttl_of_ones_own_is_for_records_without_an_expiry(client: Recorder) -> None:
    store = store_of(client, ttl=100)
    store.touch("id", cookie(None))
    store.touch("id", cookie(5_000))
    assert [command[2] for command in client.sent] == [100, 5]


def test_a_ttl_function_is_asked_for_every_record(client: Recorder) -> None:
    seen: list[Record] = []

    def ttl(record: Record) -> int:
        seen.append(record)
        return 7

    store, record = store_of(client, ttl=ttl), cookie(90_000)
    store.set("id", record)
    store.touch("id", record)
    assert client.ttl("sess:id") == 7
    assert seen == [record, record]


def test_without_ttl_keys_stay_and_are_not_touched(client: Recorder) -> None:
    store = store_of(client, disable_ttl=True)
    store.set("id", cookie(60_000))
    store.touch("id", cookie(90_000))
    assert [command[0] for command in client.sent] == ["SET"]
    assert client.ttl("sess:id") == -1
    assert store.swap("id", '{"num":1}', record_of({"num": 2})).done
    assert client.ttl("sess:id") == -1
    store.set("id", cookie(0))
    assert client.get("sess:id") is None


def test_without_touch_nothing_is_sent(client: Recorder) -> None:
    store = store_of(client, disable_touch=True)
    store.touch("id", cookie(90_000))
    assert client.sent == []
    assert store.can_touch  # as in connect-redis: the middleware touches, and nothing happens


def test_the_key_decides_what_is_alive_not_the_expiry_in_the_record(client: Recorder) -> None:
    client.set("sess:id", cookie(-60_000).text)
    found = store_of(client).get("id")
    assert found is not None
    assert found.expires == START - 60_000


def test_an_empty_value_is_absent(client: Recorder) -> None:
    client.set("sess:id", "")
    assert store_of(client).get("id") is None
    assert store_of(client).swap("id", "{}", record_of()) == (False, None)
    assert store_of(client).all() == {}


def test_octets_that_are_no_utf8_are_read_as_node_reads_them(client: Recorder) -> None:
    client.set("sess:id", cookie(None).text.encode().replace(b"num", b"\xff"))
    found = store_of(client).get("id")
    assert found is not None
    assert found.data == '{"\ufffd":1}'


def test_a_client_that_decodes_serves_as_well(redis_server: RedisServer) -> None:
    client = redis_server.client(decode_responses=True)
    client.flushall()
    store = store_of(client)
    store.set("세션", record_of({"num": 1}))
    assert store.swap("세션", '{"num":1}', record_of({"이름": 2})).done
    assert {id_: record.data for id_, record in store.all().items()} == {"세션": '{"이름":2}'}
    assert len(store) == 1


def test_a_client_may_be_made_when_it_is_needed(redis_server: RedisServer) -> None:
    made: list[Any] = []

    def make() -> Any:
        made.append(redis_server.client())
        return made[-1]

    store = RedisStore(make)
    store.close()
    assert made == []
    store.set("id", record_of())
    assert store.get("id") is not None
    assert len(made) == 1
    store.close()
    assert store.get("id") is not None
    assert len(made) == 2


def test_a_client_that_was_given_is_not_closed(client: Recorder) -> None:
    store = store_of(client)
    store.set("id", record_of())
    connection = client.connection_pool.get_connection()
    client.connection_pool.release(connection)
    store.close()
    assert connection.is_connected


# ---- prefixes


@pytest.mark.parametrize("prefix", ["a*", "s[e]ss", "a?", "a\\", "[^b]", "*", "", "a\n", "세션:"])
def test_a_prefix_is_no_pattern(client: Recorder, prefix: str) -> None:
    others = {b"ab", b"axb", b"sess", b"sesss", b"a", b"c", b"abc", b"xa*", b"e"}
    if prefix == "":
        others = set()
    for key in others:
        client.set(key, "another program's")
    store = store_of(client, prefix=prefix)
    store.set("id", record_of())
    assert store.all().keys() == {"id"}
    assert len(store) == 1
    store.clear()
    assert set(client.keys("*")) == others


def test_prefixes_of_tenants_are_apart_whatever_their_names(client: Recorder) -> None:
    names = ["app", "app:1", "app:1:sess:", "1", "", "3:app", "앱", "app\n"]
    stores = {name: store_of(client, prefix=tenant_prefix(name)) for name in names}
    for name, store in stores.items():
        for session_id in ("x", "1:x", ":1x", "sess:x", f"{name}:sess:x"):
            store.set(session_id, record_of({"of": name}))
    assert store_of(client).all() == {}  # nor is one of them in the store without a tenant
    for name, store in stores.items():
        found = listed(store, 100)
        assert len(found) == 5
        assert {record.data for record in found.values()} == {dump_data({"of": name})}
    stores["app"].clear()
    assert [len(store) for store in stores.values()] == [0, 5, 5, 5, 5, 5, 5, 5]


def test_a_prefix_that_begins_with_another_is_the_users_to_avoid(client: Recorder) -> None:
    """What connect-redis does, too, and why `tenant_prefix` is there."""
    one, two = store_of(client, prefix="app:"), store_of(client, prefix="app:1:")
    two.set("x", record_of({"num": 1}))
    assert one.get("1:x") is not None


# ---- listing


def test_keys_of_others_do_not_hide_ours_from_a_listing(client: Recorder) -> None:
    pipe = client.pipeline(transaction=False)
    for number in range(3000):
        pipe.set(f"other{number}", "x")
    pipe.execute()
    for number in range(30):
        client.set(f"sess:id{number}", cookie(None).text)
    store = store_of(client)
    assert len(listed(store, 10)) == 30
    client.sent.clear()
    assert len(store.page(None, 20).records) >= 20
    assert sum(command[0] == "SCAN" for command in client.sent) < 60


def test_a_page_of_many_keys_of_others_ends(client: Recorder, monkeypatch: Any) -> None:
    monkeypatch.setattr("sessionlab.session.stores.redis._SCANS_PER_PAGE", 3)
    for number in range(300):
        client.set(f"other{number}", "x")
    page = store_of(client).page(None, 10)
    assert page.records == {}
    assert page.cursor is not None
    assert listed(store_of(client), 10) == {}


def test_a_key_of_another_type_is_listed_as_broken(client: Recorder) -> None:
    client.lpush("sess:list", "x")
    client.set(b"sess:\xff", cookie(None).text)
    page = store_of(client).page(None, 10)
    assert page.records.keys() == {"\ufffd"}
    assert {id_: error.code for id_, error in page.broken.items()} == {"list": "wrong-type"}  # type: ignore[attr-defined]
    store_of(client).clear()
    assert client.keys("*") == []


# ---- touching the record, too


def test_a_refreshing_touch_moves_both_clocks(client: Recorder) -> None:
    store = store_of(client, refresh_on_touch=True)
    store.set("id", cookie(60_000, 60_000))
    store.touch("id", cookie(90_000, 60_000))
    assert client.ttl("sess:id") == 90
    found = store.get("id")
    assert found is not None
    assert found.text == cookie(90_000, 60_000).text


def test_a_refreshing_touch_without_ttl_is_none(client: Recorder) -> None:
    store = store_of(client, refresh_on_touch=True, disable_ttl=True)
    store.touch("id", cookie(90_000))
    assert client.sent == []


class Meddler(redis.Redis):
    """A client beside which others write each time before it replaces something."""

    times = 0

    def eval(self, *args: Any) -> Any:
        if self.times:
            self.times -= 1
            self.set("sess:id", record_of({"num": 1, "by": self.times}).text)
        return super().eval(*args)


@pytest.mark.parametrize("times", [1, 7])
def test_a_refreshing_touch_loses_no_write_of_others(redis_server: RedisServer, times: int) -> None:
    client = Meddler(host="127.0.0.1", port=redis_server.port)
    client.set("sess:id", record_of({"num": 1}).text)
    client.times = times
    store_of(client, refresh_on_touch=True).touch("id", cookie(90_000))
    found = store_of(client).get("id")
    assert found is not None
    assert found.data == '{"num":1,"by":0}'
    assert found.expires == START + 90_000


def test_a_swap_that_another_client_outruns_is_not_done(redis_server: RedisServer) -> None:
    client = Meddler(host="127.0.0.1", port=redis_server.port)
    client.set("sess:id", record_of({"num": 1}).text)
    client.times = 1
    done, there = store_of(client).swap("id", '{"num":1}', record_of({"num": 2}))
    assert not done
    assert there is not None
    assert there.data == '{"num":1,"by":0}'
    assert store_of(client).get("id").data == there.data  # type: ignore[union-attr]


def test_of_what_others_write_again_and_again_the_key_alone_is_touched(
    redis_server: RedisServer,
) -> None:
    client = Meddler(host="127.0.0.1", port=redis_server.port)
    client.set("sess:id", record_of({"num": 1, "by": 0}).text)
    client.times = 1000
    store_of(client, refresh_on_touch=True).touch("id", cookie(90_000))
    assert client.times > 900, "it is tried a few times, and not for ever"
    assert 80 <= client.ttl("sess:id") <= 90


# ---- the three clocks, seen from a browser


def rolling_app(bench: RedisBench) -> SessionMiddleware:
    def app(environ: Any, start_response: Any) -> Any:
        session = get_session(environ)
        assert session is not None
        if environ["PATH_INFO"] == "/login":
            session["user"] = "alice"
        elif environ["PATH_INFO"] == "/save":
            session.save()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [session.get("user", "nobody").encode()]

    options = SessionOptions(
        secrets="s", rolling=True, store=bench.store, cookie=CookieOptions(max_age=60)
    )
    return SessionMiddleware(app, options, clock=bench.clock)


def answer(app: SessionMiddleware, path: str, jar: dict[str, str]) -> str:
    def start_response(_status: str, headers: Any, _error: Any = None) -> Any:
        for name, value in headers:
            if name == "Set-Cookie":
                jar["HTTP_COOKIE"] = value.partition(";")[0]

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "wsgi.url_scheme": "http", **jar}
    return b"".join(app(environ, start_response)).decode()


@pytest.mark.parametrize(("refresh", "who"), [(False, "nobody"), (True, "alice")])
def test_an_active_user_is_logged_out_by_a_save_unless_the_record_is_refreshed(
    redis_server: RedisServer, refresh: bool, who: str
) -> None:
    bench = RedisBench(redis_server.client(), refresh_on_touch=refresh)
    app, jar = rolling_app(bench), {}
    assert answer(app, "/login", jar) == "alice"
    for _ in range(4):
        bench.advance(30)
        assert answer(app, "/", jar) == "alice"
    assert answer(app, "/save", jar) == "alice"
    assert answer(app, "/", jar) == who
