"""How a decision is made: a tree of yes/no questions about facts, with reasons for leaves.

Rules
- One walk gives the verdict and its explanation, so the two cannot disagree.
- Facts are tuples of booleans.  A fact that costs work may be left open (None): it is worked out
  when a question asks for it, and not before.
- A question's code, with underscores, is the name of its fact.
- A walk depends on nothing but the facts, so it is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from sessionlab.core.decide.codes import Outcome, Question, Reason

Facts = tuple[bool | None, ...]
"""In the order of the decision's named tuple; that tuple itself, or a plain one (quicker)."""


@dataclass(frozen=True, slots=True)
class Check:
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
    """A decision: what is done, why, and the questions in the order in which they were asked.

    The last question decided.
    """

    outcome: Outcome
    reason: Reason
    checks: tuple[Check, ...]

    @classmethod
    def of(cls, reason: Reason, checks: tuple[Check, ...]) -> Self:
        """The verdict for this reason; its outcome follows."""
        return cls(reason.outcome, reason, checks)


class OpenFact(LookupError):
    """A question asked for a fact that was left open."""

    def __init__(self, question: Question) -> None:
        super().__init__(f"the fact {question} was left open")
        self.question = question


class Decision(dict[Facts, Verdict]):
    """A tree over the facts of one moment, and the walks through it so far.

    ``decision[facts]`` is the verdict, at the price of one look-up.  It raises OpenFact where a
    question asks for a fact that is left open.  ``shape`` is the named tuple of the facts.
    """

    def __init__(self, tree: Ask, shape: type[tuple[Any, ...]]) -> None:
        super().__init__()
        self.tree = tree
        fields: tuple[str, ...] = shape._fields  # type: ignore[attr-defined] # a named tuple
        self._places: Mapping[Question, int] = {
            Question(field.replace("_", "-")): place for place, field in enumerate(fields)
        }

    def __missing__(self, facts: Facts) -> Verdict:
        node: Ask | Reason = self.tree
        checks: list[Check] = []
        while isinstance(node, Ask):
            answer = facts[self._places[node.question]]
            if answer is None:
                raise OpenFact(node.question)
            checks.append(Check(node.question, answer))
            node = node.yes if answer else node.no
        verdict = self[facts] = Verdict.of(node, tuple(checks))
        return verdict

    def work_out(self, facts: Facts, answer: Callable[[Question], bool]) -> Verdict:
        """The verdict where facts may be open: each is worked out when a question asks for it."""
        while True:
            try:
                return self[facts]
            except OpenFact as open_fact:
                place = self._places[open_fact.question]
                facts = (*facts[:place], answer(open_fact.question), *facts[place + 1 :])
