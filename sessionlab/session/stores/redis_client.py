"""Connections to Redis and Valkey, and what their errors mean.

Rules
- No wait is without bound: connecting and each answer have a limit.  A connection that turns out
  to be gone is replaced and the command sent once more, at once; a slow server is not asked twice.
- No error's text holds a key, a value or a password: only the kind of failure is taken over.
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
Address = tuple[str, int]

__all__ = ["ERRORS", "Client", "Redis", "Server", "connect", "describe"]

ERRORS = (exceptions.RedisError, exceptions.RedisClusterException, OSError)
"""What a client may raise."""


@dataclass(frozen=True)
class Server:
    """Where Redis is and how to get in; ``options`` are redis-py's names for the rest of TLS.

    Sentinels are asked for ``service``; a cluster is found from any of its ``addresses``.
    """

    addresses: Sequence[Address]
    database: int = 0
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    is_cluster: bool = False
    service: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    timeout: float = 2.0
    """Seconds for connecting and for each answer."""
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What messages call it."""
        hosts = ",".join(f"{host}:{port}" for host, port in self.addresses)
        return f"Redis at {hosts}" + (f" ({self.service})" if self.service else "")


def connect(server: Server) -> Client:
    """A client.  A cluster is asked for its nodes here, the others are not asked anything."""
    retry = Retry(NoBackoff(), 1, supported_errors=(exceptions.ConnectionError,))
    connection: dict[str, Any] = {
        "socket_timeout": server.timeout,
        "socket_connect_timeout": server.timeout,
        "protocol": 2,
    }
    if server.tls:
        connection |= {"ssl": True, **server.options}
    asking = {**connection, "retry": retry, "password": server.sentinel_password}
    connection |= {"username": server.username, "password": server.password}
    if server.is_cluster:
        nodes = [_ClusterNode(host, port) for host, port in server.addresses]
        return cluster.RedisCluster(startup_nodes=nodes, retry=retry, **connection)
    connection |= {"retry": retry, "db": server.database}
    if server.service is not None:
        sentinels = _Sentinel(list(server.addresses), sentinel_kwargs=asking)
        primary: Redis = sentinels.master_for(server.service, **connection)
        return primary
    host, port = server.addresses[0]
    return Redis(host=host, port=port, **connection)


def describe(error: Exception, where: str, seconds: float | None) -> StoreError:
    """What an error of a client means; ``seconds`` is its limit for an answer."""
    code, what = _code(error)
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


def _code(error: Exception) -> tuple[str, str]:
    what = type(error).__name__
    if isinstance(error, exceptions.AuthenticationError | exceptions.AuthorizationError):
        return ("needs-password" if "required" in str(error) else "wrong-password"), what
    for kind, code in _KINDS:
        if isinstance(error, kind):
            return code, what
    word = str(error).partition(" ")[0]
    if word.isupper() and word.isalpha():  # the code in front of what the server says
        return _WORDS.get(word, "failed"), word
    return "failed", what
