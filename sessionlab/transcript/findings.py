"""What a step shows in each lane, worked out from the events.

Rules
- `Code` lists all findings.  Each has a sentence in the catalogue, ``compare.finding``, and a
  condition here; the sentence claims no more than the condition.
- A finding is about the last request of its step.
- The first condition that holds is the finding.  After a restart, usual findings are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from itertools import groupby
from typing import Any, NamedTuple

from sessionlab.core.decide import Outcome, Question, Reason
from sessionlab.core.entries import Transcript
from sessionlab.core.events import (
    CookieRead,
    CookiesCopied,
    CookieStored,
    Purpose,
    RequestSent,
    ResponseReceived,
    ServerRestarted,
    SessionCalled,
    SessionMethod,
    StoreAsked,
    StoreDecided,
    StoreOp,
    TimePassed,
)
from sessionlab.core.jar.codes import SetOutcome
from sessionlab.core.jar.cookie import CookieOrigin
from sessionlab.transcript.collisions import Collision, Ending, collision_of
from sessionlab.transcript.steps import LaneStep, RoundTrip, first_line, lane_step
from sessionlab.transcript.store_timeline import data_of


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
    LOGOUT_UNDONE = "logout-undone"
    CAME_BACK = "came-back"
    WROTE_OVER = "wrote-over"
    WROTE_NOTHING = "wrote-nothing"
    MEANWHILE = "meanwhile"
    REGENERATED = "regenerated"
    ID_KEPT = "id-kept"
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
    LOGOUT_WAS_UNDONE = "logout-was-undone"
    ITEM_GONE = "item-gone"
    SHARED_ID = "shared-id"
    RECOGNISED = "recognised"
    RECOGNISED_AND_SENT = "recognised-and-sent"
    DATA_TRAVELS = "data-travels"
    DATA_CAME = "data-came"


_USUAL = frozenset({Code.DATA_TRAVELS, Code.DATA_CAME, Code.RECOGNISED, Code.RECOGNISED_AND_SENT})
"""Findings that are left out after a restart."""

_SIGNATURE_QUESTIONS = frozenset(
    {
        Question.COOKIE_SIGNED,
        Question.SIGNATURE_FITS,
        Question.SEAL_PRESENT,
        Question.SEAL_FITS,
    }
)


class Finding(NamedTuple):
    """One finding and the fields of its sentence as pairs of name and value."""

    code: Code
    fields: tuple[tuple[str, str | int], ...] = ()


class _Scene(NamedTuple):
    """The last request of a step, and its context.

    ``earlier`` is the transcript before the step, ``past`` its round trips.
    """

    step: LaneStep
    trip: RoundTrip
    request: RequestSent
    response: ResponseReceived
    earlier: Transcript
    past: tuple[RoundTrip, ...]


def findings(transcript: Transcript, number: int) -> list[Finding]:
    """The findings of a lane in the step with this number."""
    step = lane_step(it for it in transcript.entries if it.step == number)
    found = list(_findings_of_restart(step))
    if step.trips and (trip := step.trips[-1]).request and trip.response:
        before = tuple(it for it in transcript.entries if it.step < number)
        earlier, past = replace(transcript, entries=before), lane_step(before).trips
        scene = _Scene(step, trip, trip.request, trip.response, earlier, past)
        of_request = next(_findings_of_request(scene), None)
        if of_request and not (found and of_request.code in _USUAL):
            found.append(of_request)
    return found


def _finding(code: Code, **fields: str | int) -> Finding:
    return Finding(code, tuple(fields.items()))


def _findings_of_restart(step: LaneStep) -> Iterator[Finding]:
    for event in step.prelude:
        if not isinstance(event, ServerRestarted):
            continue
        if step.records is None:
            yield _finding(Code.RESTART_NOTHING_TO_LOSE)
        elif event.lost:
            yield _finding(Code.RESTART_LOST, lost=event.lost)
        elif step.records[0]:
            yield _finding(Code.RESTART_KEPT)


def _findings_of_request(scene: _Scene) -> Iterator[Finding]:
    status, client = scene.response.status, scene.request.client
    if status >= 500:
        yield _finding(Code.SERVER_FAILED, status=status)
    origins = {cookie.origin for cookie in scene.request.cookies}
    if CookieOrigin.EDITED in origins:
        yield _edit_finding(scene)
    if status < 400 and _is_outlived(scene):
        yield _finding(
            Code.COPY_OUTLIVES_DELETION, client=client, answer=first_line(scene.response)
        )
    yield from _findings_about_id(scene)
    if CookieOrigin.COPIED in origins:
        yield _copy_finding(scene)
    for stored in scene.trip.of(CookieStored):
        if not stored.verdict.accepted:
            refusal = next(iter(stored.verdict.reasons), "")
            yield _finding(Code.BROWSER_REFUSED, name=stored.name, refusal=refusal)
    if _signature_fails(scene.trip):
        yield _finding(Code.SIGNATURE_REFUSED, status=status)
    if unknown := _unknown_id(scene.trip):
        asked = scene.request.server
        for shelf in scene.step.shelves:
            if shelf.server not in (None, asked) and unknown in shelf.after:
                where = {"has": f"{shelf.server}", "asked": f"{asked}"}
                yield _finding(Code.RECORD_ELSEWHERE, id=unknown, **where)
        yield _finding(Code.ID_UNKNOWN, id=unknown)
    yield from _findings_in_store(scene)
    yield from _findings_in_cookies(scene)


# ---- a cookie that was edited or copied


def _edit_finding(scene: _Scene) -> Finding:
    status = scene.response.status
    if not scene.trip.is_refused:
        return _finding(Code.EDIT_UNCHECKED, answer=first_line(scene.response))
    return _finding(Code.EDIT_NOTICED if status < 400 else Code.EDIT_REJECTED, status=status)


def _copy_finding(scene: _Scene) -> Finding:
    if scene.trip.is_refused:
        return _finding(Code.COPY_REFUSED)
    if _unknown_id(scene.trip):
        return _finding(Code.COPY_OPENS_NOTHING)
    if scene.response.status >= 400:
        return _finding(Code.COPY_OF_NO_USE, status=scene.response.status)
    return _finding(Code.COPY_WORKS, client=scene.request.client, answer=first_line(scene.response))


def _is_outlived(scene: _Scene) -> bool:
    """Whether a copied cookie is accepted after the original was deleted in its browser."""
    if scene.trip.is_refused or _unknown_id(scene.trip):
        return False
    sent = {cookie.name for cookie in scene.request.cookies}
    deletions = [
        (entry.seq, trip.request.client, entry.event.name)
        for trip in scene.past
        for entry in trip.entries
        if trip.request and isinstance(entry.event, CookieStored) and _is_deleted(entry.event)
    ]
    return any(
        copy.event.client == scene.request.client
        and copy.seq < seq
        and copy.event.source == client
        and name in sent.intersection(copy.event.names)
        for copy in scene.earlier.of(CookiesCopied)
        for seq, client, name in deletions
    )


# ---- the ID


def _signature_fails(trip: RoundTrip) -> bool:
    """Whether the deciding question was one about the signature."""
    if trip.read is None or not trip.is_refused:
        return False
    return trip.read.verdict.checks[-1].question in _SIGNATURE_QUESTIONS


def _unknown_id(trip: RoundTrip) -> str | None:
    """An ID with a valid signature that the store does not know; None without one."""
    if trip.read is None or trip.read.verdict.outcome is not Outcome.LOOK_UP:
        return None
    first = next((it for it in trip.of(StoreAsked) if it.op is StoreOp.GET), None)
    return None if first is None or first.found else first.id


def _findings_about_id(scene: _Scene) -> Iterator[Finding]:
    """That an existing session has a new ID, or kept its ID at a login."""
    opened, decided = scene.trip.opened, scene.trip.decided
    if opened is None or opened.new or opened.id is None or decided is None:
        return
    is_login = scene.request.purpose is Purpose.LOGIN and scene.response.status < 400
    calls = {it.call for it in scene.trip.of(SessionCalled) if it.error is None}
    if SessionMethod.REGENERATE in calls:
        if decided.set_cookie is not None and decided.id is not None:
            yield _finding(Code.REGENERATED, id=decided.id)
    elif is_login and decided.id in (None, opened.id):  # None: another program sent no cookie
        yield _finding(Code.ID_KEPT, id=opened.id)


def _others_with(id_: str, scene: _Scene) -> list[str]:
    """The other clients that have sent this ID before."""
    clients = dict.fromkeys(
        trip.request.client
        for trip in scene.past
        if trip.request and any(read.id == id_ for read in trip.of(CookieRead))
    )
    clients.pop(scene.request.client, None)
    return list(clients)


# ---- the store and the cookies


def _findings_in_store(scene: _Scene) -> Iterator[Finding]:
    """Findings of lanes with a store."""
    step, trip = scene.step, scene.trip
    if step.records is None:
        return
    before, after = step.records
    came = None if trip.read is None else trip.read.id
    opened, decided = trip.opened, trip.decided
    if opened and opened.verdict and opened.verdict.reason is Reason.OUTLIVED and came is not None:
        yield _finding(Code.OUTLIVED, id=came)
    if collision := collision_of(step):
        yield _collision_finding(collision)
    for stored in trip.of(StoreDecided):
        if any(check.question is Question.RECORD_THERE for check in stored.verdict.checks):
            yield _finding(Code.MEANWHILE, reason=stored.verdict.reason)
    if decided and decided.verdict and decided.verdict.reason is Reason.SECURE_OVER_HTTP:
        yield _finding(Code.SECURE_WITHHELD)
    grown = len(after) - len(before)
    if len(step.trips) > 1 and grown > 1:
        yield _finding(Code.RECORDS_GREW, requests=len(step.trips), records=grown)
    cleared = any(map(_is_deleted, trip.of(CookieStored)))
    destroys = any(asked.op is StoreOp.DESTROY for asked in trip.of(StoreAsked))
    if grown < 0 and not destroys and any(isinstance(it, TimePassed) for it in step.prelude):
        yield _finding(Code.EXPIRED)
    if grown < 0 and destroys:
        code = Code.DESTROYED if scene.response.set_cookie else Code.DESTROYED_COOKIE_STAYS
        yield _finding(Code.DESTROYED_AND_CLEARED if cleared else code)
    if cleared and came in after:
        yield _finding(Code.CLEARED_RECORD_STAYS)
    if opened is None or opened.id is None:
        return
    is_sent = decided is not None and decided.set_cookie is not None
    if not opened.new:
        yield from _findings_after_race(opened.id, data_of(after.get(opened.id)) or {}, scene)
        if others := _others_with(opened.id, scene):
            yield _finding(Code.SHARED_ID, id=opened.id, others=", ".join(others))
        yield _finding(Code.RECOGNISED_AND_SENT if is_sent else Code.RECOGNISED, id=opened.id)
    elif is_sent:
        yield _finding(Code.BEGAN, id=opened.id)
    elif opened.id not in after:
        yield _finding(Code.FORGOTTEN)


def _collision_finding(collision: Collision) -> Finding:
    code = Code(collision.ending.value)
    if collision.losses:
        return _finding(code, members=", ".join(map(str, collision.losses)))
    return _finding(code)


def _findings_after_race(id_: str, data: Mapping[str, Any], scene: _Scene) -> Iterator[Finding]:
    """What overlapping requests did to the record of this ID, which now has ``data``."""
    steps = groupby(scene.earlier.entries, key=lambda entry: entry.step)
    found = (collision_of(lane_step(entries)) for _, entries in steps)
    collisions = [it for it in found if it is not None and it.id == id_]
    if any(it.ending is Ending.LOGOUT_UNDONE for it in collisions):
        yield _finding(Code.LOGOUT_WAS_UNDONE, id=id_)
    lost = [left for it in collisions for loss in it.losses if (left := loss.left_in(data))]
    if lost:
        yield _finding(Code.ITEM_GONE, members=", ".join(map(str, lost)))


def _findings_in_cookies(scene: _Scene) -> Iterator[Finding]:
    """Findings of lanes that keep everything in cookies."""
    trip = scene.trip
    if trip.opened or trip.of(StoreAsked):
        return
    if any(map(_is_deleted, trip.of(CookieStored))):
        yield _finding(Code.COOKIE_DELETED)
    if scene.response.set_cookie:
        yield _finding(Code.DATA_TRAVELS, octets=scene.response.cookie_bytes)
    elif scene.request.cookies and (trip.read is None or trip.read.verdict.outcome is Outcome.OPEN):
        yield _finding(Code.DATA_CAME)


def _is_deleted(stored: CookieStored) -> bool:
    return stored.verdict.outcome is SetOutcome.DELETED
