"""How a decision is made: a tree of yes/no questions about facts, with reasons for leaves.

Rules
- The verdict and its explanation are read off the same walk, so that they cannot disagree.
- Facts are named tuples of booleans; a question's code, with underscores, is the fact's name.
- The questions on the way are worked out when somebody reads them, and not before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sessionlab.core.decide.codes import Outcome, Question, Reason, outcome_of

Facts = tuple[bool, ...]


class Check(NamedTuple):
    """One question asked on the way, and its answer."""

    question: Question
    answer: bool


@dataclass(frozen=True, slots=True)
class Ask:
    """A node of a decision: a question, and where each answer leads."""

    question: Question
    yes: Ask | Reason
    no: Ask | Reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision: what is done, why, and the questions on the way."""

    outcome: Outcome
    reason: Reason
    facts: Facts
    tree: Ask = field(repr=False)

    @property
    def checks(self) -> tuple[Check, ...]:
        """The questions in the order in which they were asked, up to the one that decided."""
        return _walk(self.tree, self.facts)[1]

    def to_json(self) -> dict[str, Any]:
        """The verdict as JSON-safe data, as events carry it."""
        return {
            "outcome": self.outcome.value,
            "reason": self.reason.value,
            "checks": [
                {"question": check.question.value, "answer": check.answer} for check in self.checks
            ],
        }


def decide(tree: Ask, facts: Facts) -> Verdict:
    """Walk the tree with these facts."""
    reason, _ = _walk(tree, facts)
    return Verdict(outcome_of(reason), reason, facts, tree)


def _walk(node: Ask | Reason, facts: Facts) -> tuple[Reason, tuple[Check, ...]]:
    checks = []
    while isinstance(node, Ask):
        answer: bool = getattr(facts, node.question.value.replace("-", "_"))
        checks.append(Check(node.question, answer))
        node = node.yes if answer else node.no
    return node, tuple(checks)
