"""Records in Redis or Valkey, shared with Express: as connect-redis 9 keeps them.

Rules
- Keys, values and times to live are those of connect-redis: ``sess:`` and the ID; the record's
  JSON; ``SET … EX`` with the seconds left, rounded up, or 86400 without an expiry.  A touch is
  ``EXPIRE`` alone.  A time to live that is not positive deletes.
- A session lives as long as its key.  The expiry in the record is not checked when it is read, and
  gets stale while the session is only touched.
- Every operation of a request is one round trip; `swap`, and a touch with ``refresh_on_touch``, are
  two.
- Two stores on one server are separate only if neither's prefix begins with the other's: the ID
  ``1:x`` after ``app:`` is the ID ``x`` after ``app:1:``.  `tenant_prefix` makes separate prefixes.
- ``KEYS`` is never used, and a prefix is not a pattern.

Source: connect-redis 9.0.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any, Final, cast

from sessionlab.core.errors import RecordError, SessionlabError
from sessionlab.core.record import Record
from sessionlab.core.store import RecordPage, Store, Swap
from sessionlab.core.unset import UNSET
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.stores.problems import store_error
from sessionlab.session.stores.redis_client import ERRORS, Client, Redis, to_store_error

_DAY: Final = 86_400
_ATTEMPTS: Final = 32
_SCANS_PER_PAGE: Final = 100
_KEYS_PER_SCAN: Final = 1000
_REPLACE: Final = """
    if redis.call('GET', KEYS[1]) ~= ARGV[1] then
        return 0
    elseif ARGV[3] == 'keep' then
        redis.call('SET', KEYS[1], ARGV[2])
    elseif tonumber(ARGV[3]) > 0 then
        redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
    else
        redis.call('DEL', KEYS[1])
    end
    return 1
"""
"""Replaces the value that was seen, if it is still there."""


class RedisStore(Store):
    """Keeps records in Redis or Valkey, beside and shared with connect-redis.

    ``client``: a client of redis-py, or a function that makes one at the first operation.  Its
    timeouts limit every operation.
    ``ttl``: the seconds to live of a record without an expiry, or a function from any record to its
    seconds to live.
    ``disable_ttl``: keys live for ever.  ``disable_touch``: a touch does not prolong them.
    ``refresh_on_touch`` (not in connect-redis): a touch also writes the new expiry into the record,
    so that a later ``save()`` does not find a stale one and delete the session.
    ``name``, ``timeout``: what error messages call the server and its time limit (seconds).

    `connected` stays True, as in connect-redis: an unreachable server is an error, not the absence
    of a session, so it logs nobody out.
    """

    def __init__(
        self,
        client: Client | Callable[[], Client],
        *,
        prefix: str = "sess:",
        ttl: int | Callable[[Record], int] = _DAY,
        disable_ttl: bool = False,
        disable_touch: bool = False,
        refresh_on_touch: bool = False,
        clock: Clock = now_ms,
        name: str = "Redis",
        timeout: float | None = None,
    ) -> None:
        self.prefix = prefix
        self._connect = client if callable(client) else None
        self._client = None if callable(client) else client
        self._connecting = Lock()
        self._ttl = ttl
        self._disable_ttl = disable_ttl
        self._disable_touch = disable_touch
        self._refresh_on_touch = refresh_on_touch
        self._clock = clock
        self._name = name
        self._timeout = timeout

    # ---- the contract

    def get(self, session_id: str) -> Record | None:
        """The record, or None.  Raises RecordError for a value that is not a record."""
        value = self._call(lambda client: client.get(self._to_key(session_id)))
        return Record.from_text(_to_text(value)) if value else None

    def set(self, session_id: str, record: Record) -> None:
        """Store a record; it replaces one with this ID."""
        key, ttl = self._to_key(session_id), self._time_to_live(record)
        if ttl <= 0:
            self._call(lambda client: client.delete(key))
        else:
            value, ex = _to_value(record), None if self._disable_ttl else ttl
            self._call(lambda client: client.set(key, value, ex=ex))

    def touch(self, session_id: str, record: Record) -> None:
        """Let the key live as long as ``record`` says; its value stays as it is."""
        if self._disable_touch or self._disable_ttl:
            return
        key, ttl = self._to_key(session_id), self._time_to_live(record)
        if self._refresh_on_touch and ttl > 0:
            self._refresh(key, record, ttl)
        else:
            self._call(lambda client: client.expire(key, ttl))

    def destroy(self, session_id: str) -> None:
        """Delete a record."""
        self._call(lambda client: client.delete(self._to_key(session_id)))

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        """`set`, but only if there is a record whose data is still ``seen``."""
        key, new = self._to_key(session_id), _to_value(record)
        for _ in range(_ATTEMPTS):
            value = self._call(lambda client: client.get(key))
            if not value:
                return Swap(False)
            there = Record.from_text(_to_text(value))
            if there.data != seen:
                return Swap(False, there)
            if self._replace(key, value, new, record):
                return Swap(True)
        raise store_error("too-busy", where=self._name)

    def page(self, cursor: str | None, limit: int) -> RecordPage:
        """About ``limit`` live records; fewer, or none, among many keys of others.

        The cursor is the number of the cluster's node, and the cursor of ``SCAN``.
        """
        number, position = (int(part) for part in (cursor or "0:0").split(":"))
        nodes = self._nodes()
        records: dict[str, Record] = {}
        broken: dict[str, SessionlabError] = {}
        count = max(limit, 10)
        for _ in range(_SCANS_PER_PAGE):
            if number >= len(nodes) or len(records) + len(broken) >= limit:
                break
            position, keys = self._scan(nodes[number], position, count)
            if not keys:  # only keys of others: look at more at once
                count = min(count * 2, _KEYS_PER_SCAN)
            self._read_records(nodes[number], keys, records, broken)
            number += position == 0
        return RecordPage(records, f"{number}:{position}" if number < len(nodes) else None, broken)

    def clear(self) -> None:
        """Delete all records with the prefix."""
        for node, keys in self._all_keys():
            for answer in self._pipeline(node, "DEL", keys):
                if isinstance(answer, Exception):
                    raise to_store_error(answer, self._name, self._timeout) from None

    def close(self) -> None:
        """Close the client if the store made it.  The next operation makes a new one."""
        client = self._client
        if client is not None and self._connect is not None:
            self._client = None
            client.close()

    def __len__(self) -> int:
        """The number of keys with the prefix.  Scans all keys of the server, reads no value."""
        seen: set[bytes] = set()  # SCAN may return a key twice
        for _, keys in self._all_keys():
            seen.update(keys)
        return len(seen)

    # ---- one record

    def _to_key(self, session_id: str) -> bytes:
        # surrogatepass: any text is an ID, even a lone surrogate, which no cookie can carry.
        return (self.prefix + session_id).encode("utf-8", "surrogatepass")

    def _time_to_live(self, record: Record) -> int:
        """The seconds to live of a record's key."""
        if callable(self._ttl):
            return self._ttl(record)
        expires = record.expires
        if expires is None or expires is UNSET or expires is False:
            return self._ttl
        return -int((self._clock() - expires) // 1000) if expires == expires else 0

    def _refresh(self, key: bytes, record: Record, ttl: int) -> None:
        """Touch a key, and renew the cookie in its record.

        If others keep writing the record, their cookie is new too, and only the key is touched.
        """
        for _ in range(_ATTEMPTS):
            value = self._call(lambda client: client.get(key))
            if not value:
                return
            there = Record.from_text(_to_text(value))
            new = Record(record.attributes, record.expires, there.data, there.canonical)
            if self._replace(key, value, _to_value(new), record):
                return
        self._call(lambda client: client.expire(key, ttl))

    def _replace(self, key: bytes, seen: bytes | str, new: bytes, record: Record) -> bool:
        """Replace the value that was seen, atomically; False: another value is there now."""
        ttl = "keep" if self._disable_ttl else self._time_to_live(record)
        return bool(self._call(lambda client: client.eval(_REPLACE, 1, key, seen, new, ttl)))

    # ---- many records

    def _nodes(self) -> list[Redis]:
        """The servers that hold keys: one, or the primaries of a cluster."""
        client = self._call(lambda client: client)
        if isinstance(client, Redis):
            return [client]
        primaries = sorted(client.get_primaries(), key=lambda node: node.name)
        return [client.get_redis_connection(node) for node in primaries]

    def _scan(self, node: Redis, position: int, count: int) -> tuple[int, list[bytes]]:
        prefix = self.prefix.encode("utf-8", "surrogatepass")
        pattern = _SPECIAL.sub(rb"\\\g<0>", prefix) + b"*"
        found = self._call(lambda _: node.scan(position, match=pattern, count=count))
        return int(found[0]), [_to_octets(key) for key in found[1]]

    def _all_keys(self) -> Iterator[tuple[Redis, list[bytes]]]:
        for node in self._nodes():
            position, keys = self._scan(node, 0, _KEYS_PER_SCAN)
            yield node, keys
            while position:
                position, keys = self._scan(node, position, _KEYS_PER_SCAN)
                yield node, keys

    def _read_records(
        self,
        node: Redis,
        keys: list[bytes],
        records: dict[str, Record],
        broken: dict[str, SessionlabError],
    ) -> None:
        for key, value in zip(keys, self._pipeline(node, "GET", keys), strict=True):
            session_id = _to_id(key[len(self.prefix.encode("utf-8", "surrogatepass")) :])
            if isinstance(value, Exception):
                broken[session_id] = to_store_error(value, self._name, self._timeout)
            elif value:
                try:
                    records[session_id] = Record.from_text(_to_text(value))
                except RecordError as error:
                    broken[session_id] = error

    def _pipeline(self, node: Redis, command: str, keys: list[bytes]) -> list[Any]:
        """Send a command for each key in one round trip; errors are among the answers."""
        pipe: Any = node.pipeline(transaction=False)
        for key in keys:
            pipe.execute_command(command, key)
        return list(self._call(lambda _: pipe.execute(raise_on_error=False)))

    # ---- the client

    def _connected_client(self) -> Client:
        if self._connect is not None:
            with self._connecting:
                if self._client is None:
                    self._client = self._connect()
        return cast(Client, self._client)

    def _call(self, command: Callable[[Client], Any]) -> Any:
        try:
            return command(self._client or self._connected_client())
        except ERRORS as error:
            raise to_store_error(error, self._name, self._timeout) from None


def tenant_prefix(tenant: str) -> str:
    """A key prefix for one tenant of a server; no tenant's prefix begins with another's.

    Express can use it too: ``new RedisStore({ client, prefix: "…" })``.
    """
    return f"tenant:{len(tenant.encode())}:{tenant}:sess:"


_SPECIAL: Final = re.compile(rb"[*?\[\]\\]")


def _to_value(record: Record) -> bytes:
    """The record's text as Express writes it."""
    if not record.canonical:
        record = Record(record.attributes, record.expires, record.canonical_data())
    return record.text.encode()


def _to_text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def _to_octets(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def _to_id(octets: bytes) -> str:
    try:
        return octets.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return octets.decode("utf-8", "replace")  # another program's key with our prefix
