"""Which unknown facts can change the choice, alone or together.

Where the unknown facts have few combinations, all are tried. Else each alone and each pair is
tried, and bounds on the scores may still show that no more of them together can change anything.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Literal

import msgspec

from backstay.decisions.outcome import KnownFact, Question

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backstay.decisions.axes import Axis
    from backstay.decisions.models import Model, Option
    from backstay.decisions.rules import State
    from backstay.model.findings import Stage

MOST_QUESTIONS = 3
# So many combinations are tried within a few milliseconds.
_MOST_TRIED = 512
# Totals are rounded, and of equals the first wins: bounds must be further apart than that.
_NEARLY_EQUAL = 1e-4

Settled = Literal["exactly", "by two", "no"]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask, and how sure it is that nothing else matters."""

    questions: tuple[Question, ...]
    matters: frozenset[str]
    settled: Settled


class _Influence(msgspec.Struct):
    """What is known of one fact's influence: reached choices, alone or not, how far it swings."""

    choices: set[int | None]
    alone: bool = False
    swing: float = 0.0


def asked(
    model: Model,
    stage: Stage,
    state: State,
    facts: tuple[KnownFact, ...],
    *,
    most_tried: int = _MOST_TRIED,
) -> Asked:
    """The questions whose answers can change the choice, the most telling first."""
    unknown = [number for number, fact in enumerate(facts) if fact.source == "assumed"]
    tries = _Tries(model, stage, state)
    found = {number: _Influence(choices=set()) for number in unknown}
    sizes = {number: len(model.axes[number].cells) for number in unknown}
    for number in unknown:
        tries.look(found, (number,), sizes)
    whole = math.prod(sizes.values()) <= most_tried
    if whole:
        tries.look(found, tuple(unknown), sizes)
    else:
        for pair in itertools.combinations(unknown, 2):
            tries.look(found, pair, sizes)
    telling = [number for number in unknown if found[number].choices]
    telling.sort(key=lambda n: (not found[n].alone, -len(found[n].choices), -found[n].swing, n))
    return Asked(
        questions=tuple(
            _question(model, facts[number], number, found[number])
            for number in telling[:MOST_QUESTIONS]
        ),
        matters=frozenset(model.axes[number].name for number in telling),
        settled=_settled(model, stage, state, sizes, telling, whole=whole),
    )


def _settled(  # noqa: PLR0913 (what it depends on)
    model: Model,
    stage: Stage,
    state: State,
    sizes: dict[int, int],
    telling: Sequence[int],
    *,
    whole: bool,
) -> Settled:
    if telling:
        return "no"
    return "exactly" if whole or is_certain(model, stage, state, sizes) else "by two"


class _Tries:
    """The winner in states near the present one, each found once."""

    def __init__(self, model: Model, stage: Stage, state: State) -> None:
        self._model, self._stage, self._state = model, stage, state
        self._now = model.winner(state, stage)
        self._known: dict[State, int | None] = {}

    def look(
        self, found: dict[int, _Influence], numbers: tuple[int, ...], sizes: dict[int, int]
    ) -> None:
        """Vary these facts together and note where one of them changes the choice."""
        ranges = [range(sizes[number]) for number in numbers]
        grid = {cells: self._at(numbers, cells) for cells in itertools.product(*ranges)}
        for position, number in enumerate(numbers):
            lines: dict[tuple[int, ...], set[int | None]] = {}
            for cells, winner in grid.items():
                if winner != -1:
                    rest = cells[:position] + cells[position + 1 :]
                    lines.setdefault(rest, set()).add(winner)
            told = {winner for line in lines.values() if len(line) > 1 for winner in line}
            told.discard(self._now)
            found[number].choices |= told
            if len(numbers) == 1:
                found[number].alone = bool(told)
                found[number].swing = self._swing(number, sizes[number])

    def _there(self, numbers: tuple[int, ...], cells: tuple[int, ...]) -> State:
        there = list(self._state)
        for number, cell in zip(numbers, cells, strict=True):
            there[number] = cell
        return tuple(there)

    def _at(self, numbers: tuple[int, ...], cells: tuple[int, ...]) -> int | None:
        there = self._there(numbers, cells)
        if there not in self._known:
            possible = there == self._state or self._model.contradiction(there) is None
            self._known[there] = self._model.winner(there, self._stage) if possible else -1
        return self._known[there]

    def _swing(self, number: int, size: int) -> float:
        """The most by which any value of a fact puts another option before the choice."""
        leads = [0.0]
        for cell in range(size):
            totals = self._model.totals(self._there((number,), (cell,)), self._stage)
            mine = totals[self._now] if self._now is not None else None
            others = [each for at, each in enumerate(totals) if at != self._now and each]
            if others:
                leads.append(max(others) - (mine or 0.0))
        return max(leads)


def is_certain(model: Model, stage: Stage, state: State, sizes: dict[int, int]) -> bool:
    """Whether the choice stands for all values of these facts together, by bounds on totals.

    True is a proof. False may mean that the bounds were too wide.
    """
    now = model.winner(state, stage)
    if now is None:
        return False
    best = model.options[now]
    if any(rule.may_hold(sizes, state)[1] for rule in best.rule_out):
        return False
    lowest, _ = _bounds(best, model.weights[stage], sizes, state)
    for number, option in enumerate(model.options):
        certainly_out = any(not rule.may_hold(sizes, state)[0] for rule in option.rule_out)
        if number == now or certainly_out:
            continue
        _, highest = _bounds(option, model.weights[stage], sizes, state)
        if highest > lowest - _NEARLY_EQUAL:
            return False
    return True


def _bounds(
    option: Option, weights: Iterable[float], sizes: dict[int, int], state: State
) -> tuple[float, float]:
    """The least and the greatest sum of weighted scores that an option can have."""
    low, high = list(option.scores), list(option.scores)
    for rule in option.adjust:
        can_fail, can_hold = rule.may_hold(sizes, state)
        if can_hold:
            low[rule.criterion] += min(rule.add, 0) if can_fail else rule.add
            high[rule.criterion] += max(rule.add, 0) if can_fail else rule.add
    clamped = ([min(max(score, 1.0), 5.0) for score in side] for side in (low, high))
    sums = [
        sum(score * weight for score, weight in zip(side, weights, strict=True)) for side in clamped
    ]
    return sums[0], sums[1]


def _question(model: Model, fact: KnownFact, number: int, influence: _Influence) -> Question:
    axis = model.axes[number]
    reached = sorted(-1 if each is None else each for each in influence.choices)
    return Question(
        fact=axis.name,
        question=axis.entry.question,
        why=axis.entry.why,
        unit=fact.unit,
        answers=answers_of(axis),
        assumed=fact.shown,
        could_become=tuple(model.options[each].name for each in reached if each >= 0),
        alone=influence.alone,
        measure=axis.entry.measure,
    )


def answers_of(axis: Axis) -> str:
    """How one writes a value of a fact."""
    if axis.subject.kind == "boolean":
        return "yes or no"
    if axis.subject.kind == "choice":
        return " or ".join(axis.subject.values)
    assert axis.unit is not None
    return axis.unit.examples
