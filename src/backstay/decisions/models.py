"""A decision model, checked and ready to be weighed."""

from __future__ import annotations

import msgspec

from backstay.decisions.axes import Axis
from backstay.decisions.entries import FileEntry, OptionEntry
from backstay.decisions.rules import Rule, State
from backstay.model.findings import STAGES, Stage

LOWEST, HIGHEST = 1.0, 5.0


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """An option with its rules.

    Attributes:
        scores: for each criterion, before any rule changes it.
        bases: the weighted mean of these at each stage, times the sum of the weights.
    """

    name: str
    entry: OptionEntry
    scores: tuple[float, ...]
    rule_out: tuple[Rule, ...]
    adjust: tuple[Rule, ...]
    bases: dict[Stage, float]

    def scored(self, state: State) -> list[float]:
        """Its score on each criterion in a state."""
        scores = list(self.scores)
        for rule in self.adjust:
            if rule.holds(state):
                scores[rule.criterion] += rule.add
        return [min(max(score, LOWEST), HIGHEST) for score in scores]

    def is_out(self, state: State) -> bool:
        """Whether a hard limit rules it out."""
        for rule in self.rule_out:  # noqa: SIM110 (a generator costs as much as the rules)
            if rule.holds(state):
                return True
        return False


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A decision model.

    Attributes:
        digest: twelve hexadecimal digits of the file's content, so that a record tells which
            model it was made by.
        weights: by stage, for each criterion in order.
    """

    topic: str
    digest: str
    entry: FileEntry
    axes: tuple[Axis, ...]
    criteria: tuple[str, ...]
    weights: dict[Stage, tuple[float, ...]]
    options: tuple[Option, ...]
    contradictions: tuple[Rule, ...]

    def axis(self, name: str) -> Axis:
        """The axis of a fact."""
        return next(axis for axis in self.axes if axis.name == name)

    def option(self, name: str) -> Option:
        """The option of that name."""
        return next(option for option in self.options if option.name == name)

    def totals(self, state: State, stage: Stage) -> list[float | None]:
        """The weighted mean of each option's scores, 1 to 5; None where it is ruled out."""
        weights = self.weights[stage]
        whole = sum(weights)
        return [
            None if option.is_out(state) else total_of(option, state, stage, weights, whole)
            for option in self.options
        ]

    def winner(self, state: State, stage: Stage) -> int | None:
        """The number of the option that wins; None where all are ruled out.

        Of equals the one that stands first in the file wins.
        """
        return best_of(self.totals(state, stage))

    def contradiction(self, state: State) -> Rule | None:
        """Why the facts of a state cannot hold together, where they cannot."""
        return next((rule for rule in self.contradictions if rule.holds(state)), None)

    def defaults(self, stage: Stage) -> State:
        """The state in which nothing is known."""
        return tuple(axis.cell_of(axis.defaults[stage]) for axis in self.axes)


def best_of(totals: list[float | None]) -> int | None:
    """The number of the greatest total, the first of equals; None where there is none."""
    best, found = 0.0, None
    for number, total in enumerate(totals):
        if total is not None and total > best:
            best, found = total, number
    return found


def total_of(
    option: Option, state: State, stage: Stage, weights: tuple[float, ...], whole: float
) -> float:
    """The weighted mean of an option's scores; ``whole`` is the sum of the weights."""
    changes: dict[int, float] = {}
    for rule in option.adjust:
        if rule.holds(state):
            changes[rule.criterion] = changes.get(rule.criterion, 0.0) + rule.add
    total = option.bases[stage]
    for criterion, change in changes.items():
        before = option.scores[criterion]
        total += weights[criterion] * (min(max(before + change, LOWEST), HIGHEST) - before)
    return round(total / whole, 6)  # so that equals are equal


def weighted(
    scores: tuple[float, ...], weights: dict[Stage, tuple[float, ...]]
) -> dict[Stage, float]:
    """The sum of the scores at each stage, each times its weight."""
    return {
        stage: sum(score * weight for score, weight in zip(scores, weights[stage], strict=True))
        for stage in STAGES
    }
