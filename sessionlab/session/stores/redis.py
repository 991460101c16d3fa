"""Records in Redis or Valkey, shared with Express: as connect-redis 9 keeps them.

Rules
- Keys, values and times to live are connect-redis's: ``sess:`` and the ID; the record's JSON;
  ``SET … EX`` the seconds that are left, rounded up, or 86400 without an expiry; touching is
  ``EXPIRE`` alone; a time to live that is not positive deletes.
- The key's time to live is the clock that counts.  The expiry in the record is not looked at when
  it is read, and goes stale while a session is only touched.
- Every operation of a request is one round trip, but for `swap` and the touch that
  ``refresh_on_touch`` asks for, which are two.
- Two stores on one server are apart only if neither's prefix begins with the other's: the ID
  ``1:x`` behind ``app:`` is the ID ``x`` behind ``app:1:``.  `tenant_prefix` makes such prefixes.
- Nothing is ever listed by ``KEYS``, and a prefix is no pattern.

Source: connect-redis 9.0.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any, Final, cast

from sessionlab.core.errors import RecordError, SessionlabError
from sessionlab.core.record import Record
from sessionlab.core.unset import UNSET
from sessionlab.session.clock import Clock, now_ms
from sessionlab.session.stores.base import Page, Store, Swap
from sessionlab.session.stores.problems import store_error
from sessionlab.session.stores.redis_client import ERRORS, Client, Redis, describe

_DAY: Final = 86_400
_ATTEMPTS: Final = 32
_SCANS_BY_A_PAGE: Final = 100
_KEYS_A_SCAN: Final = 1000
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
"""Puts a value in the place of the one that was seen, if that is still there."""


class RedisStore(Store):
    """Keeps records in Redis or Valkey, beside and shared with connect-redis.

    ``client`` is a client of redis-py, or a function that makes one when it is first needed; its
    timeouts decide how long an operation may take.  The options are connect-redis's: ``ttl`` is
    the seconds of a record without an expiry, or a function of the record that is asked for all;
    ``disable_ttl`` keeps keys for ever, and ``disable_touch`` does not prolong them.

    ``refresh_on_touch`` is not in connect-redis: a touch writes the new expiry into the record,
    too, so that a later ``save()`` does not find a stale one and delete the session.

    `connected` stays True, as with connect-redis: a server that is away is an error, not the
    absence of a session, and so nobody is logged out by it.
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
        """``name`` and ``timeout`` (seconds, the client's) are what errors tell."""
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
        """The record whose key is alive, or None.  Raises RecordError for what is no record."""
        value = self._ask(lambda client: client.get(self._key(session_id)))
        return Record.from_text(_text(value)) if value else None

    def set(self, session_id: str, record: Record) -> None:
        """Keep a record, in place of one that is there."""
        key, ttl = self._key(session_id), self._seconds(record)
        if ttl <= 0:
            self._ask(lambda client: client.delete(key))
        else:
            value, ex = _value(record), None if self._disable_ttl else ttl
            self._ask(lambda client: client.set(key, value, ex=ex))

    def touch(self, session_id: str, record: Record) -> None:
        """Let the key live as long as ``record`` says; the record in it stays as it is."""
        if self._disable_touch or self._disable_ttl:
            return
        key, ttl = self._key(session_id), self._seconds(record)
        if self._refresh_on_touch and ttl > 0:
            self._refresh(key, record, ttl)
        else:
            self._ask(lambda client: client.expire(key, ttl))

    def destroy(self, session_id: str) -> None:
        """Forget a record."""
        self._ask(lambda client: client.delete(self._key(session_id)))

    def swap(self, session_id: str, seen: str, record: Record) -> Swap:
        """`set`, but only if a record is there whose data is still ``seen``."""
        key, new = self._key(session_id), _value(record)
        for _ in range(_ATTEMPTS):
            value = self._ask(lambda client: client.get(key))
            if not value:
                return Swap(False)
            there = Record.from_text(_text(value))
            if there.data != seen:
                return Swap(False, there)
            if self._replace(key, value, new, record):
                return Swap(True)
        raise store_error("too-busy", where=self._name)

    def page(self, cursor: str | None, limit: int) -> Page:
        """About ``limit`` live records; fewer, or none, where other keys are in between.

        The cursor is that of ``SCAN`` and the number of the cluster's node.
        """
        number, position = (int(part) for part in (cursor or "0:0").split(":"))
        nodes = self._nodes()
        records: dict[str, Record] = {}
        broken: dict[str, SessionlabError] = {}
        count = max(limit, 10)
        for _ in range(_SCANS_BY_A_PAGE):
            if number >= len(nodes) or len(records) + len(broken) >= limit:
                break
            position, keys = self._scan(nodes[number], position, count)
            if not keys:  # among many keys of others
                count = min(count * 2, _KEYS_A_SCAN)
            self._read(nodes[number], keys, records, broken)
            number += position == 0
        return Page(records, f"{number}:{position}" if number < len(nodes) else None, broken)

    def clear(self) -> None:
        """Forget all records behind the prefix."""
        for node, keys in self._all_keys():
            for answer in self._pipe(node, "DEL", keys):
                if isinstance(answer, Exception):
                    raise describe(answer, self._name, self._timeout) from None

    def close(self) -> None:
        """Close a client that was made here.  Another is made when it is needed."""
        client = self._client
        if client is not None and self._connect is not None:
            self._client = None
            client.close()

    def __len__(self) -> int:
        """The number of keys behind the prefix; all keys are gone through, no value is read."""
        seen: set[bytes] = set()  # SCAN may name a key twice
        for _, keys in self._all_keys():
            seen.update(keys)
        return len(seen)

    # ---- one record

    def _key(self, session_id: str) -> bytes:
        # An ID with half a character, which no cookie can carry, is still one of its own.
        return (self.prefix + session_id).encode("utf-8", "surrogatepass")

    def _seconds(self, record: Record) -> int:
        """The time to live of a record's key."""
        if callable(self._ttl):
            return self._ttl(record)
        expires = record.expires
        if expires is None or expires is UNSET or expires is False:
            return self._ttl
        return -int((self._clock() - expires) // 1000) if expires == expires else 0

    def _refresh(self, key: bytes, record: Record, ttl: int) -> None:
        """Touch, with the record's cookie renewed.

        Where others write it again and again, theirs is as new, and the key's time is enough.
        """
        for _ in range(_ATTEMPTS):
            value = self._ask(lambda client: client.get(key))
            if not value:
                return
            there = Record.from_text(_text(value))
            new = Record(record.attributes, record.expires, there.data, there.canonical)
            if self._replace(key, value, _value(new), record):
                return
        self._ask(lambda client: client.expire(key, ttl))

    def _replace(self, key: bytes, seen: bytes | str, new: bytes, record: Record) -> bool:
        """Put a value in the place of one, atomically; False: something else is there."""
        ttl = "keep" if self._disable_ttl else self._seconds(record)
        return bool(self._ask(lambda client: client.eval(_REPLACE, 1, key, seen, new, ttl)))

    # ---- many records

    def _nodes(self) -> list[Redis]:
        """The servers that have keys: one, or the primaries of a cluster."""
        client = self._ask(lambda client: client)
        if isinstance(client, Redis):
            return [client]
        primaries = sorted(client.get_primaries(), key=lambda node: node.name)
        return [client.get_redis_connection(node) for node in primaries]

    def _scan(self, node: Redis, position: int, count: int) -> tuple[int, list[bytes]]:
        prefix = self.prefix.encode("utf-8", "surrogatepass")
        pattern = _SPECIAL.sub(rb"\\\g<0>", prefix) + b"*"
        found = self._ask(lambda _: node.scan(position, match=pattern, count=count))
        return int(found[0]), [_octets(key) for key in found[1]]

    def _all_keys(self) -> Iterator[tuple[Redis, list[bytes]]]:
        for node in self._nodes():
            position, keys = self._scan(node, 0, _KEYS_A_SCAN)
            yield node, keys
            while position:
                position, keys = self._scan(node, position, _KEYS_A_SCAN)
                yield node, keys

    def _read(
        self,
        node: Redis,
        keys: list[bytes],
        records: dict[str, Record],
        broken: dict[str, SessionlabError],
    ) -> None:
        for key, value in zip(keys, self._pipe(node, "GET", keys), strict=True):
            session_id = _id(key[len(self.prefix.encode("utf-8", "surrogatepass")) :])
            if isinstance(value, Exception):
                broken[session_id] = describe(value, self._name, self._timeout)
            elif value:
                try:
                    records[session_id] = Record.from_text(_text(value))
                except RecordError as error:
                    broken[session_id] = error

    def _pipe(self, node: Redis, command: str, keys: list[bytes]) -> list[Any]:
        """Send a command for each key in one round trip; errors stand among the answers."""
        pipe: Any = node.pipeline(transaction=False)
        for key in keys:
            pipe.execute_command(command, key)
        return list(self._ask(lambda _: pipe.execute(raise_on_error=False)))

    # ---- the client

    def _made(self) -> Client:
        if self._connect is not None:
            with self._connecting:
                if self._client is None:
                    self._client = self._connect()
        return cast(Client, self._client)

    def _ask(self, command: Callable[[Client], Any]) -> Any:
        try:
            return command(self._client or self._made())
        except ERRORS as error:
            raise describe(error, self._name, self._timeout) from None


def tenant_prefix(tenant: str) -> str:
    """A prefix for one of several tenants of a server, none of which begins with another's.

    It is the same text in Express: ``new RedisStore({ client, prefix: "…" })``.
    """
    return f"tenant:{len(tenant.encode())}:{tenant}:sess:"


_SPECIAL: Final = re.compile(rb"[*?\[\]\\]")


def _value(record: Record) -> bytes:
    """The record's text as Express would write it."""
    if not record.canonical:
        record = Record(record.attributes, record.expires, record.canonical_data())
    return record.text.encode()


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def _octets(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")


def _id(octets: bytes) -> str:
    try:
        return octets.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return octets.decode("utf-8", "replace")  # another program's key behind our prefix
