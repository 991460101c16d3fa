"""A store is chosen by URL; what is not understood names the nearest that would be."""

from pathlib import Path
from typing import Any

import pytest

from sessionlab import MemoryStore
from sessionlab.core.errors import OptionsError, StoreError, StoreURLError
from sessionlab.session.stores.redis import RedisStore, tenant_prefix
from sessionlab.session.stores.redis_client import ConnectionSettings
from sessionlab.session.stores.sqlite import SQLiteStore
from sessionlab.session.stores.url import FORMS, OPTIONS, TLS_OPTIONS, open_store
from tests.session.stores.bench import START
from tests.session.stores.conformance import record_of


def test_memory_is_this_process_s(tmp_path: Path) -> None:
    store = open_store("memory:", clock=lambda: START)
    assert isinstance(store, MemoryStore)
    store.set("id", record_of(expires=START))
    assert store.get("id") is None


@pytest.mark.parametrize("form", ["sqlite:{path}", "sqlite://{path}", "SQLite:{path}"])
def test_sqlite_names_a_file(tmp_path: Path, form: str) -> None:
    path = tmp_path / "with space?&#%20.db"
    store = open_store(form.format(path=path), clock=lambda: START)
    assert isinstance(store, SQLiteStore)
    assert store.path == str(path)
    store.set("id", record_of(expires=START))
    assert store.get("id") is None
    assert path.exists()


def test_a_relative_path_is_below_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:sessions.db")
    assert (tmp_path / "sessions.db").exists()


def test_no_file_is_made_where_that_is_not_wanted(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        open_store(f"sqlite:{tmp_path}/a.db", create=False)
    assert raised.value.code == "no-file"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server and the options that a URL leads to, without any server."""

    def open_(url: str) -> tuple[ConnectionSettings, RedisStore]:
        servers: list[ConnectionSettings] = []
        monkeypatch.setattr("sessionlab.session.stores.redis_client.connect", servers.append)
        store = open_store(url)
        assert isinstance(store, RedisStore)
        store._connected_client()
        return servers[0], store

    return open_


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h", {"addresses": [("h", 6379)]}),
        ("redis://h:7000/", {"addresses": [("h", 7000)], "database": 0}),
        ("redis://h:/3", {"addresses": [("h", 6379)], "database": 3}),
        ("redis://[::1]:7000", {"addresses": [("::1", 7000)]}),
        ("redis://[::1]", {"addresses": [("::1", 6379)]}),
        ("valkey://h", {"addresses": [("h", 6379)], "tls": False}),
        ("rediss://h", {"tls": True}),
        ("valkeys://h", {"tls": True}),
        ("REDIS://h", {"tls": False}),
        ("redis://pw@h", {"username": None, "password": "pw"}),
        ("redis://:pw@h", {"username": None, "password": "pw"}),
        ("redis://me:p%40w%2F%3F@h", {"username": "me", "password": "p@w/?"}),
        ("redis://me:a:b@h", {"username": "me:a", "password": "b"}),
        ("redis://me:a@b@h", {"username": "me", "password": "a@b"}),
        ("redis://h?timeout=0.5", {"timeout": 0.5}),
        ("redis://h", {"timeout": 2.0, "is_cluster": False, "service": None}),
        (
            "rediss://h?ssl_ca_certs=/a%20b&ssl_check_hostname=false&ssl_cert_reqs=none",
            {
                "options": {
                    "ssl_ca_certs": "/a b",
                    "ssl_check_hostname": False,
                    "ssl_cert_reqs": "none",
                }
            },
        ),
        (
            "redis+sentinel://:pw@a,b:7000,[::1]/primary/2?sentinel_password=s",
            {
                "addresses": [("a", 26379), ("b", 7000), ("::1", 26379)],
                "service": "primary",
                "database": 2,
                "password": "pw",
                "sentinel_password": "s",
            },
        ),
        ("rediss+sentinel://a/primary", {"service": "primary", "tls": True}),
        (
            "redis+cluster://a,b:7000",
            {"addresses": [("a", 6379), ("b", 7000)], "is_cluster": True},
        ),
        ("valkeys+cluster://a/0", {"is_cluster": True, "tls": True}),
    ],
)
def test_a_url_says_where_the_server_is(opened: Any, url: str, expected: dict[str, Any]) -> None:
    server, _ = opened(url)
    assert {name: getattr(server, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"prefix": "sess:", "_ttl": 86_400, "_refresh_on_touch": False}),
        ("prefix=", {"prefix": ""}),
        ("prefix=a%2Ab%3A", {"prefix": "a*b:"}),
        ("tenant=app", {"prefix": tenant_prefix("app")}),
        ("ttl=60&disable_ttl=true", {"_ttl": 60, "_disable_ttl": True}),
        ("disable_touch=true", {"_disable_touch": True}),
        ("refresh_on_touch=true&disable_touch=false", {"_refresh_on_touch": True}),
    ],
)
def test_a_url_says_how_records_are_kept(opened: Any, query: str, expected: Any) -> None:
    _, store = opened(f"redis://h?{query}")
    assert {name: getattr(store, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("url", "code", "named"),
    [
        ("", "url-scheme", FORMS[0]),
        ("memory", "url-scheme-near", "memory:"),
        ("memory:x", "url-scheme-near", "memory:"),
        ("memory://", "url-scheme-near", "memory:"),
        ("postgres://h/db", "url-scheme", "sqlite:PATH"),
        ("redsi://:pass-word@h", "url-scheme-near", "redis://HOST"),
        ("sqlite3:a.db", "url-scheme-near", "sqlite:PATH"),
        ("redis+sentinal://h/s", "url-scheme-near", "redis+sentinel://HOST/SERVICE"),
        ("rediss+clustr://h", "url-scheme-near", "rediss+cluster:"),
        ("sessions.db", "url-scheme-near", "sqlite:sessions.db"),
        ("./data/sessions", "url-scheme-near", "sqlite:./data/sessions"),
        ("redis", "url-scheme-near", "redis://HOST"),
        ("sqlite:", "url-sqlite", "sqlite:sessions.db"),
        ("sqlite://a.db", "url-sqlite", "sqlite:sessions.db"),
        ("sqlite://", "url-sqlite", "sqlite:sessions.db"),
        ("sqlite::memory:", "url-sqlite-memory", "memory:"),
        ("redis:", "url-host", "redis://localhost"),
        ("redis:h", "url-host", "redis://localhost"),
        ("redis://", "url-host", "redis://localhost"),
        ("redis:///0", "url-host", "redis://localhost"),
        ("redis://:pass-word@", "url-host", "redis://localhost"),
        ("redis://:pass-word#@h", "url-host", "redis://localhost"),
        ("redis://[::1", "url-host", "redis://localhost"),
        ("redis://a,b", "url-host", "redis+cluster://a,b"),
        ("redis://:pass-word@a,b", "url-host", "redis+cluster://a,b"),
        ("redis+cluster://a,", "url-host", "redis+cluster://localhost"),
        ("redis://h:0", "url-port", "65535"),
        ("redis://h:65536", "url-port", "65535"),
        ("redis://h:99999999999999999999", "url-port", "65535"),
        ("redis://h:port", "url-port", "65535"),
        ("redis://:pass-word@h:port", "url-port", "65535"),
        ("redis://h:٣", "url-port", "65535"),
        ("redis://h/x", "url-database", "from 0 on"),
        ("redis://h/-1", "url-database", "from 0 on"),
        ("redis://h/0/1", "url-database", "from 0 on"),
        ("redis+cluster://h/1", "url-database", "from 0 on"),
        ("redis+sentinel://h", "url-service", "/SERVICE"),
        ("redis+sentinel://h/", "url-service", "/SERVICE"),
        ("redis+sentinel://h/s/x", "url-database", "from 0 on"),
        ("redis://h?prefx=a", "url-option-near", "prefix"),
        ("redis://h?refreshOnTouch=true", "url-option-near", "refresh_on_touch"),
        ("redis://h?zzz=pass-word", "url-option", "prefix, tenant, ttl"),
        ("redis://h?ssl_ca_certs=a", "url-option", "prefix"),
        ("redis://h?ttl=0", "url-value", "seconds"),
        ("redis://h?ttl=1.5", "url-value", "seconds"),
        ("redis://h?ttl=1" + "0" * 12, "url-value", "seconds"),
        ("redis://h?timeout=0", "url-value", "seconds"),
        ("redis://h?timeout=x", "url-value", "seconds"),
        ("redis://h?timeout=", "url-value", "seconds"),
        ("redis://h?timeout=inf", "url-value", "seconds"),
        ("redis://h?disable_ttl=yes", "url-value", "true or false"),
        ("rediss://h?ssl_cert_reqs=maybe", "url-value", "required, optional or none"),
    ],
)
def test_what_is_no_url_of_a_store_is_told_with_the_nearest(
    url: str, code: str, named: str
) -> None:
    with pytest.raises(StoreURLError) as raised:
        open_store(url)
    assert raised.value.code == code
    assert named in str(raised.value)
    assert "pass-word" not in f"{raised.value} {raised.value.fields}"
    assert isinstance(raised.value, OptionsError)
    assert raised.value.option == "store"


def test_the_options_that_the_documentation_lists_are_those_there_are() -> None:
    assert [*OPTIONS, *TLS_OPTIONS] == [
        "prefix",
        "tenant",
        "ttl",
        "disable_ttl",
        "disable_touch",
        "refresh_on_touch",
        "timeout",
        "sentinel_password",
        "ssl_ca_certs",
        "ssl_certfile",
        "ssl_keyfile",
        "ssl_cert_reqs",
        "ssl_check_hostname",
    ]
