"""What a decision says. Everything here is plain data, in the order in which people need it."""

from __future__ import annotations

from typing import Literal

import msgspec

from backstay.decisions.expressions import Value
from backstay.model.findings import Stage

Source = Literal["stated", "observed", "assumed"]


class KnownFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact with its value.

    Attributes:
        source: who says so; an assumed value is the stage's default.
        seen: what was observed; of a stated value too, where something was observed beside it.
        observed: the value that was observed, where one was.
    """

    fact: str
    value: Value
    shown: str
    unit: str | None
    source: Source
    seen: str | None = None
    observed: Value | None = None


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that changed a score, with its reason and source."""

    criterion: str
    add: float
    when: str
    why: str
    source: str


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """An option that is left, with its mean score from 1 to 5 and what it is made of."""

    option: str
    title: str
    total: float
    scores: dict[str, float]
    changed: tuple[Changed, ...] = ()


class RuledOut(msgspec.Struct, frozen=True, kw_only=True):
    """An option that a hard limit rules out, with the first that does and its source.

    Attributes:
        assumed: the facts without which it would be left, and that nobody stated or saw; empty
            where what is known rules it out.
    """

    option: str
    title: str
    why: str
    when: str
    source: str
    assumed: tuple[str, ...] = ()


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one fact that change the choice while all other facts stay as they are.

    Attributes:
        fact: its name; ``now`` is its present value.
        operator, value: where they begin, seen from the present value: ">" 500 means above 500.
            "==" for a boolean or a choice.
        until: where they end, where another choice follows; None where they go on.
        until_included: whether that value is one of them.
        values: these values in words: "above 500 rows/s".
        choice: what is chosen there; None where nothing is left.
        assumed: the present value is an assumption.
    """

    fact: str
    now: str
    operator: Literal[">", ">=", "<", "<=", "=="]
    value: Value
    until: Value | None
    until_included: bool
    unit: str | None
    values: str
    choice: str | None
    assumed: bool


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that is not known and whose value can change the choice.

    Attributes:
        answers: how to write an answer.
        assumed: what is assumed until then.
        could_become: what else is chosen for some answers.
        alone: it changes the choice by itself; else together with another unknown fact.
        measure: how one finds it out.
    """

    fact: str
    question: str
    why: str
    unit: str | None
    answers: str
    assumed: str
    could_become: tuple[str, ...]
    alone: bool
    measure: str | None = None


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """What else one could choose, how far it is behind, and when it would be chosen."""

    option: str
    title: str
    summary: str
    behind: float
    when: str
    trade_offs: str


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """A command that confirms the choice, and what it shows."""

    check: str
    shows: str


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that nobody stated and nothing showed."""

    fact: str
    assumed: str
    question: str
    matters: bool


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A decision.

    Attributes:
        decision: the topic.
        verdict: "clear", "too close" where the margin is below 0.3, or "only one left".
        measure: what to find out first where it is too close.
        why: the reasons, the weightiest first.
        ranked: what is left, the best first; scores from 1 to 5.
        margin: by how much the choice leads the second, 0 to 4; None where nothing else is left.
        settled: "exactly" where it was shown that no unknown facts can change the choice, neither
            alone nor together; "by two" where no one and no two of them can; "no" where some can.
        stage_choices: the choice at each stage, with the same known facts.
        record: a complete MADR document; empty where it was not asked for.
    """

    decision: str
    question: str
    stage: Stage
    choice: str
    title: str
    verdict: Literal["clear", "too close", "only one left"]
    measure: str | None
    why: tuple[str, ...]
    ranked: tuple[Ranked, ...]
    ruled_out: tuple[RuledOut, ...]
    margin: float | None
    flips: tuple[Flip, ...]
    ask: tuple[Question, ...]
    settled: Literal["exactly", "by two", "no"]
    assumptions: tuple[Assumption, ...]
    facts: tuple[KnownFact, ...]
    stage_choices: dict[Stage, str]
    stage_word: str | None
    summary: str
    trade_offs: str
    alternatives: tuple[Alternative, ...]
    upkeep: str
    confirm: tuple[Confirmation, ...]
    revisit: str
    valid_months: int
    model: str
    record: str = ""
