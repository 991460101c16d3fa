"""What holds for every decision: each ends in a reason, and the questions asked explain it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

import sessionlab.core.decide as decide_package
from sessionlab.core.decide import Check, OpenFact, Outcome, Question, Reason, Verdict

from .fact_spaces import DECISIONS, Space

every_decision = pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)


HAPPENED = {Reason.COOKIE_FAILED}
"""Not decided: what is told where a decision could not be carried out."""


def name_of(question: Question) -> str:
    return question.value.replace("-", "_")


def verdicts(decision: Space) -> Iterator[tuple[Any, Verdict]]:
    for facts in decision.every():
        yield facts, decision.decide[facts]


def test_no_decision_is_left_out_of_these_tests() -> None:
    functions = {name for name in decide_package.__all__ if name.startswith("decide_")}
    assert functions == {f"decide_{name}" for name in DECISIONS}


@every_decision
def test_every_combination_of_facts_ends_in_a_reason_and_its_outcome(decision: Space) -> None:
    for facts, verdict in verdicts(decision):
        assert verdict.reason in Reason, facts
        assert verdict.outcome is verdict.reason.outcome, facts


@every_decision
def test_a_verdict_is_remembered(decision: Space) -> None:
    for facts, verdict in verdicts(decision):
        assert decision.decide[facts._replace()] is verdict


@every_decision
def test_every_question_asked_is_a_fact_and_has_that_facts_answer(decision: Space) -> None:
    for facts, verdict in verdicts(decision):
        assert verdict.checks, "a verdict without a question explains nothing"
        for check in verdict.checks:
            assert getattr(facts, name_of(check.question)) is check.answer
        asked = [check.question for check in verdict.checks]
        assert len(asked) == len(set(asked)), "no question is asked twice"


@every_decision
def test_the_questions_asked_are_all_that_matters(decision: Space) -> None:
    reasons: dict[tuple[Check, ...], set[Reason]] = {}
    for _, verdict in verdicts(decision):
        reasons.setdefault(verdict.checks, set()).add(verdict.reason)
    assert {len(found) for found in reasons.values()} == {1}


@every_decision
def test_the_last_question_asked_is_the_one_that_decides(decision: Space) -> None:
    by_answers: dict[tuple[Check, ...], set[Reason]] = {}
    for _, verdict in verdicts(decision):
        for end in range(len(verdict.checks) + 1):
            by_answers.setdefault(verdict.checks[:end], set()).add(verdict.reason)
    for _, verdict in verdicts(decision):
        *before, last = verdict.checks
        otherwise = (*before, Check(last.question, not last.answer))
        assert by_answers[otherwise] != {verdict.reason}, f"{last.question} changes nothing"


@every_decision
def test_every_fact_is_asked_for_somewhere(decision: Space) -> None:
    asked = {
        name_of(check.question) for _, verdict in verdicts(decision) for check in verdict.checks
    }
    assert asked == set(decision.facts._fields)


@every_decision
def test_a_fact_that_no_question_asks_for_may_stay_open(decision: Space) -> None:
    for facts, verdict in verdicts(decision):
        asked = {name_of(check.question) for check in verdict.checks}
        open_ones = {name: None for name in decision.facts._fields if name not in asked}
        assert decision.decide[facts._replace(**open_ones)] == verdict


@every_decision
def test_an_open_fact_is_worked_out_when_a_question_asks_for_it_and_once(decision: Space) -> None:
    for facts, verdict in verdicts(decision):
        worked_out: list[Question] = []

        def answer(question: Question, facts: Any = facts, told: Any = worked_out) -> bool:
            told.append(question)
            return bool(getattr(facts, name_of(question)))

        nothing_known = decision.facts(*[None] * len(decision.facts._fields))
        assert decision.decide.work_out(nothing_known, answer) == verdict
        assert worked_out == [check.question for check in verdict.checks]


@every_decision
def test_an_open_fact_that_is_asked_for_is_no_answer(decision: Space) -> None:
    nothing_known = decision.facts(*[None] * len(decision.facts._fields))
    with pytest.raises(OpenFact) as caught:
        decision.decide[nothing_known]
    assert caught.value.question is decision.decide.tree.question


def test_every_reason_is_reached_and_belongs_to_one_decision() -> None:
    reached = [{verdict.reason for _, verdict in verdicts(d)} for d in DECISIONS.values()]
    assert set().union(*reached) == set(Reason) - HAPPENED
    assert sum(map(len, reached)) == len(Reason) - len(HAPPENED)


def test_every_question_is_asked_and_every_outcome_follows() -> None:
    found = [verdict for d in DECISIONS.values() for _, verdict in verdicts(d)]
    assert {check.question for verdict in found for check in verdict.checks} == set(Question)
    assert {verdict.outcome for verdict in found} == set(Outcome)


@pytest.mark.parametrize("codes", [Outcome, Question, Reason])
def test_codes_are_kebab_case_and_say_their_names(codes: Any) -> None:
    for code in codes:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.value)
        assert code.name == code.value.replace("-", "_").upper()


@every_decision
def test_a_verdict_can_not_be_changed(decision: Space) -> None:
    """It is remembered, and belongs to everyone."""
    verdict = decision.decide[next(decision.every())]
    for made in (verdict, *verdict.checks):
        for field in fields(made):
            with pytest.raises(FrozenInstanceError):
                setattr(made, field.name, None)
        assert not hasattr(made, "__dict__")
