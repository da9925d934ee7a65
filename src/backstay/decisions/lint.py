"""The lints that every model must pass, each with the combination of facts that shows a fault.

Monotone: raising a fact that stresses a criterion never moves the choice to an option that is
weaker on it. Winnable: every option wins somewhere. Matters: every rule and fact changes something
somewhere. No dead end: something is always left. All combinations are tried where there are at
most ``limit`` of them, else as many that are drawn at random, the same ones each time.
"""

from __future__ import annotations

import itertools
import math
import random
from typing import TYPE_CHECKING, Literal

import msgspec

from backstay.decisions.models import best_of, total_of
from backstay.model.findings import STAGES, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backstay.decisions.models import Model, Option
    from backstay.decisions.rules import Rule, State

MOST_COMBINATIONS = 100_000
# By less a rule may not change the margin, or it might as well not be there.
_LEAST_CHANGE = 0.1

Lint = Literal["monotone", "winnable", "matters", "no dead end", "defaults"]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """A lint that failed.

    Attributes:
        about: the fact, option or rule.
        witness: a combination of facts that shows it, where one does.
    """

    lint: Lint
    about: str
    text: str
    witness: str = ""


class Linted(msgspec.Struct, frozen=True, kw_only=True):
    """What the lints say of a model.

    Attributes:
        tried: how many combinations of facts were tried, of ``combinations``.
        wins: how often each option won among them, over all stages.
        notes: what is no fault and may be worth a look.
    """

    faults: tuple[Fault, ...]
    tried: int
    combinations: int
    wins: dict[str, int]
    notes: tuple[str, ...]


def lint(model: Model, limit: int = MOST_COMBINATIONS) -> Linted:
    """Put a model to all lints."""
    ground = _Ground(model, limit)
    notes: list[str] = []
    faults = [
        *_unused_facts(ground),
        *_bad_defaults(ground),
        *_dead_ends(ground),
        *_never_winning(ground),
        *_idle_rules(ground, notes),
        *_not_monotone(ground),
    ]
    return Linted(
        faults=tuple(faults),
        tried=len(ground.states),
        combinations=ground.combinations,
        wins=ground.wins(),
        notes=tuple(notes),
    )


class _Ground:
    """The combinations of one model that are tried, with the winner of each."""

    def __init__(self, model: Model, limit: int) -> None:
        self.model = model
        rules = [
            *(rule for option in model.options for rule in (*option.rule_out, *option.adjust)),
            *model.contradictions,
        ]
        self.used = {axis for rule in rules for axis, _ in rule.places}
        self._choices = [
            range(len(axis.cells)) if number in self.used else range(1)
            for number, axis in enumerate(model.axes)
        ]
        self.combinations = math.prod(map(len, self._choices))
        self._whole = self.combinations <= limit
        drawn = itertools.product(*self._choices) if self._whole else self._drawn(limit)
        self.states = [state for state in drawn if self.is_possible(state)]
        self._totals: dict[tuple[State, Stage], list[float | None]] = {}
        self._winners: dict[tuple[State, Stage], int | None] = {}

    def _drawn(self, limit: int) -> Iterator[State]:
        for stage in STAGES:
            yield self.model.defaults(stage)
        chance = random.Random(self.model.topic)  # noqa: S311 (the same draw each time)
        for _ in range(limit):
            yield tuple(chance.choice(cells) for cells in self._choices)

    def is_possible(self, state: State) -> bool:
        return self.model.contradiction(state) is None

    def winner(self, state: State, stage: Stage) -> int | None:
        key = (state, stage)
        if key not in self._winners:
            self._winners[key] = best_of(self.totals(state, stage))
        return self._winners[key]

    def totals(self, state: State, stage: Stage) -> list[float | None]:
        key = (state, stage)
        if key not in self._totals:
            self._totals[key] = self.model.totals(state, stage)
        return self._totals[key]

    def wins(self) -> dict[str, int]:
        counted = dict.fromkeys((option.name for option in self.model.options), 0)
        for state, stage in self.everywhere():
            winner = self.winner(state, stage)
            if winner is not None:
                counted[self.model.options[winner].name] += 1
        return counted

    def everywhere(self) -> Iterator[tuple[State, Stage]]:
        return itertools.product(self.states, STAGES)

    def shown(self, state: State, stage: Stage | None = None) -> str:
        """A combination in the order of the file, as one can paste it."""
        facts = [
            f"{axis.name}={_pasted(axis.cells[cell].value)}"
            for number, (axis, cell) in enumerate(zip(self.model.axes, state, strict=True))
            if number in self.used
        ]
        return " ".join([*([f"stage={stage}"] if stage else []), *facts])

    @property
    def extent(self) -> str:
        if self._whole:
            return "any combination that can be"
        return f"any of {len(self.states):,} combinations tried"


def _pasted(value: bool | float | str) -> str:  # noqa: FBT001 (a fact's value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:.12g}"


def _unused_facts(ground: _Ground) -> Iterator[Fault]:
    for number, axis in enumerate(ground.model.axes):
        if number not in ground.used:
            yield Fault(lint="matters", about=f"facts.{axis.name}", text="no rule mentions it")


def _bad_defaults(ground: _Ground) -> Iterator[Fault]:
    for stage in STAGES:
        state = ground.model.defaults(stage)
        rule = ground.model.contradiction(state)
        if rule is not None:
            yield Fault(
                lint="defaults",
                about=rule.name,
                text=f"the defaults of stage {stage} contradict each other: {rule.why}",
                witness=ground.shown(state, stage),
            )


def _dead_ends(ground: _Ground) -> Iterator[Fault]:
    for state in ground.states:
        if ground.winner(state, "growing") is None:
            rules = [
                rule.name
                for option in ground.model.options
                for rule in option.rule_out
                if rule.holds(state)
            ]
            yield Fault(
                lint="no dead end",
                about=", ".join(rules),
                text="together these rule out every option",
                witness=ground.shown(state),
            )
            return


def _never_winning(ground: _Ground) -> Iterator[Fault]:
    for name, count in ground.wins().items():
        if not count:
            yield Fault(
                lint="winnable", about=f"options.{name}", text=f"does not win in {ground.extent}"
            )


def _idle_rules(ground: _Ground, notes: list[str]) -> Iterator[Fault]:
    for number, option in enumerate(ground.model.options):
        for rule in (*option.rule_out, *option.adjust):
            if _always_holds(rule, ground.model):
                text = "holds whatever the facts are; say it in the score"
                yield Fault(lint="matters", about=rule.name, text=text)
        for rule in option.rule_out:
            if not any(_alone_rules_out(option, rule, state) for state in ground.states):
                text = f"rules out nothing that is not out anyway in {ground.extent}"
                yield Fault(lint="matters", about=rule.name, text=text)
        for rule in option.adjust:
            change = _largest_change(ground, number, rule)
            if change is None:
                text = (
                    f"changes neither the choice nor the margin by {_LEAST_CHANGE}"
                    f" in {ground.extent}"
                )
                yield Fault(lint="matters", about=rule.name, text=text)
            elif change == "margin":
                notes.append(f"{rule.name} changes margins, but never the choice")


def _always_holds(rule: Rule, model: Model) -> bool:
    sizes = {number: len(model.axes[number].cells) for number, _ in rule.places}
    return not rule.may_hold(sizes, ())[0]


def _alone_rules_out(option: Option, rule: Rule, state: State) -> bool:
    return rule.holds(state) and not any(
        each.holds(state) for each in option.rule_out if each is not rule
    )


def _largest_change(ground: _Ground, number: int, rule: Rule) -> str | None:
    """Whether taking a rule away changes the choice anywhere, or only a margin, or nothing."""
    model, found = ground.model, None
    option = model.options[number]
    without = msgspec.structs.replace(
        option, adjust=tuple(each for each in option.adjust if each is not rule)
    )
    for state, stage in ground.everywhere():
        before = ground.totals(state, stage)
        own = before[number]
        if own is None or not rule.holds(state):
            continue
        weights = model.weights[stage]
        total = total_of(without, state, stage, weights, sum(weights))
        after = [*before[:number], total, *before[number + 1 :]]
        if best_of(after) != ground.winner(state, stage):
            return "choice"
        if found is None and abs(_margin(after) - _margin(before)) >= _LEAST_CHANGE:
            found = "margin"
    return found


def _margin(totals: list[float | None]) -> float:
    """By how much the best leads the second; what nothing competes with leads by all it has."""
    left = sorted((total for total in totals if total is not None), reverse=True)
    return left[0] - left[1] if len(left) > 1 else left[0]


def _not_monotone(ground: _Ground) -> Iterator[Fault]:
    for number, axis in enumerate(ground.model.axes):
        for criterion in axis.stresses:
            fault = _first_reversal(ground, number, ground.model.criteria.index(criterion))
            if fault is not None:
                yield fault


def _first_reversal(ground: _Ground, number: int, criterion: int) -> Fault | None:
    """A combination in which raising the fact moves the choice to a weaker option."""
    axis, model = ground.model.axes[number], ground.model
    seen: set[State] = set()
    for state in ground.states:
        line = (*state[:number], 0, *state[number + 1 :])
        if line in seen:
            continue
        seen.add(line)
        steps = [(*line[:number], cell, *line[number + 1 :]) for cell in range(len(axis.cells))]
        steps = [step for step in steps if ground.is_possible(step)]
        for stage in STAGES:
            for low, high in itertools.combinations(steps, 2):
                before, after = ground.winner(low, stage), ground.winner(high, stage)
                if before is None or after is None or before == after:
                    continue
                old = model.options[before].scored(high)[criterion]
                new = model.options[after].scored(high)[criterion]
                if new < old:
                    return Fault(
                        lint="monotone",
                        about=f"facts.{axis.name}",
                        text=(
                            f"raising it from {axis.shown(axis.cells[low[number]].value)}"
                            f" to {axis.shown(axis.cells[high[number]].value)} moves the choice"
                            f" from {model.options[before].name} to {model.options[after].name},"
                            f" which is weaker on {model.criteria[criterion]} ({new:g} < {old:g})."
                            " Is a rule_out or an adjust of the latter missing?"
                        ),
                        witness=ground.shown(low, stage),
                    )
    return None
