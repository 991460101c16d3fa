"""What a comparison comes to: each design's strengths and weaknesses, worked out from transcripts.

Rules
- Nothing is decreed.  Each answer is read off events, and says in which step they stand; what a
  script does not try is "not shown".
- Whether a visitor is recognised is told by the answers that are the same in every design: the
  counter counts whoever is not known from 1 again, and ``/me`` knows a user or nobody.
- A lane loses a row where it has the weaker answer, or of numbers the largest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from sessionlab.core.events import Event, Kind, Transcript
from sessionlab.core.jar.parse import MAX_PAIR
from sessionlab.core.score import Score, ScoreCell, ScoreCode, ScoreRow
from sessionlab.core.wire import decode_cookie


def scoreboard(transcripts: Sequence[Transcript]) -> tuple[Score, ...]:
    """The rows that at least one transcript shows, in the order of `ScoreRow`."""
    scores = (
        Score(row, _with_losers([_READERS[row](transcript) for transcript in transcripts]))
        for row in ScoreRow
    )
    return tuple(score for score in scores if any(cell != _NOT_SHOWN for cell in score.cells))


_LOSING = frozenset({ScoreCode.HOLDER, ScoreCode.NO, ScoreCode.SOME, ScoreCode.NOTHING})
_NOT_SHOWN = ScoreCell(ScoreCode.NOT_SHOWN)
_COUNT = re.compile(r"([0-9]+)번 접속")


def _with_losers(cells: list[ScoreCell]) -> tuple[ScoreCell, ...]:
    amounts = [cell.amount for cell in cells if cell.amount is not None]
    most = max(amounts, default=0)
    differ = most > min(amounts, default=0)
    return tuple(
        replace(cell, loses=cell.code in _LOSING or (differ and cell.amount == most))
        for cell in cells
    )


class _Visit(NamedTuple):
    """A request and its answer; ``seq`` is the request's.

    ``counted`` is None where the answer is not the counter's; ``known``: whether the visitor was
    recognised, None where the answer does not tell.
    """

    step: int
    seq: int
    client: str
    target: str
    server: int | None
    cookies: tuple[tuple[str, str, str], ...]  # name, value, origin
    sent: int  # octets of the body
    counted: int | None
    known: bool | None


def _exchanges(transcript: Transcript) -> Iterator[tuple[Event, Event]]:
    """Each request with its answer; one that was held is answered after others."""
    asked: list[Event] = []
    held: list[Event] = []
    for event in transcript.events:
        if event.kind is Kind.REQUEST:
            asked = [event]
        elif event.kind is Kind.HOLD:
            held = asked
        elif event.kind is Kind.RESUME:
            asked = held
        elif event.kind is Kind.RESPONSE:
            for request in asked:
                yield request, event


def _visits(transcript: Transcript) -> Iterator[_Visit]:
    for request, response in _exchanges(transcript):
        asked = request.data
        found = _COUNT.search(response.data["body"])
        counted = int(found[1]) if found else None
        known = None if counted is None else counted > 1
        if asked["path"].endswith("/me"):
            known = response.data["status"] == 200
        yield _Visit(
            step=request.step,
            seq=request.seq,
            client=asked["client"],
            target=f"{asked['method']} {asked['path']}",
            server=asked.get("server"),
            cookies=tuple((c["name"], c["value"], c["origin"]) for c in asked["cookies"]),
            sent=len((asked["body"] or "").encode()),
            counted=counted,
            known=known,
        )


def _readable_by(transcript: Transcript) -> ScoreCell:
    """Whether a cookie that the server made is more than the name of a record."""
    known = {event.data["id"] for event in transcript.of(Kind.STORE)}
    step = None
    for event in transcript.of(Kind.COOKIE_STORED):
        value = decode_cookie(event.data["value"])
        if not value:
            continue
        if value.removeprefix("s:").rpartition(".")[0] not in known:
            return ScoreCell(ScoreCode.HOLDER, step=event.step)
        step = step or event.step
    return _NOT_SHOWN if step is None else ScoreCell(ScoreCode.SERVER, step=step)


def _changeable_by(transcript: Transcript) -> ScoreCell:
    """Whether the server went on from what somebody wrote into the cookie."""
    return _first(
        (
            (visit.step, ScoreCode.HOLDER if visit.known else ScoreCode.SERVER)
            for visit in _visits(transcript)
            if visit.known is not None and any(origin == "edited" for *_, origin in visit.cookies)
        ),
        ScoreCode.HOLDER,
    )


def _revocable(transcript: Transcript) -> ScoreCell:
    """Whether a cookie from before a logout is refused after it."""
    visits = list(_visits(transcript))
    logout = next((visit for visit in visits if visit.target.endswith("/logout")), None)
    if logout is None:
        return _NOT_SHOWN
    held = {
        (name, value) for visit in visits if visit.seq < logout.seq
        for name, value, _ in visit.cookies
    } | {
        (event.data["name"], event.data["value"])
        for event in transcript.of(Kind.COOKIE_STORED)
        if event.seq < logout.seq
    }  # fmt: skip
    return _first(
        (
            (visit.step, ScoreCode.NO if visit.known else ScoreCode.YES)
            for visit in visits
            if visit.seq > logout.seq
            and visit.known is not None
            and any((name, value) in held for name, value, _ in visit.cookies)
        ),
        ScoreCode.NO,
    )


def _survives_restart(transcript: Transcript) -> ScoreCell:
    """Whether those who were known before the restart are known after it, and counted on."""
    restart = next(iter(transcript.of(Kind.RESTART)), None)
    if restart is None:
        return _NOT_SHOWN
    before: dict[str, int] = {}
    after: dict[str, _Visit] = {}
    for visit in _visits(transcript):
        if visit.seq < restart.seq:
            if visit.counted is not None:
                before[visit.client] = visit.counted
            elif visit.known or visit.target.endswith("/login"):
                before.setdefault(visit.client, 0)
        elif visit.known is not None and visit.client in before and visit.cookies:
            after.setdefault(visit.client, visit)
    kept = [
        visit.known and (visit.counted is None or visit.counted >= before[client])
        for client, visit in after.items()
    ]
    if not kept:
        return _NOT_SHOWN
    code = ScoreCode.ALL if all(kept) else ScoreCode.SOME if any(kept) else ScoreCode.NOTHING
    return ScoreCell(code, step=next(iter(after.values())).step)


def _scales(transcript: Transcript) -> ScoreCell:
    """Whether a server recognises whoever was at another one just before."""
    ended = min(
        (it.seq for it in _visits(transcript) if it.target.endswith("/logout")),
        default=len(transcript.events) + 1,
    )
    ended = min([ended, *(event.seq for event in transcript.of(Kind.RESTART))])
    last: dict[str, int | None] = {}
    shown = []
    for visit in _visits(transcript):
        if visit.seq > ended or visit.known is None:
            continue
        if visit.cookies and last.get(visit.client, visit.server) != visit.server:
            shown.append((visit.step, ScoreCode.YES if visit.known else ScoreCode.NO))
        last[visit.client] = visit.server
    return _first(iter(shown), ScoreCode.NO)


def _holds_much(transcript: Transcript) -> ScoreCell:
    """Whether more data than one cookie can carry was kept."""
    much = next((visit for visit in _visits(transcript) if visit.sent > MAX_PAIR), None)
    if much is None:
        return _NOT_SHOWN
    stored = list(transcript.of(Kind.COOKIE_STORED, much.step))
    if not (stored or much.cookies):
        return _NOT_SHOWN  # whatever the server kept, this browser has no way back to it
    kept = all(event.verdict is None or event.verdict["accepted"] for event in stored)
    return ScoreCell(ScoreCode.YES if kept else ScoreCode.NO, step=much.step)


def _wire_bytes(transcript: Transcript) -> ScoreCell:
    octets = [
        request.data["cookie_bytes"] + response.data["cookie_bytes"]
        for request, response in _exchanges(transcript)
        if request.data["cookie_bytes"]
    ]
    return ScoreCell(ScoreCode.BYTES, amount=_median(octets))


def _server_bytes(transcript: Transcript) -> ScoreCell:
    return ScoreCell(
        ScoreCode.BYTES,
        amount=_median([_octets(e) for e in transcript.of(Kind.STORE) if _writes(e)]),
    )


def _writes(event: Event) -> bool:
    return bool(event.data["op"] == "set" or (event.data["op"] == "swap" and event.data["found"]))


def _octets(event: Event) -> int:
    return len(event.data["id"].encode()) + len((event.data["record"] or "").encode())


def _first(found: Iterator[tuple[int, ScoreCode]], weak: ScoreCode) -> ScoreCell:
    """The first step that shows the weakness, or else the first that shows anything."""
    shown = list(found)
    for step, code in shown:
        if code is weak:
            return ScoreCell(code, step=step)
    return ScoreCell(shown[0][1], step=shown[0][0]) if shown else _NOT_SHOWN


def _median(numbers: list[int]) -> int:
    return sorted(numbers)[(len(numbers) - 1) // 2] if numbers else 0


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
