"""Connects to Redis and Valkey, and explains their clients' errors.

Rules
- Connecting and each answer have a time limit.  A broken connection is replaced, and the command
  sent once more at once; a slow server is not asked twice.
- No error's text holds a key, a value or a password: only the kind of failure is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sessionlab.core.errors import StoreError
from sessionlab.session.stores.problems import store_error, url_error

try:
    from redis import Redis, cluster, exceptions, sentinel
    from redis.backoff import NoBackoff
    from redis.retry import Retry
except ImportError:
    raise url_error("no-redis") from None

Client: TypeAlias = Redis | cluster.RedisCluster
_ClusterNode: Any = cluster.ClusterNode  # redis-py gives these two no types
_Sentinel: Any = sentinel.Sentinel

__all__ = ["ERRORS", "Client", "ConnectionSettings", "Redis", "connect", "to_store_error"]

ERRORS = (exceptions.RedisError, exceptions.RedisClusterException, OSError)
"""The errors that a client may raise."""


@dataclass(frozen=True)
class ConnectionSettings:
    """Where a Redis is, and how to log in.

    ``addresses``: hosts and ports of one server, of a cluster's nodes, or of the sentinels of
    ``service``.
    ``timeout``: seconds for connecting and for each answer.
    ``options``: redis-py's other TLS options.
    """

    addresses: Sequence[tuple[str, int]]
    database: int = 0
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    is_cluster: bool = False
    service: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    timeout: float = 2.0
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name in error messages."""
        hosts = ",".join(f"{host}:{port}" for host, port in self.addresses)
        return f"Redis at {hosts}" + (f" ({self.service})" if self.service else "")


def connect(settings: ConnectionSettings) -> Client:
    """A client.  Only a cluster is contacted here, to learn its nodes."""
    retry = Retry(NoBackoff(), 1, supported_errors=(exceptions.ConnectionError,))
    connection: dict[str, Any] = {
        "socket_timeout": settings.timeout,
        "socket_connect_timeout": settings.timeout,
        "protocol": 2,
    }
    if settings.tls:
        connection |= {"ssl": True, **settings.options}
    asking = {**connection, "retry": retry, "password": settings.sentinel_password}
    connection |= {"username": settings.username, "password": settings.password}
    if settings.is_cluster:
        nodes = [_ClusterNode(host, port) for host, port in settings.addresses]
        return cluster.RedisCluster(startup_nodes=nodes, retry=retry, **connection)
    connection |= {"retry": retry, "db": settings.database}
    if settings.service is not None:
        sentinels = _Sentinel(list(settings.addresses), sentinel_kwargs=asking)
        primary: Redis = sentinels.master_for(settings.service, **connection)
        return primary
    host, port = settings.addresses[0]
    return Redis(host=host, port=port, **connection)


def to_store_error(error: Exception, where: str, seconds: float | None) -> StoreError:
    """The StoreError that says what a client's error means; ``seconds``: its time limit."""
    code, what = _classify(error)
    limit = "the allowed" if seconds is None else f"{seconds:g}"
    return store_error(code, where=where, what=what, seconds=limit)


_KINDS: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.BusyLoadingError, "loading"),
    (sentinel.MasterNotFoundError, "no-primary"),
    (exceptions.NoPermissionError, "not-allowed"),
    (exceptions.ReadOnlyError, "replica"),
    (exceptions.OutOfMemoryError, "full"),
    (exceptions.ClusterError, "cluster-down"),
    (exceptions.SlotNotCoveredError, "cluster-down"),
    (exceptions.TimeoutError, "slow"),
    (TimeoutError, "slow"),
    (exceptions.RedisClusterException, "gone"),
    (exceptions.ConnectionError, "gone"),
    (OSError, "gone"),
)
_WORDS = {"WRONGTYPE": "wrong-type", "MISCONF": "not-saving", "LOADING": "loading"}


def _classify(error: Exception) -> tuple[str, str]:
    what = type(error).__name__
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError):
        return ("needs-password" if "required" in str(error) else "wrong-password"), what
    for kind, code in _KINDS:
        if isinstance(error, kind):
            return code, what
    word = str(error).partition(" ")[0]
    if word.isupper() and word.isalpha():  # the code at the beginning of the server's message
        return _WORDS.get(word, "failed"), word
    return "failed", what
