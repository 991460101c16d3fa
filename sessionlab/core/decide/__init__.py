"""Decisions: facts in, verdict with its reason out."""

from sessionlab.core.decide.codes import Outcome, Question, Reason
from sessionlab.core.decide.conflict import ConflictFacts, decide_conflict
from sessionlab.core.decide.sealed import OpenFacts, SealFacts, decide_open, decide_seal
from sessionlab.core.decide.session import (
    CookieFacts,
    LoadFacts,
    ReadFacts,
    StoreFacts,
    decide_cookie,
    decide_load,
    decide_read,
    decide_store,
)
from sessionlab.core.decide.tree import Ask, Check, Decision, Facts, OpenFact, Verdict

__all__ = [
    "Ask",
    "Check",
    "ConflictFacts",
    "CookieFacts",
    "Decision",
    "Facts",
    "LoadFacts",
    "OpenFact",
    "OpenFacts",
    "Outcome",
    "Question",
    "ReadFacts",
    "Reason",
    "SealFacts",
    "StoreFacts",
    "Verdict",
    "decide_conflict",
    "decide_cookie",
    "decide_load",
    "decide_open",
    "decide_read",
    "decide_seal",
    "decide_store",
]
