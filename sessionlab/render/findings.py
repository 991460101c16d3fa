"""What a step shows, in a sentence for each lane: worked out from the events, never written down.

Rules
- The list of findings is closed: `Code`.  Each has a sentence in the catalogue,
  ``compare.finding``, and a condition here that the sentence does not go beyond.
- The last request of a step is the one that is spoken of.
- The first condition that holds is the finding; beside a restart, only what is unusual.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sessionlab.core.events import Event, Kind
from sessionlab.render.collision import Collision, collision_of
from sessionlab.render.exchange import Exchange, LaneStep

_REFUSED = frozenset(
    {
        "not-signed",
        "bad-signature",
        "sealed-without-seal",
        "sealed-bad-seal",
        "sealed-unreadable",
    }
)


_MEANWHILE = frozenset(
    {"revived", "destroyed-meanwhile", "overwritten", "merged", "conflict-reported"}
)


class Code(StrEnum):
    """Every finding."""

    RESTART_LOST = "restart-lost"
    RESTART_KEPT = "restart-kept"
    RESTART_NOTHING_TO_LOSE = "restart-nothing-to-lose"
    SERVER_FAILED = "server-failed"
    EDIT_NOTICED = "edit-noticed"
    EDIT_REJECTED = "edit-rejected"
    EDIT_UNCHECKED = "edit-unchecked"
    COPY_REFUSED = "copy-refused"
    COPY_OPENS_NOTHING = "copy-opens-nothing"
    COPY_OF_NO_USE = "copy-of-no-use"
    COPY_WORKS = "copy-works"
    COPY_OUTLIVES_DELETION = "copy-outlives-deletion"
    BROWSER_REFUSED = "browser-refused"
    SIGNATURE_REFUSED = "signature-refused"
    RECORD_ELSEWHERE = "record-elsewhere"
    ID_UNKNOWN = "id-unknown"
    OUTLIVED = "outlived"
    CAME_BACK = "came-back"
    WROTE_OVER = "wrote-over"
    WROTE_NOTHING = "wrote-nothing"
    MEANWHILE = "meanwhile"
    REGENERATED = "regenerated"
    SECURE_WITHHELD = "secure-withheld"
    RECORDS_GREW = "records-grew"
    CLEARED_RECORD_STAYS = "cleared-record-stays"
    EXPIRED = "expired"
    DESTROYED = "destroyed"
    DESTROYED_AND_CLEARED = "destroyed-and-cleared"
    DESTROYED_COOKIE_STAYS = "destroyed-cookie-stays"
    COOKIE_DELETED = "cookie-deleted"
    BEGAN = "began"
    FORGOTTEN = "forgotten"
    SHARED_ID = "shared-id"
    RECOGNISED = "recognised"
    RECOGNISED_AND_SENT = "recognised-and-sent"
    DATA_TRAVELS = "data-travels"
    DATA_CAME = "data-came"


_USUAL = frozenset({Code.DATA_TRAVELS, Code.DATA_CAME, Code.RECOGNISED, Code.RECOGNISED_AND_SENT})
"""What is not worth a line of its own beside a restart."""


class Finding(NamedTuple):
    """One finding and the fields of its sentence, name and value."""

    code: Code
    fields: tuple[tuple[str, str | int], ...] = ()


def findings(step: LaneStep, earlier: Sequence[Event] = ()) -> list[Finding]:
    """What one lane shows in one step; ``earlier`` are the lane's events before it."""
    found = list(_restart(step))
    if step.exchanges:
        of_request = _first(_about(step, step.exchanges[-1], earlier))
        found += [finding for finding in of_request if not (found and finding.code in _USUAL)]
    return found


def _first(found: Iterator[Finding]) -> list[Finding]:
    return [finding for finding, _ in zip(found, range(1), strict=False)]


def _finding(code: Code, **fields: str | int) -> Finding:
    return Finding(code, tuple(fields.items()))


def _restart(step: LaneStep) -> Iterator[Finding]:
    for event in step.prelude:
        if event.kind is not Kind.RESTART:
            continue
        if step.records is None:
            yield _finding(Code.RESTART_NOTHING_TO_LOSE)
        elif lost := event.data["lost"]:
            yield _finding(Code.RESTART_LOST, lost=lost)
        elif step.records[0]:
            yield _finding(Code.RESTART_KEPT)


def _about(step: LaneStep, exchange: Exchange, earlier: Sequence[Event]) -> Iterator[Finding]:
    request = exchange.first(Kind.REQUEST)
    response = exchange.last(Kind.RESPONSE)
    if request is None or response is None:
        return
    status = response.data["status"]
    if status >= 500:
        yield _finding(Code.SERVER_FAILED, status=status)
    origins = {cookie["origin"] for cookie in request.data["cookies"]}
    if "edited" in origins:
        yield _edited(exchange, response)
    if status < 400 and _is_outlived(exchange, request, earlier):
        client = request.data["client"]
        yield _finding(Code.COPY_OUTLIVES_DELETION, client=client, answer=_answer(response))
    if regenerated := _regenerated(exchange):
        yield _finding(Code.REGENERATED, id=regenerated)
    if "copied" in origins:
        yield _copied(exchange, request, response)
    yield from _refused_by_browser(exchange)
    if _read_reason(exchange) in _REFUSED:
        yield _finding(Code.SIGNATURE_REFUSED, status=status)
    if unknown := _unknown_id(exchange):
        yield from _elsewhere(unknown, request, step)
        yield _finding(Code.ID_UNKNOWN, id=unknown)
    yield from _of_the_store(step, exchange, response, earlier)
    yield from _of_the_cookies(request, response, exchange)


def _edited(exchange: Exchange, response: Event) -> Finding:
    status = response.data["status"]
    if _read_reason(exchange) not in _REFUSED:
        return _finding(Code.EDIT_UNCHECKED, answer=_answer(response))
    return _finding(Code.EDIT_NOTICED if status < 400 else Code.EDIT_REJECTED, status=status)


def _copied(exchange: Exchange, request: Event, response: Event) -> Finding:
    if _read_reason(exchange) in _REFUSED:
        return _finding(Code.COPY_REFUSED)
    if _unknown_id(exchange):
        return _finding(Code.COPY_OPENS_NOTHING)
    if response.data["status"] >= 400:
        return _finding(Code.COPY_OF_NO_USE, status=response.data["status"])
    return _finding(Code.COPY_WORKS, client=request.data["client"], answer=_answer(response))


def _is_outlived(exchange: Exchange, request: Event, earlier: Sequence[Event]) -> bool:
    """Whether a cookie is taken that was deleted where this client had copied it from."""
    if _read_reason(exchange) in _REFUSED or _unknown_id(exchange):
        return False
    sent = {cookie["name"] for cookie in request.data["cookies"]}
    return bool(sent & _deleted_at_the_source(request.data["client"], earlier))


def _deleted_at_the_source(client: str, earlier: Sequence[Event]) -> set[str]:
    """Names of the cookies that this client copied and that were deleted there afterwards."""
    copied: set[tuple[str, str]] = set()
    deleted: set[str] = set()
    asking = ""
    for event in earlier:
        if event.kind is Kind.COPY and event.data["client"] == client:
            copied |= {(event.data["source"], name) for name in event.data["names"]}
        elif event.kind is Kind.REQUEST:
            asking = event.data["client"]
        elif event.kind is Kind.COOKIE_STORED:
            name = event.data["name"]
            if (event.verdict or {}).get("outcome") == "deleted" and (asking, name) in copied:
                deleted.add(name)
    return deleted


def _refused_by_browser(exchange: Exchange) -> Iterator[Finding]:
    for event in exchange.of(Kind.COOKIE_STORED):
        verdict = event.verdict or {}
        if not verdict.get("accepted", True):
            reason = next(iter(verdict.get("reasons", ())), "")
            yield _finding(Code.BROWSER_REFUSED, name=event.data["name"], refusal=reason)


def _of_the_store(
    step: LaneStep, exchange: Exchange, response: Event, earlier: Sequence[Event]
) -> Iterator[Finding]:
    """What is only to be seen where there are sessions in a store."""
    if step.records is None:
        return
    sent = bool(response.data["set_cookie"])
    if _reason(exchange, Kind.SESSION_OPEN) == "outlived":
        read = exchange.first(Kind.COOKIE_READ)
        if read is not None and read.data["id"] is not None:
            yield _finding(Code.OUTLIVED, id=read.data["id"])
    if collision := collision_of(step):
        yield _collided(collision)
    for event in exchange.of(Kind.STORE_DECIDED):
        if event.verdict is not None and event.verdict["reason"] in _MEANWHILE:
            yield _finding(Code.MEANWHILE, reason=event.verdict["reason"])
    if _reason(exchange, Kind.COOKIE_DECIDED) == "secure-over-http":
        yield _finding(Code.SECURE_WITHHELD)
    grown = len(step.records[1]) - len(step.records[0])
    if len(step.exchanges) > 1 and grown > 1:
        yield _finding(Code.RECORDS_GREW, requests=len(step.exchanges), records=grown)
    cleared = any(
        (event.verdict or {}).get("outcome") == "deleted"
        for event in exchange.of(Kind.COOKIE_STORED)
    )
    destroys = any(event.data["op"] == "destroy" for event in exchange.of(Kind.STORE))
    if grown < 0 and not destroys and any(it.kind is Kind.ADVANCE for it in step.prelude):
        yield _finding(Code.EXPIRED)
    if grown < 0 and destroys:
        code = Code.DESTROYED if sent else Code.DESTROYED_COOKIE_STAYS
        yield _finding(Code.DESTROYED_AND_CLEARED if cleared else code)
    read = exchange.first(Kind.COOKIE_READ)
    if cleared and read is not None and read.data["id"] in step.records[1]:
        yield _finding(Code.CLEARED_RECORD_STAYS)
    opened = exchange.last(Kind.SESSION_OPEN)
    if opened is None or opened.data["id"] is None:
        return
    decided = exchange.last(Kind.COOKIE_DECIDED)
    cookie_sent = decided is not None and decided.data["set_cookie"] is not None
    if not opened.data["new"]:
        if others := _others_with(opened.data["id"], exchange, earlier):
            yield _finding(Code.SHARED_ID, id=opened.data["id"], others=", ".join(others))
        code = Code.RECOGNISED_AND_SENT if cookie_sent else Code.RECOGNISED
        yield _finding(code, id=opened.data["id"])
    elif cookie_sent:
        yield _finding(Code.BEGAN, id=opened.data["id"])
    elif opened.data["id"] not in step.records[1]:
        yield _finding(Code.FORGOTTEN)


def _collided(collision: Collision) -> Finding:
    code = Code(collision.outcome.value)
    if collision.lost:
        return _finding(code, members=", ".join(collision.lost))
    return _finding(code)


def _regenerated(exchange: Exchange) -> str | None:
    """The new ID of a session that had another, where the browser was told of it."""
    asked = [event.data for event in exchange.of(Kind.SESSION_CALL)]
    opened, decided = exchange.first(Kind.SESSION_OPEN), exchange.last(Kind.COOKIE_DECIDED)
    if opened is None or opened.data["new"]:
        return None
    if decided is None or decided.data["set_cookie"] is None:
        return None
    if not any(data["call"] == "regenerate" and data["error"] is None for data in asked):
        return None
    found: str | None = decided.data["id"]
    return found


def _others_with(id_: str, exchange: Exchange, earlier: Sequence[Event]) -> list[str]:
    """The other clients that have come with this ID before."""
    request = exchange.first(Kind.REQUEST)
    others: dict[str, None] = {}
    asking = ""
    for event in earlier:
        if event.kind is Kind.REQUEST:
            asking = event.data["client"]
        elif event.kind is Kind.COOKIE_READ and event.data["id"] == id_:
            others[asking] = None
    if request is not None:
        others.pop(request.data["client"], None)
    return list(others)


def _of_the_cookies(request: Event, response: Event, exchange: Exchange) -> Iterator[Finding]:
    """What is to be seen where the cookies are all there is."""
    if exchange.first(Kind.SESSION_OPEN) or exchange.of(Kind.STORE):
        return
    for event in exchange.of(Kind.COOKIE_STORED):
        if (event.verdict or {}).get("outcome") == "deleted":
            yield _finding(Code.COOKIE_DELETED)
    if response.data["set_cookie"]:
        yield _finding(Code.DATA_TRAVELS, octets=response.data["cookie_bytes"])
    elif request.data["cookies"] and _read_reason(exchange) in (None, "sealed-opened"):
        yield _finding(Code.DATA_CAME)


def _elsewhere(id_: str, request: Event, step: LaneStep) -> Iterator[Finding]:
    """Where another server than the one that was asked has the record."""
    asked = request.data.get("server")
    for shelf in step.shelves:
        if shelf.server not in (None, asked) and id_ in shelf.after:
            yield _finding(Code.RECORD_ELSEWHERE, id=id_, has=f"{shelf.server}", asked=f"{asked}")


def _unknown_id(exchange: Exchange) -> str | None:
    """An ID whose signature fits and that the store does not know."""
    if _read_reason(exchange) != "valid-signature":
        return None
    for event in exchange.of(Kind.STORE):
        if event.data["op"] == "get":
            found: bool = event.data["found"]
            id_: str = event.data["id"]
            return None if found else id_
    return None


def _read_reason(exchange: Exchange) -> str | None:
    return _reason(exchange, Kind.COOKIE_READ)


def _reason(exchange: Exchange, kind: Kind) -> str | None:
    event = exchange.last(kind)
    if event is None or event.verdict is None:
        return None
    reason: Any = event.verdict["reason"]
    return str(reason)


def _answer(response: Event) -> str:
    """The first line of the body, or the status where there is none."""
    lines = [line for line in response.data["body"].splitlines() if line.strip()]
    return str(lines[0]) if lines else str(response.data["status"])
