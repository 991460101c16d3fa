"""What holds for every decision: each ends in a reason, and the questions asked explain it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

import sessionlab.core.decide as decide_package
from sessionlab.core.decide import Check, Outcome, Question, Reason, Verdict, outcome_of

from .fact_spaces import DECISIONS, Decision

every_decision = pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)


def name_of(question: Question) -> str:
    return question.value.replace("-", "_")


def verdicts(decision: Decision) -> Iterator[tuple[Any, Verdict]]:
    for facts in decision.every():
        yield facts, decision.decide(facts)


def test_no_decision_is_left_out_of_these_tests() -> None:
    functions = {name for name in decide_package.__all__ if name.startswith("decide_")}
    assert functions == {f"decide_{name}" for name in DECISIONS}


@every_decision
def test_every_combination_of_facts_ends_in_a_reason_and_its_outcome(decision: Decision) -> None:
    for facts, verdict in verdicts(decision):
        assert verdict.reason in Reason, facts
        assert verdict.outcome is outcome_of(verdict.reason), facts
        assert verdict.facts == facts


@every_decision
def test_a_verdict_is_remembered(decision: Decision) -> None:
    for facts, verdict in verdicts(decision):
        assert decision.decide(facts._replace()) is verdict


@every_decision
def test_every_question_asked_is_a_fact_and_has_that_facts_answer(decision: Decision) -> None:
    for facts, verdict in verdicts(decision):
        assert verdict.checks, "a verdict without a question explains nothing"
        for question, answer in verdict.checks:
            assert getattr(facts, name_of(question)) is answer
        asked = [question for question, _ in verdict.checks]
        assert len(asked) == len(set(asked)), "no question is asked twice"


@every_decision
def test_the_questions_asked_are_all_that_matters(decision: Decision) -> None:
    reasons: dict[tuple[Check, ...], set[Reason]] = {}
    for _, verdict in verdicts(decision):
        reasons.setdefault(verdict.checks, set()).add(verdict.reason)
    assert {len(found) for found in reasons.values()} == {1}


@every_decision
def test_the_last_question_asked_is_the_one_that_decides(decision: Decision) -> None:
    by_answers: dict[tuple[Check, ...], set[Reason]] = {}
    for _, verdict in verdicts(decision):
        for end in range(len(verdict.checks) + 1):
            by_answers.setdefault(verdict.checks[:end], set()).add(verdict.reason)
    for _, verdict in verdicts(decision):
        *before, last = verdict.checks
        otherwise = (*before, Check(last.question, not last.answer))
        assert by_answers[otherwise] != {verdict.reason}, f"{last.question} changes nothing"


@every_decision
def test_every_fact_is_asked_for_somewhere(decision: Decision) -> None:
    asked = {
        name_of(check.question) for _, verdict in verdicts(decision) for check in verdict.checks
    }
    assert asked == set(decision.facts._fields)


@every_decision
def test_a_verdict_is_json_that_says_outcome_reason_and_checks(decision: Decision) -> None:
    for _, verdict in verdicts(decision):
        assert json.loads(json.dumps(verdict.to_json())) == {
            "outcome": verdict.outcome.value,
            "reason": verdict.reason.value,
            "checks": [{"question": str(q), "answer": answer} for q, answer in verdict.checks],
        }
        assert list(verdict.to_json()) == ["outcome", "reason", "checks"]


def test_every_reason_is_reached_and_belongs_to_one_decision() -> None:
    reached = [{verdict.reason for _, verdict in verdicts(d)} for d in DECISIONS.values()]
    assert set().union(*reached) == set(Reason)
    assert sum(map(len, reached)) == len(Reason)


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
def test_a_verdict_can_not_be_changed(decision: Decision) -> None:
    """It is remembered, and belongs to everyone."""
    verdict = decision.decide(next(decision.every()))
    for made in (verdict, verdict.tree):
        for field in fields(made):
            with pytest.raises(FrozenInstanceError):
                setattr(made, field.name, None)
        assert not hasattr(made, "__dict__")


def test_a_verdict_prints_without_its_tree() -> None:
    facts = next(DECISIONS["read"].every())
    assert "Ask(" not in repr(DECISIONS["read"].decide(facts))
