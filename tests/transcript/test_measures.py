"""Measures: what can be asked of a transcript, each with what it answers."""

from __future__ import annotations

import pytest

from sessionlab.core.decide import Reason
from sessionlab.core.events import WithheldCookie
from sessionlab.core.jar.codes import Withheld
from sessionlab.transcript.measures import MEASURES, Span, Value, measure

from .lane import Lane, record, verdict

ONE = record(count=1)
HELD_BACK = WithheldCookie("admin", "1", (Withheld.OTHER_PATH, Withheld.SECURE_OVER_HTTP))


def script() -> Lane:
    """Two steps: a visit that begins a session; a restart, and a visit whose cookie is edited."""
    lane = Lane().request().read(Reason.NO_COOKIE).opened("A", True)
    lane.store("set", "A", record=ONE).kept(verdict(Reason.NEW_MODIFIED), "A")
    lane.cookie(verdict(Reason.NEW_MODIFIED_SENT), "A", "sid=A")
    lane.response("1번 접속", "sid=A", "theme=dark", caching=("Vary: Cookie",))
    lane.stored("sid").stored("big", "refused", "too-long", value="xyz").snapshot({}, {"A": ONE})
    lane.at(2).restart(1)
    lane.request(("sid", "A", "edited"), withheld=(HELD_BACK,), cookie_bytes=15)
    lane.read(Reason.VALID_SIGNATURE, id="A").store("get", "A", found=False)
    lane.opened("B", True, Reason.UNKNOWN_ID).kept(verdict(Reason.NEW_EMPTY_DROPPED), "B")
    lane.cookie(verdict(Reason.NEW_UNINITIALIZED), "B", None)
    return lane.response("nobody", status=401).snapshot({}, {}, 1).snapshot({}, {"A": ONE}, 2)


FIRST, SECOND, BOTH = Span(1, 1), Span(2, 2), Span(1, 2)
CASES: list[tuple[str, Span, Value | None]] = [
    ("status", FIRST, 200),
    ("status", BOTH, 401),
    ("body", BOTH, "nobody"),
    ("bodies", BOTH, ["1번 접속", "nobody"]),
    ("cookies-sent", FIRST, []),
    ("cookies-sent", BOTH, ["sid"]),
    ("cookie-values", BOTH, ["A"]),
    ("cookie-origins", BOTH, ["edited"]),
    ("cookie-bytes", BOTH, 15),
    ("withheld", BOTH, ["other-path", "secure-over-http"]),
    ("set-cookies", BOTH, 2),
    ("set-cookies", SECOND, 0),
    ("set-cookie-bytes", BOTH, 43),
    ("caching", BOTH, ["Vary: Cookie"]),
    ("read-reason", BOTH, "valid-signature"),
    ("open-reason", FIRST, None),
    ("open-reason", BOTH, "unknown-id"),
    ("cookie-reason", BOTH, "new-uninitialized"),
    ("store-reason", BOTH, "new-empty-dropped"),
    ("refused", BOTH, ["too-long"]),
    ("refused-octets", BOTH, 6),
    ("refused-octets", SECOND, 0),
    ("store-ops", BOTH, ["set", "get"]),
    ("store-rows", FIRST, 1),
    ("store-rows", BOTH, 1),
    ("lost", BOTH, 1),
]


@pytest.mark.parametrize(
    ("name", "span", "answer"), CASES, ids=[f"{name} {span}" for name, span, _ in CASES]
)
def test_a_measure_is_read_off_the_events_of_its_steps(
    name: str, span: Span, answer: Value | None
) -> None:
    assert measure(script().transcript(), name, span) == answer


def test_every_measure_has_a_case() -> None:
    assert {name for name, _, _ in CASES} == set(MEASURES)


@pytest.mark.parametrize("name", MEASURES)
def test_what_the_steps_do_not_have_is_none_zero_or_nothing(name: str) -> None:
    assert measure(script().transcript(), name, Span(7, 9)) in (None, 0, [])


@pytest.mark.parametrize("name", MEASURES)
def test_an_answer_is_plain_data_of_the_promised_type(name: str) -> None:
    answer = measure(script().transcript(), name, BOTH)
    assert type(answer) is MEASURES[name].type
    if isinstance(answer, list):
        assert {type(item) for item in answer} <= {str}
