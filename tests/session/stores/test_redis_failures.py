"""What a RedisStore raises when the server refuses, is away or is slow, and how long that takes."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from unittest.mock import patch

import pytest
import redis
from redis import exceptions

from sessionlab.core.errors import StoreError, StoreUnavailable, StoreURLError
from sessionlab.session.stores.redis import RedisStore
from sessionlab.session.stores.redis_client import ConnectionSettings, connect, to_store_error
from sessionlab.session.stores.url import open_store
from tests import PATIENCE
from tests.ports import free_port
from tests.session.stores.conformance import record_of
from tests.session.stores.redis_server import RedisServer, need_redis

SECRET_ID = "an-id-that-nobody-may-see"

OPERATIONS = {
    "get": lambda store: store.get(SECRET_ID),
    "set": lambda store: store.set(SECRET_ID, record_of({"a": 1})),
    "touch": lambda store: store.touch(SECRET_ID, record_of()),
    "destroy": lambda store: store.destroy(SECRET_ID),
    "swap": lambda store: store.swap(SECRET_ID, "{}", record_of()),
    "page": lambda store: store.page(None, 10),
    "all": lambda store: store.all(),
    "len": len,
    "clear": lambda store: store.clear(),
}


def failure(work: Any, store: RedisStore) -> StoreError:
    with pytest.raises(StoreError) as raised:
        work(store)
    told = f"{raised.value!s} {raised.value.fields}"
    assert SECRET_ID not in told
    assert "pass-word" not in told
    assert raised.value.__suppress_context__  # nor is it in the traceback of what was behind it
    return raised.value


@contextmanager
def at_once() -> Iterator[None]:
    """Whatever happens in here, nothing sleeps before it tries again."""
    asleep = AssertionError("it sleeps")
    with patch("time.sleep", side_effect=asleep), patch("redis.retry.sleep", side_effect=asleep):
        yield


@pytest.fixture(scope="module")
def locked_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    need_redis()
    folder = tmp_path_factory.mktemp("locked")
    with RedisServer(folder, "--requirepass", "pass-word") as server:
        yield server


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_server_that_is_gone_is_unavailable_at_once(name: str) -> None:
    store = open_store(f"redis://:pass-word@127.0.0.1:{free_port()}")
    assert isinstance(store, RedisStore)
    with at_once():
        error = failure(OPERATIONS[name], store)
    assert isinstance(error, StoreUnavailable)
    assert error.code == "gone"
    assert store.connected  # an error, not the absence of a session: nobody is logged out


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    """Takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server


def connections_to(server: socket.socket) -> int:
    """How many were made."""
    server.setblocking(False)
    number = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return number
        number += 1


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_server_that_does_not_answer_is_given_up_after_one_timeout(
    silent_server: socket.socket, name: str
) -> None:
    store = open_store(f"redis://127.0.0.1:{silent_server.getsockname()[1]}?timeout=0.1")
    assert isinstance(store, RedisStore)
    with at_once():
        error = failure(OPERATIONS[name], store)
    assert connections_to(silent_server) == 1
    assert isinstance(error, StoreUnavailable)
    assert error.code == "slow"
    assert "0.1 seconds" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://127.0.0.1:{port}/primary?timeout=0.1",
        "redis+cluster://127.0.0.1:{port}?timeout=0.1",
    ],
)
def test_sentinels_and_clusters_that_are_gone_are_given_up(url: str) -> None:
    store = open_store(url.format(port=free_port()))
    assert isinstance(store, RedisStore)
    with at_once():
        for name in ("get", "page", "len"):
            assert failure(OPERATIONS[name], store).code in ("gone", "no-primary")


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_server_that_asks_for_a_password_says_so(locked_server: RedisServer, name: str) -> None:
    store = open_store(locked_server.url)
    assert isinstance(store, RedisStore)
    assert failure(OPERATIONS[name], store).code == "needs-password"


@pytest.mark.parametrize("account", [":wrong", "default:wrong", "nobody:pass-word"])
def test_a_wrong_password_or_user_is_told(locked_server: RedisServer, account: str) -> None:
    store = open_store(f"redis://{account}@127.0.0.1:{locked_server.port}")
    assert isinstance(store, RedisStore)
    assert failure(OPERATIONS["get"], store).code == "wrong-password"


@pytest.mark.parametrize("account", [":pass-word", "default:pass-word", "pass-word"])
def test_the_password_stands_in_the_url(locked_server: RedisServer, account: str) -> None:
    store = open_store(f"redis://{account}@127.0.0.1:{locked_server.port}/3")
    store.set("id", record_of())
    client = locked_server.client(password="pass-word", db=3)
    assert client.keys("*") == [b"sess:id"]
    client.flushall()


def test_a_key_of_another_type_is_told(redis_server: RedisServer) -> None:
    client = redis_server.client()
    client.flushall()
    client.lpush(f"sess:{SECRET_ID}", "x")
    store = RedisStore(client)
    for name in ("get", "swap"):
        assert failure(OPERATIONS[name], store).code == "wrong-type"
    with pytest.raises(StoreError):
        store._replace(f"sess:{SECRET_ID}".encode(), b"", b"", record_of())
    store.set(SECRET_ID, record_of())  # SET takes the place of any type, as in Express
    assert store.get(SECRET_ID) is not None


def test_a_user_who_may_not_use_the_keys_is_told(redis_server: RedisServer) -> None:
    client = redis_server.client()
    client.acl_setuser("guest", enabled=True, nopass=True, keys=["other:*"], commands=["+@all"])
    store = RedisStore(redis_server.client(username="guest", password="any"))
    for name in ("get", "set", "touch", "destroy"):
        assert failure(OPERATIONS[name], store).code == "not-allowed"
    client.acl_deluser("guest")


def test_a_replica_reads_and_takes_no_writes(tmp_path: Path) -> None:
    need_redis()
    with RedisServer(tmp_path, "--replicaof", "127.0.0.1", str(free_port())) as server:
        store = RedisStore(server.client())
        assert store.get(SECRET_ID) is None
        for name in ("set", "touch", "destroy"):
            error = failure(OPERATIONS[name], store)
            assert error.code == "replica"
            assert isinstance(error, StoreUnavailable)


def test_a_full_server_is_told_and_still_reads(redis_server: RedisServer) -> None:
    client = redis_server.client()
    store = RedisStore(client)
    store.set("id", record_of({"a": 1}))
    client.config_set("maxmemory", "1")
    try:
        assert failure(OPERATIONS["set"], store).code == "full"
        assert store.get("id") is not None
    finally:
        client.config_set("maxmemory", "0")
    store.set("id", record_of({"a": 2}))


def test_a_clear_that_the_server_refuses_is_an_error(redis_server: RedisServer) -> None:
    client = redis_server.client()
    client.set("sess:id", record_of().text)
    client.acl_setuser("reader", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-del"])
    store = RedisStore(redis_server.client(username="reader", password="any"))
    assert failure(OPERATIONS["clear"], store).code == "not-allowed"
    client.acl_deluser("reader")
    assert client.exists("sess:id")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (exceptions.ResponseError("MISCONF Redis is configured to save"), "not-saving"),
        (exceptions.BusyLoadingError("Redis is loading the dataset in memory"), "loading"),
        (exceptions.ResponseError("LOADING Redis is loading"), "loading"),
        (exceptions.ClusterDownError("The cluster is down"), "cluster-down"),
        (exceptions.SlotNotCoveredError("no node"), "cluster-down"),
        (exceptions.RedisClusterException("no node"), "gone"),
        (exceptions.ResponseError(f"ERR no such command {SECRET_ID}"), "failed"),
        (exceptions.ResponseError(f"what? {SECRET_ID}"), "failed"),
        (exceptions.InvalidResponse(SECRET_ID), "failed"),
        (OSError(SECRET_ID), "gone"),
        (TimeoutError(SECRET_ID), "slow"),
    ],
)
def test_an_error_is_known_by_its_kind_and_shows_no_more(error: Exception, code: str) -> None:
    found = to_store_error(error, "Redis", None)
    assert found.code == code
    assert SECRET_ID not in f"{found!s} {found.fields}"


def test_passwords_are_not_shown_with_a_server() -> None:
    server = ConnectionSettings(
        [("h", 1)], password="pass-word", sentinel_password="pass-word", username="u"
    )
    assert "pass-word" not in repr(server)
    assert "pass-word" not in server.name


def test_a_connection_that_breaks_is_replaced_without_an_error(redis_server: RedisServer) -> None:
    store = open_store(redis_server.url)
    store.set("id", record_of({"a": 1}))
    client = redis_server.client()
    for connection in client.client_list(_type="normal"):
        if connection["cmd"] != "client|list":
            client.client_kill(connection["addr"])
    assert store.get("id") is not None


def test_a_command_that_a_connection_broke_off_is_sent_once_more_on_a_new_one() -> None:
    asked: list[int] = []

    def answer(connection: socket.socket, number: int) -> None:
        """Accept the client's greetings, and answer a GET with "no such key", but not the first."""
        with connection:
            received = b""
            while b"GET" not in received:
                received += connection.recv(1000)
                greetings = received.count(b"SETINFO")
                connection.sendall(b"+OK\r\n" * greetings)
                received = received.replace(b"SETINFO", b"")
            asked.append(number)
            if number > 0:
                connection.sendall(b"$-1\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for number in range(2):
                answer(server.accept()[0], number)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        store = open_store(f"redis://127.0.0.1:{server.getsockname()[1]}")
        assert store.get("id") is None
        thread.join(PATIENCE)
    assert asked == [0, 1]


def test_a_server_that_comes_back_is_used_again_without_a_restart(tmp_path: Path) -> None:
    need_redis()
    server = RedisServer(tmp_path)
    store = open_store(server.url)
    assert isinstance(store, RedisStore)
    for _ in range(2):
        with server:
            store.set("id", record_of({"a": 1}))
            assert store.get("id") is not None
        with at_once():
            for name in OPERATIONS:
                assert failure(OPERATIONS[name], store).code == "gone"


def test_without_the_package_redis_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(sys.modules):
        if name == "redis" or name.startswith(("redis.", "sessionlab.session.stores.redis")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(StoreURLError, match=r"pip install 'sessionlab\[redis\]'"):
        open_store("redis://localhost")


# ---- TLS, sentinels, clusters


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return certificate, key


def test_tls_is_by_url_and_checks_the_certificate(
    tmp_path: Path, certificate: tuple[Path, Path]
) -> None:
    need_redis()
    file, key = map(str, certificate)
    port = free_port()
    arguments = ["--tls-port", str(port), "--tls-cert-file", file, "--tls-key-file", key]
    with RedisServer(tmp_path, *arguments, "--tls-auth-clients", "no", "--tls-ca-cert-file", file):
        store = open_store(f"rediss://localhost:{port}?ssl_ca_certs={file}")
        store.set("id", record_of())
        assert store.get("id") is not None
        store.close()
        for url in (f"rediss://localhost:{port}", f"rediss://127.0.0.1:{port}?ssl_ca_certs={file}"):
            untrusting = open_store(url)
            assert isinstance(untrusting, RedisStore)
            assert failure(OPERATIONS["get"], untrusting).code == "gone"


def test_sentinels_lead_to_the_primary(tmp_path: Path) -> None:
    need_redis()
    with RedisServer(tmp_path / "primary", "--requirepass", "pass-word") as server:
        configuration = (
            f"sentinel monitor primary 127.0.0.1 {server.port} 1\n"
            "sentinel auth-pass primary pass-word\n"
        )
        with RedisServer(tmp_path / "sentinel", sentinel=configuration) as sentinel:
            where = f":pass-word@127.0.0.1:{free_port()},127.0.0.1:{sentinel.port}"
            store = open_store(f"redis+sentinel://{where}/primary/2?prefix=app:")
            store.set("id", record_of())
            assert server.client(password="pass-word", db=2).keys("*") == [b"app:id"]
            assert store.all().keys() == {"id"}
            unknown = open_store(f"redis+sentinel://{where}/other")
            assert isinstance(unknown, RedisStore)
            assert failure(OPERATIONS["get"], unknown).code == "no-primary"


def test_a_client_is_made_with_limits() -> None:
    client = connect(ConnectionSettings([("h", 1)], timeout=0.5))
    assert isinstance(client, redis.Redis)
    kwargs = client.connection_pool.connection_kwargs
    assert kwargs["socket_timeout"] == kwargs["socket_connect_timeout"] == 0.5
