"""The scoreboard: each design's strengths and weaknesses, worked out from transcripts.

Rules
- Every answer comes from events and names their step; what a script does not try is "not shown".
- The scenario declares which request is a login, a logout or a visit.  The answer's event says
  whether the visitor was recognised.
- A logout that only a race undoes has a code of its own, `ScoreCode.RACE`.
- A lane loses a row if it has a weak answer, or the largest of different numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from sessionlab.core.entries import Transcript
from sessionlab.core.events import (
    CookieStored,
    Purpose,
    RequestSent,
    ResponseReceived,
    ServerRestarted,
    StoreAsked,
)
from sessionlab.core.jar.cookie import CookieOrigin
from sessionlab.core.jar.parse import MAX_PAIR
from sessionlab.core.wire import decode_cookie
from sessionlab.transcript.collisions import Ending, collision_of
from sessionlab.transcript.steps import lane_step
from sessionlab.transcript.store_timeline import is_written


class ScoreRow(StrEnum):
    """What the scoreboard compares; each has a label in the catalogue, ``compare.score``."""

    READABLE_BY = "readable-by"
    CHANGEABLE_BY = "changeable-by"
    REVOCABLE = "revocable"
    SURVIVES_RESTART = "survives-restart"
    SCALES = "scales"
    HOLDS_MUCH = "holds-much"  # 5 KB of data
    WIRE_BYTES = "wire-bytes"
    SERVER_BYTES = "server-bytes"


class ScoreCode(StrEnum):
    """The answer in a cell; its words are in ``compare.score-cell``."""

    HOLDER = "holder"  # anyone who has the cookie
    SERVER = "server"  # only the server
    YES = "yes"
    NO = "no"
    RACE = "race"  # no, if requests overlap
    ALL = "all"  # everything survives
    SOME = "some"
    NOTHING = "nothing"
    BYTES = "bytes"  # ``amount`` bytes
    NOT_SHOWN = "not-shown"  # the replay does not show it


@dataclass(frozen=True, slots=True)
class ScoreCell:
    """One lane's answer to one row.

    ``amount`` is the number of bytes of `ScoreCode.BYTES`.  ``step`` is the step that shows it.
    ``loses``: this answer is the worst of its row, and is marked.
    """

    code: ScoreCode
    amount: int | None = None
    step: int | None = None
    loses: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the scoreboard; ``cells`` has one entry for each lane, in the lanes' order."""

    row: ScoreRow
    cells: tuple[ScoreCell, ...]


def scoreboard(transcripts: Sequence[Transcript]) -> tuple[Score, ...]:
    """The rows that at least one transcript shows, in the order of `ScoreRow`."""
    scores = (
        Score(row, _with_losers([_READERS[row](transcript) for transcript in transcripts]))
        for row in ScoreRow
    )
    return tuple(score for score in scores if any(cell != _NOT_SHOWN for cell in score.cells))


_LOSING = frozenset(
    {ScoreCode.HOLDER, ScoreCode.NO, ScoreCode.RACE, ScoreCode.SOME, ScoreCode.NOTHING}
)
_NOT_SHOWN = ScoreCell(ScoreCode.NOT_SHOWN)


def _with_losers(cells: list[ScoreCell]) -> tuple[ScoreCell, ...]:
    amounts = [cell.amount for cell in cells if cell.amount is not None]
    most = max(amounts, default=0)
    differ = most > min(amounts, default=0)
    return tuple(
        replace(cell, loses=cell.code in _LOSING or (differ and cell.amount == most))
        for cell in cells
    )


# ---- what the rows have in common


class _Answered(NamedTuple):
    """A request and its answer; ``seq`` is the request's."""

    step: int
    seq: int
    request: RequestSent
    response: ResponseReceived


def _answered(transcript: Transcript) -> list[_Answered]:
    """Each request with its answer, in the order of the answers."""
    return [
        _Answered(trip.entries[0].step, trip.entries[0].seq, trip.request, trip.response)
        for trip in lane_step(transcript.entries).trips
        if trip.request and trip.response
    ]


def _first(shown: Iterable[tuple[int, ScoreCode]], weak: ScoreCode) -> ScoreCell:
    """The first step that shows the weakness, or else the first that shows anything."""
    found = sorted(shown, key=lambda it: it[1] is not weak)
    return ScoreCell(found[0][1], step=found[0][0]) if found else _NOT_SHOWN


def _octets(text: str | None) -> int:
    return len((text or "").encode())


def _median(numbers: list[int]) -> int:
    return sorted(numbers)[(len(numbers) - 1) // 2] if numbers else 0


# ---- the rows


def _readable_by(transcript: Transcript) -> ScoreCell:
    """Whether the server's cookie has more in it than a record's ID."""
    known = {asked.event.id for asked in transcript.of(StoreAsked)}
    step = None
    for stored in transcript.of(CookieStored):
        value = decode_cookie(stored.event.value)
        if not value:
            continue
        if value.removeprefix("s:").rpartition(".")[0] not in known:
            return ScoreCell(ScoreCode.HOLDER, step=stored.step)
        step = step or stored.step
    return _NOT_SHOWN if step is None else ScoreCell(ScoreCode.SERVER, step=step)


def _changeable_by(transcript: Transcript) -> ScoreCell:
    """Whether the server accepted an edited cookie."""
    return _first(
        (
            (it.step, ScoreCode.HOLDER if it.response.known else ScoreCode.SERVER)
            for it in _answered(transcript)
            if it.response.known is not None
            and any(cookie.origin is CookieOrigin.EDITED for cookie in it.request.cookies)
        ),
        ScoreCode.HOLDER,
    )


def _revocable(transcript: Transcript) -> ScoreCell:
    """Whether a cookie from before a logout is refused after it."""
    answered = _answered(transcript)
    logout = next((it for it in answered if it.request.purpose is Purpose.LOGOUT), None)
    if logout is None:
        return _NOT_SHOWN
    stored = [it for it in transcript.of(CookieStored) if it.seq < logout.seq]
    cookies = {(it.event.name, it.event.value) for it in stored}
    for it in answered:
        if it.seq < logout.seq:
            cookies |= {(cookie.name, cookie.value) for cookie in it.request.cookies}
    collision = collision_of(lane_step(it for it in transcript.entries if it.step == logout.step))
    is_race = collision is not None and collision.ending is Ending.LOGOUT_UNDONE
    no = ScoreCode.RACE if is_race else ScoreCode.NO
    return _first(
        (
            (it.step, no if it.response.known else ScoreCode.YES)
            for it in answered
            if it.seq > logout.seq
            and it.response.known is not None
            and any((cookie.name, cookie.value) in cookies for cookie in it.request.cookies)
        ),
        no,
    )


def _survives_restart(transcript: Transcript) -> ScoreCell:
    """Whether known visitors are still known after a restart, and their count goes on."""
    restart = next(transcript.of(ServerRestarted), None)
    if restart is None:
        return _NOT_SHOWN
    before: dict[str, int] = {}
    after: dict[str, _Answered] = {}
    for it in _answered(transcript):
        client, known, count = it.request.client, it.response.known, it.response.count
        if it.seq < restart.seq:
            if count is not None:
                before[client] = count
            elif known or it.request.purpose is Purpose.LOGIN:
                before.setdefault(client, 0)
        elif known is not None and client in before and it.request.cookies:
            after.setdefault(client, it)
    kept = [
        it.response.known and (it.response.count is None or it.response.count >= before[client])
        for client, it in after.items()
    ]
    if not kept:
        return _NOT_SHOWN
    code = ScoreCode.ALL if all(kept) else ScoreCode.SOME if any(kept) else ScoreCode.NOTHING
    return ScoreCell(code, step=next(iter(after.values())).step)


def _scales(transcript: Transcript) -> ScoreCell:
    """Whether a server recognises a visitor whose last request went to another server."""
    answered = _answered(transcript)
    ends = [it.seq for it in answered if it.request.purpose is Purpose.LOGOUT]
    ends += [restart.seq for restart in transcript.of(ServerRestarted)]
    last: dict[str, int | None] = {}
    shown = []
    for it in answered:
        client, server, known = it.request.client, it.request.server, it.response.known
        if known is None or (ends and it.seq > min(ends)):
            continue
        if it.request.cookies and last.get(client, server) != server:
            shown.append((it.step, ScoreCode.YES if known else ScoreCode.NO))
        last[client] = server
    return _first(shown, ScoreCode.NO)


def _holds_much(transcript: Transcript) -> ScoreCell:
    """Whether more data than one cookie can carry was kept."""
    answered = _answered(transcript)
    much = next((it for it in answered if _octets(it.request.body) > MAX_PAIR), None)
    if much is None:
        return _NOT_SHOWN
    stored = list(transcript.of(CookieStored, much.step))
    if not (stored or much.request.cookies):
        return _NOT_SHOWN  # without a cookie, the browser cannot get back what the server kept
    kept = all(it.event.verdict.accepted for it in stored)
    return ScoreCell(ScoreCode.YES if kept else ScoreCode.NO, step=much.step)


def _wire_bytes(transcript: Transcript) -> ScoreCell:
    """The median octets of the cookie lines in both directions, if a cookie was sent."""
    octets = [
        it.request.cookie_bytes + it.response.cookie_bytes
        for it in _answered(transcript)
        if it.request.cookie_bytes
    ]
    return ScoreCell(ScoreCode.BYTES, amount=_median(octets))


def _server_bytes(transcript: Transcript) -> ScoreCell:
    """The median octets of the written records and their IDs."""
    written = [it.event for it in transcript.of(StoreAsked) if is_written(it.event)]
    octets = [_octets(it.id) + _octets(it.record) for it in written]
    return ScoreCell(ScoreCode.BYTES, amount=_median(octets))


_READERS: dict[ScoreRow, Callable[[Transcript], ScoreCell]] = {
    ScoreRow.READABLE_BY: _readable_by,
    ScoreRow.CHANGEABLE_BY: _changeable_by,
    ScoreRow.REVOCABLE: _revocable,
    ScoreRow.SURVIVES_RESTART: _survives_restart,
    ScoreRow.SCALES: _scales,
    ScoreRow.HOLDS_MUCH: _holds_much,
    ScoreRow.WIRE_BYTES: _wire_bytes,
    ScoreRow.SERVER_BYTES: _server_bytes,
}
